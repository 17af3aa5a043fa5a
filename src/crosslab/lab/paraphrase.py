"""Paraphrase items in the manner of PAWS: the words do not give the answer away.

Half of the items mean the same and differ in words (synonyms, fronting). The other
half differ in meaning: most of them say other things with the same words (two nouns
or two adjectives change places), the rest exchange one word for an unrelated one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from crosslab.lab.concepts import ABSENT, ADJECTIVES, NAMES, NOUNS, VERBS
from crosslab.lab.pairs import Pairs, Rule, Task, chosen, other
from crosslab.lab.world import Meanings, World

DIFFERENT, PARAPHRASE = range(2)

SWAPPED_WEIGHT: Final = 1.0  # per kind of swap that applies
SUBSTITUTED_WEIGHT: Final = 0.4  # per word that could be exchanged


def paraphrase_pairs(world: World, count: int, rng: np.random.Generator) -> Pairs:
    """Return paraphrase items, half of them paraphrases."""
    first = world.meanings(count, rng)
    positive = rng.random(count) < 0.5  # noqa: PLR2004 - balanced
    rules = [Rule("same meaning", PARAPHRASE, positive, first)]
    rules += [
        Rule(name, DIFFERENT, applies & ~positive, second)
        for name, applies, second in (*_swaps(first), *_substitutions(first, rng))
    ]
    weights = [1.0, *[SWAPPED_WEIGHT] * 3, *[SUBSTITUTED_WEIGHT] * 3]
    return chosen(first, rules, weights, rng)


Change = tuple[str, NDArray[np.bool_], Meanings]


def _swaps(first: Meanings) -> list[Change]:
    """Return the exchanges that keep every word and change the meaning."""
    noun_subject = first.subject < NOUNS.stop
    nouns = noun_subject & (first.subject != first.object)
    places = (first.adjunct != ABSENT) & (first.adjunct != first.object)
    adjectives = (
        (first.subject_modifier != ABSENT)
        & (first.object_modifier != ABSENT)
        & (first.subject_modifier != first.object_modifier)
        & nouns
    )
    return [
        ("nouns swapped", nouns, _exchanged(first, nouns, "subject", "object")),
        ("places swapped", places, _exchanged(first, places, "object", "adjunct")),
        (
            "adjectives swapped",
            adjectives,
            _exchanged(first, adjectives, "subject_modifier", "object_modifier"),
        ),
    ]


def _exchanged(first: Meanings, where: NDArray[np.bool_], one: str, other: str) -> Meanings:
    return first.changed(where, **{one: getattr(first, other), other: getattr(first, one)})


def _substitutions(first: Meanings, rng: np.random.Generator) -> list[Change]:
    """Return the exchanges of one word for another of its class."""
    always = np.ones(len(first), dtype=np.bool_)
    modified = first.object_modifier != ABSENT
    named = first.subject >= NAMES.start
    subject = np.where(named, other(first.subject, NAMES, rng), other(first.subject, NOUNS, rng))
    return [
        ("verb replaced", always, first.changed(always, verb=other(first.verb, VERBS, rng))),
        ("subject replaced", always, first.changed(always, subject=subject)),
        (
            "adjective replaced",
            modified,
            first.changed(modified, object_modifier=other(first.object_modifier, ADJECTIVES, rng)),
        ),
    ]


TASK: Final = Task(
    key="paraphrase",
    labels=("different", "paraphrase"),
    draw=paraphrase_pairs,
    stands_for="PAWS-X",
)
