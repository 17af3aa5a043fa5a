"""The estimate and its outcome under every choice that somebody could defend.

A verdict rests on one way to look at the runs, fixed before. How much hangs on that
way is seen by taking every other: each combination of choices is a specification.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crosslab.arms import CONTROL
from crosslab.checkpoints import BEST_SOURCE_DEV, LAST, ORACLE
from crosslab.contrasts import (
    CHECKPOINTS,
    EXPERIMENT_OF,
    SETTINGS,
    Answered,
    Contrast,
    Sample,
    Task,
)
from crosslab.evidence import estimate_of
from crosslab.stats import decision
from crosslab.stats.crossed import Estimate

Outcome = decision.Outcome | Literal["not-computed"]
# No size is at issue, so nothing is ever "reproduced".
OUTCOMES: Final[tuple[Outcome, ...]] = (
    "direction-only",
    "inconclusive",
    "contradicted",
    "not-computed",
)

TREATED: Final = ("smoothing-synonyms", "smoothing-synonyms-static")
CONTROLS: Final = (CONTROL, "clean-matched")
ARMS: Final = (*TREATED, *CONTROLS)
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "task": tuple(EXPERIMENT_OF),
    "setting": tuple(SETTINGS),
    "checkpoint": CHECKPOINTS,
    "treated": TREATED,
    "control": CONTROLS,
    "seeds": ("all", "first half", "second half"),
    "collapsed runs": ("in", "out"),
}
# The way that the bars of the claims with a figure fixed, and the one of the released code.
BY_THE_BAR: Final = Contrast(
    setting="same-language", treated="smoothing-synonyms", control=CONTROL, checkpoint=LAST
)
AS_RELEASED: Final = Contrast(
    setting="same-language",
    treated="smoothing-synonyms-static",
    control=CONTROL,
    checkpoint=BEST_SOURCE_DEV,
)
DESIGNS: Final[Mapping[str, Contrast]] = {"by the bar": BY_THE_BAR, "as released": AS_RELEASED}

_SUMMARY: Final = (
    *("task", "design", "seeds", "least", "most", "standard deviation", "above claimed"),
    *("below zero", "claimed", "estimate", "low", "high", "outcome"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The numbers that turn an interval into an outcome, as the bars have them."""

    level: float
    smallest_effect_points: float

    @property
    def criteria(self) -> decision.Criteria:
        """The same as the rule of decision takes it."""
        return decision.Criteria(
            claimed_points=None,
            size_at_issue=False,
            smallest_effect_points=self.smallest_effect_points,
            equivalence_points=None,
            level=self.level,
        )


def specifications(found: Answered, rule: Rule) -> pd.DataFrame:
    """Return the estimate and the outcome under every specification, one row each.

    ``selectable`` is false where the checkpoint was chosen with labels of the targets,
    which nobody has. ``distinct`` is false where leaving collapsed runs out leaves the
    same runs as keeping them: the row is there, but it is no second opinion.
    """
    rows = [row for contrast_of in _contrasts() for row in _rows(found, rule, *contrast_of)]
    return pd.DataFrame(rows)


def _contrasts() -> Iterator[tuple[Task, Contrast]]:
    for task, setting, checkpoint, treated, control in product(
        EXPERIMENT_OF, SETTINGS, CHECKPOINTS, TREATED, CONTROLS
    ):
        yield (
            task,
            Contrast(setting=setting, checkpoint=checkpoint, treated=treated, control=control),
        )


def _rows(found: Answered, rule: Rule, task: Task, contrast: Contrast) -> Iterator[dict[str, Any]]:
    sample = found.sample(task, contrast)
    collapsed = found.collapsed(task, contrast) if sample else frozenset()
    for seeds in CHOICES["seeds"]:
        chosen = _chosen(sample.seeds, seeds) if sample else ()
        left = tuple(seed for seed in chosen if seed not in collapsed)
        kept = _estimated(sample, chosen, rule)
        for runs, used, result in (
            ("in", chosen, kept),
            ("out", left, kept if left == chosen else _estimated(sample, left, rule)),
        ):
            yield {
                "task": task,
                "setting": contrast.setting,
                "checkpoint": contrast.checkpoint,
                "treated": contrast.treated,
                "control": contrast.control,
                "seeds": seeds,
                "collapsed runs": runs,
                **result,
                "seeds used": len(used),
                "collapsed seeds": len(chosen) - len(left),
                "selectable": contrast.checkpoint != ORACLE,
                "distinct": runs == "in" or left != chosen,
            }


