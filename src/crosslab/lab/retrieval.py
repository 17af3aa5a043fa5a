"""Queries and passages: a sentence with one of its phrases left out asks for the whole of it.

The query keeps every other role, so in a pool of distinct meanings exactly one passage answers
it, once per language. Who did what is asked in words of its own: synonyms and word order are
drawn apart from those of the passage.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from crosslab.lab.concepts import ABSENT
from crosslab.lab.pairs import Pairs, Rule, Task, chosen
from crosslab.lab.world import Meanings, World

ANSWER: Final = 0

# What is asked for, and the roles that the query does not say.
ASKED: Final = {
    "what": ("object_modifier", "object"),
    "where": ("adposition", "adjunct"),
    "does what": ("negation", "verb"),
}

_SPARE: Final = 1.5  # drawn for each that is wanted: some queries fit two passages


def questions(world: World, count: int, rng: np.random.Generator) -> Pairs:
    """Return queries with the passages that answer them; no passage answers two of them.

    Fewer than ``count`` come back only where the world has too few to offer.
    """
    passages = world.meanings(int(_SPARE * count) + 1, rng)
    rules = []
    for name, roles in ASKED.items():
        query = passages.changed(
            np.ones(len(passages), dtype=np.bool_), **dict.fromkeys(roles, ABSENT)
        )
        there = np.asarray(getattr(passages, roles[-1]) != ABSENT)
        rules.append(Rule(name, ANSWER, there & _alone(query), query))
    possible = np.any([rule.applies for rule in rules], axis=0)
    kept = np.flatnonzero(possible)[:count]
    drawn = chosen(
        passages.take(kept),
        [Rule(r.name, r.label, r.applies[kept], r.second.take(kept)) for r in rules],
        [1.0] * len(rules),
        rng,
    )
    return Pairs(first=drawn.second, second=drawn.first, label=drawn.label, rule=drawn.rule)


def _alone(query: Meanings) -> NDArray[np.bool_]:
    """Return which queries, of one kind, are asked once only: they fit one passage."""
    _, places, counts = np.unique(query.matrix(), axis=0, return_inverse=True, return_counts=True)
    alone: NDArray[np.bool_] = counts[places.ravel()] == 1
    return alone


TASK: Final = Task(
    key="retrieval",
    labels=("answer",),
    draw=questions,
    stands_for="LAReQA",
)
