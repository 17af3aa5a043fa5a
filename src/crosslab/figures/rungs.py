"""The figure of the chapter on rungs: what robust training gains against what lines up."""

from typing import Final

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from crosslab.figures.style import ARM_STYLE, canvas

_FACES: Final = {"graft": "none", "scratch": "0.75"}  # how encoders are told apart; others full


def gain_by_alignment(rows: pd.DataFrame) -> Figure:
    """Return the gain in each language against the share of its sentences that are found.

    A panel per arm and task; open marks are the encoder whose words were only put in place.
    """
    if rows.empty:
        return _nothing()
    tasks, arms = (list(dict.fromkeys(rows[name])) for name in ("task", "arm"))
    figure, panels = canvas(
        2.5 * len(tasks) + 0.5, rows=len(tasks), columns=len(arms), sharey=True, sharex=True
    )
    for line, task in zip(panels, tasks, strict=True):
        for axes, arm in zip(line, arms, strict=True):
            colour, marker = ARM_STYLE[arm]
            chosen = rows[(rows["task"] == task) & (rows["arm"] == arm)]
            for encoder, each in chosen.groupby("encoder", sort=False):
                axes.errorbar(
                    each["found"], each["estimate"],
                    yerr=[each["estimate"] - each["low"], each["high"] - each["estimate"]],
                    fmt=marker, color=colour, markersize=5, elinewidth=0.6, alpha=0.85,
                    markerfacecolor=_FACES.get(str(encoder), colour),
                )  # fmt: skip
            axes.axhline(0, color="0.2", linewidth=1)
            axes.set_title(f"{arm}, {task}", fontsize=9)
            axes.grid(color="0.92")
            axes.set_axisbelow(True)
            sns.despine(ax=axes)
        line[0].set_ylabel("gain, points")
    for axes in panels[-1]:
        axes.set_xlabel("sentences found, %")
    _name_encoders(figure, list(dict.fromkeys(rows["encoder"])))
    return figure


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


def _nothing() -> Figure:
    figure, ((axes,),) = canvas(1.2)
    axes.text(0.5, 0.5, "no runs on real languages in this folder", ha="center", va="center")
    axes.set_axis_off()
    return figure
