"""Material from the laboratory: items said in any two of its languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from crosslab.config import TaskConfig
from crosslab.data.batching import Encoded, encoded_pairs
from crosslab.lab.items import SPLITS, spoken, task_items
from crosslab.lab.laboratory import Laboratory
from crosslab.lab.pairs import Pairs, Task
from crosslab.methods.base import Resources
from crosslab.models import MARKS, token_ids, word_tokenizer
from crosslab.reading import resources


class Reader:
    """Reads one split of a task; each sentence is said and tokenized once per language."""

    def __init__(
        self, lab: Laboratory, items: Pairs, purpose: str, *, first: int | None = None
    ) -> None:
        self.lab = lab
        self.items = items if first is None else items.take(np.arange(min(first, len(items))))
        self.purpose = purpose
        self._drawn = items  # with these around it, an item is said in the same words as ever
        self.tokenizer = lab_tokenizer(lab)
        self._said: dict[tuple[str, str], list[list[int]]] = {}

    @property
    def labels(self) -> NDArray[np.int8]:
        """The gold label of every item."""
        return self.items.label

    @property
    def names(self) -> Sequence[str]:
        """The name of every item: its split and its number."""
        split = "-".join(self.purpose.split("/")[1:])
        return [f"{split}-{number:05d}" for number in range(len(self.items))]

    def asked(self, first: str, second: str) -> NDArray[np.intp]:  # noqa: ARG002 - all of them
        """Return the numbers of all items: sentences are to be had in every language."""
        return np.arange(len(self.items))

    def pairs(self, first: str, second: str) -> Encoded:
        """Return the items with the first sentence in one language and the second in another."""
        return encoded_pairs(self.ids("first", first), self.ids("second", second), MARKS)

    def few(self, count: int) -> "Reader":
        """Return a reader of the first so many items."""
        return Reader(self.lab, self._drawn, self.purpose, first=min(count, len(self.items)))

    def ids(self, side: str, language: str) -> list[list[int]]:
        """Return one side of every item in one language, as ids of its words."""
        if (side, language) not in self._said:
            sentences = spoken(self.lab, self._drawn, side, language, self.purpose)
            ids = token_ids(self.tokenizer, sentences[: len(self.items)])
            self._said[side, language] = ids
        return self._said[side, language]


@dataclass(frozen=True, slots=True)
class LabMaterial:
    """The items of a task, drawn in a laboratory."""

    lab: Laboratory
    task: Task
    items: Mapping[str, Pairs]

    @property
    def source(self) -> str:
        """The language that fine-tuning sees."""
        return self.lab.config.source

    @property
    def targets(self) -> tuple[str, ...]:
        """The languages that fine-tuning never sees."""
        return self.lab.config.targets

    @property
    def labels(self) -> tuple[str, ...]:
        """What the labels of the task are called."""
        return self.task.labels

    @property
    def resources(self) -> Resources:
        """What methods may know: synonyms in the source language, a dictionary from it."""
        return lab_resources(self.lab, lab_tokenizer(self.lab))

    def split(self, name: str) -> Reader:
        """Return a reader of the items of one split."""
        return Reader(self.lab, self.items[name], f"{self.task.key}/{name}")


def lab_material(lab: Laboratory, task: Task, sizes: TaskConfig) -> LabMaterial:
    """Return the items of a task in numbers that are asked for, every split apart."""
    drawn = task_items(lab, task, sizes)
    return LabMaterial(lab, task, {split: drawn[split] for split in SPLITS})


def lab_tokenizer(lab: Laboratory) -> Tokenizer:
    """Return the tokenizer that knows every word of every language of a laboratory."""
    return word_tokenizer(word for lexicon in lab.lexicons.values() for word in lexicon.words())


def lab_resources(lab: Laboratory, tokenizer: Tokenizer) -> Resources:
    """Return what methods may know: synonyms in the source language, a dictionary from it."""
    source = lab.lexicons[lab.config.source]
    return resources(
        tokenizer.get_vocab(),
        {word: [other] for word, other in source.synonyms().items()},
        source.translations([lab.lexicons[key] for key in lab.config.targets]),
    )
