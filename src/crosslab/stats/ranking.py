"""How well a search did: averages over queries of what the ranks of their answers are worth.

A query has one or several right answers in a pool, and all that counts is where they came.
Ranks begin at one. Every function takes an array of shape ``(queries, right answers)``.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.integer]
Values = NDArray[np.float64]

DEPTH: Final = 10  # places that nDCG and the wider recall look at


def average_precision(ranks: Ranks) -> Values:
    """Return, per query, the precision at each right answer, averaged; the mean of it is mAP.

    Example:
        >>> average_precision(np.array([[1, 4]])).tolist()
        [0.75]
    """
    ordered = np.sort(ranks, axis=1)
    found: Values = (np.arange(1, ordered.shape[1] + 1) / ordered).mean(axis=1)
    return found


def reciprocal_rank(ranks: Ranks) -> Values:
    """Return, per query, one over the rank of the first right answer; the mean of it is MRR."""
    found: Values = 1 / ranks.min(axis=1)
    return found


def found_within(ranks: Ranks, places: int) -> Values:
    """Return, per query, whether a right answer is among the first so many: R@1, R@10.

    One right answer is enough. Were all of them asked for, eleven could never be among one.

    Example:
        >>> found_within(np.array([[3, 9], [11, 12]]), 10).tolist()
        [1.0, 0.0]
    """
    found: Values = (ranks.min(axis=1) <= places).astype(np.float64)
    return found


def discounted_gain(ranks: Ranks, places: int = DEPTH) -> Values:
    """Return, per query, the discounted gain of the first so many over the best that it could be.

    Right answers are worth one each, whatever their language: nDCG with binary relevance.

    Example:
        >>> discounted_gain(np.array([[1, 2], [11, 12]])).tolist()
        [1.0, 0.0]
    """
    seen = ranks <= places
    gain = (seen / np.log2(ranks + 1)).sum(axis=1)
    best = (1 / np.log2(np.arange(min(places, ranks.shape[1])) + 2)).sum()
    found: Values = gain / best
    return found


def rank_spread(ranks: Ranks) -> Values:
    """Return, per query, how far apart its best and its worst placed right answer are.

    Where right answers say the same in several languages, this is the bias for some of them.

    Example:
        >>> rank_spread(np.array([[5, 2, 40]])).tolist()
        [38.0]
    """
    found: Values = (ranks.max(axis=1) - ranks.min(axis=1)).astype(np.float64)
    return found
