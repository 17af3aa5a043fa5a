"""A local folder, and the hub for what the folder has nothing of or no folder can hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from crosslab.data.cards import Card
from crosslab.data.folder import FolderSource
from crosslab.data.hub import HubSource
from crosslab.data.sources import Document, Source, Table


@dataclass(frozen=True, slots=True)
class FolderAndHub:
    """Data sets that the folder lists any file of come from there, all others from the hub.

    A split that is nowhere but on the hub comes from the hub in any case. A file that is gone
    from a data set of the folder is missed there, and not fetched.
    """

    folder: FolderSource
    hub: HubSource

    def __str__(self) -> str:
        return f"{self.folder} and {self.hub}"

    def has(self, card: Card, split: str, language: str) -> bool:
        """Whether a language of a split is here."""
        return self._of(card, split).has(card, split, language)

    def revision(self, card: Card) -> str:
        """Return the folder's revision of what it has, else the commit of the hub."""
        return (self.folder if self.folder.holds(card) else self.hub).revision(card)

    def tables(self, card: Card, split: str, languages: Sequence[str]) -> dict[str, Table]:
        """Return the rows of a split in some languages; all problems are raised together."""
        return self._of(card, split).tables(card, split, languages)

    def documents(self, card: Card, split: str, languages: Sequence[str]) -> dict[str, Document]:
        """Return the JSON of a split in some languages; all problems are raised together."""
        return self._of(card, split).documents(card, split, languages)

    def _of(self, card: Card, split: str) -> FolderSource | HubSource:
        known = card.splits.get(split)
        elsewhere = known is not None and bool(known.absent)
        return self.folder if self.folder.holds(card) and not elsewhere else self.hub


def source_of(folder: FolderSource | None, hub: HubSource | None = None) -> Source:
    """Return where a study's data come from: a folder if one is given, and the hub."""
    hub = hub or HubSource()
    return FolderAndHub(folder, hub) if folder else hub
