"""What loading gives: rows that were checked, in the languages asked for.

Everything is aligned by item: what stands at one place in one language stands at the
same place in every other. A pair of sentences in two languages is therefore made by
taking its first sentence from one language and its second from another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crosslab.errors import DataError

Sentences = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An item that is not evaluated in any language, and why."""

    item: str
    languages: tuple[str, ...]  # those at fault
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPairs:
    """Items of a sentence-pair task: two sentences in each language, and a label.

    ``items`` are made of split and row, so that they are the same from every source;
    ``own_ids`` are those the data set gives, where it gives any.
    """

    card: str
    split: str
    items: tuple[str, ...]
    own_ids: tuple[str, ...]
    first: Mapping[str, Sentences]
    second: Mapping[str, Sentences]
    labels: NDArray[np.int8]
    label_names: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that were loaded."""
        return tuple(self.first)

    def pair(self, first_language: str, second_language: str) -> tuple[Sentences, Sentences]:
        """Return first sentences in one language and second ones in another, item by item."""
        _require(self.first, [first_language, second_language], what=f"{self.card} {self.split}")
        return self.first[first_language], self.second[second_language]

    def take(self, rows: NDArray[np.intp] | Sequence[int]) -> "LabelledPairs":
        """Return the items at these rows; what was left out stays noted."""
        chosen = [int(row) for row in rows]
        return replace(
            self,
            items=_taken(self.items, chosen),
            own_ids=_taken(self.own_ids, chosen) if self.own_ids else (),
            first={language: _taken(each, chosen) for language, each in self.first.items()},
            second={language: _taken(each, chosen) for language, each in self.second.items()},
            labels=self.labels[np.asarray(chosen, dtype=np.intp)],
        )


def joined(parts: Sequence[LabelledPairs]) -> LabelledPairs:
    """Return the items of several parts of one data set, one part after the other.

    Raises:
        DataError: The parts are of different data sets, labels or languages.
    """
    one, *others = parts
    unlike = [
        f"{each.card} {each.split} cannot be joined to {one.card} {one.split}: both must be of "
        f"one data set and have the same labels and languages."
        for each in others
        if (each.card, each.label_names, each.languages)
        != (one.card, one.label_names, one.languages)
    ]
    if unlike:
        raise DataError(unlike)
    return replace(
        one,
        split="+".join(each.split for each in parts),
        items=_chained(each.items for each in parts),
        own_ids=_chained(each.own_ids for each in parts) if all(p.own_ids for p in parts) else (),
        first={key: _chained(each.first[key] for each in parts) for key in one.languages},
        second={key: _chained(each.second[key] for each in parts) for key in one.languages},
        labels=np.concatenate([each.labels for each in parts]),
        left_out=tuple(gone for each in parts for gone in each.left_out),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Translations:
    """Sentences of one language and what they are in English, one to one."""

    card: str
    split: str
    language: str
    items: tuple[str, ...]
    foreign: Sentences
    english: Sentences

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel:
    """The same sentences in many languages."""

    card: str
    split: str
    items: tuple[str, ...]
    sentences: Mapping[str, Sentences]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that were loaded."""
        return tuple(self.sentences)

    def pair(self, one_language: str, other_language: str) -> tuple[Sentences, Sentences]:
        """Return the sentences in two languages, item by item."""
        _require(self.sentences, [one_language, other_language], what=f"{self.card} {self.split}")
        return self.sentences[one_language], self.sentences[other_language]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """Sentences of two languages, few of them translations of each other."""

    card: str
    language: str
    foreign_ids: tuple[str, ...]
    foreign: Sentences
    english_ids: tuple[str, ...]
    english: Sentences
    gold: NDArray[np.int32]  # (pairs, 2): rows of foreign and english that translate each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The same questions in many languages, and the sentences that may answer them.

    Every sentence of every paragraph is a candidate, cut at the breaks that come with
    the data. Questions are aligned over languages; candidates are not: a translator
    may make one sentence of two.
    """

    card: str
    items: tuple[str, ...]  # the data set's own ids, shared by all languages
    questions: Mapping[str, Sentences]
    candidates: Mapping[str, Sentences]
    answers: Mapping[str, NDArray[np.int32]]  # for every question, the row of its answer
    paragraphs: Mapping[str, Sentences]
    paragraph_of: Mapping[str, NDArray[np.int32]]  # for every candidate, the row of its paragraph

    def __len__(self) -> int:
        return len(self.items)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that were loaded."""
        return tuple(self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Raw text of one language, by where it comes from: a sentence or paragraph per line."""

    card: str
    language: str
    by_source: Mapping[str, Sentences]
    licences: Mapping[str, str]

    def lines(self) -> Sentences:
        """Return all lines, one source after the other."""
        return _chained(self.by_source.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """What English words are in another language, translations in the order of the file."""

    card: str
    name: str
    language: str
    translations: Mapping[str, tuple[str, ...]]
    identical: int  # pairs of a word with itself, which were dropped unless asked for
    licence: str

    def __len__(self) -> int:
        return len(self.translations)


def _require(loaded: Mapping[str, object], languages: Iterable[str], *, what: str) -> None:
    missing = [each for each in dict.fromkeys(languages) if each not in loaded]
    if missing:
        raise DataError(
            f"{what} was loaded in {', '.join(loaded)}, not in {', '.join(missing)}. "
            f"Name every language that is needed when loading."
        )


def _taken(values: Sequence[str], rows: Iterable[int]) -> tuple[str, ...]:
    return tuple(values[row] for row in rows)


def _chained(parts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(value for part in parts for value in part)
