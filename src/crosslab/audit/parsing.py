"""From the text of a report to its parts, its claims and what it says about itself.

One pass over the lines, one state: the section a line stands in. What is recognized by its
form (headings, tables, lists of references, sentences that state a count) is kept with its
place; the rest is left uncovered, counted and reported.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final, NamedTuple, TypeVar

from crosslab.audit.cells import columns, confidence, is_rule, mark, split_cells
from crosslab.audit.citing import entries_of
from crosslab.audit.decoding import UNDECODED
from crosslab.audit.lines import Line, lines
from crosslab.audit.markup import visible
from crosslab.audit.report import Noted, Part, PrintedClaim, Report, Span
from crosslab.audit.stating import declared, question

Value = TypeVar("Value")

_HEADING: Final = re.compile(
    r"#{0,6}\s?\s?(?:(?:\d{1,3}(?:\.\d{1,3}){0,3}[.)]?|[IVX]{1,5}[.)])\s)?\s?(.*)\Z"
)
_SECTIONS: Final = {
    "abstract": "abstract",
    "summary": "abstract",
    "introduction": "introduction",
    "background": "introduction",
    "research question": "introduction",
    "method": "method",
    "methods": "method",
    "methodology": "method",
    "results": "results",
    "findings": "results",
    "discussion": "discussion",
    "conclusion": "discussion",
    "conclusions": "discussion",
    "limitations": "limitations",
    "extracted claims": "claims",
    "claims": "claims",
    "references": "references",
    "bibliography": "references",
    "references and notes": "references",
    "works cited": "references",
}
_LONGEST_HEADING: Final = 60
_RULED: Final = frozenset("-=*_ ")
_FRONT_MATTER: Final = re.compile(
    r"\s{0,9}---[ \t]*(?:\r\n|\r|\n)(?:[^\r\n]*\S[^\r\n]*(?:\r\n|\r|\n)){1,40}?"
    r"(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n)"
)
_LONGEST_TITLE: Final = 400
_BYLINE: Final = re.compile(r"(?![-*+•|])[^|\t]{0,79}[^.!?|\t]")  # no list and no sentence
_FRONT_LINES: Final = 4
_KEYWORDS: Final = re.compile(r"\W{0,4}(?:keywords|index terms)\b", re.IGNORECASE)
_DATE: Final = re.compile(
    r"(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? "
    r"(?:\d{1,2}, )?\d{4}\Z"
    r"|\d{4}-\d{2}-\d{2}\Z"
)


class Table(NamedTuple):
    """The table a line may belong to: what separates its cells, and which column is which."""

    separator: str | None
    columns: dict[str, int]
    width: int


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    title: str | None = None
    date: str | None = None
    section: str = "front"
    front_lines: int = 0
    closed: Table | None = None  # a table that something else interrupted
    readable_rows: int = 0  # of the open table
    previous: Line | None = None
    table: Table | None = None
    tables: int = 0
    claims: list[PrintedClaim] = field(default_factory=list)
    references: list[Line] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)


def parsed(text: str, *, path: str, sha256: str) -> Report:
    """Return a report as it reads; what is odd about its form is noted with its place."""
    reading = _Reading()
    begin = 1 if text.startswith("\ufeff") else 0
    if begin:
        reading.parts.append(Part("byte-order-mark", 0, 1))
    begin = _read_front_matter(reading, text, begin)
    every = [Line(line.text, *(at + begin for at in line[1:])) for line in lines(text[begin:])]
    for line, following in zip_longest(every, every[1:]):
        _read(reading, line, following)
        reading.previous = line
    _note_bytes(reading, text)
    prose = _prose(reading, text)
    asked = question(prose)
    return Report(
        path=path,
        sha256=sha256,
        text=text,
        title=reading.title,
        question=None if asked is None else visible(text[slice(*asked)]),
        question_span=asked,
        date=reading.date,
        declared=declared(prose),
        claims=reading.claims,
        references=entries_of(text, [Span(line.start, line.end) for line in reading.references]),
        parts=sorted(reading.parts, key=lambda part: part.start),
        tables=reading.tables,
        noted=reading.noted,
    )


def _read(reading: _Reading, line: Line, following: Line | None) -> None:
    """Take one line in: it belongs to a table, heads a section, or stands in one."""
    seen = line.text.strip()
    last = reading.parts[-1].kind if reading.parts else ""
    if not seen:
        reading.parts.append(Part("blank", *line.whole))
        if reading.table is not None and reading.table.separator is None:
            reading.table = None  # a list of claims without columns ends here
    elif _begins_table(reading, line):
        reading.parts.append(Part("table-head", *line.whole))
    elif last == "table-head" and is_rule(seen):
        reading.parts.append(Part("table-rule", *line.whole))
    elif len(seen) > 1 and set(seen) <= _RULED and not _is_row(reading, line, following):
        _underline(reading)
        reading.parts.append(Part("rule", *line.whole))
    elif _is_row(reading, line, following):
        _read_row(reading, line)
    elif (section := _section(reading, line)) is not None:
        reading.section, reading.table, reading.closed = section, None, None
        reading.parts.append(Part("heading", *line.whole))
    else:
        reading.closed, reading.table = reading.table or reading.closed, None
        _read_prose(reading, line)


def _read_front_matter(reading: _Reading, text: str, begin: int) -> int:
    """Take in the YAML that some reports begin with, and return where it ends.

    Only a title and a date are read from it, as text. Without an end before the first blank
    line it is none.
    """
    found = _FRONT_MATTER.match(text, begin)
    if found is None:
        return begin
    reading.parts.append(Part("front-matter", begin, found.end()))
    for line in lines(found[0]):
        name, _, value = line.text.partition(":")
        if name == "title":
            reading.title = visible(value).strip("'\" ") or None
        elif name == "date":
            reading.date = visible(value).strip("'\" ") or None
    return found.end()


def _underline(reading: _Reading) -> None:
    """Make the line above a rule the heading it is, if it stands right above and is short."""
    above = reading.previous
    last = reading.parts[-1] if reading.parts else None
    if above is None or last is None or last.kind in {"heading", "title", "blank"}:
        return
    if last.start != above.start or len(above.text) > _LONGEST_HEADING or last.kind == "table-row":
        return
    reading.parts[-1] = Part("heading", *above.whole)
    if last.kind == "references":
        reading.references.pop()
    reading.section = _heading(above.text) or "other"


def _section(reading: _Reading, line: Line) -> str | None:
    """Return the section that a line heads; the first unknown heading of all is the title."""
    section = _heading(line.text)
    return None if section == "other" and reading.title is None else section


def _heading(text: str) -> str | None:
    """Return the section a line heads: ``other`` for an unknown one, nothing if it heads none."""
    marked = text.lstrip().startswith("#")
    if len(text) > (_LONGEST_TITLE if marked else _LONGEST_HEADING):
        return None
    found = _HEADING.match(visible(text))
    if found is None:
        return None
    known = _SECTIONS.get(found[1].casefold().strip(" .:*_#"))
    return "other" if known is None and marked else known


def _read_prose(reading: _Reading, line: Line) -> None:
    """Take in a line that is no heading and no row."""
    section = reading.section
    if section == "front":
        _read_front(reading, line)
    elif section == "abstract" and _KEYWORDS.match(line.text):
        reading.parts.append(Part("keywords", *line.whole))
    elif section == "references":
        reading.references.append(line)
        reading.parts.append(Part("references", *line.whole))
    elif section not in {"other", "claims"}:
        reading.parts.append(Part(section, *line.whole))


def _read_front(reading: _Reading, line: Line) -> None:
    """Take in a line above the first section: the title, then a few short ones."""
    seen = visible(line.text).lstrip("# ").removeprefix("Title: ")
    if reading.title is None:
        reading.title = seen
        reading.parts.append(Part("title", *line.whole))
    elif _BYLINE.fullmatch(seen) and reading.front_lines < _FRONT_LINES:
        reading.front_lines += 1
        is_date = _DATE.search(seen) is not None
        if is_date and reading.date is None:
            reading.date = seen
        reading.parts.append(Part("date" if is_date else "byline", *line.whole))


def _begins_table(reading: _Reading, line: Line) -> bool:
    """Whether a line heads a table of claims; the table is then the one that is read."""
    for separator in ("\t", "|"):
        if separator in line.text:
            cells = split_cells(line.text, 0, separator)
            named = columns([line.text[start:end] for start, end in cells])
            if named is not None and len(cells) > 1:
                return _opened(reading, line, Table(separator, named, len(cells)))
    alone = columns([line.text])
    if reading.section == "claims" and reading.table is None and alone is not None:
        return _opened(reading, line, Table(None, alone, 1))
    return False


def _opened(reading: _Reading, line: Line, table: Table) -> bool:
    reading.table, reading.tables = table, reading.tables + 1
    reading.closed, reading.readable_rows = None, 0
    missing = [name for name in ("verified", "confidence") if name not in table.columns]
    if missing:
        message = f"the table of claims has no column for {' and '.join(missing)}"
        reading.noted.append(Noted("missing-column", message, line.start, line.end))
    if reading.tables > 1:
        message = f"this is table of claims number {reading.tables}; all of them are read"
        reading.noted.append(Noted("several-claim-tables", message, line.start, line.end))
    return True


def _is_row(reading: _Reading, line: Line, following: Line | None) -> bool:
    """Whether a line is a row of the open table, or of one that an odd line interrupted.

    A row has a mark or a confidence that can be read. One that has neither is still a row
    where it stands among rows; two in a row, or one above a rule, belong to another table.
    """
    if reading.table is None and reading.closed and _fits(line, reading.closed, both=True):
        reading.table = reading.closed
    table = reading.table
    if table is None:
        return False
    if table.separator is None:
        return _heading(line.text) is None
    return _fits(line, table) or _stands_among_rows(reading, table, line, following)


def _stands_among_rows(reading: _Reading, table: Table, line: Line, following: Line | None) -> bool:
    """Whether a line without a mark that can be read is a row because of where it stands."""
    separator = table.separator
    if separator is None or separator not in line.text:
        return False
    alone = table.columns.keys() == {"claim"}  # nothing but claims: there is no mark to read
    width = len(split_cells(line.text, 0, separator))
    if reading.parts[-1].kind == "blank" or (width != table.width and not alone):
        return False
    if following is None or not reading.readable_rows or separator not in following.text:
        return following is None or not is_rule(following.text.strip() or "x")
    return alone or _fits(following, table)


def _fits(line: Line, table: Table, *, both: bool = False) -> bool:
    """Whether a line has a mark or confidence that can be read where the table has them."""
    if table.separator is None or table.separator not in line.text:
        return False
    cells = split_cells(line.text, 0, table.separator)
    shift = max(0, len(cells) - table.width)  # extra cells belong to the claim
    readable = []
    for column, read in _READERS.items():
        place = table.columns.get(column)
        if place is not None:
            place += shift if place > table.columns["claim"] else 0
            readable.append(
                place < len(cells) and read(line.text[slice(*cells[place])]) is not None
            )
    return bool(readable) and (all(readable) if both else any(readable))


_READERS: Final = {"verified": mark, "confidence": confidence}


def _read_row(reading: _Reading, line: Line) -> None:
    """Take in one row; whatever is wrong with it is noted, and what can be read is kept."""
    table = reading.table
    assert table is not None
    separator = table.separator
    cells = (
        [Span(line.start, line.end)]
        if separator is None
        else (split_cells(line.text, line.start, separator))
    )
    reading.readable_rows += _fits(line, table)
    cells = _fitted(reading, line, cells, table)
    start, end = cells[table.columns["claim"]]
    text = line.text[start - line.start : end - line.start]
    if separator is None:
        start, end = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
        text = text.strip()
    if not text:
        reading.noted.append(Noted("empty-claim", "this row has no claim", line.start, line.end))
        reading.parts.append(Part("table-row", *line.whole))
        return
    reading.parts += [
        part
        for part in (Part("table-row", line.start, start), Part("table-row", end, line.after))
        if part.end > part.start
    ]
    reading.claims.append(
        PrintedClaim(
            text=text,
            start=start,
            end=end,
            verified=_cell(reading, line, cells, "verified", mark),
            confidence=_cell(reading, line, cells, "confidence", confidence),
        )
    )


def _fitted(reading: _Reading, line: Line, cells: list[Span], table: Table) -> list[Span]:
    """Return as many cells as the head has: extra ones are the claim's, missing ones empty."""
    extra = len(cells) - table.width
    if extra > 0:
        at = table.columns["claim"]
        joined = Span(cells[at].start, cells[at + extra].end)
        cells = [*cells[:at], joined, *cells[at + extra + 1 :]]
    elif extra < 0:
        cells = [*cells, *[Span(line.end, line.end)] * -extra]
    if extra:
        message = (
            f"this row has {table.width + extra} cells where the head of the table has "
            f"{table.width}"
        )
        reading.noted.append(Noted("row-shape", message, line.start, line.end))
    return cells