def _chosen(seeds: tuple[int, ...], choice: str) -> tuple[int, ...]:
    half = len(seeds) // 2
    return {"all": seeds, "first half": seeds[:half], "second half": seeds[half:]}[choice]


def _estimated(sample: Sample | None, seeds: tuple[int, ...], rule: Rule) -> dict[str, Any]:
    """Return estimate, bounds and outcome over some seeds; of fewer than two, none of these."""
    if sample is None or len(seeds) < 2:  # noqa: PLR2004 - a spread needs two
        empty = dict.fromkeys(("estimate", "low", "high"), np.nan)
        return {**empty, "outcome": "not-computed"}
    places = [sample.seeds.index(seed) for seed in seeds]
    found = estimate_of(sample.values[places])
    interval = found.interval(rule.level)
    return {
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "outcome": outcome(found, rule),
    }


def outcome(found: Estimate, rule: Rule) -> Outcome:
    """Return what an estimate comes to by the rule of the bars; no size is at issue."""
    if found.standard_error == 0:
        return "inconclusive"  # both arms gave the same answers: nothing was compared
    return decision.outcome(found, rule.criteria)


def counted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the specifications that count: computed, selectable, each set of runs once."""
    keep = table["selectable"] & table["distinct"] & (table["outcome"] != "not-computed")
    return table[keep]


def shares(table: pd.DataFrame, by: str = "task") -> pd.DataFrame:
    """Return the share of each outcome among the specifications that count, and their number."""
    rows = counted(table)
    found = pd.crosstab(rows[by], rows["outcome"], normalize="index")
    found = found.reindex(columns=OUTCOMES[:-1], fill_value=0.0)
    found["specifications"] = rows.groupby(by).size()
    return found.reindex([level for level in CHOICES[by] if level in found.index])


def main_effects(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean estimate at each level of each choice, the choice that moves most first.

    A level is averaged over those combinations of the other choices that are computed at
    every level of this one, selectable ones only, so that levels differ in nothing else.
    ``moves`` is how far the levels of the choice lie apart.
    """
    computed = table[table["selectable"] & (table["outcome"] != "not-computed")]
    rows = []
    for choice, levels in CHOICES.items():
        others = [name for name in CHOICES if name != choice]
        matched = computed.pivot_table(index=others, columns=choice, values="estimate").dropna()
        means = matched.mean()
        moves = float(means.max() - means.min())
        rows += [(choice, level, float(means[level]), moves) for level in levels if level in means]
    found = pd.DataFrame(rows, columns=["choice", "level", "mean estimate", "moves"])
    found = found.dropna().sort_values("moves", ascending=False, kind="stable")
    return found.reset_index(drop=True)


def single_seed_gains(found: Answered) -> pd.DataFrame:
    """Return what a paper with one seed would have printed, per task, design and seed."""
    rows = [
        (task, design, seed, float(gain))
        for task, design, sample in _design_samples(found)
        for seed, gain in zip(sample.seeds, sample.values.mean(axis=1), strict=True)
    ]
    return pd.DataFrame(rows, columns=["task", "design", "seed", "gain"])


def single_seed_summary(found: Answered, rule: Rule, claimed: Mapping[Task, float]) -> pd.DataFrame:
    """Return, per task and design, what single seeds range over beside what all of them say.

    ``above claimed`` and ``below zero`` are shares of the seeds; the first is no number
    where no figure is claimed.
    """
    rows = [
        {
            "task": task,
            "design": design,
            **_alone(sample.values.mean(axis=1), claimed.get(task, np.nan)),
            **_estimated(sample, sample.seeds, rule),
        }
        for task, design, sample in _design_samples(found)
    ]
    return pd.DataFrame(rows, columns=_SUMMARY)


def _design_samples(found: Answered) -> Iterator[tuple[Task, str, Sample]]:
    for task, (design, contrast) in product(EXPERIMENT_OF, DESIGNS.items()):
        sample = found.sample(task, contrast)
        if sample is not None:
            yield task, design, sample


def _alone(gains: NDArray[np.float64], claimed: float) -> dict[str, float]:
    """Return what single seeds range over, and how they stand to zero and to the claim."""
    return {
        "seeds": len(gains),
        "least": gains.min(),
        "most": gains.max(),
        "standard deviation": gains.std(ddof=1) if len(gains) > 1 else np.nan,
        "above claimed": np.nan if np.isnan(claimed) else (gains > claimed).mean(),
        "below zero": (gains < 0).mean(),
        "claimed": claimed,
    }
