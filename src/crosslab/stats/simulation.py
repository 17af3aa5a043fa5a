"""How often the rule of decision is right: studies simulated with a truth that is known.

Each study is a block of gains per seed and item, as a real one is, estimated and judged by
the same functions as a real one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from crosslab.errors import UsageError
from crosslab.stats.crossed import Estimate, crossed
from crosslab.stats.decision import Criteria, Outcome, outcome
from crosslab.stats.power import power

OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Standard deviations of a gain, in points; the defaults are close to the pilot runs'."""

    seed_points: float = 1.5
    item_points: float = 2.0
    answer_points: float = 23.0  # of single answers, averaged over six languages
    items: int = 1000


def error_rates(  # noqa: PLR0913 - what a simulation may differ in, each named
    criteria: Criteria,
    *,
    seed: int,
    seeds: Sequence[int] = (3, 5, 10, 20),
    truths: Sequence[float] | None = None,
    studies: int = 1000,
    spread: Spread | None = None,
) -> pd.DataFrame:
    """Return how often each outcome is reached when the truth is known.

    One row per number of seeds, truth, and whether the size is at issue. The columns named
    after outcomes are shares of the studies. ``stated_power`` is the median of the power
    that the studies would state at their own truth; ``direction_found`` is the share that
    found the direction, which the stated power promises. With five seeds or fewer more is
    stated than held, for a spread so poorly known is as often far too small as far too
    large. All truths see the same chance.

    Args:
        criteria: The numbers of a bar, with a claimed value.
        seed: Where the draws come from.
        seeds: Numbers of seeds to simulate.
        truths: True effects in points; none, half the claimed, the claimed and its reverse
            if not given.
        studies: How many studies per number of seeds.
        spread: How much seeds, items and answers vary.
    """
    asked = _truths(criteria) if truths is None else tuple(truths)
    rng = np.random.default_rng(seed)
    rows = []
    for count in seeds:
        drawn = [crossed(block) for block in _blocks(rng, count, studies, spread or Spread())]
        for truth in asked:
            found = [replace(each, mean=each.mean + truth) for each in drawn]
            stated = np.median([power(truth, each, level=criteria.level) for each in found])
            rows += [
                {
                    "seeds": count,
                    "true_points": truth,
                    "size_at_issue": at_issue,
                    **_shares(found, replace(criteria, size_at_issue=at_issue)),
                    "stated_power": float(stated),
                }
                for at_issue in (True, False)
            ]
    return pd.DataFrame(rows)


def _truths(criteria: Criteria) -> tuple[float, ...]:
    claimed = criteria.claimed_points
    if claimed is None:
        raise UsageError("Without a claimed value the true effects must be given.")
    return (0.0, claimed / 2, claimed, -claimed)


def _shares(found: list[Estimate], criteria: Criteria) -> dict[str, float]:
    reached = [outcome(each, criteria) for each in found]
    shares: dict[str, float] = {name: reached.count(name) / len(reached) for name in OUTCOMES}
    return {**shares, "direction_found": shares["reproduced"] + shares["direction-only"]}


def _blocks(
    rng: np.random.Generator, seeds: int, studies: int, spread: Spread
) -> Iterator[NDArray[np.float32]]:
    """Yield blocks of gains with a true mean of zero.

    Answers are right or wrong, so an item's gain moves in steps; a table of such steps,
    all equally likely, is also quicker to draw from than a normal distribution.
    """
    steps = _steps()
    for _ in range(studies):
        by_seed = rng.normal(0, spread.seed_points, (seeds, 1)).astype(np.float32)
        by_item = spread.item_points * steps[rng.integers(0, steps.size, spread.items, np.uint8)]
        places = rng.integers(0, steps.size, (seeds, spread.items), np.uint8)
        yield by_seed + by_item + np.float32(spread.answer_points) * steps[places]


def _steps() -> NDArray[np.float32]:
    """Return 256 equally likely steps with mean 0 and standard deviation 1."""
    steps = binom.ppf((np.arange(256) + 0.5) / 256, 24, 0.5)
    standard: NDArray[np.float32] = ((steps - steps.mean()) / steps.std()).astype(np.float32)
    return standard
