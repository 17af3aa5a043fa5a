"""Figures of the multiverse: every specification in one curve, and what single seeds say.

Colours are from the Okabe-Ito set, and markers tell the same apart without them.
"""

from collections.abc import Mapping
from math import isnan
from typing import Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosslab.contrasts import Task
from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import (
    BOUNDS,
    ESTIMATE,
    HIGH,
    LOW,
    SMALL,
    canvas,
    draw_intervals,
)
from crosslab.multiverse import BY_THE_BAR, CHOICES
from crosslab.numerals import counted, listed, points

OUTCOME_STYLE: Final = {
    "direction-only": ("#0072B2", "^"),
    "inconclusive": ("#7F7F7F", "o"),
    "contradicted": ("#D55E00", "v"),
}
_ALONE, _TOGETHER, _CLAIMED = "one seed alone", "all seeds", "claimed"
_ENDS: Final = ("estimate", "low", "high")


def specification_curve(table: pd.DataFrame, claimed: Mapping[Task, float]) -> Shown:
    """Return every distinct specification by its estimate, and below it what was chosen.

    Specifications whose checkpoint nobody could have selected are hollow.
    """
    rows = table[table["distinct"] & (table["outcome"] != "not-computed")]
    rows = rows.sort_values("estimate", kind="stable").reset_index(drop=True)
    levels = [(choice, level) for choice, all_ in CHOICES.items() for level in all_]
    figure, ((curve,), (marks,)) = canvas(
        7.4, rows=2, sharex=True, height_ratios=(3, 0.22 * len(levels))
    )
    _draw_curve(curve, rows)
    _draw_claimed(curve, claimed, len(rows))
    _draw_marks(marks, rows, levels)
    _legend(figure, curve, columns=4)
    data = _specified(rows, claimed)
    return Shown(figure=figure, finding=_curve_finding(rows, claimed), data=data)


def _specified(rows: pd.DataFrame, claimed: Mapping[Task, float]) -> pd.DataFrame:
    """Return a row per specification, from least to greatest, and one per claimed figure."""
    named = rows.rename(columns={"estimate": ESTIMATE, "low": LOW, "high": HIGH})
    own = named.index.isin(_own_places(rows))
    drawn = named.assign(mark="specification", place=named.index, **{"by the bar": own})
    claims = [{"mark": _CLAIMED, "task": task, ESTIMATE: value} for task, value in claimed.items()]
    columns = ["mark", "place", *CHOICES, *BOUNDS, "outcome", "selectable", "by the bar"]
    found = pd.DataFrame([*findings.marks(drawn), *claims], columns=columns)
    return found.astype({"place": "Int64"})


def _curve_finding(rows: pd.DataFrame, claimed: Mapping[Task, float]) -> str:
    hollow = int((~rows["selectable"].astype(bool)).sum())
    also = f", {hollow} of them with a checkpoint that nobody could select" if hollow else ""
    said = f"Specification curve of {counted(len(rows), 'estimate')} of a gain, in points{also}. "
    if rows.empty:
        return f"{said}No specification could be computed."
    counts = rows["outcome"].value_counts()
    outcomes = [f"{counts[name]} {name}" for name in OUTCOME_STYLE if name in counts]
    low, high = rows["estimate"].iloc[0], rows["estimate"].iloc[-1]
    ahead = int((rows["estimate"] > 0).sum())
    said += (
        f"They run from {points(low)} to {points(high)}, {ahead} above zero; by the rule of the "
        f"bars {listed(outcomes)}."
    )
    own = rows.loc[_own_places(rows)].rename(columns=dict(zip(_ENDS, BOUNDS, strict=True)))
    if len(own):
        bars = [f"{row['task']} {findings.gain(row)}" for row in findings.marks(own)]
        said += f" The bars fixed: {'; '.join(bars)}."
    reached = [_reached(rows, task, value) for task, value in claimed.items()]
    return f"{said} {' '.join(reached)}".rstrip()


