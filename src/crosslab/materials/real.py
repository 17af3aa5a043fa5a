"""Material in real languages: data sets as they were published, read with a grafted vocabulary.

Items are aligned by their ids over languages, so a mixed pair takes its first sentence from
one language and its second from another. Every item is asked in every language; mixed pairs
are many, so each item is asked in some of them, all pairs equally often (``MixedDesign``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from crosslab.config import RealTaskConfig
from crosslab.data.batching import Encoded, encoded_pairs
from crosslab.data.loading import dictionary, labelled_pairs, neighbours
from crosslab.data.rows import LabelledPairs, joined
from crosslab.data.sources import Source
from crosslab.methods.base import Resources, Spelling
from crosslab.reading import Reading, resources
from crosslab.vocabularies.choosing import Lexicon, lexicon
from crosslab.vocabularies.vocabulary import ENGLISH, Spelled, Vocabulary

Matching = Literal["handled", "released"]  # how a word of a sentence is found among the neighbours

_TRANSLATIONS: Final = 2  # of a word, per language, that code-switching draws from


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedDesign:
    """Which items are asked in which mixed pairs: each item in so many, all pairs alike."""

    languages: tuple[str, ...]
    pairs_per_item: int

    def rows(self, first: str, second: str, items: int) -> NDArray[np.intp]:
        """Return the items that are asked in one mixed pair, in order.

        Example:
            >>> MixedDesign(languages=("en", "de"), pairs_per_item=1).rows("de", "en", 5)
            array([1, 3])
        """
        mixed = [(one, other) for one in self.languages for other in self.languages if one != other]
        cell = mixed.index((first, second))
        turns = np.arange(items)[:, None] * self.pairs_per_item + np.arange(self.pairs_per_item)
        return np.flatnonzero((turns % len(mixed) == cell).any(axis=1))


class RealReader:
    """Reads one split of a task; each sentence is tokenized once per language."""

    def __init__(  # noqa: PLR0913 - what reading depends on, each named
        self,
        items: LabelledPairs,
        vocabulary: Vocabulary,
        *,
        longest: int,
        design: MixedDesign | None = None,
        words: Mapping[str, int] | None = None,
        matching: Matching = "handled",
    ) -> None:
        self.items = items
        self.vocabulary = vocabulary
        self.longest = longest
        self.design = design
        self.words = words
        self.matching = matching
        self._ids: dict[tuple[str, str], list[list[int]]] = {}

    @property
    def labels(self) -> NDArray[np.int8]:
        """The gold label of every item."""
        return self.items.labels

    @property
    def names(self) -> Sequence[str]:
        """The id of every item."""
        return self.items.items

    def asked(self, first: str, second: str) -> NDArray[np.intp]:
        """Return all items of a pair within a language, and the design's share of a mixed one."""
        if first == second or self.design is None:
            return np.arange(len(self.items))
        return self.design.rows(first, second, len(self.items))

    def pairs(self, first: str, second: str) -> Encoded:
        """Return those items with the first sentence in one language, the second in another."""
        rows = self.asked(first, second).tolist()
        one, two = (
            [sentences[row] for row in rows]
            for sentences in (self._said("first", first), self._said("second", second))
        )
        marks = self.vocabulary.marks
        room = self.longest - len(marks.before) - len(marks.between) - len(marks.after)
        kept = [_kept(len(a), len(b), room) for a, b in zip(one, two, strict=True)]
        one = [each[:length] for each, (length, _) in zip(one, kept, strict=True)]
        two = [each[:length] for each, (_, length) in zip(two, kept, strict=True)]
        if self.words is None:
            return encoded_pairs(one, two, marks)
        sides = (
            [places[row][: kept[number][side]] for number, row in enumerate(rows)]
            for side, places in enumerate((self._places("first"), self._places("second")))
        )
        return encoded_pairs(one, two, marks, tuple(sides))  # type: ignore[arg-type]

    def few(self, count: int) -> Reading:
        """Return a reader of the first so many items."""
        rows = np.arange(min(count, len(self.items)))
        return RealReader(
            self.items.take(rows), self.vocabulary, longest=self.longest, design=self.design
        )

    def _said(self, side: str, language: str) -> list[list[int]]:
        if (side, language) not in self._ids:
            sentences = (self.items.first if side == "first" else self.items.second)[language]
            self._ids[side, language] = self.vocabulary.ids(sentences, language)
        return self._ids[side, language]

    def _places(self, side: str) -> list[list[int]]:
        """Return which known word begins at each token of a side's English sentences."""
        assert self.words is not None
        sentences = (self.items.first if side == "first" else self.items.second)[ENGLISH]
        return word_places(self.vocabulary, sentences, self.words, self.matching)


