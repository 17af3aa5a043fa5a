"""Figures of the chapter on the mechanism: noise, certificates, and how far targets lie."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import ARM_STYLE, BOUNDS, ESTIMATE, HIGH, LOW, SMALL, canvas
from crosslab.numerals import counted, listed, percent

_PLACES: Final = {"source": "source language", "targets": "targets"}
_KINDS: Final = {"random": "random noise", "worst": "worst noise found"}
_ENDS: Final = ("estimate", "low", "high")
_APART: Final = 0.09  # arms stand beside each other at one place, in steps between places
_ABSENT: Final = "no run of the mechanism in this folder"
_BALL: Final = "trained to bear noise up to here"
_MEASURED: Final = "measured"
_RADIUS: Final = "radius_word_lengths"
_DISTANCE: Final = "distance_word_lengths"
_SHARE: Final = "share_percent"
_SHOWN: Final = 250  # places along a curve of shares: more than a page can show


def noise_curves(curves: pd.DataFrame, balls: Mapping[str, float]) -> Shown:
    """Return accuracy against the radius of noise, random and worst, source and targets.

    Args:
        curves: A row per arm, kind of noise, radius and place, with ``estimate, low, high``.
        balls: How large the balls were that an arm was trained in, for arms that had any.
    """
    data = _with_balls(_curve(curves, noise=_KINDS, radius=_RADIUS), balls, _RADIUS)
    if curves.empty:
        return nothing(_ABSENT, list(data.columns))
    figure, panels = canvas(6.0, rows=2, columns=2, sharex=True, sharey=True)
    radii = sorted(set(curves["radius"]))
    measured = data[data["mark"] == _MEASURED]
    for row, kind in zip(panels, _KINDS.values(), strict=True):
        for axes, where in zip(row, _PLACES.values(), strict=True):
            part = measured[(measured["noise"] == kind) & (measured["where"] == where)]
            _draw_arms(axes, part.assign(place=part[_RADIUS].map(radii.index)), _APART)
            _mark_balls(axes, {arm: np.interp(each, radii, range(len(radii)))
                               for arm, each in balls.items()})  # fmt: skip
            axes.set_title(f"{kind}, {where}", fontsize=10, pad=9)
            axes.set_ylim(-3, 103)
            _tidied(axes)
    for axes in panels[-1]:
        axes.set_xticks(range(len(radii)), [f"{radius:g}" for radius in radii])
        axes.set_xlabel("radius of the noise, word lengths")
    for axes in panels[:, 0]:
        axes.set_ylabel("accuracy, points")
    _legend(figure, panels[0, 0])
    return Shown(figure=figure, finding=_noise_finding(measured), data=data)


def _curve(curves: pd.DataFrame, *, noise: Mapping[str, str], **sizes: str) -> pd.DataFrame:
    """Return curves as a table of marks: panels in words, columns with their units."""
    named = curves.rename(columns={**sizes, **dict(zip(_ENDS, BOUNDS, strict=True))})
    panels = [name for name in ("noise", "scale", "where") if name in named]
    said = {**noise, **_PLACES}
    in_words = {name: named[name].map(said) for name in panels if name in ("noise", "where")}
    found = named.assign(**in_words)
    return found[[*panels, "arm", *sizes.values(), *BOUNDS]]


def _with_balls(data: pd.DataFrame, balls: Mapping[str, float], size: str) -> pd.DataFrame:
    """Return a table of marks with those on the upper edge: how far an arm was trained."""
    edge = pd.DataFrame({"arm": list(balls), size: list(balls.values())}).assign(mark=_BALL)
    marked = data.assign(mark=_MEASURED)
    found = pd.concat([marked, edge], ignore_index=True) if len(edge) else marked
    return found[["mark", *data.columns]]


def _noise_finding(measured: pd.DataFrame) -> str:
    targets = measured[measured["where"] == _PLACES["targets"]]
    rows = targets if len(targets) else measured
    none, *radii = sorted(set(rows[_RADIUS]))
    told = [(kind, radius) for kind in _KINDS.values() for radius in dict.fromkeys(radii[:1])]
    told += [(kind, radius) for kind in _KINDS.values() for radius in radii[1:][-1:]]
    left = [
        f"{kind} of radius {radius:g} leaves {findings.span(there, 'arm')}"
        for kind, radius in told
        if len(there := rows[(rows["noise"] == kind) & (rows[_RADIUS] == radius)])
    ]
    said = (
        "Lines of accuracy against the radius of noise, one for each of "
        f"{counted(measured['arm'].nunique(), 'arm')}, in points. In the {rows['where'].iloc[0]}, "
        f"without noise, {_reached(rows[rows[_RADIUS] == none])}"
    )
    return f"{said}. {findings.sentence('; '.join(left))}" if left else f"{said}."


def _reached(rows: pd.DataFrame) -> str:
    """Return which arm is highest and which lowest, with their intervals."""
    return findings.highest_and_lowest(rows, "arm", alone="reaches")


def certified_curves(curves: pd.DataFrame) -> Shown:
    """Return the share certified against distance, a row of panels per scale of the noise.

    Args:
        curves: A row per arm, scale, distance and place, with ``estimate, low, high``.
    """
    data = _curve(curves, noise={}, distance=_DISTANCE)
    if data.empty:
        return nothing(_ABSENT, list(data.columns))
    scales = sorted(set(data["scale"]))
    figure, panels = canvas(
        2.5 * len(scales) + 0.9, rows=len(scales), columns=2, sharex="row", sharey=True
    )
    for row, scale in zip(panels, scales, strict=True):
        at_scale = data[data["scale"] == scale]
        step = np.diff(sorted(set(at_scale[_DISTANCE]))).min(initial=np.inf)
        for axes, where in zip(row, _PLACES.values(), strict=True):
            part = at_scale[at_scale["where"] == where]
            _draw_arms(axes, part.assign(place=part[_DISTANCE]), _APART * step)
            axes.set_title(f"{where}, noise of scale {scale:g}", fontsize=10)
            axes.set_xlabel("distance, word lengths")
            axes.set_ylim(-3, 103)
            _tidied(axes)
        row[0].set_ylabel("certified accuracy, points")
    _legend(figure, panels[0, 0])
    return Shown(figure=figure, finding=_certified_finding(data), data=data)


def _certified_finding(data: pd.DataFrame) -> str:
    said = [
        "Lines of certified accuracy against distance, one for each of "
        f"{counted(data['arm'].nunique(), 'arm')}, in points"
    ]
    places = data["where"]
    rows = data[places == _PLACES["targets"]] if _PLACES["targets"] in set(places) else data
    for scale, at_scale in rows.groupby("scale"):
        far = at_scale[at_scale[_DISTANCE] == at_scale[_DISTANCE].max()]
        near = at_scale[at_scale[_DISTANCE] == at_scale[_DISTANCE].min()]
        said.append(
            f"In the {at_scale['where'].iloc[0]}, with noise of scale {scale:g}, "
            f"{_reached(near)} at distance {near[_DISTANCE].iloc[0]:g}; "
            f"{findings.span(far, 'arm')} at {far[_DISTANCE].iloc[0]:.2g}, the farthest shown"
        )
    return f"{'. '.join(said)}."


def distances(away: pd.DataFrame, balls: Mapping[str, float]) -> Shown:
    """Return how far target items lie from the source, all of them and those answered wrongly.

    Args:
        away: A row per answer on a target: ``arm, largest, right``.
        balls: How large the balls were that an arm was trained in, for arms that had any.
    """
    groups = {"all target items": away, "answered wrongly": away[~away["right"].astype(bool)]}
    shares = [_shares(panel, rows) for panel, rows in groups.items()]
    data = _with_balls(pd.concat(shares, ignore_index=True), balls, _DISTANCE)
    if away.empty:
        return nothing(_ABSENT, list(data.columns))
    figure, (panels,) = canvas(3.6, columns=2, sharey=True, sharex=True)
    nearest = min([*balls.values(), *away.loc[away["largest"] > 0, "largest"]])
    for axes, panel in zip(panels, groups, strict=True):
        _draw_shares(axes, data[data["panel"] == panel], nearest / 2)
        _mark_balls(axes, balls)
        axes.set_xscale("log")
        axes.set_xlim(left=nearest / 2)
        _ticked(axes, nearest / 2, float(away["largest"].max()))
        axes.set_title(panel, fontsize=10, pad=9)
        axes.set_xlabel("distance of the farthest word,\nword lengths")
        _tidied(axes)
    panels[0].set_ylabel("share lying this near, %")
    _legend(figure, panels[0])
    return Shown(figure=figure, finding=_distances_finding(away, balls), data=data)


def _shares(panel: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the share of items within a distance, arm by arm, at even steps of the share."""
    parts = [pd.DataFrame(columns=["panel", "arm", _DISTANCE, _SHARE])]
    for arm, _ in _styles(rows["arm"]):
        values = np.sort(rows.loc[rows["arm"] == arm, "largest"].to_numpy(dtype=float))
        drawn = np.unique(np.linspace(0, len(values) - 1, min(len(values), _SHOWN)).round())
        places = drawn.astype(int)
        columns = {_DISTANCE: values[places], _SHARE: 100 * (places + 1) / len(values)}
        parts.append(pd.DataFrame({"panel": panel, "arm": arm, **columns}))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _draw_shares(axes: Axes, rows: pd.DataFrame, edge: float) -> None:
    for number, (arm, (colour, marker)) in enumerate(_styles(rows["arm"])):
        mine = rows[rows["arm"] == arm]
        axes.plot(
            np.maximum(mine[_DISTANCE], edge), mine[_SHARE], color=colour, marker=marker,
            markersize=5, markevery=(number / 40, 0.2), linewidth=1.3, label=arm,
        )  # fmt: skip


