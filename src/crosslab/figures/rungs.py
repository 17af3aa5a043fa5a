"""The figure of the chapter on rungs: what robust training gains against what lines up."""

from typing import Final

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import ARM_STYLE, ESTIMATE, HIGH, LOW, canvas
from crosslab.lineup import name_of
from crosslab.numerals import counted, listed, points

_FACES: Final = {"graft": "none", "scratch": "0.75"}  # how encoders are told apart; others full
_ENDS: Final = {"estimate": ESTIMATE, "low": LOW, "high": HIGH}
_FOUND: Final = "found_percent"
_HALF: Final = 50.0  # % of sentences


def gain_by_alignment(rows: pd.DataFrame) -> Shown:
    """Return the gain in each language against the share of its sentences that are found.

    A panel per arm and task; open marks are the encoder whose words were only put in place.
    """
    data = rows.rename(columns={"found": _FOUND, **_ENDS})
    if data.empty:
        return nothing("no runs on real languages in this folder", list(data.columns))
    data = data.assign(language=data["language"].map(name_of))
    tasks, arms = (list(dict.fromkeys(data[name])) for name in ("task", "arm"))
    figure, panels = canvas(
        2.5 * len(tasks) + 0.5, rows=len(tasks), columns=len(arms), sharey=True, sharex=True
    )
    for line, task in zip(panels, tasks, strict=True):
        for axes, arm in zip(line, arms, strict=True):
            _draw_panel(axes, data[(data["task"] == task) & (data["arm"] == arm)], arm)
            axes.set_title(f"{arm}, {task}", fontsize=9)
        line[0].set_ylabel("gain, points")
    for axes in panels[-1]:
        axes.set_xlabel("sentences found, %")
    _name_encoders(figure, list(dict.fromkeys(data["encoder"])))
    return Shown(figure=figure, finding=_finding(data), data=data)


def _draw_panel(axes: Axes, chosen: pd.DataFrame, arm: str) -> None:
    colour, marker = ARM_STYLE[arm]
    for encoder, each in chosen.groupby("encoder", sort=False):
        axes.errorbar(
            each[_FOUND], each[ESTIMATE],
            yerr=[each[ESTIMATE] - each[LOW], each[HIGH] - each[ESTIMATE]],
            fmt=marker, color=colour, markersize=5, elinewidth=0.6, alpha=0.85,
            markerfacecolor=_FACES.get(str(encoder), colour),
        )  # fmt: skip
    axes.axhline(0, color="0.2", linewidth=1)
    axes.grid(color="0.92")
    axes.set_axisbelow(True)
    sns.despine(ax=axes)


def _finding(data: pd.DataFrame) -> str:
    halves = {
        "fewer than half of the sentences": data[data[_FOUND] < _HALF],
        "half of the sentences or more": data[data[_FOUND] >= _HALF],
    }
    means = [
        f"{points(rows[ESTIMATE].mean())} over {counted(len(rows), 'mark')} where {words} are found"
        for words, rows in halves.items()
        if len(rows)
    ]
    sides = [
        f"{arm}, {findings.off_zero(rows, cautioned=False)}"
        for arm, rows in data.groupby("arm", sort=False)
    ]
    return (
        f"Scatter plot of gains over plain fine-tuning, in points, against the share of sentences "
        f"found, a panel per arm and task. By arm, {findings.UNCORRECTED}: {'; '.join(sides)}. The "
        f"mean gain is {listed(means)}. {_extremes(data)}."
    )


def _extremes(data: pd.DataFrame) -> str:
    """Return which gains are greatest and which least."""
    names = [
        f"{row['arm']} on {row['task']} in {row['language']}, encoder {row['encoder']}"
        for row in findings.marks(data)
    ]
    named = data.assign(named=names)
    ends = findings.ends(named, "named", number=points, whole=findings.gain)
    if len(ends) == 1:
        only = f"The only one is {ends[0].said} ({ends[0].who})"
        return f"Of the gains {ends[0].alike}" if ends[0].several else only
    least, most = ends
    return f"Greatest is {most.said} ({_where(most)}), least {least.said} ({_where(least)})"


def _where(end: findings.End) -> str:
    return counted(len(end.names), "mark") if end.several else end.who


def _name_encoders(figure: Figure, encoders: list[str]) -> None:
    """Say above the panels which face is whose."""
    figure.legend(
        [
            Line2D([], [], marker="o", color="0.3", lw=0, mfc=_FACES.get(each, "0.3"))
            for each in encoders
        ],
        encoders,
        loc="outside upper center",
        ncols=len(encoders),
        frameon=False,
    )
