"""A cloud of made-up services for each test that asks for one."""

from collections.abc import Iterator

import pytest
from made_up_services import Cloud


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """The six services on this machine, working until told otherwise."""
    made = Cloud()
    yield made
    made.close()
