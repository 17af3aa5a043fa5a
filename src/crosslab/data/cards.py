"""What is known of a data set before any of it is read.

A card says where a data set comes from, under which licence, in which languages and
splits, how many rows there are and what is wrong with it. One card serves both
sources: a local folder in the layout of the project's data, and the model hub. Where
a source does not have a data set, the card says why, and what to use in its place.

The key of a language is its ISO 639-1 code; languages without one keep the code of
the data. A split is what is loaded at once: a split proper, a part of a training set,
one dictionary among several, or one source of raw text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal[
    "labelled pairs", "translations", "parallel", "comparable", "questions", "texts",
    "dictionaries", "neighbours",
]  # fmt: skip
Mark = Literal["SEEN", "RECALLED"]  # read in a source that is named, or known from memory

LANGUAGE: Final = "{language}"  # stands for the language's code in names of files and parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A part of a data set that is loaded at once.

    Attributes:
        rows: How many rows each language has.
        file: Its file in a folder, ``{language}`` where the code stands; none if ``absent``.
        columns: What stands in the columns of the file, in order.
        header: Whether the first line names the columns.
        wide: Whether one file holds every language, each in the column named by its code.
        ids: A file with the data set's own id of every row.
        licence: Where it differs from that of the card.
        commonest: Between which shares the commonest label must lie.
        absent: Why no folder holds this split, and what does in its place.
    """

    rows: Mapping[str, int]
    file: str = ""
    columns: tuple[str, ...] = ()
    header: bool = False
    wide: bool = False
    ids: str = ""
    licence: str = ""
    commonest: tuple[float, float] = (0.0, 1.0)
    absent: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it is in."""
        return tuple(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Where a data set lies on the hub, and how it is written there.

    Attributes:
        name: Owner and name.
        config: The configuration of a language, ``{language}`` where its code stands.
        splits: What the splits of the card are called there.
        columns: What the columns of the card are called there; ``id`` if rows carry ids.
        codes: How its labels are written, in the order of the card's.
        languages: Codes of languages, where they are not those of the card.
        revision: The commit that is loaded; without one, the newest when first asked for.
        seen_in: Where the revision was read, or why there is none.
        mark: Whether name, parts and columns were read there too or are from memory.
    """

    name: str
    config: str
    splits: Mapping[str, str]
    columns: Mapping[str, str]
    codes: tuple[str, ...] = ()
    languages: Mapping[str, str] = field(default_factory=dict)
    revision: str | None
    seen_in: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A data set: what it is, where it is, and what is known to be wrong with it.

    Attributes:
        origin: Where the copy in a folder was taken from.
        labels: What the labels mean, in the order of their numbers.
        codes: How a folder writes them, in the same order.
        codes_of: Codes of languages in a folder, where they are not the language's key.
        hub: Its place on the hub, or None with the reason in ``no_hub``.
        published_revision: What ``revision`` gives for the folder that published runs used.
    """

    key: str
    name: str
    kind: Kind
    licence: str
    origin: str
    splits: Mapping[str, Split]
    flaws: tuple[str, ...]
    labels: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    codes_of: Mapping[str, str] = field(default_factory=dict)
    hub: Hub | None = None
    no_hub: str = ""
    published_revision: str

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that some split is in."""
        return tuple(dict.fromkeys(each for split in self.splits.values() for each in split.rows))

    def code(self, language: str) -> str:
        """Return what a folder calls a language."""
        return self.codes_of.get(language, language)

    def file(self, split: str, language: str) -> str:
        """Return the file of one language in a folder, empty if no folder holds it."""
        return self.splits[split].file.replace(LANGUAGE, self.code(language))

    def files(self) -> tuple[str, ...]:
        """Return every file of a folder that belongs to the data set."""
        named = {
            self.file(name, language)
            for name, split in self.splits.items()
            for language in split.rows
        }
        return tuple(sorted((named | {split.ids for split in self.splits.values()}) - {""}))

    def details(self) -> dict[str, Any]:
        """Return what a record keeps of the card, as plain data."""
        return {
            "key": self.key,
            "kind": self.kind,
            "origin": self.origin,
            "labels": list(self.labels),
            "splits": {
                name: {"rows": dict(split.rows), "licence": split.licence or self.licence}
                for name, split in self.splits.items()
            },
            "flaws": list(self.flaws),
            "hub": self.no_hub if self.hub is None else _place(self.hub),
        }


def _place(hub: Hub) -> dict[str, Any]:
    return {
        "name": hub.name,
        "revision": hub.revision,
        "seen_in": hub.seen_in,
        "mark": hub.mark,
    }


def counts(text: str) -> dict[str, int]:
    """Return how many rows each language has, from keys and numbers in turn.

    Example:
        >>> counts("de 1000 sw 390")
        {'de': 1000, 'sw': 390}
    """
    words = text.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


def same_count(languages: str, rows: int) -> dict[str, int]:
    """Return the same number of rows for each of some languages.

    Example:
        >>> same_count("en de", 2000)
        {'en': 2000, 'de': 2000}
    """
    return dict.fromkeys(languages.split(), rows)