def _kept(first: int, second: int, room: int) -> tuple[int, int]:
    """Return how many tokens of two sentences are kept: the longer one gives way.

    Example:
        >>> _kept(5, 3, 10), _kept(9, 3, 10), _kept(9, 8, 10)
        ((5, 3), (7, 3), (5, 5))
    """
    if first + second <= room:
        return first, second
    half = room // 2
    if second <= half:
        return room - second, second
    if first <= half:
        return first, room - first
    return room - half, half


def word_places(
    vocabulary: Vocabulary,
    sentences: Sequence[str],
    known: Mapping[str, int],
    matching: Matching,
) -> list[list[int]]:
    """Return, for each token of English sentences, the number of the known word that begins there.

    Zero where none does, -1 where one goes on. Handled well, a word is found whatever its case
    and whatever punctuation it touches. As in the released code it is found where it stands
    between spaces in lower case.
    """
    encodings = vocabulary.pieces.encode_batch(list(sentences), add_special_tokens=False)
    return [
        _places(sentence, encoding, known, matching)
        for sentence, encoding in zip(sentences, encodings, strict=True)
    ]


def _places(
    sentence: str, encoding: Spelled, known: Mapping[str, int], matching: Matching
) -> list[int]:
    places: list[int] = []
    before: int | None = None
    for word in encoding.word_ids:
        if word == before:
            places.append(-1 if places[-1] else 0)
        else:
            places.append(_number(sentence, *_span(encoding, word), known, matching))
        before = word
    return places


def _span(encoding: Spelled, word: int | None) -> tuple[int, int]:
    """Return where a word of a sentence begins and ends; without marks there is no other token."""
    assert word is not None
    span = encoding.word_to_chars(word)
    assert span is not None
    return span


def _number(sentence: str, begin: int, end: int, known: Mapping[str, int], matching: str) -> int:
    surface = sentence[begin:end]
    if matching == "handled":
        return known.get(surface.lower(), 0)
    alone = (begin == 0 or sentence[begin - 1] == " ") and sentence[end : end + 1] in {"", " "}
    return known.get(surface, 0) if alone else 0


