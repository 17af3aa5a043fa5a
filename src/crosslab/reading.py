"""What a model reads: the material of a run, whatever it is made of, and tables of words."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from crosslab.data.batching import Encoded
from crosslab.methods.base import Resources, Spelling, WordTable


class Reading(Protocol):
    """One split of a task, as a model reads it, in any two languages."""

    @property
    def labels(self) -> NDArray[np.integer]:
        """The gold label of every item."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """The name of every item."""
        ...

    def asked(self, first: str, second: str) -> NDArray[np.intp]:
        """Return which items are read with the first sentence in one language, the second in another."""  # noqa: E501
        ...

    def pairs(self, first: str, second: str) -> Encoded:
        """Return those items, in that order."""
        ...

    def few(self, count: int) -> "Reading":
        """Return a reading of the first so many items, all of them where there are fewer."""
        ...


class Material(Protocol):
    """What a run learns from and is asked about."""

    @property
    def source(self) -> str:
        """The language that fine-tuning sees."""
        ...

    @property
    def targets(self) -> tuple[str, ...]:
        """The languages that fine-tuning never sees."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """What the labels are called."""
        ...

    @property
    def resources(self) -> Resources:
        """What methods may know: neighbours in the source language, a dictionary from it."""
        ...

    def split(self, name: str) -> Reading:
        """Return the reading of ``train``, ``dev`` or ``test``."""
        ...


def word_table(
    numbers: Mapping[str, int],
    replacements: Mapping[str, Sequence[str]],
    spelling: Spelling | None = None,
) -> WordTable:
    """Return, for each word by its number, the numbers of the words it may be replaced by."""
    widest = max((len(each) for each in replacements.values()), default=1)
    words = torch.zeros((len(numbers), widest), dtype=torch.long)
    choices = torch.zeros(len(numbers), dtype=torch.long)
    for word, others in replacements.items():
        row = numbers[word]
        words[row, : len(others)] = torch.tensor([numbers[other] for other in others])
        choices[row] = len(others)
    return WordTable(words, choices, spelling)


def resources(
    numbers: Mapping[str, int],
    neighbours: Mapping[str, Sequence[str]],
    dictionary: Mapping[str, Sequence[str]],
    spelling: Spelling | None = None,
) -> Resources:
    """Return what methods may know of numbered words; every word is a neighbour of its own."""
    own = {word: [word, *others] for word, others in neighbours.items()}
    return Resources(
        neighbours=word_table(numbers, own, spelling),
        dictionary=word_table(numbers, dictionary, spelling),
    )
