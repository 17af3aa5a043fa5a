"""The figure of the chapter on settings: accuracy on the source language against radius."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Final

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import ARM_STYLE, BOUNDS, ESTIMATE, HIGH, LOW, SMALL, canvas
from crosslab.numerals import counted, level, listed

# Curves of one method, told apart by marker and line as well.
_CURVES: Final = (("#0072B2", "o", "-"), ("#D55E00", "s", "--"), ("#009E73", "^", "-."),
                  ("#000000", "X", ":"))  # fmt: skip
_SETTING, _STANDARD, _THRESHOLD = "setting", "standard", "threshold of the rule"
_LINES: Final = {_STANDARD: "-", _THRESHOLD: ":"}
_RADIUS: Final = "radius_word_lengths"
_USED: Final = "used in the study"
_ENDS: Final = {"estimate": ESTIMATE, "low": LOW, "high": HIGH}
_EXACT: Final = 9  # decimals: accuracies are counts, what is left beyond is rounding
_APART: Final = 1.22  # marks of one radius stand beside each other, in shares of it


def accuracy_by_radius(
    tried: pd.DataFrame, *, standard_points: float, threshold_points: float
) -> Shown:
    """Return source-dev accuracy against radius, a panel per method, with the line to clear.

    Args:
        tried: A row per setting: ``method, curve, radius, estimate, low, high, used``.
        standard_points: Accuracy without any robust training.
        threshold_points: The least accuracy that the rule admits.
    """
    data = _marks(tried, {_STANDARD: standard_points, _THRESHOLD: threshold_points})
    if tried.empty:
        return nothing("no records of the sweep in this folder", list(data.columns))
    methods = list(dict.fromkeys(tried["method"]))
    widths = [3 if tried.loc[tried["method"] == each, "curve"].nunique() > 1 else 2
              for each in methods]  # fmt: skip
    figure, (panels,) = canvas(4.3, columns=len(methods), sharey=True, width_ratios=widths)
    for axes, method in zip(panels, methods, strict=True):
        _draw_curves(axes, data[data["method"] == method])
        for name, height in ((_STANDARD, standard_points), (_THRESHOLD, threshold_points)):
            axes.axhline(height, color="0.35", linewidth=1, linestyle=_LINES[name], label=name)
        axes.set_title(method, fontsize=10)
        _scaled(axes, tried.loc[tried["method"] == method, "radius"])
    panels[0].set_ylabel("accuracy on source dev items, points")
    _legend(figure, panels)
    return Shown(figure=figure, finding=_finding(data), data=data)


def _marks(tried: pd.DataFrame, lines: Mapping[str, float]) -> pd.DataFrame:
    """Return a row per setting that was tried, and one for each line to clear."""
    columns = ["mark", "method", "curve", _RADIUS, *BOUNDS, _USED]
    if tried.empty:
        return pd.DataFrame(columns=columns)
    named = tried.rename(columns={"radius": _RADIUS, "used": _USED, **_ENDS})
    settings = findings.marks(named.assign(mark=_SETTING))
    levels = [{"mark": name, ESTIMATE: height} for name, height in lines.items()]
    return pd.DataFrame([*settings, *levels], columns=columns)


def _legend(figure: Figure, panels: Sequence[Axes]) -> None:
    """Name each kind of mark once, whichever panels have it."""
    handles = {
        label: handle
        for axes in panels
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(), handles, loc="outside lower center", ncols=2, frameon=False,
        fontsize=SMALL, markerscale=0.8,
    )  # fmt: skip


def _finding(data: pd.DataFrame) -> str:
    standard, threshold = (
        float(data.loc[data["mark"] == mark, ESTIMATE].iloc[0]) for mark in (_STANDARD, _THRESHOLD)
    )
    said = [
        "Lines of accuracy on source dev items against radius, in points, a panel per method. "
        f"Standard training reaches {level(standard)}, and the rule admits "
        f"{level(threshold)} or more."
    ]
    settings = data[data["mark"] == _SETTING]
    said += [
        _of_method(str(method), rows, threshold)
        for method, rows in settings.groupby("method", sort=False)
    ]
    return " ".join(said)


def _of_method(method: str, rows: pd.DataFrame, threshold: float) -> str:
    """Return how many settings of a method pass, up to which radius, and what is used."""
    passing = rows[rows[ESTIMATE].round(_EXACT) >= round(threshold, _EXACT)]
    reach = f", up to radius {passing[_RADIUS].max():g}" if len(passing) else ""
    used = findings.marks(rows[rows[_USED].astype(bool)])
    in_use = [f"radius {row[_RADIUS]:g} with {findings.height(row)}" for row in used]
    study = f"the study uses {listed(in_use)}" if in_use else "the study uses none of them"
    passed = f"{len(passing) or 'none'} of {counted(len(rows), 'setting')}"
    return f"{method}: {passed} {'passes' if len(passing) < 2 else 'pass'}{reach}; {study}."  # noqa: PLR2004


def _draw_curves(axes: Axes, tried: pd.DataFrame) -> None:
    curves = list(tried.groupby("curve", sort=False))
    (method,) = set(tried["method"])
    styles = [(*ARM_STYLE[method], "-")] if len(curves) == 1 else cycle(_CURVES)
    for number, ((curve, rows), (colour, marker, line)) in enumerate(
        zip(curves, styles, strict=False)
    ):
        crowded = rows[_RADIUS].map(tried[_RADIUS].value_counts()) > 1
        places = rows[_RADIUS] * (_APART ** (number - (len(curves) - 1) / 2)) ** crowded
        axes.errorbar(
            places, rows[ESTIMATE],
            yerr=[rows[ESTIMATE] - rows[LOW], rows[HIGH] - rows[ESTIMATE]],
            color=colour, marker=marker, linestyle=line, markersize=5.5, linewidth=1.2,
            capsize=2.5, label=str(curve) if len(curves) > 1 else None,
        )  # fmt: skip
        used = rows[_USED].to_numpy(dtype=bool)
        if used.any():
            axes.scatter(
                places[used], rows[ESTIMATE][used], s=190, facecolor="none",
                edgecolor="black", linewidth=1.4, zorder=5, label=_USED,
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
