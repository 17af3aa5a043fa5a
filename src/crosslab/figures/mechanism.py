"""Figures of the chapter on the mechanism: noise, certificates, and how far targets lie."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from crosslab.figures.style import ARM_STYLE, canvas

_WORDS: Final = {"source": "source language", "targets": "targets", "random": "random noise",
                 "worst": "worst noise found"}  # fmt: skip
_APART: Final = 0.09  # arms stand beside each other at one place, in steps between places


def noise_curves(curves: pd.DataFrame, balls: Mapping[str, float]) -> Figure:
    """Return accuracy against the radius of noise, random and worst, source and targets.

    Args:
        curves: A row per arm, kind of noise, radius and place, with ``estimate, low, high``.
        balls: How large the balls were that an arm was trained in, for arms that had any.
    """
    figure, panels = canvas(6.0, rows=2, columns=2, sharex=True, sharey=True)
    radii = sorted(set(curves["radius"]))
    for row, kind in zip(panels, ("random", "worst"), strict=True):
        for axes, where in zip(row, ("source", "targets"), strict=True):
            part = curves[(curves["noise"] == kind) & (curves["where"] == where)]
            places = part["radius"].map(radii.index)
            _draw_arms(axes, part.assign(place=places), _APART)
            _mark_balls(axes, {arm: np.interp(each, radii, range(len(radii)))
                               for arm, each in balls.items()})  # fmt: skip
            axes.set_title(f"{_WORDS[kind]}, {_WORDS[where]}", fontsize=10, pad=9)
            axes.set_ylim(-3, 103)
            _tidied(axes)
    for axes in panels[-1]:
        axes.set_xticks(range(len(radii)), [f"{radius:g}" for radius in radii])
        axes.set_xlabel("radius of the noise, word lengths")
    for axes in panels[:, 0]:
        axes.set_ylabel("accuracy, points")
    _legend(figure, panels[0, 0])
    return figure


def certified_curves(curves: pd.DataFrame) -> Figure:
    """Return the share certified against distance, a row of panels per scale of the noise.

    Args:
        curves: A row per arm, scale, distance and place, with ``estimate, low, high``.
    """
    scales = sorted(set(curves["scale"]))
    figure, panels = canvas(
        2.5 * len(scales) + 0.9, rows=len(scales), columns=2, sharex="row", sharey=True
    )
    for row, scale in zip(panels, scales, strict=True):
        at_scale = curves[curves["scale"] == scale]
        step = np.diff(sorted(set(at_scale["distance"]))).min(initial=np.inf)
        for axes, where in zip(row, ("source", "targets"), strict=True):
            part = at_scale[at_scale["where"] == where]
            _draw_arms(axes, part.assign(place=part["distance"]), _APART * step)
            axes.set_title(f"{_WORDS[where]}, noise of scale {scale:g}", fontsize=10)
            axes.set_xlabel("distance, word lengths")
            axes.set_ylim(-3, 103)
            _tidied(axes)
        row[0].set_ylabel("certified accuracy, points")
    _legend(figure, panels[0, 0])
    return figure


def distances(away: pd.DataFrame, balls: Mapping[str, float]) -> Figure:
    """Return how far target items lie from the source, all of them and those answered wrongly.

    Args:
        away: A row per answer on a target: ``arm, largest, right``.
        balls: How large the balls were that an arm was trained in, for arms that had any.
    """
    figure, (panels,) = canvas(3.6, columns=2, sharey=True, sharex=True)
    nearest = min([*balls.values(), *away.loc[away["largest"] > 0, "largest"]])
    for axes, part, title in (
        (panels[0], away, "all target items"),
        (panels[1], away[~away["right"]], "answered wrongly"),
    ):
        for number, (arm, (colour, marker)) in enumerate(_styles(part["arm"])):
            values = np.sort(part.loc[part["arm"] == arm, "largest"])
            shares = 100 * np.arange(1, len(values) + 1) / len(values)
            axes.plot(
                np.maximum(values, nearest / 2), shares, color=colour, marker=marker,
                markersize=5, markevery=(number / 40, 0.2), linewidth=1.3, label=arm,
            )  # fmt: skip
        _mark_balls(axes, balls)
        axes.set_xscale("log")
        axes.set_xlim(left=nearest / 2)
        _ticked(axes, nearest / 2, float(away["largest"].max()))
        axes.set_title(title, fontsize=10, pad=9)
        axes.set_xlabel("distance of the farthest word, word lengths")
        _tidied(axes)
    panels[0].set_ylabel("share lying this near, %")
    _legend(figure, panels[0])
    return figure


def _draw_arms(axes: Axes, rows: pd.DataFrame, apart: float) -> None:
    """Draw a line with intervals per arm over ``place``; arms stand a little apart."""
    styles = _styles(rows["arm"])
    for number, (arm, (colour, marker)) in enumerate(styles):
        of_arm = rows[rows["arm"] == arm].sort_values("place")
        away = of_arm[["estimate", "low", "high"]].to_numpy(dtype=float)
        axes.errorbar(
            of_arm["place"] + apart * (number - (len(styles) - 1) / 2), away[:, 0],
            yerr=[away[:, 0] - away[:, 1], away[:, 2] - away[:, 0]], color=colour, marker=marker,
            markersize=5, linewidth=1.1, elinewidth=0.9, capsize=1.5, label=arm,
        )  # fmt: skip


def _mark_balls(axes: Axes, places: Mapping[str, float]) -> None:
    """Mark how far an arm was trained to bear noise, in the colour and with the mark of the arm."""
    for arm, place in places.items():
        colour, marker = ARM_STYLE[arm]
        axes.axvline(place, color=colour, linewidth=1.4, linestyle="--", zorder=1)
        axes.plot(
            [place], [1.0], marker=marker, color=colour, markersize=6, clip_on=False,
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip


def _styles(arms: "Sequence[str] | pd.Series[str]") -> list[tuple[str, tuple[str, str]]]:
    there = set(arms)
    return [(arm, style) for arm, style in ARM_STYLE.items() if arm in there]


def _ticked(axes: Axes, low: float, high: float) -> None:
    ticks = [each for each in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0) if low <= each <= 1.5 * high]
    axes.set_xticks(ticks, [f"{each:g}" for each in ticks])
    axes.xaxis.set_minor_locator(NullLocator())


def _tidied(axes: Axes) -> None:
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    sns.despine(ax=axes)


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9,
        columnspacing=1.2,
    )  # fmt: skip