def _distances_finding(away: pd.DataFrame, balls: Mapping[str, float]) -> str:
    middle = away.groupby("arm", sort=False)["largest"].median()
    wrong = away[~away["right"].astype(bool)].groupby("arm", sort=False)["largest"].median()
    said = (
        "Rising lines, one per arm: the share of target items whose farthest word lies within a "
        f"distance of the source. Half of all items lie within {_span(middle)} word lengths"
    )
    said += f", half of those answered wrongly within {_span(wrong)}" if len(wrong) else ""
    if not balls:
        return f"{said}. No arm was trained in balls."
    inside = [
        f"{arm} {percent(100 * (of_arm['largest'] <= balls[str(arm)]).mean())} of its items "
        f"within {balls[str(arm)]:g}"
        for arm, of_arm in away.groupby("arm", sort=False)
        if arm in balls
    ]
    return f"{said}. Of arms trained in balls: {listed(inside)}." if inside else f"{said}."


def _span(values: "pd.Series[Any]") -> str:
    """Return a number per arm as the range that they span."""
    low, high = (f"{each:.2g}" for each in (values.min(), values.max()))
    return low if low == high else f"{low} to {high} (by arm)"


def _draw_arms(axes: Axes, rows: pd.DataFrame, apart: float) -> None:
    """Draw a line with intervals per arm over ``place``; arms stand a little apart."""
    styles = _styles(rows["arm"])
    for number, (arm, (colour, marker)) in enumerate(styles):
        of_arm = rows[rows["arm"] == arm].sort_values("place")
        middle, low, high = (of_arm[name].to_numpy(dtype=float) for name in (ESTIMATE, LOW, HIGH))
        axes.errorbar(
            of_arm["place"] + apart * (number - (len(styles) - 1) / 2), middle,
            yerr=[middle - low, high - middle], color=colour, marker=marker,
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


def _styles(arms: "Sequence[str] | pd.Series[Any]") -> list[tuple[str, tuple[str, str]]]:
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
        handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=SMALL,
        columnspacing=1.2,
    )  # fmt: skip
