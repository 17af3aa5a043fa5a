"""Queries and passages: a sentence with one of its phrases left out asks for the whole of it.

The query says everything else, and in its pool one passage says all of that, once per language:
others say something different, or do not say it. Words and their order are drawn apart from
those of the passage.
"""

from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crosslab.lab.concepts import ABSENT, CONCEPT_COUNT
from crosslab.lab.pairs import Pairs, Rule, Task, chosen
from crosslab.lab.world import ROLES, Meanings, World, joined

ANSWER: Final = 0

# What is asked for, and the roles that the query does not say.
ASKED: Final = {
    "what": ("object_modifier", "object"),
    "where": ("adposition", "adjunct"),
    "does what": ("negation", "verb"),
}

# What a sentence can be silent about and still be told more of. Not to say "not" is to deny it.
_OPEN: Final = (("subject_modifier",), ("object_modifier",), ("adposition", "adjunct"))

_SPARE: Final = 2.0  # drawn for each that is wanted: some queries fit two passages
_ROUNDS: Final = 4


def questions(world: World, count: int, rng: np.random.Generator) -> Pairs:
    """Return queries with the passages that answer them; no passage answers two of them.

    More is drawn until there are enough. Fewer come back where the world says the same things
    over and over.
    """
    passages = world.meanings(int(_SPARE * count) + 1, rng)
    for _ in range(_ROUNDS):
        rules = _rules(passages)
        kept = np.flatnonzero(np.any([rule.applies for rule in rules], axis=0))[:count]
        if len(kept) == count:
            break
        passages = joined(passages, world.meanings(len(passages), rng))
    drawn = chosen(
        passages.take(kept),
        [Rule(r.name, r.label, r.applies[kept], r.second.take(kept)) for r in rules],
        [1.0] * len(rules),
        rng,
    )
    return Pairs(first=drawn.second, second=drawn.first, label=drawn.label, rule=drawn.rule)


def _rules(passages: Meanings) -> list[Rule]:
    """Return every kind of query on every passage, and where it has one answer."""
    everywhere = np.ones(len(passages), dtype=np.bool_)
    rules = []
    for name, roles in ASKED.items():
        query = passages.changed(everywhere, **dict.fromkeys(roles, ABSENT))
        there = np.asarray(getattr(passages, roles[-1]) != ABSENT)
        rules.append(Rule(name, ANSWER, there & _alone(query, passages, roles), query))
    return rules


def _alone(query: Meanings, passages: Meanings, asked: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return which queries one passage alone says all of, whatever more a passage says."""
    free = [roles for roles in _OPEN if not set(roles) <= set(asked)]
    silent = np.stack([getattr(query, roles[-1]) == ABSENT for roles in free], axis=1)
    table = passages.matrix()
    alone = np.zeros(len(query), dtype=np.bool_)
    for pattern in product((False, True), repeat=len(free)):
        hidden = {role for roles, gone in zip(free, pattern, strict=True) if gone for role in roles}
        said = [column for column, role in enumerate(ROLES) if role not in {*asked, *hidden}]
        # As one number each: numbers are told apart much faster than rows.
        sums = (table[:, said].astype(np.int64) + 1) @ (CONCEPT_COUNT + 1) ** np.arange(len(said))
        _, places, counts = np.unique(sums, return_inverse=True, return_counts=True)
        here = (silent == pattern).all(axis=1)
        alone[here] = counts[places[here]] == 1
    return alone


def passages_of(items: Pairs) -> list[bytes]:
    """Return what each item's passage is known by: no passage of one split is in another."""
    return [row.tobytes() for row in items.second.matrix()]


TASK: Final = Task(
    key="retrieval",
    labels=("answer",),
    draw=questions,
    stands_for="LAReQA",
    identities=passages_of,
)