@dataclass(frozen=True)
class RealMaterial:
    """The items of a task in real languages, English the source."""

    splits: Mapping[str, LabelledPairs]
    vocabulary: Vocabulary
    targets: tuple[str, ...]
    neighbours: Mapping[str, Sequence[str]]  # of English words
    dictionary: Mapping[str, Mapping[str, Sequence[str]]]  # per language, of English words
    longest: int
    design: MixedDesign
    matching: Matching = "handled"
    source: str = ENGLISH

    @property
    def labels(self) -> tuple[str, ...]:
        """What the labels of the task are called."""
        return self.splits["train"].label_names

    def split(self, name: str) -> RealReader:
        """Return a reader of the items of one split; words are marked where methods need them."""
        training = name == "train"
        return RealReader(
            self.splits[name],
            self.vocabulary,
            longest=self.longest,
            design=None if training else self.design,
            words=self._numbers if training else None,
            matching=self.matching,
        )

    @cached_property
    def _spoken(self) -> set[str]:
        """The English words of the training items."""
        train = self.splits["train"]
        sentences = (*train.first[ENGLISH], *train.second[ENGLISH])
        encodings = self.vocabulary.pieces.encode_batch(list(sentences), add_special_tokens=False)
        return {
            sentence[slice(*_span(encoding, word))].lower()
            for sentence, encoding in zip(sentences, encodings, strict=True)
            for word in set(encoding.word_ids)
        }

    @cached_property
    def _swaps(self) -> dict[str, tuple[str, ...]]:
        return {
            word: tuple(each for each in others if each != word)
            for word, others in sorted(self.neighbours.items())
            if word in self._spoken
        }

    @cached_property
    def _switches(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Translations of English words: each a language and a word of its vocabulary."""
        found: dict[str, list[tuple[str, str]]] = {}
        for language, entries in self.dictionary.items():
            for word in sorted(self._spoken & entries.keys()):
                known = (each for each in entries[word] if self.vocabulary.knows(each, language))
                there = islice(known, _TRANSLATIONS)
                found.setdefault(word, []).extend((language, each) for each in there)
        return {word: tuple(each) for word, each in sorted(found.items()) if each}

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Numbers of all words that are replaced or drawn, foreign ones tagged; zero is none."""
        english = {*self._swaps, *(each for others in self._swaps.values() for each in others)}
        english |= self._switches.keys()
        foreign = {_tagged(*each) for others in self._switches.values() for each in others}
        ordered = ["", *sorted(english), *sorted(foreign)]
        return {word: number for number, word in enumerate(ordered)}

    @cached_property
    def resources(self) -> Resources:
        """What methods may know: neighbours of English words, and a dictionary from them."""
        numbers = self._numbers
        switches = {
            word: [_tagged(*each) for each in others] for word, others in self._switches.items()
        }
        return resources(numbers, self._swaps, switches, self._spelling(numbers))

    def _spelling(self, numbers: Mapping[str, int]) -> Spelling:
        tokens = [self._tokens(word) for word in numbers]
        longest = max(1, *map(len, tokens))  # also where no word is known
        table = torch.zeros((len(tokens), longest), dtype=torch.long)
        for row, each in enumerate(tokens):
            table[row, : len(each)] = torch.tensor(each)
        return Spelling(table, torch.tensor([len(each) for each in tokens]))

    def _tokens(self, word: str) -> Sequence[int]:
        language, tag, foreign = word.partition(_TAG)
        if tag:
            return self.vocabulary.tokens(foreign, language)
        return self.vocabulary.tokens(word, ENGLISH) if word else []


_TAG: Final = "\x1f"  # between a language and its word


def _tagged(language: str, word: str) -> str:
    return f"{language}{_TAG}{word}"


def real_material(  # noqa: PLR0913 - what a run reads, each named
    task: RealTaskConfig,
    vocabulary: Vocabulary,
    source: Source,
    *,
    longest: int,
    known: Collection[str],
    matching: Matching,
) -> RealMaterial:
    """Return what a task's runs learn from and are asked about.

    ``known`` names the data sets of words that the method of a run looks into.
    """
    languages = (ENGLISH, *task.targets)
    training = joined(
        [labelled_pairs(source, task.training, part, [ENGLISH]) for part in task.parts]
    )
    test = labelled_pairs(source, task.card, "test", languages)
    translated = task.targets if "dictionaries" in known else ()
    lexicons = {key: lexicon(dictionary(source, key)) for key in translated}
    return RealMaterial(
        splits={
            "train": training.take(range(min(task.train, len(training)))),
            "dev": labelled_pairs(source, task.card, "dev", languages),
            "test": test.take(range(min(task.test, len(test)))),
        },
        vocabulary=vocabulary,
        targets=task.targets,
        neighbours=neighbours(source) if "neighbours" in known else {},
        dictionary={key: _turned_round(each) for key, each in lexicons.items()},
        longest=longest,
        design=MixedDesign(languages=languages, pairs_per_item=task.pairs_per_item),
        matching=matching,
    )


def _turned_round(known: Lexicon) -> dict[str, list[str]]:
    """Return the words of a language by their English, as many times as they translate it."""
    found: dict[str, list[str]] = {}
    for word, english in known.english.items():
        for each in english:
            found.setdefault(each, []).append(word)
    return found
