"""Figures of the chapters on the questions: differences, and what is left under attack."""

from collections.abc import Mapping, Sequence
from math import ceil
from textwrap import fill
from typing import Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crosslab.arms import CLAIMED_ARMS, SIZES
from crosslab.comparing import Comparison
from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import (
    ARM_STYLE,
    BOUNDS,
    ESTIMATE,
    HIGH,
    LEVEL,
    LOW,
    SMALL,
    bounds,
    canvas,
    draw_intervals,
    tidy,
)
from crosslab.measures.classified import RANDOM, WORST
from crosslab.measures.searched import MIXING, NOISE, SYNONYMS
from crosslab.numerals import level, listed, points
from crosslab.stats.crossed import Estimate, crossed

ALIGNING_STYLE: Final = {
    "contrastive-mono": ("#0072B2", "o"),
    "contrastive-cross": ("#009E73", "^"),
    "hybrid-batch": ("#D55E00", "s"),
    "labse": ("#CC79A7", "v"),
}
_DECIDES, _BESIDE = "decides", "stands beside"
_LOOKS: Final = {_DECIDES: ("#D55E00", "s"), _BESIDE: ("#0072B2", "o")}
_LINES: Final = {WORST: "-", RANDOM: ":"}
_ABREAST: Final = 2  # panels beside each other, or the names of sizes meet
_ABSENT: Final = "no runs of this question in this folder"
_ATTACKS: Final = {
    NOISE: "noise on embeddings",
    SYNONYMS: "synonyms",
    MIXING: "words of other languages",
}
_BUDGETS: Final = {NOISE: "radius", SYNONYMS: "words at most", MIXING: "words at most"}


def differences(
    parts: Mapping[str, Estimate], beside: Mapping[str, Estimate], smallest_points: float
) -> Shown:
    """Return every difference of a bar, what decides above what stands beside it.

    Grey is what lies between zero and the smallest effect of interest.
    """
    data = pd.DataFrame(
        [
            {"difference": name, "role": role, **bounds(found.interval(LEVEL))}
            for role, every in ((_DECIDES, parts), (_BESIDE, beside))
            for name, found in every.items()
        ],
        columns=["difference", "role", *BOUNDS],
    )
    if data.empty:
        return nothing(_ABSENT, list(data.columns))
    figure, ((axes,),) = canvas(0.5 * len(data) + 1.1)
    for role, (colour, marker) in _LOOKS.items():
        mine = data[data["role"] == role]
        draw_intervals(axes, mine, mine.index.to_numpy(), colour=colour, marker=marker, label="")
    axes.axvline(0, color="0.2", linewidth=1)
    axes.axvspan(0, smallest_points, color="0.9", zorder=0)
    axes.axhline(len(parts) - 0.5, color="0.7", linewidth=0.8)
    tidy(axes, [fill(name, 36) for name in data["difference"]], "difference, points")
    axes.tick_params(axis="y", labelsize=SMALL)
    return Shown(figure=figure, finding=_differences_finding(data), data=data)


def _differences_finding(data: pd.DataFrame) -> str:
    deciding, beside = (data[data["role"] == role] for role in _LOOKS)
    said = ["Dot plot of differences between arms, in points."]
    if len(deciding):
        each = [f'"{row["difference"]}" {findings.gain(row)}' for row in findings.marks(deciding)]
        said.append(
            f"What decides: {'; '.join(each)}; {findings.off_zero(deciding, cautioned=False)}."
        )
    if len(beside):
        extremes = f"; {_ends(beside)}" if len(beside) > 1 else ""
        said.append(f"Beside it, {findings.off_zero(beside, cautioned=True)}{extremes}.")
    return " ".join(said)


def _ends(beside: pd.DataFrame) -> str:
    """Return which differences are highest and which lowest."""
    quoted = beside.assign(difference=[f'"{name}"' for name in beside["difference"]])
    ends = findings.ends(quoted, "difference", number=points, whole=findings.gain)
    if len(ends) == 1:
        return ends[0].alike
    lowest, highest = ends
    return listed(
        [
            f"{side} {'are' if end.several else 'is'} {end.who}, {end.said}"
            for side, end in (("highest", highest), ("lowest", lowest))
        ]
    )


def under_attack(compared: Comparison) -> Shown:
    """Return what searches still find against the budget of each attack, one line per arm."""
    arms = [arm for arm in ALIGNING_STYLE if arm in compared.arms]
    titles = _titles(compared)
    data = _attacked(compared, arms, titles)
    if data.empty:
        return nothing(_ABSENT, list(data.columns))
    figure, (panels,) = canvas(3.6, columns=len(_ATTACKS), sharey=True)
    for axes, (kind, title) in zip(panels, titles.items(), strict=True):
        panel = data[data["attack"] == title]
        for (arm, sought), rows in panel.groupby(["arm", "sought"], sort=False):
            _curve(axes, rows, arm=str(arm), line=_LINES[str(sought)])
        axes.set_title(fill(title, 24), fontsize=10)
        axes.set_xlabel(_BUDGETS[kind])
        axes.grid(color="0.92")
        axes.set_axisbelow(True)
        sns.despine(ax=axes)
    panels[0].set_ylabel("mean average precision, points")
    for arm in arms:
        colour, marker = ALIGNING_STYLE[arm]
        panels[0].plot([], [], color=colour, marker=marker, label=arm)
    figure.legend(loc="outside upper center", ncols=len(arms), frameon=False, fontsize=SMALL)
    return Shown(figure=figure, finding=_attacked_finding(data), data=data)


