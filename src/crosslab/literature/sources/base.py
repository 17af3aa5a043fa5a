"""What a source is: one object that asks one service and reads what it sends."""

from collections.abc import Generator
from typing import Any, Protocol

from crosslab.literature.asking import Asking
from crosslab.literature.works import Kind, Work

Item = dict[str, Any]  # one record as the service sent it


class Source(Protocol):
    """A service that can be searched. Frozen: where and how it is asked is passed in."""

    @property
    def key(self) -> str:
        """What it is called on the command line and in files."""

    @property
    def name(self) -> str:
        """What it is called in a sentence."""

    @property
    def endpoint(self) -> str:
        """Where it is asked, unless another address is given."""

    @property
    def client(self) -> str:
        """The package that asks it."""

    @property
    def needs_key(self) -> bool:
        """Whether a search without a key is refused."""

    @property
    def takes_key(self) -> bool:
        """Whether it knows keys at all, so that a refusal may be for want of one."""

    @property
    def pause_seconds(self) -> float:
        """How long its rules ask to wait between two requests."""

    @property
    def total_seconds(self) -> float:
        """How long it may take altogether."""

    @property
    def identifies(self) -> frozenset[Kind]:
        """The identifiers by which it can be asked for one work."""

    def items(self, query: str, limit: int, asking: Asking) -> Generator[Item, None, None]:
        """Yield what the service finds, page by page, at most ``limit`` records."""

    def work(self, item: Item) -> Work:
        """Return what a record says."""

    def item(self, kind: Kind, identifier: str, asking: Asking) -> Item | None:
        """Return the record of one work, or None where the service has none."""
