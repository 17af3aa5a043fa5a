"""What a report says: its question, its figures, and text that would do something."""

import re
from typing import Final

from crosslab.audit.findings.base import Findings, finding
from crosslab.audit.markup import visible
from crosslab.audit.matching import stems
from crosslab.audit.numbers import figures_in
from crosslab.audit.report import Report, Span

_ADDRESSED: Final = 0.5  # of the words of a question, in one claim
_LONG_QUESTION: Final = 6  # words; of a shorter one a few are too many to miss
_SILENT: Final = 1 / 3  # of its words, in no claim: then it is not addressed in pieces either
_LISTED_WORDS: Final = 8
# Words that any question of any report may hold, in the form `stems` gives them.
_GENERAL: Final = stems(
    "how what which does using affect effect impact compare comparison versus evaluate performance "
    "term use benchmark task different across when over under quality level role extent combine "
    "approach strategy method training improve relate influence change set"
)
_SENTENCE: Final = 120  # characters in which the source of an expected figure would be named
_STATED_IN: Final = re.compile(
    r"[^.\r\n]{0,60}?\b(?:from|in|of|on) (?:\w+ ){0,3}(?:table|figure|section|page|appendix|\[\d)",
    re.IGNORECASE,
)
_COMPARED: Final = re.compile(
    r"computed (?:value (?:of )?)?(\d{1,9}(?:\.\d{1,9})?) (?:matches|equals|agrees with) "
    r"(?:the )?expected (?:value (?:of )?)?(\d{1,9}(?:\.\d{1,9})?)",
    re.I,
)
_ACTIVE: Final = re.compile(
    r"<\s{0,3}/?\s{0,3}(?:script|iframe|object|embed|svg|img|link|style|meta|base|form|input)\b"
    r"|<[^<>]{0,200}\bon[a-z]{3,20}\s{0,3}=|javascript\s{0,3}:|data\s{0,3}:\s{0,3}text/html|!!python\b|!!(?:map|binary)\b"
    r"|\{\{|\{%|\$\{|```\s{0,2}\{|\{(?:raw|include|eval-rst|download|code-cell)\}",
    re.I,
)


def question(report: Report) -> Findings:
    """Yield that no claim holds half of the question's words, and which words none holds."""
    if report.question is None or report.question_span is None or not report.claims:
        return
    asked = {
        stem: word
        for word in visible(report.question).rstrip("?").split()
        for stem in stems(word)
        if stem not in _GENERAL
    }
    if not asked:
        return
    held = [asked.keys() & set(stems(claim.text)) for claim in report.claims]
    most = max(len(each) for each in held)
    if most >= _ADDRESSED * len(asked):
        return
    nowhere = dict.fromkeys(
        word.strip(",;:()")
        for stem, word in asked.items()
        if not any(stem in each for each in held)
    )
    message = (
        f"no claim addresses the research question: the nearest holds {most} of its {len(asked)} "
        "words that carry meaning"
    )
    if nowhere:
        message += f"; in no claim at all: {', '.join([*nowhere][:_LISTED_WORDS])}"
    silent = sum(not any(stem in each for each in held) for stem in asked)
    plain = len(asked) >= _LONG_QUESTION and silent >= _SILENT * len(asked)
    yield finding(
        "question-" + ("unaddressed" if plain else "hardly-addressed"),
        message,
        report.question_span,
    )


def figures(report: Report) -> Findings:
    """Yield figures that are marked as verified though nothing in the report computes them."""
    claimed = {number for claim in report.claims for number in figures_in(claim.text)}
    for found in _COMPARED.finditer(report.text):
        rest = report.text[found.end() : found.end() + _SENTENCE]
        if (
            float(found[1]) == float(found[2])
            and found[2] in claimed
            and not _STATED_IN.match(rest)
        ):
            message = (
                f"{found[1]} was compared with {found[2]}, which is what the claim says: nothing "
                "else is named that it was held against"
            )
            yield finding("self-comparison", message, found.span())
    elsewhere = _outside_claims(report)
    for claim in report.claims:
        numbers = figures_in(claim.text)
        shown = [number for number in numbers if number in elsewhere]
        if claim.verified and numbers and not shown:
            message = (
                f"marked as verified, but {' and '.join(numbers)} occurs nowhere else in the "
                "report: no computation, table or quotation is shown to hold it against"
            )
            yield finding("number-uncomputed", message, (claim.start, claim.end))


def active_text(report: Report) -> Findings:
    """Yield text that would run or load something if it were taken for more than text."""
    for found in _ACTIVE.finditer(report.text):
        message = f"“{found[0].strip()}” would act if it were not treated as plain text"
        yield finding("active-markup", message, Span(*found.span()))


def _outside_claims(report: Report) -> frozenset[str]:
    """Return the figures of a report that stand outside its tables and references."""
    tables = {"table-head", "table-rule", "table-row", "references"}
    pieces = [part for part in report.parts if part.kind not in tables]
    spans = [(part.start, part.end) for part in pieces] + [*report.uncovered]
    return frozenset(figures_in(" ".join(report.text[start:end] for start, end in spans)))
