"""Figures of the multiverse: every specification in one curve, and what single seeds say.

Colours are from the Okabe-Ito set, and markers tell the same apart without them.
"""

from collections.abc import Hashable, Mapping
from typing import Any, Final

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosslab.contrasts import Task
from crosslab.multiverse import BY_THE_BAR, CHOICES

WIDTH: Final = 7.2
OUTCOME_STYLE: Final = {
    "direction-only": ("#0072B2", "^"),
    "inconclusive": ("#7F7F7F", "o"),
    "contradicted": ("#D55E00", "v"),
}
_SEED, _TOGETHER, _CLAIMED = "#56B4E9", "#0072B2", "#D55E00"


def specification_curve(table: pd.DataFrame, claimed: Mapping[Task, float]) -> Figure:
    """Return every distinct specification by its estimate, and below it what was chosen.

    Specifications whose checkpoint nobody could have selected are hollow.
    """
    rows = table[table["distinct"] & (table["outcome"] != "not-computed")]
    rows = rows.sort_values("estimate", kind="stable").reset_index(drop=True)
    levels = [(choice, level) for choice, all_ in CHOICES.items() for level in all_]
    figure, (curve, marks) = plt.subplots(
        2, 1, figsize=(WIDTH, 7.4), dpi=150, sharex=True, layout="constrained",
        facecolor="white", height_ratios=(3, 0.2 * len(levels)),
    )  # fmt: skip
    plt.close(figure)  # or a notebook would show it twice
    _draw_curve(curve, rows)
    _draw_claimed(curve, claimed, len(rows))
    _draw_marks(marks, rows, levels)
    _legend(figure, curve, columns=4)
    return figure


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
    axes.set_yticks(range(len(levels)), [_label(*each) for each in levels], fontsize=8)
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


def single_seed_figure(gains: pd.DataFrame, summary: pd.DataFrame) -> Figure:
    """Return each seed's own gain beside the interval over all seeds and the claimed figure."""
    figure, axes = plt.subplots(
        figsize=(WIDTH, 0.75 * len(summary) + 1.3), dpi=150, layout="constrained",
        facecolor="white",
    )  # fmt: skip
    plt.close(figure)  # or a notebook would show it twice
    for place, row in enumerate(summary.to_dict("records")):
        own = gains[(gains["task"] == row["task"]) & (gains["design"] == row["design"])]["gain"]
        _draw_seeds(axes, own, row, place)
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
    return figure


def _draw_seeds(
    axes: Axes, own: "pd.Series[float]", row: Mapping[Hashable, Any], place: int
) -> None:
    axes.scatter(
        own, np.full(len(own), place - 0.16), s=26, marker="o", color=_SEED, edgecolor="white",
        linewidth=0.5, label="one seed alone", zorder=3,
    )  # fmt: skip
    middle, low, high = row["estimate"], row["low"], row["high"]
    if not np.isnan(middle):
        axes.errorbar(
            [middle], [place + 0.16], xerr=[[middle - low], [high - middle]], fmt="s",
            color=_TOGETHER, markersize=6, capsize=3, elinewidth=1.6,
            label="all seeds, 95 % interval",
        )  # fmt: skip
    if not np.isnan(row["claimed"]):
        axes.scatter(
            [row["claimed"]], [place], s=60, marker="D", facecolor="white", edgecolor=_CLAIMED,
            linewidth=1.6, label="claimed", zorder=4,
        )  # fmt: skip