def _titles(compared: Comparison) -> dict[str, str]:
    """Return what each attack is called, and where it could be looked at in English alone."""
    run = next(iter(compared.runs.values()), None)
    asked = {kind: run.attacked_in(kind) if run else "" for kind in _ATTACKS}
    return {
        kind: name + (", English queries" if asked[kind] == "source" else "")
        for kind, name in _ATTACKS.items()
    }


def _attacked(compared: Comparison, arms: Sequence[str], titles: Mapping[str, str]) -> pd.DataFrame:
    """Return a row per attack, arm, way to seek and budget; intervals of the worst case alone."""
    rows = []
    for arm in arms:
        for (kind, sought), left in compared.left(arm).items():
            for budget, values in left.items():
                found = {ESTIMATE: float(values.mean())}
                if sought == WORST and len(values) > 1:  # a spread needs two seeds
                    found = bounds(crossed(values).interval(LEVEL))
                named = {"attack": titles[kind], "arm": arm, "sought": sought}
                rows.append({**named, "budget": budget, **found})
    return pd.DataFrame(rows, columns=["attack", "arm", "sought", "budget", *BOUNDS])


def _curve(axes: Axes, rows: pd.DataFrame, *, arm: str, line: str) -> None:
    """Draw a line over evenly spaced budgets, with a band where there are intervals."""
    colour, marker = ALIGNING_STYLE[arm]
    places = np.arange(len(rows))
    axes.plot(
        places, rows[ESTIMATE], line, color=colour, marker=marker, markersize=4, linewidth=1.2
    )
    if rows[LOW].notna().all():
        axes.fill_between(places, rows[LOW], rows[HIGH], color=colour, alpha=0.15, lw=0)
    axes.set_xticks(places, [f"{each:g}" for each in rows["budget"]])


def _attacked_finding(data: pd.DataFrame) -> str:
    unharmed = data[data["budget"] == 0].drop_duplicates(["arm"])
    said = [
        "Falling lines of mean average precision in points, one per arm, full under the worst "
        "change found and dotted under random ones."
    ]
    if len(unharmed):
        first = unharmed["attack"].iloc[0]
        said.append(f"Unharmed, where {first} begins, {_extremes(unharmed)}.")
    left = []
    for attack, panel in data.groupby("attack", sort=False):
        last = panel[panel["budget"] == panel["budget"].max()]
        worst, chance = (last[last["sought"] == sought] for sought in (WORST, RANDOM))
        among = f", random changes {_span(chance)}" if len(chance) else ""
        left.append(
            f"of {attack} ({last['budget'].iloc[0]:g}) the worst change leaves "
            f"{findings.span(worst, 'arm')}{among}"
        )
    return " ".join([*said, f"At the largest budget {'; '.join(left)}."])


def _span(rows: pd.DataFrame) -> str:
    low, high = level(rows[ESTIMATE].min()), level(rows[ESTIMATE].max())
    return low if low == high else f"{low} to {high}"


def _extremes(rows: pd.DataFrame) -> str:
    """Return which arm is highest and which lowest."""
    return findings.highest_and_lowest(rows, "arm", alone="finds")


def by_size(compared: Comparison, measures: Sequence[str], names: Sequence[str]) -> Shown:
    """Return some measures of every method against the size of the encoder."""
    data = _sized(compared, measures, names)
    if data.empty:
        return nothing(_ABSENT, list(data.columns))
    rows = ceil(len(names) / _ABREAST)
    figure, grid = canvas(2.7 * rows + 0.5, rows=rows, columns=min(len(names), _ABREAST))
    panels, sizes = list(grid.flat), list(SIZES)
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    for axes, name in zip(panels, names, strict=False):
        for shift, method in enumerate(CLAIMED_ARMS):
            colour, marker = ARM_STYLE[method]
            mine = data[(data["measure"] == name) & (data["method"] == method)]
            places = mine["size"].map(sizes.index) + 0.15 * (shift - 1.5)
            draw_intervals(
                axes, mine, places.to_numpy(), colour=colour, marker=marker, label=method,
                standing=True,
            )  # fmt: skip
        axes.set_xticks(range(len(sizes)), sizes, fontsize=SMALL)
        axes.set_xlim(-0.6, len(sizes) - 0.4)
        axes.set_title(name, fontsize=10)
        axes.set_ylabel("points")
        axes.grid(axis="y", color="0.92")
        axes.set_axisbelow(True)
        sns.despine(ax=axes)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside upper center", ncols=len(CLAIMED_ARMS), frameon=False,
        fontsize=SMALL,
    )  # fmt: skip
    return Shown(figure=figure, finding=_sizes_finding(data), data=data)


def _sized(compared: Comparison, measures: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """Return a row per measure, size and method that has two runs."""
    rows = [
        {"measure": name, "size": size, "method": method, **bounds(found.interval(LEVEL))}
        for measure, name in zip(measures, names, strict=True)
        for method in CLAIMED_ARMS
        for size in SIZES
        if (found := compared.level(measure, f"{method}-{size}")) is not None
    ]
    return pd.DataFrame(rows, columns=["measure", "size", "method", *BOUNDS])


def _sizes_finding(data: pd.DataFrame) -> str:
    said = ["Dot plots in points, a panel per measure, against the size of the encoder."]
    for measure, rows in data.groupby("measure", sort=False):
        named = rows.assign(named=rows["method"] + " " + rows["size"])
        means = rows.groupby("size", sort=False)[ESTIMATE].mean()
        levels = [f"{level(means[size])} {size}" for size in SIZES if size in means]
        said.append(
            f"{str(measure)[0].upper()}{str(measure)[1:]}: on average over methods "
            f"{listed(levels)}; {findings.highest(named, 'named')}."
        )
    return " ".join(said)
