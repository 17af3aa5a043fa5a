"""The figure of the chapter on the rule's errors: outcomes by seeds, and power by effect."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import SMALL, canvas
from crosslab.numerals import counted, listed, percent

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
_TRUTH: Final = "true_effect_points"
_SHARE: Final = "share_percent"
_ABSENT: Final = "no study was simulated"


def outcomes_by_seeds(rates: pd.DataFrame) -> Shown:
    """Return the shares of the outcomes, a panel per true effect, a bar per number of seeds.

    Args:
        rates: A row per ``seeds`` and ``true_points``, a column per outcome, all with the size
            either at issue or not.
    """
    data = _long(rates, "outcome", _OUTCOMES)
    if data.empty:
        return nothing(_ABSENT, list(data.columns))
    truths = sorted(set(data[_TRUTH]))
    figure, (panels,) = canvas(3.6, columns=len(truths), sharey=True)
    for axes, truth in zip(panels, truths, strict=True):
        _stack(axes, data[data[_TRUTH] == truth])
        axes.set_title(_titled(truth), fontsize=9)
        axes.set_xlabel("seeds")
    _legend(figure, panels[0], columns=4)
    return Shown(figure=figure, finding=_outcomes_finding(data), data=data)


def _long(rates: pd.DataFrame, name: str, columns: Iterable[str]) -> pd.DataFrame:
    """Return a row per true effect, number of seeds and column, shares in per cent."""
    rows = [
        {_TRUTH: row["true_points"], "seeds": row["seeds"], name: column, _SHARE: 100 * row[column]}
        for row in findings.marks(rates.sort_values(["true_points", "seeds"]))
        for column in columns
    ]
    return pd.DataFrame(rows, columns=[_TRUTH, "seeds", name, _SHARE])


def _stack(axes: Axes, rows: pd.DataFrame) -> None:
    seeds = sorted(set(rows["seeds"]))
    below = np.zeros(len(seeds))
    for outcome, (colour, hatch) in _OUTCOMES.items():
        shares = rows.loc[rows["outcome"] == outcome, _SHARE].to_numpy(dtype=float)
        axes.bar(
            range(len(seeds)), shares, bottom=below, color=colour, hatch=hatch, edgecolor="white",
            linewidth=0.6, width=0.8, label=outcome,
        )  # fmt: skip
        below = below + shares
    axes.set_xticks(range(len(seeds)), [f"{each:g}" for each in seeds])
    axes.set_ylim(0, 100)
    sns.despine(ax=axes)


def _outcomes_finding(data: pd.DataFrame) -> str:
    few, many = data["seeds"].min(), data["seeds"].max()
    said = []
    for truth, panel in data.groupby(_TRUTH):
        by_seeds = panel.pivot_table(index="outcome", columns="seeds", values=_SHARE)
        usual = findings.ends(by_seeds.reset_index(), "outcome", column=many, number=_percent)[-1]
        begun = listed([_percent(by_seeds.loc[name, few]) for name in usual.names])
        before = f"; {begun} with {few}" if few < many else ""
        each, alike = (" each", " alike") if usual.several else ("", "")
        where = f"at {_titled(float(str(truth)))}"
        said.append(f"{usual.who}{alike} {where} ({usual.said}{each}{before})")
    return (
        "Stacked bars of the shares of simulated studies by outcome, a panel per true effect in "
        f"points and a bar per number of seeds. With {counted(many, 'seed')} the commonest outcome "
        f"is {listed(said)}."
    )


def power_by_seeds(rates: pd.DataFrame) -> Shown:
    """Return the power that studies state beside how often they find the direction.

    Args:
        rates: A row per ``seeds`` and ``true_points``, with ``stated_power`` and
            ``direction_found``.
    """
    data = _long(rates[rates["true_points"] > 0], "rate", _POWER)
    if data.empty:
        return nothing(_ABSENT, list(data.columns))
    truths = sorted(set(data[_TRUTH]))
    figure, (panels,) = canvas(3.4, columns=len(truths), sharey=True)
    for axes, truth in zip(panels, truths, strict=True):
        _draw_power(axes, data[data[_TRUTH] == truth])
        axes.set_title(_titled(truth), fontsize=9)
        axes.set_xlabel("seeds")
    _legend(figure, panels[0], columns=2)
    named = data.assign(rate=data["rate"].map({key: look[0] for key, look in _POWER.items()}))
    return Shown(figure=figure, finding=_power_finding(data), data=named)


def _draw_power(axes: Axes, panel: pd.DataFrame) -> None:
    for column, (label, colour, marker, line) in _POWER.items():
        rows = panel[panel["rate"] == column]
        axes.plot(
            range(len(rows)), rows[_SHARE], color=colour, marker=marker, linestyle=line,
            linewidth=1.3, markersize=6, label=label,
        )  # fmt: skip
        axes.set_xticks(range(len(rows)), [f"{each:g}" for each in rows["seeds"]])
    axes.set_ylim(-3, 103)
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    sns.despine(ax=axes)


def _power_finding(data: pd.DataFrame) -> str:
    wide = data.pivot_table(index=[_TRUTH, "seeds"], columns="rate", values=_SHARE).reset_index()
    found = [
        f"{_grown(rows)} at {_titled(float(str(truth)))}" for truth, rows in wide.groupby(_TRUTH)
    ]
    return (
        "Two lines over the number of seeds, a panel per true effect above zero: the power as "
        "stated, and the share of studies that find the direction. It is found by "
        f"{'; '.join(found)}. {_apart(wide)}."
    )


def _apart(wide: pd.DataFrame) -> str:
    """Return where the power that is stated and the one there is lie furthest apart."""
    away = wide.assign(
        away=(wide["stated_power"] - wide["direction_found"]).abs(),
        place=[
            f"{_titled(row[_TRUTH])} with {counted(row['seeds'], 'seed')}"
            for row in findings.marks(wide)
        ],
    )
    ends = findings.ends(away, "place", column="away", number="{:.0f} points".format)
    farthest = ends[-1]
    if len(ends) == 1 and farthest.several:
        return f"How far the two lie apart: {farthest.alike}"
    if farthest.several:
        return f"The two lie furthest apart, {farthest.said}, at {farthest.who}"
    most = findings.greatest(away, "away")
    return (
        f"The two lie furthest apart at {farthest.who}: {_percent(most['stated_power'])} stated, "
        f"{_percent(most['direction_found'])} found"
    )


def _grown(rows: pd.DataFrame) -> str:
    """Return how many studies find a direction with the fewest and with the most seeds."""
    first, last = findings.least(rows, "seeds"), findings.greatest(rows, "seeds")
    ends = [first, last] if len(rows) > 1 else [first]
    return " and ".join(
        f"{_percent(row['direction_found'])} with {counted(row['seeds'], 'seed')}" for row in ends
    )


def _percent(share: float) -> str:
    return percent(share, decimals=0)  # of some hundred studies: a decimal would be chance


def _legend(figure: Figure, axes: Axes, *, columns: int) -> None:
    axes.set_ylabel("share of studies, %")
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=columns, frameon=False, fontsize=SMALL
    )


def _titled(truth: float) -> str:
    """Return a true effect in words; it is what was asked, so it is not rounded."""
    value = f"{truth:+g}".replace("-", "\N{MINUS SIGN}") if truth else "0"
    return f"true effect {value}"
