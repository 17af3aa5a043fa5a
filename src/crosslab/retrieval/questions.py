"""Queries and passages as an encoder reads them, in every language that they can be had in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslab.data.batching import Encoded, Marks
from crosslab.errors import DataError
from crosslab.grafting.vectors import encoded_sentences
from crosslab.registry import lookup

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """The same sentences in several languages, in one block."""

    ids: NDArray[np.int32]  # (languages, sentences, longest)
    lengths: NDArray[np.int32]  # (languages, sentences)
    languages: tuple[str, ...]
    marks: Marks

    def __len__(self) -> int:
        return int(self.lengths.shape[1])

    def said(self, rows: Numbers, languages: Numbers) -> Encoded:
        """Return sentences, each in a language of its own, which is given by its number."""
        lengths = self.lengths[languages, rows]
        longest = int(lengths.max(initial=1))
        return Encoded(self.ids[languages, rows, :longest], lengths, lengths, self.marks)

    def in_language(self, key: str) -> Encoded:
        """Return all sentences in one language."""
        number = lookup(
            dict(zip(self.languages, range(len(self.languages)), strict=True)), key, kind="language"
        )
        rows = np.arange(len(self))
        return self.said(rows, np.full_like(rows, number))


def sentences(ids: Mapping[str, Sequence[Sequence[int]]], marks: Marks, longest: int) -> Sentences:
    """Return sentences in several languages, cut to a length.

    Raises:
        DataError: A sentence is empty, or a language has fewer than the others.
    """
    empty = [
        f"{language}: sentence {row + 1} is empty; leave out the item in every language."
        for language, each in ids.items()
        for row, words in enumerate(each)
        if not words
    ]
    counts = {language: len(each) for language, each in ids.items()}
    if len(set(counts.values())) > 1:
        empty.append(f"Languages differ in how many sentences they have: {counts}.")
    if empty:
        raise DataError(empty)
    encoded = [encoded_sentences(each, marks, longest) for each in ids.values()]
    width = max(each.ids.shape[1] for each in encoded)
    block = np.full((len(encoded), len(encoded[0]), width), marks.padding, dtype=np.int32)
    for number, each in enumerate(encoded):
        block[number, :, : each.ids.shape[1]] = each.ids
    return Sentences(
        ids=block,
        lengths=np.stack([each.lengths for each in encoded]),
        languages=tuple(ids),
        marks=marks,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Queries, passages, and which passage answers which query."""

    queries: Sentences
    passages: Sentences
    answer: Numbers  # (queries,): the number of the passage
    names: tuple[str, ...]  # of the queries

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that everything is to be had in."""
        return self.queries.languages
