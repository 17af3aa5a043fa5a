"""The flow of records through a literature search, in the manner of PRISMA."""

from collections.abc import Mapping
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from crosslab.figures.style import canvas

_LEFT: Final = 0.27  # the middle of a column, as a share of the width
_RIGHT: Final = 0.77
_WIDTH: Final = 0.44
_LINE: Final = 0.2  # inches: the height of a line of text
_GAP: Final = 0.42  # inches between boxes


def flow_of_records(counts: Mapping[str, Any]) -> Figure:
    """Return the flow from what sources gave to what was included, a box for each step.

    Args:
        counts: ``identified`` by source (``None`` where it never answered), ``excluded`` by
            criterion, ``duplicates``, ``screened``, ``included`` and ``by hand``.
    """
    identified, excluded = counts["identified"], counts["excluded"]
    total = sum(count or 0 for count in identified.values())
    given = [f"{name}: {'no answer' if n is None else n}" for name, n in identified.items()]
    left = [
        [f"Records from databases: {total}", *given],
        [f"Works screened: {counts['screened']}"],
        ["In the study", f"from databases: {counts['included']}", f"by hand: {counts['by hand']}"],
    ]
    right = [
        [f"Duplicates removed: {counts['duplicates']}"],
        [f"Left out: {sum(excluded.values())}", *(f"{name}: {n}" for name, n in excluded.items())],
        [f"Works that came by hand: {counts['by hand']}"],
    ]
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
    axes.text(x, y, "\n".join(lines), ha="center", va="center", fontsize=9, linespacing=1.35)


def _arrow(axes: Axes, begin: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", xy=end, xytext=begin, arrowprops={"arrowstyle": "->", "color": "0.3"})
