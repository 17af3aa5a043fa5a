"""The figure of the chapter on the rule's errors: outcomes by seeds, and power by effect."""

from collections.abc import Mapping
from typing import Final

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosslab.figures.style import canvas

# From what confirms a claim to what speaks against it; hatches tell them apart without colour.
_OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    "reproduced": ("#0072B2", ""),
    "direction-only": ("#56B4E9", "//"),
    "inconclusive": ("#E5E5E5", ""),
    "contradicted": ("#D55E00", "xx"),
}
_POWER: Final = {
    "stated_power": ("power as stated", "#E69F00", "s", "--"),
    "direction_found": ("direction found", "#0072B2", "o", "-"),
}


def outcomes_by_seeds(rates: pd.DataFrame) -> Figure:
    """Return the shares of the outcomes, a panel per true effect, a bar per number of seeds.

    Args:
        rates: A row per ``seeds`` and ``true_points``, a column per outcome, all with the size
            either at issue or not.
    """
    truths = sorted(set(rates["true_points"]))
    figure, (panels,) = canvas(3.6, columns=len(truths), sharey=True)
    for axes, truth in zip(panels, truths, strict=True):
        rows = rates[rates["true_points"] == truth].sort_values("seeds")
        _stack(axes, rows)
        axes.set_title(_titled(truth), fontsize=9)
        axes.set_xlabel("seeds")
    panels[0].set_ylabel("share of studies, %")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return figure


def _stack(axes: Axes, rows: pd.DataFrame) -> None:
    places, below = range(len(rows)), pd.Series(0.0, index=rows.index)
    for outcome, (colour, hatch) in _OUTCOMES.items():
        shares = 100 * rows[outcome]
        axes.bar(
            places, shares, bottom=below, color=colour, hatch=hatch, edgecolor="white",
            linewidth=0.6, width=0.8, label=outcome,
        )  # fmt: skip
        below = below + shares
    axes.set_xticks(places, [f"{each:g}" for each in rows["seeds"]])
    axes.set_ylim(0, 100)
    sns.despine(ax=axes)


def power_by_seeds(rates: pd.DataFrame) -> Figure:
    """Return the power that studies state beside how often they find the direction.

    Args:
        rates: A row per ``seeds`` and ``true_points``, with ``stated_power`` and
            ``direction_found``.
    """
    truths = sorted({each for each in rates["true_points"] if each > 0})
    figure, (panels,) = canvas(3.4, columns=len(truths), sharey=True)
    for axes, truth in zip(panels, truths, strict=True):
        rows = rates[rates["true_points"] == truth].sort_values("seeds")
        for column, (label, colour, marker, line) in _POWER.items():
            axes.plot(
                range(len(rows)), 100 * rows[column], color=colour, marker=marker,
                linestyle=line, linewidth=1.3, markersize=6, label=label,
            )  # fmt: skip
        axes.set_title(_titled(truth), fontsize=9)
        axes.set_xticks(range(len(rows)), [f"{each:g}" for each in rows["seeds"]])
        axes.set_xlabel("seeds")
        axes.set_ylim(-3, 103)
        axes.grid(color="0.9")
        axes.set_axisbelow(True)
        sns.despine(ax=axes)
    panels[0].set_ylabel("share of studies, %")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    return figure


def _titled(truth: float) -> str:
    value = f"{truth:+g}".replace("-", "\N{MINUS SIGN}") if truth else "0"
    return f"true effect {value}"
