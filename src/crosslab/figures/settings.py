"""The figure of the chapter on settings: accuracy on the source language against radius."""

from itertools import cycle
from typing import Final

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from crosslab.figures.style import ARM_STYLE, canvas

# Curves of one method, told apart by marker and line as well.
_CURVES: Final = (("#0072B2", "o", "-"), ("#D55E00", "s", "--"), ("#009E73", "^", "-."),
                  ("#000000", "X", ":"))  # fmt: skip
_APART: Final = 1.22  # marks of one radius stand beside each other, in shares of it


def accuracy_by_radius(
    tried: pd.DataFrame, *, standard_points: float, threshold_points: float
) -> Figure:
    """Return source-dev accuracy against radius, a panel per method, with the line to clear.

    Args:
        tried: A row per setting: ``method, curve, radius, estimate, low, high, used``.
        standard_points: Accuracy without any robust training.
        threshold_points: The least accuracy that the rule admits.
    """
    methods = list(dict.fromkeys(tried["method"])) if len(tried) else []
    if not methods:
        return _nothing()
    widths = [3 if tried.loc[tried["method"] == each, "curve"].nunique() > 1 else 2
              for each in methods]  # fmt: skip
    figure, (panels,) = canvas(4.3, columns=len(methods), sharey=True, width_ratios=widths)
    for axes, method in zip(panels, methods, strict=True):
        _draw_curves(axes, tried[tried["method"] == method])
        axes.axhline(standard_points, color="0.35", linewidth=1, label="standard")
        axes.axhline(
            threshold_points,
            color="0.35",
            linewidth=1,
            linestyle=":",
            label="threshold of the rule",
        )
        axes.set_title(method, fontsize=10)
        _scaled(axes, tried.loc[tried["method"] == method, "radius"])
    panels[0].set_ylabel("accuracy on source dev items, points")
    handles = {
        label: handle
        for axes in panels
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(),
        handles,
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize=8,
        markerscale=0.8,
    )
    return figure


def _draw_curves(axes: Axes, tried: pd.DataFrame) -> None:
    curves = list(tried.groupby("curve", sort=False))
    (method,) = set(tried["method"])
    styles = [(*ARM_STYLE[method], "-")] if len(curves) == 1 else cycle(_CURVES)
    for number, ((curve, rows), (colour, marker, line)) in enumerate(
        zip(curves, styles, strict=False)
    ):
        crowded = rows["radius"].map(tried["radius"].value_counts()) > 1
        places = rows["radius"] * (_APART ** (number - (len(curves) - 1) / 2)) ** crowded
        axes.errorbar(
            places, rows["estimate"],
            yerr=[rows["estimate"] - rows["low"], rows["high"] - rows["estimate"]],
            color=colour, marker=marker, linestyle=line, markersize=5.5, linewidth=1.2,
            capsize=2.5, label=str(curve) if len(curves) > 1 else None,
        )  # fmt: skip
        used = rows["used"].to_numpy(dtype=bool)
        if used.any():
            axes.scatter(
                places[used], rows["estimate"][used], s=190, facecolor="none",
                edgecolor="black", linewidth=1.4, zorder=5, label="used in the study",
            )  # fmt: skip


def _scaled(axes: Axes, radii: "pd.Series[float]") -> None:
    axes.set_xscale("log")
    every = sorted(set(radii))
    axes.set_xticks(every, [f"{radius:g}" for radius in every])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(every[0] / 1.7, every[-1] * 1.7)
    axes.set_xlabel("radius, word lengths")
    axes.grid(axis="y", color="0.9")
    axes.set_axisbelow(True)
    sns.despine(ax=axes)


def _nothing() -> Figure:
    figure, ((axes,),) = canvas(1.2)
    axes.text(0.5, 0.5, "no records of the sweep in this folder", ha="center", va="center")
    axes.set_axis_off()
    return figure