def _reached(rows: pd.DataFrame, task: Task, claimed: float) -> str:
    """Return how many estimates on a task reach the figure that is claimed."""
    estimates = rows.loc[rows["task"] == task, "estimate"]
    return (
        f"The {points(claimed)} claimed on {task} is reached by "
        f"{int((estimates >= claimed).sum())} of {counted(len(estimates), 'estimate')}."
    )


def _legend(figure: Figure, axes: Axes, columns: int) -> None:
    """Name each kind of mark once, however often it was drawn."""
    handles = {
        label: handle for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(), handles.keys(), loc="outside upper center", ncols=columns,
        frameon=False, columnspacing=1.2, handletextpad=0.3,
    )  # fmt: skip


def _draw_curve(axes: Axes, rows: pd.DataFrame) -> None:
    for name, (colour, marker) in OUTCOME_STYLE.items():
        part = rows[rows["outcome"] == name]
        axes.vlines(part.index, part["low"], part["high"], color=colour, alpha=0.25, lw=0.8)
        for selectable, fill in ((True, colour), (False, "white")):
            some = part[part["selectable"] == selectable]
            axes.scatter(
                some.index, some["estimate"], s=11, marker=marker, facecolor=fill,
                edgecolor=colour, linewidth=0.6, zorder=3,
                label=name if selectable else None,
            )  # fmt: skip
    axes.scatter([], [], s=11, facecolor="white", edgecolor="0.2", label="not selectable")
    own = _own_places(rows)
    axes.scatter(
        own, rows["estimate"][own], s=70, marker="*", color="black", edgecolor="white",
        linewidth=0.5, zorder=4, label="by the bar",
    )  # fmt: skip
    axes.axhline(0, color="0.2", linewidth=1)
    axes.set_ylabel("estimate, 95 % interval,\naccuracy points")
    axes.grid(axis="y", color="0.9")
    axes.set_axisbelow(True)
    sns.despine(ax=axes, bottom=True)
    axes.tick_params(axis="x", length=0)


def _own_places(rows: pd.DataFrame) -> "pd.Index[int]":
    """Return where the specifications stand that the bars of the two tasks fixed."""
    fixed = {
        "setting": BY_THE_BAR.setting,
        "checkpoint": BY_THE_BAR.checkpoint,
        "treated": BY_THE_BAR.treated,
        "control": BY_THE_BAR.control,
        "seeds": "all",
        "collapsed runs": "in",
    }
    return rows.index[(rows[list(fixed)] == pd.Series(fixed)).all(axis=1)]


def _draw_claimed(axes: Axes, claimed: Mapping[Task, float], count: int) -> None:
    """Draw the claimed figure of each task as a line of its own kind."""
    for style, (task, value) in zip((":", "--"), claimed.items(), strict=False):
        axes.axhline(value, color="0.2", linestyle=style, linewidth=1, label=f"claimed, {task}")
    axes.set_xlim(-1.5, count + 0.5)


def _draw_marks(axes: Axes, rows: pd.DataFrame, levels: list[tuple[str, str]]) -> None:
    """Draw a tick where a specification makes a choice, in the colour of its outcome."""
    for place, (choice, level) in enumerate(levels):
        for name, (colour, _) in OUTCOME_STYLE.items():
            where = rows.index[(rows[choice] == level) & (rows["outcome"] == name)]
            axes.vlines(where, place - 0.38, place + 0.38, color=colour, linewidth=0.8)
    axes.set_yticks(range(len(levels)), [_label(*each) for each in levels], fontsize=SMALL)
    axes.set_ylim(len(levels) - 0.4, -0.6)
    ends = np.cumsum([len(each) for each in CHOICES.values()])[:-1]
    for end in ends:
        axes.axhline(end - 0.5, color="0.7", linewidth=0.6)
    axes.set_xlabel("specifications, sorted by estimate")
    axes.tick_params(axis="y", length=0)
    sns.despine(ax=axes, left=True)


