"""Estimates that count both kinds of chance: other seeds and other test items.

Every seed answers every item, so the two are crossed. A mean over such a block moves with
the seeds, with the items, and with what belongs to single answers; each part is read off the
block, no draws are needed, and the same block always gives the same interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from crosslab.errors import UsageError


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value between its bounds."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over seeds and items, with what is needed to say how far it may be off.

    ``seed_error`` is the standard error of the same mean were the items fixed, which is
    what a re-run on the same items varies by.
    """

    mean: float
    standard_error: float
    degrees: float
    seed_error: float = 0.0
    seed_degrees: float = 1.0

    def interval(self, level: float) -> Interval:
        """Return the two-sided t interval at this level."""
        return self._within(self.standard_error, self.degrees, level)

    def prediction(self, level: float) -> Interval:
        """Return where a re-run would end: as many fresh seeds, the same items.

        Both means are uncertain, hence the root of two.
        """
        return self._within(np.sqrt(2) * self.seed_error, self.seed_degrees, level)

    def p_greater(self, value: float = 0.0) -> float:
        """Return the one-sided p value against a truth of ``value`` or less."""
        return _upper_tail(self.mean - value, self.standard_error, self.degrees)

    def p_less(self, value: float) -> float:
        """Return the one-sided p value against a truth of ``value`` or more."""
        return _upper_tail(value - self.mean, self.standard_error, self.degrees)

    def _within(self, error: float, degrees: float, level: float) -> Interval:
        reach = float(stdtrit(degrees, (1 + level) / 2) * error)
        return Interval(self.mean, self.mean - reach, self.mean + reach)


def _upper_tail(distance: float, error: float, degrees: float) -> float:
    """Return how likely chance alone is to reach this far; without spread the sign decides."""
    if error == 0:
        return float(distance <= 0)
    return float(stdtr(degrees, -distance / error))


def crossed(values: NDArray[np.floating]) -> Estimate:
    """Return the mean of ``values`` and how far it would move with other seeds and items.

    Languages stay fixed, they are what the claim is about. The spread between seed means
    holds the chance of single answers, and so does the spread between item means; what
    both hold is taken off once, which makes the variance unbiased. It is never put below
    either part alone. The degrees of freedom are those of the seeds, the smaller sample:
    degrees after Satterthwaite cover too little where there are two or three seeds.

    Args:
        values: One number per seed and item, shape ``(seeds, items)``.

    Raises:
        UsageError: There are fewer than two seeds or two items, or a value is no number.

    Example:
        >>> crossed(np.ones((3, 5))).interval(0.95)
        Interval(estimate=1.0, low=1.0, high=1.0)
    """
    seeds, items = values.shape
    if min(seeds, items) < 2:  # noqa: PLR2004 - a spread needs two
        raise UsageError(
            f"An interval needs at least 2 seeds and 2 items, got {seeds} and {items}; "
            "run more seeds."
        )
    if not np.isfinite(values).all():
        raise UsageError("An interval needs numbers; some values are infinite or not a number.")
    mean = float(values.mean(dtype=np.float64))
    by_seed = values.mean(axis=1, dtype=np.float64) - mean
    by_item = values.mean(axis=0, dtype=np.float64) - mean
    rest = values - (by_seed[:, np.newaxis] + by_item + mean)
    of_seeds = float(by_seed @ by_seed) / (seeds * (seeds - 1))
    of_items = float(by_item @ by_item) / (items * (items - 1))
    of_rest = float(np.vdot(rest, rest)) / (seeds * items * (seeds - 1) * (items - 1))
    variance = max(of_seeds + of_items - of_rest, of_seeds, of_items)
    return Estimate(
        mean=mean,
        standard_error=float(np.sqrt(variance)),
        degrees=seeds - 1,
        seed_error=float(np.sqrt(of_seeds)),
        seed_degrees=seeds - 1,
    )


def over_seeds(values: NDArray[np.floating]) -> Estimate:
    """Return the mean of one number per seed, where there are no items to generalize over.

    Example:
        >>> over_seeds(np.array([1.0, 3.0])).standard_error
        1.0
    """
    seeds = len(values)
    if seeds < 2:  # noqa: PLR2004 - a spread needs two
        raise UsageError(f"An interval needs at least 2 seeds, got {seeds}; run more seeds.")
    error = float(values.std(ddof=1) / np.sqrt(seeds))
    return Estimate(
        mean=float(values.mean()),
        standard_error=error,
        degrees=seeds - 1,
        seed_error=error,
        seed_degrees=seeds - 1,
    )


def averaged(estimates: Sequence[Estimate]) -> Estimate:
    """Return the mean of independent estimates, each with the same weight.

    Degrees of freedom are those of Welch and Satterthwaite: none of the estimates need be
    as certain as the others.

    Example:
        >>> one = Estimate(mean=1.0, standard_error=0.3, degrees=9)
        >>> averaged([one, Estimate(mean=2.0, standard_error=0.4, degrees=9)]).standard_error
        0.25
    """
    if not estimates:
        raise UsageError("An average needs at least one estimate, got none.")
    count = len(estimates)
    return Estimate(
        mean=float(np.mean([each.mean for each in estimates])),
        standard_error=_joint([each.standard_error for each in estimates]) / count,
        degrees=_welch([(each.standard_error, each.degrees) for each in estimates]),
        seed_error=_joint([each.seed_error for each in estimates]) / count,
        seed_degrees=_welch([(each.seed_error, each.seed_degrees) for each in estimates]),
    )


def _joint(errors: Sequence[float]) -> float:
    return float(np.sqrt(np.sum(np.square(errors))))


def _welch(parts: Sequence[tuple[float, float]]) -> float:
    total = sum(error**2 for error, _ in parts)
    if total == 0:
        return min(degrees for _, degrees in parts)
    return float(total**2 / sum(error**4 / degrees for error, degrees in parts))
