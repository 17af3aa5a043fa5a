"""Figures of the chapters on the questions: differences, and what is left under attack."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Final

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosslab.arms import CLAIMED_ARMS, SIZES
from crosslab.comparing import Comparison
from crosslab.figures.style import ARM_STYLE, LEVEL, canvas, draw_intervals, tidy
from crosslab.measures.classified import RANDOM, WORST
from crosslab.measures.searched import MIXING, NOISE, SYNONYMS
from crosslab.stats.crossed import Estimate, crossed

ALIGNING_STYLE: Final = {
    "contrastive-mono": ("#0072B2", "o"),
    "contrastive-cross": ("#009E73", "^"),
    "hybrid-batch": ("#D55E00", "s"),
    "labse": ("#CC79A7", "v"),
}
_DECIDES, _BESIDE = ("#D55E00", "s"), ("#0072B2", "o")
_ATTACKS: Final = {
    NOISE: "noise on embeddings",
    SYNONYMS: "synonyms",
    MIXING: "words of other languages",
}
_BUDGETS: Final = {NOISE: "radius", SYNONYMS: "words at most", MIXING: "words at most"}


def differences(
    parts: Mapping[str, Estimate], beside: Mapping[str, Estimate], smallest_points: float
) -> Figure:
    """Return every difference of a bar, what decides above what stands beside it.

    Grey is what lies between zero and the smallest effect of interest.
    """
    rows = [(*each, _DECIDES) for each in parts.items()]
    rows += [(*each, _BESIDE) for each in beside.items()]
    if not rows:
        return _nothing()
    figure, ((axes,),) = canvas(0.5 * len(rows) + 1.1)
    for place, (_, found, (colour, marker)) in enumerate(rows):
        interval = found.interval(LEVEL)
        draw_intervals(axes, [interval], [place], colour=colour, marker=marker, label="")
    axes.axvline(0, color="0.2", linewidth=1)
    axes.axvspan(0, smallest_points, color="0.9", zorder=0)
    axes.axhline(len(parts) - 0.5, color="0.7", linewidth=0.8)
    tidy(axes, [fill(name, 38) for name, *_ in rows], "difference, points")
    axes.tick_params(axis="y", labelsize=8)
    return figure


def under_attack(compared: Comparison) -> Figure:
    """Return what searches still find against the budget of each attack, one line per arm."""
    arms = [arm for arm in ALIGNING_STYLE if arm in compared.arms]
    if not arms:
        return _nothing()
    figure, (panels,) = canvas(3.6, columns=len(_ATTACKS), sharey=True)
    left = {arm: compared.left(arm) for arm in arms}
    for axes, (kind, name) in zip(panels, _ATTACKS.items(), strict=True):
        for arm in arms:
            colour, marker = ALIGNING_STYLE[arm]
            for sought, line in ((WORST, "-"), (RANDOM, ":")):
                _curve(axes, left[arm][kind, sought], colour=colour, marker=marker, line=line)
        asked = next(iter(compared.runs.values())).attacked_in(kind)
        axes.set_title(
            fill(name + (", English queries" if asked == "source" else ""), 24), fontsize=10
        )
        axes.set_xlabel(_BUDGETS[kind])
        axes.grid(color="0.92")
        axes.set_axisbelow(True)
        sns.despine(ax=axes)
    panels[0].set_ylabel("mean average precision, points")
    for arm in arms:
        colour, marker = ALIGNING_STYLE[arm]
        panels[0].plot([], [], color=colour, marker=marker, label=arm)
    figure.legend(loc="outside upper center", ncols=len(arms), frameon=False, fontsize=8)
    return figure


def _curve(
    axes: Axes, left: Mapping[float, np.ndarray], *, colour: str, marker: str, line: str
) -> None:
    """Draw a line over evenly spaced budgets, with intervals where it is the worst case."""
    places = np.arange(len(left))
    middle = [each.mean() for each in left.values()]
    axes.plot(places, middle, line, color=colour, marker=marker, markersize=4, linewidth=1.2)
    if line == "-" and all(len(each) > 1 for each in left.values()):  # a spread needs two seeds
        intervals = [crossed(each).interval(LEVEL) for each in left.values()]
        low, high = [each.low for each in intervals], [each.high for each in intervals]
        axes.fill_between(places, low, high, color=colour, alpha=0.15, lw=0)
    axes.set_xticks(places, [f"{each:g}" for each in left])


def by_size(compared: Comparison, measures: Sequence[str], names: Sequence[str]) -> Figure:
    """Return some measures of every method against the size of the encoder."""
    if not compared.runs:
        return _nothing()
    figure, (panels,) = canvas(3.4, columns=len(measures))
    for axes, measure, name in zip(panels, measures, names, strict=True):
        for shift, method in enumerate(CLAIMED_ARMS):
            colour, marker = ARM_STYLE[method]
            found = [compared.level(measure, f"{method}-{size}") for size in SIZES]
            places = [place for place, each in enumerate(found) if each is not None]
            intervals = [each.interval(LEVEL) for each in found if each is not None]
            draw_intervals(
                axes,
                intervals,
                np.array(places) + 0.15 * (shift - 1.5),
                colour=colour,
                marker=marker,
                label=method,
                standing=True,
            )
        axes.set_xticks(range(len(SIZES)), list(SIZES), fontsize=8)
        axes.set_title(fill(name, 24), fontsize=9)
        axes.grid(axis="y", color="0.92")
        axes.set_axisbelow(True)
        sns.despine(ax=axes)
    panels[0].set_ylabel("points")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=len(CLAIMED_ARMS),
        frameon=False,
        fontsize=8,
    )
    return figure


def _nothing() -> Figure:
    figure, ((axes,),) = canvas(1.2)
    axes.text(0.5, 0.5, "no runs of this question in this folder", ha="center", va="center")
    axes.set_axis_off()
    return figure
