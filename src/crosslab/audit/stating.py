"""What a report states about itself: its counts, its own score, and what it asks."""

import re
from typing import Final

from crosslab.audit.report import Declared, Span

_END: Final = r"(?:\r\n|\r|\n)"
_QUESTION: Final = re.compile(
    rf"\bresearch questions?[*_]{{0,3}}(?: ?\([^()]{{1,12}}\))?[ \t]{{0,3}}(?:is[ \t]{{0,3}})?"
    rf"(?:[:-][*_]{{0,3}}[ \t]{{0,9}}|:?{_END}{_END}?)(?:\(?\d\)[ \t]{{0,3}})?[\"\u201c']?"
    rf"((?:[^?\r\n]|{_END}(?![\r\n])){{1,2000}})",
    re.IGNORECASE,
)
_COUNT: Final = r"(?<![\d,.])(\d{1,9}(?:,\d{3}){0,3})"
_GAP: Final = r"[\s*_]{1,6}"
_DECLARED: Final = {
    "papers": re.compile(
        rf"{_COUNT}{_GAP}(?:papers?|articles?|studies|documents?){_GAP}(?:(?:were|was){_GAP})?retrieved"
        rf"|yielded{_GAP}{_COUNT}{_GAP}(?:papers?|articles?|studies|documents?)",
        re.IGNORECASE,
    ),
    "claims": re.compile(
        rf"{_COUNT}{_GAP}claims?{_GAP}(?:were{_GAP})?(?:extracted|identified)"
        rf"|claims extracted:{_GAP}{_COUNT}",
        re.IGNORECASE,
    ),
    "verified": re.compile(
        rf"{_COUNT}{_GAP}(?:(?:were|was|of them){_GAP})?independently{_GAP}verified\b"
        rf"|{_COUNT}{_GAP}(?:(?:were|was|of them){_GAP})?verified"
        rf"(?=[*_]{{0,3}}(?:[.;,)]|{_GAP}claims))"
        rf"|{_COUNT}{_GAP}of{_GAP}(?:the{_GAP})?\d{{1,9}}{_GAP}claims{_GAP}(?:were{_GAP})?verified",
        re.IGNORECASE,
    ),
    "quality": re.compile(
        rf"(?:quality|review)(?:{_GAP}review)?{_GAP}score(?:{_GAP}of|:)?{_GAP}(\d{{1,2}}(?:\.\d{{1,3}})?)"
        r"[*_]{0,3} ?/ ?10\b",
        re.IGNORECASE,
    ),
}
_BEST_QUALITY: Final = 10


def declared(prose: str) -> dict[str, list[Declared]]:
    """Return what a report states about itself; a quality above the best there is is none."""
    plain = prose.replace("\N{NO-BREAK SPACE}", " ")
    found = {key: _statements(pattern, plain) for key, pattern in _DECLARED.items()}
    found["quality"] = [each for each in found["quality"] if each.value <= _BEST_QUALITY]
    return found


def _statements(pattern: re.Pattern[str], prose: str) -> list[Declared]:
    """Return every number a report states, with the sentence piece that states it."""
    return [
        Declared(float(next(filter(None, found.groups())).replace(",", "")), *found.span())
        for found in pattern.finditer(prose)
    ]


def question(prose: str) -> Span | None:
    """Return where the research question stands: up to its question mark, or to a blank line."""
    found = _QUESTION.search(prose)
    if found is None:
        return None
    start, end = found.span(1)
    return Span(start, end + 1 if prose[end : end + 1] == "?" else end)