_ACCEPTED: Final = {
    "verified": "a check or cross sign, yes or no, true or false",
    "confidence": "a number from 0 to 1 with a decimal point, or a percentage",
}
_UNREADABLE: Final = {"verified": "unreadable-mark", "confidence": "unreadable-confidence"}


def _cell(
    reading: _Reading,
    line: Line,
    cells: list[Span],
    column: str,
    read: Callable[[str], Value | None],
) -> Value | None:
    """Return what a mark or a confidence says; one that says nothing is noted."""
    table = reading.table
    assert table is not None
    if column not in table.columns:
        return None
    start, end = cells[table.columns[column]]
    text = line.text[start - line.start : end - line.start]
    value = read(text)
    if value is None:
        given = f"“{visible(text)[:40]}”" if text else "nothing"
        message = f"{column} is {given}; accepted is {_ACCEPTED[column]}"
        place = (start, end) if end > start else (line.start, line.end)
        reading.noted.append(Noted(_UNREADABLE[column], message, *place))
    return value


def _note_bytes(reading: _Reading, text: str) -> None:
    """Note bytes that are not UTF-8: they are counted as one character each."""
    found = list(UNDECODED.finditer(text))
    if found:
        count = sum(len(each[0]) for each in found)
        message = f"{count} bytes are not UTF-8; each counts as one character"
        reading.noted.append(Noted("not-utf-8", message, *found[0].span()))


def _prose(reading: _Reading, text: str) -> str:
    """Return the text with its claims and references blanked, every character in its place."""
    hidden = [(claim.start, claim.end) for claim in reading.claims]
    hidden += [(line.start, line.end) for line in reading.references]
    pieces, position = [], 0
    for start, end in sorted(hidden):
        pieces += [text[position:start], " " * (end - start)]
        position = end
    return "".join([*pieces, text[position:]])
