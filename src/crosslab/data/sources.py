"""What every source of data can do, so that the rest does not know which one it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from crosslab.data.cards import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one language as a source gives them: text, and where it stands."""

    place: str  # the file, or the address on the hub
    columns: dict[str, tuple[str, ...]]
    expected: int  # rows there must be
    first_line: int = 1  # by which a person finds the first row
    codes: tuple[str, ...] = ()  # how this source writes the card's labels
    ids: tuple[str, ...] = ()  # the data set's own ids, where the source has them

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def line(self, row: int) -> str:
        """Return where a row stands."""
        return f"{self.place}, line {row + self.first_line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """JSON of one language as a source gives it."""

    place: str
    content: Any
    expected: int


class Source(Protocol):
    """A place that data sets come from."""

    def revision(self, card: Card) -> str:
        """Return what identifies the data of a card here."""
        ...

    def has(self, card: Card, split: str, language: str) -> bool:
        """Whether this language of a split is here."""
        ...

    def tables(self, card: Card, split: str, languages: Sequence[str]) -> dict[str, Table]:
        """Return the rows of a split in some languages; all problems are raised together."""
        ...

    def documents(self, card: Card, split: str, languages: Sequence[str]) -> dict[str, Document]:
        """Return the JSON of a split in some languages; all problems are raised together."""
        ...
