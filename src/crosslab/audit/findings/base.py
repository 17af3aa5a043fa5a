"""What a finding is, and the table of all kinds of finding."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from crosslab.audit.report import Report, Span

Level = Literal["info", "warning", "error"]
LEVELS: Final[tuple[Level, ...]] = ("info", "warning", "error")


class Finding(NamedTuple):
    """Something that speaks against a report, or that its reader should know."""

    code: str
    level: Level
    message: str
    start: int
    end: int


class Kind(NamedTuple):
    """A kind of finding: how much it weighs, and what it means."""

    level: Level
    meaning: str


# error: the report contradicts itself, or does not do what it says it does.
# warning: a reader should not rely on it. info: worth knowing.
KINDS: Final[dict[str, Kind]] = {
    "count-claims": Kind("error", "the declared number of claims is not the number found"),
    "count-verified": Kind(
        "error", "the declared number of verified claims is not the number marked"
    ),
    "declared-twice": Kind("warning", "one count is stated twice, and differently"),
    "question-unaddressed": Kind("error", "no claim addresses the research question"),
    "question-hardly-addressed": Kind(
        "info", "no single claim addresses the research question; together some of them may"
    ),
    "self-comparison": Kind("error", "a number is verified by comparing it with itself"),
    "no-claims": Kind("error", "there is no table of claims, or it is empty"),
    "papers-unlisted": Kind("warning", "more papers are said to be retrieved than are listed"),
    "verified-elsewhere": Kind("warning", "reports disagree whether the same claim is verified"),
    "verified-is-threshold": Kind("warning", "the mark repeats the confidence column"),
    "verified-near-threshold": Kind(
        "info", "the mark repeats the confidence column, which chance could have done too"
    ),
    "verified-above-half": Kind(
        "info", "the mark repeats the confidence column, with a cut at one half or above"
    ),
    "number-uncomputed": Kind("warning", "a figure is verified and no computation is shown"),
    "abstract-copied": Kind("warning", "the abstract is that of a listed paper"),
    "abstract-cut-off": Kind("warning", "the abstract ends in mid-sentence"),
    "reference-off-topic": Kind("warning", "a reference cannot be about the topic"),
    "reference-unknown": Kind("info", "nothing is known here about a reference"),
    "reference-doubtful": Kind(
        "warning", "a reference is printed as something else than was seen under its identifier"
    ),
    "same-report": Kind("info", "the same file was given before; its marks count once"),
    "reference-misdescribed": Kind("warning", "a reference is described as something else"),
    "reference-not-found": Kind("warning", "indexes that should hold a reference do not"),
    "reference-impossible": Kind("warning", "no work can have such an identifier"),
    "benchmark-unknown": Kind("info", "a benchmark is on no list here; nobody looked for it"),
    "benchmark-not-found": Kind("warning", "a benchmark was looked for and not found"),
    "active-markup": Kind("warning", "a text holds markup that would run or load something"),
    "duplicate-claim": Kind("warning", "one claim is listed twice"),
    "several-claim-tables": Kind("warning", "there is more than one table of claims"),
    "missing-column": Kind("warning", "a table of claims lacks a column"),
    "row-shape": Kind("warning", "a row has more or fewer cells than the head of its table"),
    "empty-claim": Kind("warning", "a row has no claim"),
    "unreadable-mark": Kind("warning", "a mark says neither verified nor not verified"),
    "unreadable-confidence": Kind("warning", "a confidence is no number from 0 to 1"),
    "not-utf-8": Kind("warning", "some bytes are no UTF-8"),
    "uncovered-text": Kind("info", "a piece of text is neither a claim nor a known part"),
    "no-question": Kind("info", "no research question is stated"),
    "no-title": Kind("info", "no title is found"),
    "claim-cut-off": Kind("info", "a claim ends in mid-sentence"),
    "claim-differs": Kind(
        "warning", "a claim reads like one of the registry and says something else"
    ),
    "claim-unmatched": Kind("info", "a claim is none of those in the registry"),
    "agreement": Kind("info", "how far the marks agree with those of the other reports"),
}


def finding(code: str, message: str, span: Span | tuple[int, int]) -> Finding:
    """Return a finding of a known kind."""
    return Finding(code, KINDS[code].level, message, span[0], span[1])


def whole(report: Report) -> Span:
    """Return the place of what concerns a report as a whole: its title, or all of it."""
    return report.section("title") or Span(0, len(report.text))


def table_span(report: Report) -> Span:
    """Return where the claims stand."""
    if not report.claims:
        return whole(report)
    return Span(report.claims[0].start, report.claims[-1].end)


Findings = Iterator[Finding]
