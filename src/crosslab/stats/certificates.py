"""What votes over random draws prove: how far an input may move before the answer can change.

A certificate is about the smoothed classifier, which answers what most draws answer, and
never about the model it is made from. Each holds with the confidence it is asked for.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from crosslab.errors import UsageError


def least_share(votes: NDArray[np.integer], draws: int, confidence: float) -> NDArray[np.float64]:
    """Return what share of all possible draws votes so, at least (Clopper and Pearson).

    Example:
        >>> least_share(np.array([0, 100]), 100, 0.999).round(3)
        array([0.   , 0.933])
    """
    counted = np.asarray(votes)
    if not 0 < confidence < 1 or draws < 1 or (counted < 0).any() or (counted > draws).any():
        raise UsageError(
            "Votes must lie between 0 and the number of draws (at least 1), confidence between 0 "
            f"and 1; got up to {counted.max(initial=0)} of {draws}, confidence {confidence}."
        )
    bound = stats.beta.ppf(1 - confidence, np.maximum(counted, 1), draws - counted + 1)
    return np.where(counted == 0, 0.0, bound)


def noise_radius(
    share: NDArray[np.float64], sigma: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the L2 distance within which a Gaussian-smoothed answer cannot change.

    ``sigma`` times the normal quantile of the least share of the winner (Cohen et al. 2019,
    theorem 1, with the share of the runner-up bounded by the rest); 0 where the winner may
    have half the draws or fewer, which certifies nothing.

    Example:
        >>> noise_radius(np.array([0.5, 0.975]), 2.0).round(2)
        array([0.  , 3.92])
    """
    certified: NDArray[np.float64] = sigma * stats.norm.ppf(np.clip(share, 0.5, 1.0))
    return certified


def substitution_margin(
    share: NDArray[np.float64], moved: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return whether no allowed substitution can change a synonym-smoothed answer.

    The winner keeps at least its share less what a substitution can move, and wins while
    that is more than half (SAFER, Ye et al. 2020, in its two-class form).
    """
    certain: NDArray[np.bool_] = share - moved > 0.5  # noqa: PLR2004 - a majority
    return certain


def moved_share(neighbours: Sequence[Sequence[AbstractSet[str]]]) -> float:
    """Return how much of the draws' probability a substitution of every word can move, at most.

    Args:
        neighbours: For each place, the set drawn from as the sentence stands, then the sets
            that would be drawn from after each allowed substitution of that word.

    Sets that are the same after every substitution move nothing: then a majority is enough.

    Example:
        >>> moved_share([[{"a", "b"}, {"a", "b"}]]), moved_share([[{"a", "b"}, {"b", "c"}]])
        (0.0, 0.5)
    """
    kept = 1.0
    for here, *elsewhere in neighbours:
        overlaps = [len(here & there) / max(len(here), len(there)) for there in elsewhere]
        kept *= min(overlaps, default=1.0)
    return 1.0 - kept
