"""Two meanings and a label: what every sentence-pair task is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslab.lab.world import Concepts, Meanings, World, joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Many items: their meanings, labels, and the rule each label follows from."""

    first: Meanings
    second: Meanings
    label: NDArray[np.int8]
    rule: NDArray[np.str_]

    def __len__(self) -> int:
        return int(self.label.shape[0])

    def take(self, rows: NDArray[np.intp]) -> "Pairs":
        """Return the items at these rows."""
        return Pairs(
            first=self.first.take(rows),
            second=self.second.take(rows),
            label=self.label[rows],
            rule=self.rule[rows],
        )

    def identities(self) -> list[bytes]:
        """Return, for each item, what makes it the item it is."""
        both = np.concatenate([self.first.matrix(), self.second.matrix()], axis=1)
        return [row.tobytes() for row in both]


def pairs_joined(parts: Sequence[Pairs]) -> Pairs:
    """Return the items of several batches, one after another."""
    return Pairs(
        first=joined(*(each.first for each in parts)),
        second=joined(*(each.second for each in parts)),
        label=np.concatenate([each.label for each in parts]),
        rule=np.concatenate([each.rule for each in parts]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A sentence-pair task: what its labels are called and how its items are drawn.

    A task lives in a module named after its key: that is how a change to one task
    reruns the experiments on it and no others.
    """

    key: str
    labels: tuple[str, ...]
    draw: Callable[[World, int, np.random.Generator], Pairs]
    stands_for: str
    identities: Callable[[Pairs], list[bytes]] = Pairs.identities  # that splits are kept apart by


@dataclass(frozen=True, slots=True)
class Rule:
    """A way to make a second meaning, with the label that follows and where it applies."""

    name: str
    label: int
    applies: NDArray[np.bool_]
    second: Meanings


def chosen(
    first: Meanings, rules: Sequence[Rule], weights: Sequence[float], rng: np.random.Generator
) -> Pairs:
    """Return one item per meaning, by a rule drawn among those that apply to it.

    At least one rule must apply to every meaning.
    """
    applies = np.stack([rule.applies for rule in rules], axis=1)  # (meanings, rules)
    # Gumbel trick: the largest of log-weight plus Gumbel noise is a weighted draw.
    noise = rng.gumbel(size=applies.shape) + np.log(np.asarray(weights))
    choice = np.where(applies, noise, -np.inf).argmax(axis=1)
    order = np.argsort(choice, kind="stable")
    parts = [rule.second.take(choice == number) for number, rule in enumerate(rules)]
    back = np.argsort(order, kind="stable")
    return Pairs(
        first=first,
        second=joined(*parts).take(back),
        label=np.array([rule.label for rule in rules], dtype=np.int8)[choice],
        rule=np.array([rule.name for rule in rules])[choice],
    )


def other(concepts: Concepts, kind: range, rng: np.random.Generator) -> Concepts:
    """Return, for each concept, another one of this class, all equally likely."""
    step = rng.integers(1, len(kind), size=concepts.shape[0])
    moved: Concepts = (kind.start + (concepts - kind.start + step) % len(kind)).astype(np.int16)
    return moved
