"""The explorer of claims: every printed claim and every claim of the registry, in two tables.

The tables are whole as they stand. ``explorer.js`` filters and sorts them, by the data that
lie beside them in the page. Words of reports are untrusted: all of them pass ``shown``, or
are written as JSON in which no character could end the element that holds it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from crosslab.audit.page import shown
from crosslab.book.claim_pages import MARKS
from crosslab.book.explorer_rows import (
    COLUMNS,
    CSV_FILE,
    JSON_FILE,
    Explored,
    ListedClaim,
    OnRung,
    PrintedRow,
    cells,
    outcomes,
)
from crosslab.numerals import counted
from crosslab.prose.explorer_links import MARK_NAMES, NOTHING, TEXT, VIEWS, accepted
from crosslab.prose.icons import rung_symbols, rung_use

_SIGNS: Final = {MARK_NAMES[verified]: words for verified, words in MARKS.items()}
_LABELS: Final = {
    "report": "Report",
    "claim": "Claim",
    "mark": "Mark of the report",
    "literature": "Literature",
    "rung": "Rung",
    "verdict": "Verdict of the runs",
}
_NAMED: Final = {"literature": {NOTHING: "none: no claim of the registry"}}
_HEADS: Final = {"mark": "mark", "replication": "runs"}  # where a column is called otherwise
_UNSAFE: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&`"}


def explorer_part(found: Explored) -> str:
    """Return the explorer as part of a page: words, filters, both tables, their data."""
    html = "\n".join(
        [
            '<div class="explorer" id="explorer">',
            rung_symbols(),
            _filters(found),
            _messages(),
            _printed_table(found.printed),
            _claims_table(found),
            '<p><button type="button" id="explorer-more" hidden></button></p>',
            _data(found),
            "</div>",
        ]
    )
    return f"{_words(found)}\n\n```{{raw}} html\n{html}\n```"


def _words(found: Explored) -> str:
    """Return what the tables hold, and where all of it can be had as data."""
    reports = len({each.report for each in found.printed})
    others = sum(each.claim_id is None for each in found.printed)
    words = (
        f"{counted(reports, 'report')} print {counted(len(found.printed), 'claim')}, which come "
        f"to these {len(found.claims)} of the registry. Mark and confidence are the report's own: "
        "✓ is marked as verified, × is not. What the literature and the runs say of a claim holds "
        "for every row that prints it; each verdict speaks of [its rung](how-to-read.md) alone."
    )
    if others:
        words += (
            f" {counted(others, 'printed claim')} of these match no claim of the registry, so "
            "nothing more is known of them."
        )
    return (
        f'{words} All rows as data: <a href="{CSV_FILE}" download>CSV</a>, '
        f'<a href="{JSON_FILE}" download>JSON</a>.'
    )


def _filters(found: Explored) -> str:
    """Return the form, which stays hidden where no script can answer it."""
    reports = dict.fromkeys(each.report for each in found.printed)
    names = {each.claim_id: each.claim for each in found.claims}
    named: Mapping[str, Mapping[str, str]] = {
        "claim": {**names, NOTHING: "none of the registry"},
        **_NAMED,
    }
    choices = accepted(list(reports), list(names))
    fields = [
        _field(
            _LABELS[name],
            f'<select name="{name}" id="by-{name}"><option value="">any</option>'
            + "".join(_option(each, named.get(name, {}).get(each, each)) for each in values)
            + "</select>",
            name=name,
        )
        for name, values in choices.items()
    ]
    return "\n".join(
        [
            '<form role="search" aria-label="Filter and sort the claims" autocomplete="off" '
            "hidden>",
            "<fieldset><legend>Show</legend>",
            _switch("printed", f"printed claims ({len(found.printed)})", chosen=True),
            _switch("claims", f"claims of the registry ({len(found.claims)})", chosen=False),
            "</fieldset>",
            *fields,
            _field(
                "Words or names", f'<input type="search" name="{TEXT}" id="by-{TEXT}">', name=TEXT
            ),
            '<p><button type="button" id="explorer-clear">Clear</button>',
            '<button type="button" id="explorer-download">Download the printed claims shown '
            "(CSV)</button></p>",
            "</form>",
        ]
    )


def _field(label: str, control: str, *, name: str) -> str:
    return f'<div><label for="by-{name}">{label}</label>{control}</div>'


def _option(value: str, name: str) -> str:
    return f'<option value="{shown(value)}">{shown(name)}</option>'


def _switch(view: str, label: str, *, chosen: bool) -> str:
    checked = " checked" if chosen else ""
    return f'<label><input type="radio" name="view" value="{view}"{checked}> {label}</label>'


def _messages() -> str:
    """Return the places where the script says what it did."""
    return "\n".join(
        [
            "<noscript><p>To filter, sort and search, this page needs JavaScript.</p></noscript>",
            '<p role="status" id="explorer-ignored" hidden></p>',
            '<p role="status" id="explorer-status" hidden></p>',
            '<p id="explorer-nothing" hidden>Nothing passes all of these filters. '
            '<button type="button">Clear the filters</button></p>',
        ]
    )


def _printed_table(rows: Sequence[PrintedRow]) -> str:
    body = (
        _row(_row_id(each), [_own_place(each), *_printed_cells(each)], VIEWS["printed"])
        for each in rows
    )
    return _table("printed", "Every claim that a report prints, row by row", body)


def _printed_cells(row: PrintedRow) -> list[str]:
    return [
        f"<bdi>{shown(row.words)}</bdi>",
        _SIGNS[row.mark],
        "none" if row.confidence is None else f"{row.confidence:.2f}",
        f"none of the registry (nearest: {row.match_score:.2f})"
        if row.claim_id is None
        else _linked(_claim_page(row.claim_id), row.claim or ""),
        *_what_is_known(row),
    ]


def _claims_table(found: Explored) -> str:
    places: dict[str | None, list[PrintedRow]] = {}
    for row in found.printed:
        places.setdefault(row.claim_id, []).append(row)
    body = (
        _row(
            f"claim-{each.claim_id}",
            [
                f"{_linked(_claim_page(each.claim_id), each.claim)} "
                f'<span class="quote">{shown(each.words)}</span>',
                _marks(places.get(each.claim_id, [])),
                *_what_is_known(each),
            ],
            VIEWS["claims"],
        )
        for each in found.claims
    )
    return _table("claims", "Every claim of the registry, and the reports that print it", body)


def _marks(places: Sequence[PrintedRow]) -> str:
    """Return which reports print a claim, with mark and confidence, each linked to its place."""
    items = [
        _linked(
            each.address,
            f"{each.report} {_SIGNS[each.mark]}"
            + ("" if each.confidence is None else f", {each.confidence:.2f}"),
        )
        for each in places
    ]
    return _list(items) if items else "no report"


def _what_is_known(row: PrintedRow | ListedClaim) -> list[str]:
    """Return what the literature and the runs say, each linked to where it is argued."""
    if row.claim_id is None or row.literature is None:
        return ["not known", "not known"]
    page = _claim_page(row.claim_id)
    literature = _linked(f"{page}#what-the-literature-says", row.literature)
    if row.obstacle is not None:
        return [literature, _linked(f"{page}#what-the-re-computation-says", *outcomes(row))]
    wide = isinstance(row, ListedClaim)
    items = [_verdict(each, page, wide=wide) for each in row.verdicts]
    return [literature, _list(items) if items else "nothing has been run"]


def _verdict(found: OnRung, page: str, *, wide: bool) -> str:
    """Return a verdict with the sign of its rung; in the wide table with what was measured."""
    link = _linked(found.address or f"{page}#what-the-re-computation-says", found.outcome)
    return f"{rung_use(found.rung)} {link}" + (f" {shown(found.measured)}" if wide else "")


def _table(view: str, caption: str, body: Iterable[str]) -> str:
    """Return a table whose roles are said, since on a narrow screen it is laid out as cards."""
    heads = "".join(
        f'<th scope="col" role="columnheader" data-column="{name}">{_HEADS.get(name, name)}</th>'
        for name in VIEWS[view]
    )
    return "\n".join(
        [
            f'<table role="table" id="explorer-{view}"><caption>{caption}</caption>',
            f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>',
            '<tbody role="rowgroup">',
            *body,
            "</tbody></table>",
        ]
    )


def _row(name: str, contents: Sequence[str], columns: Sequence[str]) -> str:
    first, *others = (
        f'data-label="{_HEADS.get(column, column)}">{content}'
        for column, content in zip(columns, contents, strict=True)
    )
    rest = "".join(f'<td role="cell" {each}</td>' for each in others)
    return (
        f'<tr role="row" id="{escape(name)}"><th scope="row" role="rowheader" {first}</th>{rest}'
        "</tr>"
    )


def _row_id(row: PrintedRow) -> str:
    """Return the name of a row in the page, which is its address for good."""
    name = "".join(sign if sign.isalnum() else "-" for sign in row.report)
    return f"row-{name}-{row.row:02d}"


def _own_place(row: PrintedRow) -> str:
    return _linked(row.address, f"{row.report}, row {row.row}")


def _claim_page(claim_id: str) -> str:
    return f"claims/{claim_id}.html"


def _linked(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{shown(text)}</a>'


def _list(items: Iterable[str]) -> str:
    return f'<ul role="list">{"".join(f"<li>{each}</li>" for each in items)}</ul>'


def _data(found: Explored) -> str:
    """Return what the script filters and sorts by, row for row as in the tables."""
    data = {
        "printed": {"columns": COLUMNS, "rows": [_as_data(each) for each in found.printed]},
        "claims": {
            "columns": ("claim_id", "claim", "words", "reports", "literature"),
            "rows": [_claim_data(each, found.printed) for each in found.claims],
        },
    }
    text = json.dumps(data, separators=(",", ":")).translate(_UNSAFE)
    return f'<script type="application/json" id="explorer-data">{text}</script>'


def _as_data(row: PrintedRow) -> dict[str, Any]:
    """Return a row by which filters go, and its cells as they stand in the file of all rows."""
    known = {
        "report": row.report,
        "claim": row.claim_id or NOTHING,
        "mark": row.mark,
        "literature": row.literature or NOTHING,
    }
    return {"is": known, "on": _pairs(row), "cells": cells(row)}


def _claim_data(claim: ListedClaim, rows: Sequence[PrintedRow]) -> dict[str, Any]:
    reports = str(sum(each.claim_id == claim.claim_id for each in rows))
    return {
        "is": {"claim": claim.claim_id, "literature": claim.literature},
        "on": _pairs(claim),
        "cells": [claim.claim_id, claim.claim, claim.words, reports, claim.literature],
    }


def _pairs(row: PrintedRow | ListedClaim) -> list[tuple[str, str]]:
    """Return rung and verdict together; what no run can bear on stands on no rung."""
    if row.obstacle is not None:
        return [("", "not-testable-here")]
    return [(each.rung, each.verdict) for each in row.verdicts]
