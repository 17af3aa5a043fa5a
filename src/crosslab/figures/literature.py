"""The flow of records through a literature search, in the manner of PRISMA."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from crosslab.figures import findings
from crosslab.figures.shown import Shown
from crosslab.figures.style import SMALL, canvas
from crosslab.numerals import counted, listed

_GIVEN: Final = "Records from databases"
_DUPLICATES: Final = "Duplicates removed"
_SCREENED: Final = "Works screened"
_LEFT_OUT: Final = "Left out"
_STUDY: Final = "In the study"

_LEFT: Final = 0.27  # the middle of a column, as a share of the width
_RIGHT: Final = 0.77
_WIDTH: Final = 0.44
_LINE: Final = 0.2  # inches: the height of a line of text
_GAP: Final = 0.42  # inches between boxes


def flow_of_records(counts: Mapping[str, Any]) -> Shown:
    """Return the flow from what sources gave to what was included, a box for each step.

    Args:
        counts: ``identified`` by source (``None`` where it never answered), ``excluded`` by
            criterion, ``duplicates``, ``screened``, ``included`` and ``by hand``.
    """
    data = _steps(counts)
    left = [
        _lines(data, _GIVEN, f"{_GIVEN}: {_sum(data, _GIVEN)}"),
        [f"{_SCREENED}: {_sum(data, _SCREENED)}"],
        _lines(data, _STUDY, _STUDY),
    ]
    right = [
        [f"{_DUPLICATES}: {_sum(data, _DUPLICATES)}"],
        _lines(data, _LEFT_OUT, f"{_LEFT_OUT}: {_sum(data, _LEFT_OUT)}"),
        [f"Works that came by hand: {counts['by hand']}"],
    ]
    return Shown(figure=_drawn(left, right), finding=_finding(data), data=data)


def _steps(counts: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row per number of the flow; a source that never answered has none."""
    rows = [
        *((_GIVEN, name, number) for name, number in counts["identified"].items()),
        (_DUPLICATES, "", counts["duplicates"]),
        (_SCREENED, "", counts["screened"]),
        *((_LEFT_OUT, name, number) for name, number in counts["excluded"].items()),
        (_STUDY, "from databases", counts["included"]),
        (_STUDY, "by hand", counts["by hand"]),
    ]
    return pd.DataFrame(rows, columns=["step", "part", "count"]).astype({"count": "Int64"})


def _sum(data: pd.DataFrame, step: str) -> int:
    return int(data.loc[data["step"] == step, "count"].sum())


def _lines(data: pd.DataFrame, step: str, head: str) -> list[str]:
    """Return what a box says: its head, then its parts."""
    parts = findings.marks(data[data["step"] == step])
    said = [f"{row['part']}: {_number(row['count'])}" for row in parts]
    return [head, *said]


def _number(count: Any) -> str:
    return "no answer" if pd.isna(count) else str(count)


def _finding(data: pd.DataFrame) -> str:
    given = data[data["step"] == _GIVEN]
    silent = [str(name) for name in given.loc[given["count"].isna(), "part"]]
    from_databases, by_hand = data.loc[data["step"] == _STUDY, "count"]
    if len(silent) == len(given):
        return (
            f"Flow chart. None of {counted(len(given), 'database')} answered, so no record was "
            f"screened. In the study are {counted(int(by_hand), 'work')} that came by hand."
        )
    out = data[(data["step"] == _LEFT_OUT) & (data["count"] > 0)]
    because = ""
    if len(out):
        most = findings.ends(out, "part", column="count", number=str)[-1]
        because = f", most of them, {most.said}, by the criterion {most.who}"
        if most.several:
            because = f", most of them by the criteria {most.who}, {most.said} each"
    never = f" ({listed(silent)} never answered)" if silent else ""
    return (
        f"Flow chart. {counted(len(given) - len(silent), 'database')}{never} gave "
        f"{counted(_sum(data, _GIVEN), 'record')}, of which {_sum(data, _DUPLICATES)} were "
        f"duplicates. Of {counted(_sum(data, _SCREENED), 'work')} that were screened "
        f"{_sum(data, _LEFT_OUT)} were left out{because}. In the study are {from_databases} from "
        f"databases and {by_hand} that came by hand."
    )


def _drawn(left: list[list[str]], right: list[list[str]]) -> Figure:
    """Return boxes in two columns, and arrows from step to step."""
    heights = [
        _LINE * max(len(one), len(other)) + 0.24 for one, other in zip(left, right, strict=True)
    ]
    whole = sum(heights) + _GAP * len(heights)
    figure, ((axes,),) = canvas(whole)
    axes.set_xlim(0, 1)
    axes.set_ylim(whole, 0)
    axes.axis("off")
    top = _GAP / 2
    for number, height in enumerate(heights):
        middle = top + height / 2
        _box(axes, _LEFT, middle, left[number])
        _box(axes, _RIGHT, middle, right[number])
        if number + 1 < len(heights):
            end = top + height + _GAP + heights[number + 1] / 2 - _half(left[number + 1])
            _arrow(axes, (_LEFT, middle + _half(left[number])), (_LEFT, end))
            _arrow(axes, (_LEFT + _WIDTH / 2, middle), (_RIGHT - _WIDTH / 2, middle))
        else:
            _arrow(axes, (_RIGHT - _WIDTH / 2, middle), (_LEFT + _WIDTH / 2, middle))
        top += height + _GAP
    return figure


def _half(lines: list[str]) -> float:
    return (_LINE * len(lines) + 0.16) / 2


def _box(axes: Axes, x: float, y: float, lines: list[str]) -> None:
    height = 2 * _half(lines)
    axes.add_patch(
        FancyBboxPatch(
            (x - _WIDTH / 2, y - height / 2), _WIDTH, height, boxstyle="square,pad=0",
            facecolor="white", edgecolor="0.3", linewidth=1.1,
        )
    )  # fmt: skip
    axes.text(x, y, "\n".join(lines), ha="center", va="center", fontsize=SMALL, linespacing=1.35)


def _arrow(axes: Axes, begin: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", xy=end, xytext=begin, arrowprops={"arrowstyle": "->", "color": "0.3"})
