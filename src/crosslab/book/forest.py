"""The table of headline verdicts, each with its interval drawn on one axis: the front page.

Plain HTML and SVG in the colours of the page, so that it reads in light and dark, on paper
and aloud: what is drawn stands beside it in figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from math import ceil, floor
from typing import Final

from crosslab.audit.occurrences import occurrences
from crosslab.chapters import chapter_of, chapters
from crosslab.claims import Claim, Verdict, claims
from crosslab.numerals import counted, points
from crosslab.prose.explorer_links import explorer_link
from crosslab.prose.icons import rung_sign
from crosslab.prose.render import measured

_WIDTH, _HEIGHT, _MIDDLE = 220, 22, 11
_EDGE: Final = 8  # left free on both sides, so that no mark is cut off
_COLUMNS: Final = 4
_TICKS: Final = 5  # the most that an axis names


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis in points, from one whole number to another."""

    low: int
    high: int

    def place(self, value: float) -> float:
        """Return where a value is drawn."""
        share = (value - self.low) / (self.high - self.low)
        return round(_EDGE + share * (_WIDTH - 2 * _EDGE), 1)

    def ticks(self) -> list[int]:
        """Return the whole numbers that are named, nought among them."""
        step = ceil((self.high - self.low) / _TICKS)
        return [each for each in range(self.low, self.high + 1) if each % step == 0]


def axis_for(found: Sequence[Verdict]) -> Axis:
    """Return the axis on which every interval and every claimed gain has a place."""
    drawn = [0.0, *(each.claimed for each in found if each.claimed is not None)]
    drawn += [bound for each in found if each.interval is not None for bound in each.interval]
    return Axis(min(floor(min(drawn)), -1), max(ceil(max(drawn)), 1))


def forest_table(found: Sequence[Verdict]) -> str:
    """Return the headline verdicts as one table, a group of lines per claim, a line per rung."""
    axis, known = axis_for(found), {each.claim_id: each for each in claims()}
    order = list(dict.fromkeys(each.claim_id for each in found))
    ordered = sorted(found, key=lambda each: order.index(each.claim_id))
    groups = [
        _group(known[claim_id], list(group), axis)
        for claim_id, group in groupby(ordered, key=lambda each: each.claim_id)
    ]
    names = ("evidence", f"gain in points {_scale(axis)}", "measured", "verdict")
    heads = "".join(f'<th scope="col" role="columnheader">{each}</th>' for each in names)
    return (
        f'<table class="answer" role="table"><caption>{_CAPTION}</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f"{''.join(groups)}</table>"
    )


_CAPTION: Final = (
    "Square and bar: the gain that was measured, with its 95 % interval over seeds and items. "
    "Diamond: the gain that is claimed. Pale bar: nothing was run; how far chance could carry "
    "the printed figure."
)


def _group(claim: Claim, lines: Sequence[Verdict], axis: Axis) -> str:
    claimed = next((each.claimed for each in lines if each.claimed is not None), None)
    said = "no size claimed" if claimed is None else f"claimed {points(claimed)}"
    printed = counted(len(occurrences()[claim.claim_id]), "report")
    rows_link = explorer_link(f"printed in {printed}", base=".", claim=claim.claim_id)
    head = (
        f'<tr role="row"><th scope="rowgroup" role="rowheader" colspan="{_COLUMNS}">'
        f'<a href="claims/{claim.claim_id}.html">{escape(claim.name)}</a> '
        f"<small>{said}; literature: {lines[0].literature}; {rows_link}</small>"
        f'<span class="narrow">{_scale(axis)}</span></th></tr>'
    )
    rows = "".join(f'<tr role="row">{_line(each, claimed, axis)}</tr>' for each in lines)
    return f'<tbody role="rowgroup">{head}{rows}</tbody>'


def _line(verdict: Verdict, claimed: float | None, axis: Axis) -> str:
    return (
        f'<td role="cell">{rung_sign(verdict.rung)}</td>'
        f'<td role="cell" class="forest">{_drawn(verdict, claimed, axis)}</td>'
        f'<td role="cell">{_measured_linked(verdict)}</td>'
        f'<td role="cell"><span class="verdict">{_argued(verdict)}</span></td>'
    )


def _argued(verdict: Verdict) -> str:
    """Return a verdict, linked to the chapter that argues it, if the book has it."""
    chapter = chapter_of(verdict.claim_id, verdict.rung)
    if chapter not in {each.name for each in chapters()}:
        return verdict.replication
    return f'<a href="executed/{chapter}.html">{verdict.replication}</a>'


def _measured_linked(verdict: Verdict) -> str:
    """Return what was measured, and links to the runs it was measured on."""
    if not verdict.records:
        return measured(verdict)
    ran = dict.fromkeys(tuple(record.split("/")[:2]) for record in verdict.records)
    pages = [f"runs/{scale}-{experiment}.html" for scale, experiment in ran]
    first, *others = pages
    more = "".join(f', <a href="{page}">and these</a>' for page in others)
    return f'{measured(verdict)} <a href="{first}">runs</a>{more}'


def _drawn(verdict: Verdict, claimed: float | None, axis: Axis) -> str:
    """Return an interval as it lies on the axis, and what it shows in words."""
    marks = [_stroke("zero", axis.place(0), 0, axis.place(0), _HEIGHT)]
    if verdict.interval is not None:
        low, high = (axis.place(bound) for bound in verdict.interval)
        marks.append(_stroke("ran" if verdict.records else "print", low, _MIDDLE, high, _MIDDLE))
    if verdict.records and verdict.estimate is not None:
        place = axis.place(verdict.estimate)
        marks.append(f'<rect class="ran" x="{place - 4}" y="{_MIDDLE - 4}" width="8" height="8"/>')
    if claimed is not None:
        place = axis.place(claimed)
        marks.append(f'<path class="claimed" d="M{place} {_MIDDLE - 6}l6 6-6 6-6-6z"/>')
    label = measured(verdict) + ("" if claimed is None else f"; claimed {points(claimed)}")
    return _svg(f'role="img" aria-label="{escape(label)}"', _HEIGHT, marks)


def _scale(axis: Axis) -> str:
    """Return the axis with its numbers, for the head of the table."""
    marks = [
        f'<text x="{axis.place(each)}" y="12" text-anchor="middle">{_whole(each)}</text>'
        for each in axis.ticks()
    ]
    return _svg('aria-hidden="true"', 16, marks)


def _whole(value: int) -> str:
    return points(value).removesuffix(".0") if value else "0"


def _stroke(style: str, *ends: float) -> str:
    names: Mapping[str, float] = dict(zip(("x1", "y1", "x2", "y2"), ends, strict=True))
    where = " ".join(f'{name}="{end}"' for name, end in names.items())
    return f'<line class="{style}" {where}/>'


def _svg(attributes: str, height: int, marks: Sequence[str]) -> str:
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    return f"<svg {size} {attributes}>{''.join(marks)}</svg>"
