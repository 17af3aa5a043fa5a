"""What a report says: its question, its figures, and text that would do something."""

import re
from typing import Final

from crosslab.audit.findings.base import Findings, finding
from crosslab.audit.markup import visible
from crosslab.audit.matching import stems
from crosslab.audit.report import Report, Span

_ADDRESSED: Final = 0.5  # of the words of a question, in one claim
_LISTED_WORDS: Final = 8
# Words that any question of any report may hold, in the form `stems` gives them.
_GENERAL: Final = stems(
    "how what which does using affect effect impact compare comparison versus evaluate performance "
    "term use benchmark task different across when over under quality level role extent combine "
    "approach strategy method training improve relate influence change set"
)
_FIGURE: Final = re.compile(r"(?<![\w.-])(\d{1,6}\.\d{1,6}|\d{1,3}(?=\s?(?:%|percent)))(?![\w-])")
_COMPARED: Final = re.compile(
    r"computed (?:value (?:of )?)?(\d{1,9}(?:\.\d{1,9})?) (?:matches|equals|agrees with) "
    r"(?:the )?expected (?:value (?:of )?)?(\d{1,9}(?:\.\d{1,9})?)",
    re.I,
)
_ACTIVE: Final = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|svg|img|link|style|meta|base|form|input)\b"
    r"|<[^<>]{0,200}\bon[a-z]{3,20}\s*=|javascript\s*:|data\s*:\s*text/html|!!python\b|!!(?:map|binary)\b"
    r"|\{\{|\{%|\$\{|```|\{(?:raw|include|eval-rst|download|code-cell)\}",
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
    yield finding("question-unaddressed", message, report.question_span)


def figures(report: Report) -> Findings:
    """Yield figures that are marked as verified though nothing in the report computes them."""
    for found in _COMPARED.finditer(report.text):
        if float(found[1]) == float(found[2]):
            message = (
                f"{found[1]} was compared with {found[2]}: where both come from the claim, "
                "nothing was checked"
            )
            yield finding("self-comparison", message, found.span())
    elsewhere = _outside_claims(report)
    for claim in report.claims:
        numbers = _FIGURE.findall(visible(claim.text))
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
    kept = {"title", "abstract", "introduction", "method", "results", "discussion", "limitations"}
    pieces = [report.text[part.start : part.end] for part in report.parts if part.kind in kept]
    return frozenset(_FIGURE.findall(" ".join(pieces)))
