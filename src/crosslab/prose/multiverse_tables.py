"""What the chapter on the multiverse says: shares, what moves the estimate, single seeds."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crosslab.claims import Bar
from crosslab.contrasts import Task
from crosslab.errors import UsageError
from crosslab.multiverse import CHOICES, OUTCOMES, Rule, counted, main_effects, shares
from crosslab.numerals import points
from crosslab.prose.render import table

_TASK_OF: Final[Mapping[str, Task]] = {"gain-paraphrase": "paraphrase", "gain-nli": "nli"}
_NOTHING: Final = "No specification could be computed: its runs are not there."


def rule_of(bars: Sequence[Bar]) -> Rule:
    """Return the numbers by which the bars of the lab decide, which must be the same in all."""
    rules = {(bar.level, bar.smallest_effect_points) for bar in bars if bar.rung == "lab"}
    if len(rules) != 1:
        raise UsageError(
            "The multiverse takes one level and one smallest effect of interest, but the bars of "
            f"rung lab have {len(rules)}: {sorted(rules)}. Give them the same in claims/bars.yaml."
        )
    ((level, smallest),) = rules
    return Rule(level=level, smallest_effect_points=smallest)


def claimed_of(bars: Sequence[Bar]) -> dict[Task, float]:
    """Return the figure that is claimed for each task, as far as one is."""
    return {
        _TASK_OF[bar.claim_id]: bar.claimed_points
        for bar in bars
        if bar.rung == "lab" and bar.claim_id in _TASK_OF and bar.claimed_points is not None
    }


def shares_table(specifications: pd.DataFrame, by: str = "task") -> str:
    """Return the share of specifications that come to each outcome."""
    found = shares(specifications, by)
    return table(
        (by, *OUTCOMES[:-1], "specifications"),
        [
            (
                level,
                *(f"{100 * row[outcome]:.0f} %" for outcome in OUTCOMES[:-1]),
                int(row["specifications"]),
            )
            for level, row in found.iterrows()
        ],
    )


def effects_table(specifications: pd.DataFrame) -> str:
    """Return the mean estimate at each level of each choice, the choice that moves most first."""
    found = main_effects(specifications)
    return table(
        ("choice", "mean estimate at each level, points", "moves the estimate by, points"),
        [
            (
                choice,
                ", ".join(
                    f"{level} {points(mean)}"
                    for level, mean in zip(group["level"], group["mean estimate"], strict=True)
                ),
                f"{group['moves'].iloc[0]:.1f}",
            )
            for choice, group in found.groupby("choice", sort=False)
        ],
    )


def reading(specifications: pd.DataFrame) -> str:
    """Return what the multiverse comes to, in sentences that follow from it."""
    rows = counted(specifications)
    if rows.empty:
        return _NOTHING
    absent = specifications["outcome"] == "not-computed"
    effects = main_effects(specifications)
    first = effects.iloc[0]
    said = ", ".join(
        f"{100 * float((rows['outcome'] == name).mean()):.0f} % are {name}"
        for name in OUTCOMES[:-1]
    )
    return (
        f"Of {len(specifications)} specifications, {int((~specifications['selectable']).sum())} "
        f"take a checkpoint that nobody could have selected, "
        f"{int((~specifications['distinct'] & ~absent).sum())} have the same runs as another, for "
        f"none of these collapsed, and {int(absent.sum())} could not be computed; one may be "
        f"several of these. The other {len(rows)} count. Of them {said}. Their estimates run from "
        f"{points(rows['estimate'].min())} to {points(rows['estimate'].max())} points, and "
        f"{100 * float((rows['estimate'] > 0).mean()):.0f} % are above zero. The choice that moves "
        f"the estimate most is {first['choice']}: the means of its levels lie {first['moves']:.1f} "
        "points apart."
    )


def papers_table(summary: pd.DataFrame) -> str:
    """Return what single seeds would have reported, beside all seeds and the claimed figure."""
    header = (
        *("task", "design", "seeds", "one seed alone, points", "standard deviation"),
        *("above the claimed", "below zero", "all seeds, 95 % interval", "claimed"),
    )
    return table(
        header,
        [
            (
                row["task"],
                row["design"],
                row["seeds"],
                f"{points(row['least'])} to {points(row['most'])}",
                _number(row["standard deviation"], "{:.1f}"),
                _number(100 * row["above claimed"], "{:.0f} %"),
                f"{100 * row['below zero']:.0f} %",
                "one seed only"
                if np.isnan(row["estimate"])
                else f"{points(row['estimate'])} ({points(row['low'])} to {points(row['high'])})",
                "" if np.isnan(row["claimed"]) else points(row["claimed"]),
            )
            for row in summary.to_dict("records")
        ],
    )


def papers_words(summary: pd.DataFrame) -> str:
    """Return what a paper with one seed could have said, in sentences."""
    if summary.empty:
        return "No seed has both arms of either design."
    return " ".join(_paper_words(row) for row in summary.to_dict("records"))


def _paper_words(row: Mapping[Hashable, Any]) -> str:
    above = row["above claimed"]
    beyond = (
        ""
        if np.isnan(above)
        else f"{100 * above:.0f} % of the seeds more than the claimed figure, "
    )
    return (
        f"On {row['task']}, {row['design']}, a paper with one seed could have printed anything "
        f"from {points(row['least'])} to {points(row['most'])} points: {beyond}"
        f"{100 * row['below zero']:.0f} % {'of the seeds ' if not beyond else ''}a loss."
    )


def _number(value: float, form: str) -> str:
    return "" if np.isnan(value) else form.format(value)


def specification_table(specifications: pd.DataFrame) -> str:
    """Return every specification of the curve with its estimate, the numbers of the figure."""
    rows = specifications[
        specifications["distinct"] & (specifications["outcome"] != "not-computed")
    ].sort_values("estimate", kind="stable")
    return table(
        (*CHOICES, "estimate, 95 % interval", "outcome"),
        [
            (
                *(row[choice] for choice in CHOICES),
                f"{points(row['estimate'])} ({points(row['low'])} to {points(row['high'])})",
                row["outcome"] if row["selectable"] else f"{row['outcome']}, not selectable",
            )
            for row in rows.to_dict("records")
        ],
    )
