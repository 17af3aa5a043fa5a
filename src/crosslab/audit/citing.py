"""What an entry of a list of references points to."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from crosslab.audit.cells import is_rule
from crosslab.audit.markup import visible
from crosslab.audit.report import Cited, Span

_BULLET: Final = re.compile(r"\s*(?:[-*+•]|\[?\d{1,4}[\].)])?\s*")
_IDENTIFIERS: Final = (
    (
        "arXiv:",
        re.compile(
            r"(?:arxiv\.org/(?:abs|pdf|html)/|arxiv[:\s]\s?)(\d{4}\.\d{4,5})(?:v\d+)?", re.I
        ),
    ),
    (
        "arXiv:",
        re.compile(
            r"(?:arxiv\.org/(?:abs|pdf|html)/|arxiv:\s?)([a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.I
        ),
    ),
    ("doi:", re.compile(r"\b(10\.\d{4,9}/[^\s<>\"|,;]+[^\s<>\"|,;.)\]])")),
    ("acl:", re.compile(r"aclanthology\.org/([A-Z0-9][\w.-]*\w)", re.I)),
    ("", re.compile(r"(https?://[^\s<>\"|]+)")),
)
_REST: Final = re.compile(
    r"<?(?:https?://)?(?:www\.)?(?:arxiv\.org|doi\.org|aclanthology\.org)/\S*|<?https?://\S*"
    r"|\b(?:arxiv|doi)[:\s]\s?[\d/.v]+\S*|\b(?:arxiv|preprint|available at|pdf)\b|[<>()\[\]]",
    re.IGNORECASE,
)
_LONGEST: Final = 300
_FEWEST_WORDS: Final = 2  # fewer describe nothing
_BEGINS: Final = re.compile(r"\s*(?:[-*+•]\s|\[?\d{1,3}[\].)]\s)")


def entries_of(text: str, lines: Sequence[Span]) -> list[Cited]:
    """Return the entries of a list of references, some of which may take several lines.

    In a list with bullets or numbers a line without one goes on with the entry before it; in
    one with blank lines every line does that has none above it.
    """
    lines = [each for each in lines if not is_rule(text[each.start : each.end].strip())]
    marked = any(_BEGINS.match(text, start, end) for start, end in lines)
    apart = any(_blank(text, one, other) for one, other in pairwise(lines))
    groups: list[Span] = []
    for start, end in lines:
        goes_on = bool(groups) and (
            not _BEGINS.match(text, start, end)
            if marked
            else apart and not _blank(text, groups[-1], Span(start, end))
        )
        if goes_on:
            groups[-1] = Span(groups[-1].start, end)
        else:
            groups.append(Span(start, end))
    return [each for start, end in groups for each in cited(text[start:end], start)]


def cited(text: str, offset: int) -> list[Cited]:
    """Return the entry of a line: an identifier where it has one, its words where not.

    Example:
        >>> [each.identifier for each in cited("- <http://arxiv.org/abs/2104.08645v2>", 0)]
        ['arXiv:2104.08645']
        >>> cited("2. A. Author. A title. doi:10.1000/abc.", 0)[0].described
        'A. Author. A title'
    """
    begin = _BULLET.match(text)
    start = begin.end() if begin else 0
    body = text[start:].rstrip()
    if not body:
        return []
    described = visible(_REST.sub(" ", body)).strip(" -:;.,")
    described = described if len(described.split()) >= _FEWEST_WORDS else ""
    for prefix, pattern in _IDENTIFIERS:
        found = pattern.search(body)
        if found is not None:
            identifier = prefix + found[1]
            return [
                Cited(
                    identifier=identifier, described=described, start=offset + start,
                    end=offset + start + len(body),
                )
            ]  # fmt: skip
    return [
        Cited(
            identifier=visible(body)[:_LONGEST],
            described=described,
            start=offset + start,
            end=offset + start + len(body),
        )
    ]


def _blank(text: str, one: Span, other: Span) -> bool:
    """Whether a blank line stands between two lines."""
    between = text[one.end : other.start].replace("\r\n", "\n").replace("\r", "\n")
    return between.count("\n") > 1
