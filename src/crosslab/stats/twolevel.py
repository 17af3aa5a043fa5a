"""Intervals that count both kinds of chance: other seeds and other test items."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from crosslab.errors import UsageError


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value between its bounds."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over seeds and items, with its standard error and degrees of freedom."""

    mean: float
    standard_error: float
    degrees: int

    def interval(self, level: float) -> Interval:
        """Return the two-sided t interval at this level."""
        reach = float(stats.t.ppf((1 + level) / 2, self.degrees)) * self.standard_error
        return Interval(self.mean, self.mean - reach, self.mean + reach)

    def p_greater(self) -> float:
        """Return the one-sided p value against a mean of zero or less."""
        if self.standard_error == 0:
            return float(self.mean <= 0)
        return float(stats.t.sf(self.mean / self.standard_error, self.degrees))


def two_level(
    values: NDArray[np.float64], *, rng: np.random.Generator, resamples: int = 2000
) -> Estimate:
    """Return the mean of ``values`` and how far it would move with other seeds and items.

    Seeds and items are resampled with replacement, both at once; languages stay fixed,
    they are what the claim is about. With few seeds a plain percentile interval is too
    narrow twice over: resampling shrinks the spread between S seeds by (S - 1) / S, and
    the tails are those of a t distribution. Both are put right here. What remains is
    caution: chance that belongs to a single answer, neither to its seed nor to its item,
    is counted with both, so the interval is rather too wide than too narrow.

    Args:
        values: One number per seed and item, shape ``(seeds, items)``.
        rng: Where the draws come from.
        resamples: How many times seeds and items are drawn anew.

    Raises:
        UsageError: There are fewer than two seeds or two items, or a value is no number.

    Example:
        >>> two_level(np.ones((3, 5)), rng=np.random.default_rng(0))
        Estimate(mean=1.0, standard_error=0.0, degrees=2)
    """
    seeds, items = values.shape
    if min(seeds, items) < 2:  # noqa: PLR2004 - a spread needs two
        raise UsageError(
            f"An interval needs at least 2 seeds and 2 items, got {seeds} and {items}; "
            "run more seeds."
        )
    if not np.isfinite(values).all():
        raise UsageError("An interval needs numbers; some values are infinite or not a number.")
    by_seed = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=resamples) / seeds
    by_item = rng.multinomial(items, np.full(items, 1 / items), size=resamples) / items
    means = ((by_seed @ values) * by_item).sum(axis=1)  # (resamples,)
    spread = float(means.std(ddof=1)) * np.sqrt(seeds / (seeds - 1))
    return Estimate(float(values.mean()), float(spread), seeds - 1)
