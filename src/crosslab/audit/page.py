"""A report as a page: its text with claims and findings marked in place, and its tables.

A report is untrusted text. Every character of it is escaped, nothing is loaded, and the
page for an auditor carries its own style and no script.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import Any, Final, NamedTuple

from crosslab.audit.decoding import presentable

Row = dict[str, Any]
Link = Callable[[str], str | None]  # from a claim's id to its address

_WORST: Final = {"info": 0, "warning": 1, "error": 2}
_KINDS: Final = {True: "yes", False: "no", None: "unread"}
_ABOUT_ALL: Final = {
    "verified-is-threshold",
    "verified-near-threshold",
    "verified-above-half",
    "agreement",
}  # of all claims: told in the table
_CONTROL: Final = {
    code: "\N{REPLACEMENT CHARACTER}" for code in range(32) if code not in {9, 10, 13}
}


class Mark(NamedTuple):
    """A stretch of text to be shown in a way of its own."""

    start: int
    end: int
    style: str
    label: str


def marked_text(text: str, row: Row, link: Link = lambda _: None) -> str:
    """Return the text of a report as HTML: claims, and findings about anything else, marked.

    Findings about the whole title or the whole list of claims are left to the table.
    """
    claims = [
        Mark(each["start"], each["end"], str(number), each["claim_id"] or "")
        for number, each in _claims(row)
    ]
    findings = [
        Mark(each["start"], each["end"], each["level"], each["message"])
        for each in row["findings"]
        if each["end"] - each["start"] < len(text) and each["code"] not in _ABOUT_ALL
    ]
    verified = [each["verified"] for each in row["claims"]]
    pieces = []
    for start, end, (claim, found) in _stretches(len(text), claims, findings):
        piece = shown(text[start:end])
        if found:
            worst = max(found, key=lambda mark: _WORST[mark.style])
            label = shown("; ".join(mark.label for mark in found))
            piece = f'<span class="finding {worst.style}" title="{label}">{piece}</span>'
        for mark in claim[:1]:
            address = link(mark.label) if mark.label else None
            anchor = f' id="claim-{mark.style}"' if start == mark.start else ""
            kind = _KINDS[verified[int(mark.style) - 1]]
            if address is not None:
                piece = f'<a href="{escape(address)}">{piece}</a>'
            piece = f'<mark class="claim {kind}"{anchor}>{piece}</mark>'
        pieces.append(piece)
    return "".join(pieces)


def _stretches(length: int, *layers: Sequence[Mark]) -> Iterator[tuple[int, int, list[list[Mark]]]]:
    """Yield the stretches of a text in which no mark begins or ends, with the marks over each."""
    waiting = [sorted(layer, reverse=True) for layer in layers]
    active: list[list[Mark]] = [[] for _ in layers]
    places = {place for layer in layers for mark in layer for place in mark[:2]}
    borders = sorted({0, length} | places)
    for start, end in pairwise(borders):
        for number, layer in enumerate(waiting):
            active[number] = [mark for mark in active[number] if mark.end > start]
            while layer and layer[-1].start <= start:
                active[number].append(layer.pop())
        yield start, end, active


def _claims(row: Row) -> list[tuple[int, Any]]:
    return list(enumerate(row["claims"], start=1))


def shown(text: str) -> str:
    """Return text as HTML that no reader of Markdown or HTML takes for anything else."""
    safe = escape(presentable(text).translate(_CONTROL))
    return safe.replace("`", "&#96;").replace("\r\n", "\n").replace("\r", "\n")


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return an HTML table of plain text, or of markup that is wrapped in ``Markup``."""
    head = "".join(f"<th>{escape(each)}</th>" for each in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{_table_cell(each)}</td>" for each in cells) + "</tr>"
        for cells in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def _table_cell(value: object) -> str:
    if isinstance(value, Markup):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "verified" if value else "not verified"
    return shown(str(value))


def section(row: Row, text: str) -> str:
    """Return one report of an audit as part of a page."""
    title = row["title"] or row["path"]
    declared, found = row["declared"], row["found"]
    claims = table(
        ("", "claim", "says the report", "confidence", "registry", "score", "literature", "runs"),
        [
            (
                number, each["text"], each["verified"], each["confidence"],
                each["claim_id"] or "none alike", each["match_score"], each["literature"],
                each["replication"],
            )
            for number, each in _claims(row)
        ],
    )  # fmt: skip
    findings = table(
        ("level", "code", "characters", "what"),
        [
            (each["level"], each["code"], f"{each['start']} to {each['end']}", each["message"])
            for each in row["findings"]
        ],
    )
    reviews = table(
        ("automated reviewer", "score, 0 to 10", "what moved it"),
        [
            (
                each["reviewer"], each["score"],
                "; ".join(f"{one['name']}: {one['why']}" for one in each["criteria"]),
            )
            for each in row["reviews"]
        ],
    )  # fmt: skip
    return (
        f"<section><h1>{shown(title)}</h1>"
        f"<p><code>{shown(row['path'])}</code>, SHA-256 <code>{row['sha256']}</code></p>"
        f"<p><b>Asks:</b> {shown(row['research_question'] or 'no question is stated')}</p>"
        f"<p><b>Declares</b> {_number(declared['claims'])} claims, {_number(declared['verified'])} "
        f"verified, {_number(declared['papers'])} papers, quality {_number(declared['quality'])} "
        f"of 10. <b>Found:</b> {found['claims']} claims, {found['verified']} marked as verified, "
        f"{row['coverage']['uncovered']} of {row['coverage']['characters']} characters in no "
        f"known part.</p>"
        f"<h2>Claims</h2>{claims}{_LEGEND_CLAIMS}<h2>Findings</h2>{findings}{_LEGEND_FINDINGS}"
        f"<h2>Reviewers</h2><p>Rubrics, not people: each score is the weighted share of its "
        f"criteria.</p>{reviews}"
        f'<h2>The text</h2>{_LEGEND_TEXT}<pre class="report">{marked_text(text, row)}</pre>'
        "</section>\n"
    )


def _number(value: float | None) -> str:
    return "no number of" if value is None else f"{value:g}"


_LEGEND_CLAIMS: Final = (
    "<p><b>registry</b>: the claim of this project that the sentence makes, if any; "
    "<b>score</b>: how alike the words are, from 0 to 1. <b>literature</b>: supported, "
    "contradicted, conflicting, source-silent (its source does not say so where it could be "
    "read) or not-found. <b>runs</b>: reproduced, direction-only, contradicted, inconclusive or "
    "not-testable-here. A claim that is not in the registry has neither: to have it judged, "
    "enter it in <code>claims/registry.yaml</code>, and what is in print about it in "
    "<code>claims/evidence.yaml</code>.</p>"
)
_LEGEND_FINDINGS: Final = (
    "<p><b>error</b>: the report contradicts itself or does not do what it says; <b>warning</b>: "
    "do not rely on it; <b>info</b>: worth knowing. Characters are counted from the "
    "beginning of the file.</p>"
)
_LEGEND_TEXT: Final = (
    '<p><mark class="claim yes">marked as verified</mark> <mark class="claim no">marked as not '
    'verified</mark> <mark class="claim unread">without a mark that can be read</mark> '
    '<span class="finding warning">with a finding</span> (it is told where the pointer rests)</p>'
)
BEGINNING: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Audit</title><style>
:root{color-scheme:light dark;--yes:#cfe8d5;--no:#f6d5d0;--unread:#e6e6e6;--line:#8888}
@media(prefers-color-scheme:dark){:root{--yes:#1f4a2b;--no:#5a2620;--unread:#444}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9em}
code{overflow-wrap:anywhere}
td,th{border-bottom:1px solid var(--line);padding:.25rem .6rem;text-align:left}
td,th{vertical-align:top}
pre.report{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);padding:1rem}
mark{color:inherit}.claim.yes{background:var(--yes)}.claim.no{background:var(--no)}
.claim.unread{background:var(--unread)}.finding{border-bottom:2px dotted}
.finding.warning{border-color:#b36b00}.finding.error{border-bottom:2px solid #c0392b}
section+section{border-top:2px solid var(--line);margin-top:2rem}
</style></head><body>
"""
ENDING: Final = "</body></html>\n"
