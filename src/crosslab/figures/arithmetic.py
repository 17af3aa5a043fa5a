"""The figure of rung ``arithmetic``: claimed gains beside what re-runs differ by."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes

from crosslab.arithmetic import VIEWS, gains
from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import BOUNDS, ESTIMATE, HIGH, LOW, canvas, draw_intervals, tidy
from crosslab.numerals import points
from crosslab.published import Published

_CLAIMED: Final = "claimed gain"
_RERUN: Final = "re-run minus published"
_LOOKS: Final = {_CLAIMED: ("#0072B2", "o"), _RERUN: ("#D55E00", "s")}  # by marker as well


def gains_beside_reruns(known: Published) -> Shown:
    """Return claimed gains with their intervals above the differences of published re-runs."""
    data = pd.DataFrame(
        [*_gain_rows(known), *_rerun_rows(known)],
        columns=["line", "mark", "benchmark", "reading", *BOUNDS],
    )
    if data.empty:
        return nothing("no gain is claimed in print", list(data.columns))
    lines = list(dict.fromkeys(data["line"]))
    figure, ((axes,),) = canvas(0.32 * len(lines) + 1.6)
    _draw(axes, data, lines)
    axes.axvline(0, color="0.2", linewidth=1)
    tidy(axes, lines, "difference, accuracy points")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return Shown(figure=figure, finding=_finding(data), data=data)


def _gain_rows(known: Published) -> list[dict[str, Any]]:
    """Return a claimed gain once per reading of the chance in it."""
    rows = []
    for gain in gains(known):
        for view, reading in VIEWS.items():
            low, high = gain.interval(gain.views()[view])
            name = gain.benchmark.name
            named = {"line": f"{name}: {reading}", "benchmark": name, "reading": reading}
            ends = dict(zip(BOUNDS, (gain.points, low, high), strict=True))
            rows.append({**named, "mark": _CLAIMED, **ends})
    return rows


def _rerun_rows(known: Published) -> list[dict[str, Any]]:
    """Return how far each re-run lies from the published figure."""
    rows = []
    for each in known.reruns:
        published, *others = each.average_points
        name = known.benchmark(each.benchmark).name
        named = {"line": f"{each.system}, {name}", "mark": _RERUN, "benchmark": name}
        rows += [{**named, ESTIMATE: other - published} for other in others]
    return rows


def _draw(axes: Axes, data: pd.DataFrame, lines: Sequence[str]) -> None:
    places = data["line"].map(list(lines).index)
    claimed, rerun = (data["mark"] == mark for mark in _LOOKS)
    colour, marker = _LOOKS[_CLAIMED]
    draw_intervals(
        axes, data[claimed], places[claimed].to_numpy(), colour=colour, marker=marker,
        label="claimed gain, 95 % interval",
    )  # fmt: skip
    for benchmark in dict.fromkeys(data.loc[claimed, "benchmark"]):
        last = places[claimed & (data["benchmark"] == benchmark)].max()
        axes.axhline(last + 0.5, color="0.8", linewidth=0.8)
    colour, marker = _LOOKS[_RERUN]
    axes.scatter(
        data.loc[rerun, ESTIMATE], places[rerun], s=40, color=colour, marker=marker,
        edgecolor="white", linewidth=0.8, label=_RERUN,
    )  # fmt: skip


def _finding(data: pd.DataFrame) -> str:
    claimed, rerun = (data[data["mark"] == mark] for mark in _LOOKS)
    said = ["Dot plot in accuracy points."]
    said += [
        _gain_words(benchmark, rows) for benchmark, rows in claimed.groupby("benchmark", sort=False)
    ]
    if len(rerun):
        by = findings.span(rerun, "line", number=points)
        said.append(f"Re-runs differ from the figures they were to repeat by {by}.")
    return " ".join(said)


def _gain_words(benchmark: Any, rows: pd.DataFrame) -> str:
    """Return under which readings of chance a claimed gain can be told from none."""
    crossing = rows[(rows[LOW] <= 0) & (rows[HIGH] >= 0)]
    clear = rows.drop(index=crossing.index)
    measured = rows.assign(width=rows[HIGH] - rows[LOW])
    widest = findings.greatest(measured, "width")
    readings = findings.ends(measured, "reading", column="width")[-1].who
    but = f" (not with: {'; '.join(clear['reading'])})" if len(clear) and len(crossing) else ""
    return (
        f"The gain of {points(widest[ESTIMATE])} claimed on {benchmark} has an interval that "
        f"includes zero under {len(crossing) or 'none'} of {len(rows)} readings of chance{but}; "
        f"the widest, with {readings}, runs from {points(widest[LOW])} to "
        f"{points(widest[HIGH])}."
    )
