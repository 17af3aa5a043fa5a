"""What the comparison of two single runs can show, from accuracies and test-set sizes alone.

Nobody publishes which items a system got right, so the chance in a difference of two runs
is known only between bounds. They are given as bounds, with the assumption each stands on:
the floor takes the languages' errors as independent, the ceiling as fully parallel, as if
one item were right or wrong in all languages at once. Points run from 0 to 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, inf, sqrt
from typing import Final

from scipy import optimize, stats

MOST_RUNS: Final = 10_000  # a study that needs more is not a study


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most a quantity can be under stated assumptions."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """On which share of items exactly one of two runs is right, under three assumptions."""

    least: float  # every answer that changed, changed the same way
    unrelated: float  # the runs agree no more than their accuracies force them to by chance
    greatest: float  # they agree as little as their accuracies allow


@dataclass(frozen=True, slots=True)
class Noise:
    """A standard error or deviation in points, and how many degrees of freedom it rests on."""

    points: float
    degrees: float


def accuracy_error_points(accuracy_points: float, items: int) -> float:
    """Return the binomial standard error of one accuracy.

    Example:
        >>> round(accuracy_error_points(82, 2000), 2)
        0.86
    """
    return sqrt(accuracy_points * (100 - accuracy_points) / items)


def average_error(errors: Sequence[float]) -> Bounds:
    """Return the standard error of an unweighted average over languages.

    The floor holds for independent items in each language, the ceiling for fully parallel
    ones; anything between is possible as long as no two languages' errors are opposed.

    Example:
        >>> average_error([1.0, 1.0, 1.0, 1.0])
        Bounds(low=0.5, high=1.0)
    """
    return Bounds(hypot(*errors) / len(errors), sum(errors) / len(errors))


def disagreement(control_points: float, gain_points: float) -> Disagreement:
    """Return the share of items that only one of two runs gets right."""
    control, treated = control_points / 100, (control_points + gain_points) / 100
    return Disagreement(
        least=abs(gain_points) / 100,
        unrelated=control * (1 - treated) + treated * (1 - control),
        greatest=min(control + treated, 2 - control - treated),
    )


def paired_error_points(disagreeing: float, gain_points: float, items: int) -> float:
    """Return the standard error of a difference of two runs on the same items.

    Per item the difference is 1, 0 or -1; its variance is the share of items that disagree
    less the squared gain.

    Example:
        >>> round(paired_error_points(0.10, 2.0, 2000), 3)
        0.706
    """
    return 100 * sqrt(max(0.0, disagreeing - (gain_points / 100) ** 2) / items)


def rerun_noise(groups: Sequence[Sequence[float]]) -> Noise:
    """Return the standard deviation between runs of one system, pooled over systems.

    Example:
        >>> rerun_noise([[1.0, 3.0], [10.0, 12.0]])
        Noise(points=1.4142135623730951, degrees=2)
    """
    degrees = sum(len(group) - 1 for group in groups)
    squares = sum((value - sum(group) / len(group)) ** 2 for group in groups for value in group)
    return Noise(sqrt(squares / degrees), degrees)


def difference_noise(item_error: float, rerun: Noise, *, runs: int = 1) -> Noise:
    """Return the standard error of a difference, test items and re-runs both counted.

    The error from test items is taken as known; that of re-runs as estimated, which the
    degrees of freedom carry (Welch and Satterthwaite). What a single answer does by itself
    is counted in both, so this is rather too large than too small.
    """
    between = 2 * rerun.points**2 / runs
    total = item_error**2 + between
    degrees = rerun.degrees * (total / between) ** 2 if between else inf
    return Noise(sqrt(total), degrees)


def half_width(noise: Noise, level: float) -> float:
    """Return how far the two-sided interval reaches to either side."""
    return float(stats.t.ppf((1 + level) / 2, noise.degrees)) * noise.points


def p_greater(gain_points: float, noise: Noise) -> float:
    """Return the one-sided p value of a gain against none."""
    return float(stats.t.sf(gain_points / noise.points, noise.degrees))


def power(effect_points: float, noise: Noise, *, level: float) -> float:
    """Return the chance that a one-sided test at ``level`` finds a true effect of this size."""
    shift = effect_points / noise.points
    if noise.degrees == inf:
        return float(stats.norm.sf(stats.norm.isf(level) - shift))
    return float(stats.nct.sf(stats.t.isf(level, noise.degrees), noise.degrees, shift))


def detectable_points(noise: Noise, *, level: float, wanted: float) -> float:
    """Return the smallest effect that is found with the wanted power.

    Example:
        >>> round(detectable_points(Noise(1.0, inf), level=0.05, wanted=0.8), 3)
        2.486
    """

    def lack(effect: float) -> float:
        return power(effect, noise, level=level) - wanted

    return float(optimize.brentq(lack, 0.0, 50 * noise.points))


def runs_needed(
    effect_points: float, *, item_error: float, rerun: Noise, level: float, wanted: float
) -> int | None:
    """Return how many runs per arm find an effect with the wanted power.

    A planned study estimates the noise between runs from its own runs, so the degrees of
    freedom come from them. More runs never remove the error of the test items: if that
    alone leaves too little power there is no such number, and nothing is returned.
    """
    if item_error and power(effect_points, Noise(item_error, inf), level=level) < wanted:
        return None
    for runs in range(2, MOST_RUNS):
        planned = Noise(rerun.points, 2 * (runs - 1))
        noise = difference_noise(item_error, planned, runs=runs)
        if power(effect_points, noise, level=level) >= wanted:
            return runs
    return None


def largest_rerun_points(gain_points: float, item_error: float, *, level: float) -> float | None:
    """Return the noise between runs above which the interval of a gain takes in zero.

    Nothing is returned where the test items alone let it. The noise is taken as known, so
    this is the most that could be granted.
    """
    reach = gain_points / float(stats.norm.ppf((1 + level) / 2))
    left = reach**2 - item_error**2
    return sqrt(left / 2) if left > 0 else None
