"""The freshness gate, as a Sphinx extension: it holds however the book is built."""

from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from crosslab.book.freshness import require_fresh
from crosslab.errors import StaleError


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the gate to the beginning of every build."""
    app.connect("builder-inited", _refuse_stale_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _refuse_stale_pages(_: Sphinx) -> None:
    try:
        require_fresh()
    except StaleError as error:
        raise ExtensionError(str(error)) from error