def _label(choice: str, level: str) -> str:
    """Return a level, with its choice where the level alone does not say it."""
    return f"{choice}: {level}" if choice in ("seeds", "collapsed runs") else level


def single_seed_figure(gains: pd.DataFrame, summary: pd.DataFrame) -> Shown:
    """Return each seed's own gain beside the interval over all seeds and the claimed figure."""
    data = _single(gains, summary)
    if summary.empty:
        return nothing("no task was run under any seed", list(data.columns))
    figure, ((axes,),) = canvas(0.75 * len(summary) + 1.3)
    for place, (task, design) in enumerate(zip(summary["task"], summary["design"], strict=True)):
        _draw_seeds(axes, data[(data["task"] == task) & (data["design"] == design)], place)
    axes.axvline(0, color="0.2", linewidth=1)
    labels = [
        f"{task}\n{design}" for task, design in zip(summary["task"], summary["design"], strict=True)
    ]
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlabel("gain, accuracy points")
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    sns.despine(ax=axes, left=True)
    _legend(figure, axes, columns=3)
    return Shown(figure=figure, finding=_single_finding(summary), data=data)


def _single(gains: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
    """Return a row per mark: every seed alone, all of them together, what is claimed."""
    columns = ["task", "design", "mark", "seed", *BOUNDS]
    alone = gains.rename(columns={"gain": ESTIMATE}).assign(mark=_ALONE)
    together = summary.rename(columns=dict(zip(_ENDS, BOUNDS, strict=True))).assign(mark=_TOGETHER)
    claimed = summary[["task", "design"]].assign(mark=_CLAIMED, **{ESTIMATE: summary["claimed"]})
    parts = [
        each.dropna(subset=[ESTIMATE]).reindex(columns=[*columns[:3], "seed", *BOUNDS])
        for each in (alone, together.drop(columns="seeds"), claimed)
    ]
    rows = [row for part in parts for row in part.to_dict("records")]
    found = pd.DataFrame(rows, columns=columns).astype({"seed": "Int64"})
    return found.astype(dict.fromkeys(BOUNDS, float))


def _single_finding(summary: pd.DataFrame) -> str:
    said = ["Dot plot of the gain under every seed alone, in points."]
    for row in findings.marks(summary.rename(columns=dict(zip(_ENDS, BOUNDS, strict=True)))):
        number = row["seeds"]
        together = "" if isnan(row[ESTIMATE]) else f", together {findings.gain(row)}"
        claim = row["claimed"]
        above = (
            ""
            if isnan(claim)
            else f", {round(number * row['above claimed'])} above the {points(claim)} claimed"
        )
        said.append(
            f"On {row['task']}, {row['design']}: {points(row['least'])} to "
            f"{points(row['most'])} over {counted(number, 'seed')}{together}; "
            f"{round(number * row['below zero'])} below zero{above}."
        )
    return " ".join(said)


def _draw_seeds(axes: Axes, rows: pd.DataFrame, place: int) -> None:
    alone, together, claimed = (
        rows[rows["mark"] == mark] for mark in (_ALONE, _TOGETHER, _CLAIMED)
    )
    axes.scatter(
        alone[ESTIMATE], np.full(len(alone), place - 0.16), s=26, marker="o", color="#56B4E9",
        edgecolor="white", linewidth=0.5, label=_ALONE, zorder=3,
    )  # fmt: skip
    if len(together):
        draw_intervals(
            axes, together, [place + 0.16], colour="#0072B2", marker="s",
            label="all seeds, 95 % interval",
        )  # fmt: skip
    if len(claimed):
        axes.scatter(
            claimed[ESTIMATE], [place], s=60, marker="D", facecolor="white", edgecolor="#D55E00",
            linewidth=1.6, label=_CLAIMED, zorder=4,
        )  # fmt: skip
