"""Queries and passages as an encoder reads them, in every language that they can be had in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from crosslab.data.batching import Encoded, Marks
from crosslab.errors import DataError
from crosslab.grafting.vectors import encoded_sentences
from crosslab.registry import lookup

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences in several languages; rows of one need not be translations of those of another."""

    of: Mapping[str, Encoded]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages, in order."""
        return tuple(self.of)

    def in_language(self, key: str) -> Encoded:
        """Return all sentences of one language."""
        return lookup(self.of, key, kind="language")

    def said(self, rows: Numbers, languages: Numbers) -> Encoded:
        """Return sentences, each of a language of its own, which is given by its number."""
        parts = [self.of[key] for key in self.languages]
        lengths = np.zeros(len(rows), dtype=np.int32)
        for number, part in enumerate(parts):
            here = languages == number
            lengths[here] = part.lengths[rows[here]]
        marks = parts[0].marks
        ids = np.full((len(rows), int(lengths.max(initial=1))), marks.padding, dtype=np.int32)
        for number, part in enumerate(parts):
            here = languages == number
            width = min(ids.shape[1], part.ids.shape[1])
            ids[here, :width] = part.ids[rows[here], :width]
        return Encoded(ids, lengths, lengths, marks)


def sentences(ids: Mapping[str, Sequence[Sequence[int]]], marks: Marks, longest: int) -> Sentences:
    """Return sentences in several languages, cut to a length.

    Raises:
        DataError: A sentence is empty.
    """
    empty = [
        f"{language}: sentence {row + 1} is empty; leave out the item in every language."
        for language, each in ids.items()
        for row, words in enumerate(each)
        if not words
    ]
    if empty:
        raise DataError(empty)
    return Sentences({key: encoded_sentences(each, marks, longest) for key, each in ids.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Queries in several languages, passages, and which passage answers which query.

    Queries are the same in every language, row by row. Passages need not be: a translator may
    make one sentence of two. ``answer`` says, language by language, where the answer stands.
    """

    queries: Sentences
    passages: Sentences
    answer: Numbers  # (languages, queries)
    names: tuple[str, ...]  # of the queries

    def __post_init__(self) -> None:
        problems = []
        if self.queries.languages != self.passages.languages:
            problems.append(
                f"Queries are in {', '.join(self.queries.languages)}, passages in "
                f"{', '.join(self.passages.languages)}; both need the same languages."
            )
        expected = (len(self.languages), len(self.names))
        counts = {key: len(each) for key, each in self.queries.of.items()}
        if self.answer.shape != expected or set(counts.values()) != {len(self.names)}:
            problems.append(
                f"{len(self.names)} queries need a sentence and an answer in every language (got "
                f"{counts}, and answers of shape {self.answer.shape})."
            )
        if not problems:
            problems += [
                f"{key}: an answer lies beyond the {len(each)} passages."
                for key, each, rows in zip(
                    self.languages, self.passages.of.values(), self.answer, strict=True
                )
                if len(rows) and not 0 <= rows.min() <= rows.max() < len(each)
            ]
        if problems:
            raise DataError(problems)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that everything is to be had in."""
        return self.queries.languages

    def together(self) -> Numbers:
        """Return a number for each query, the same for those that share an answer anywhere."""
        count = self.answer.shape[1]
        first = [np.unique(rows, return_index=True, return_inverse=True) for rows in self.answer]
        linked = np.concatenate([begins[places.ravel()] for _, begins, places in first])
        rows = np.tile(np.arange(count), len(self.answer))
        links = coo_array((np.ones(len(rows), dtype=np.int8), (rows, linked)), shape=(count, count))
        _, numbers = connected_components(links, directed=False)
        found: Numbers = numbers.astype(np.intp)
        return found
