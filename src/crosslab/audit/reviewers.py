"""Five reviewers of a report: rubrics that give 0 to 10 and show what moved them.

They are automated and know no more than their criteria say. Each criterion is a share
between 0 and 1 with a weight; a criterion that does not apply to a report is left out. The
reviewers look at different things on purpose, so that where they differ is of interest.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from crosslab.audit.findings.base import Finding
from crosslab.audit.numbers import figures_in
from crosslab.audit.references import Judged
from crosslab.audit.report import PrintedClaim, Report, Span

_FULL: Final = 10
_LEAST_WEIGHT: Final = 5  # of about ten
_HALF: Final = 0.5
_UNCERTAINTY: Final = re.compile(
    r"±\s?\d|\+/-\s?\d|\bCI\b.{0,9}\d|confidence interval|standard (?:error|deviation)"
    r"|\bp\s?[=<]\s?[\d.]",
    re.IGNORECASE,
)
_COMPARATOR: Final = re.compile(r"\b(?:than|over|versus|vs\.?|compared|baseline|against)\b", re.I)
_SOURCE: Final = re.compile(
    r"\[\d{1,4}\]|\([A-Z][\w-]{1,40}(?: et al\.?| and \w{1,40}| & \w{1,40})?,? \d{4}\)"
    r"|arxiv[.:/ ]\S{0,9}\d{4}|\b10\.\d{4,9}/|https?://",
    re.IGNORECASE,
)
_DATABASES: Final = re.compile(
    r"arxiv|crossref|openalex|semantic scholar|dblp|anthology|scopus|web of science|pubmed"
    r"|google scholar|ieee xplore",
    re.I,
)
_DISCLOSED: Final = re.compile(r"machine-generated|automated|generated (?:by|with)", re.I)


class Criterion(NamedTuple):
    """One thing a reviewer looks at: how far it holds, and the passage that shows it."""

    name: str
    weight: int
    share: float
    why: str
    start: int
    end: int


class Review(NamedTuple):
    """What one reviewer gives a report."""

    reviewer: str
    score: float
    criteria: tuple[Criterion, ...]


class Case(NamedTuple):
    """What a reviewer may look at."""

    report: Report
    findings: Sequence[Finding]
    judged: Sequence[Judged]
    stances: Sequence[str | None]  # what the literature says of each claim


def reviews(case: Case) -> list[Review]:
    """Return what every reviewer gives a report.

    One to whom too little of the rubric applies gives nothing: a report that says hardly
    anything is not to be praised for what it does not get wrong.
    """
    found = []
    for reviewer, rubric in REVIEWERS.items():
        criteria = tuple(rubric(case))
        weight = sum(each.weight for each in criteria)
        if weight >= _LEAST_WEIGHT:
            total = sum(each.weight * each.share for each in criteria)
            found.append(Review(reviewer, round(_FULL * total / weight, 1), criteria))
    return found


def provenance(case: Case) -> Iterator[Criterion]:
    """Yield whether a reader could get from a claim to what it rests on."""
    report = case.report
    known = (report.title is not None) + (report.date is not None)
    yield _criterion(report, "dated and named", 1, known / 2, "title and date", None)
    yield _searched(report, "says how it was made", 1, _DISCLOSED)
    yield _searched(report, "names its databases", 2, _DATABASES)
    if report.claims:
        with_source = [claim for claim in report.claims if _SOURCE.search(claim.text)]
        yield _of_claims(report, "claims name a source", 4, with_source, report.claims)
    if report.references:
        resolvable = sum(":" in each.identifier for each in report.references)
        share = resolvable / len(report.references)
        why = f"{resolvable} of {len(report.references)} references have an identifier"
        yield _criterion(report, "references resolve", 2, share, why, "references")


def statistics(case: Case) -> Iterator[Criterion]:
    """Yield whether figures come with what makes them figures, and marks with confidence."""
    report = case.report
    figures = [claim for claim in report.claims if figures_in(claim.text)]
    if figures:
        for name, weight, pattern in (
            ("figures have an uncertainty", 3, _UNCERTAINTY),
            ("figures say against what", 2, _COMPARATOR),
        ):
            held = [claim for claim in figures if pattern.search(claim.text)]
            yield _of_claims(report, name, weight, held, figures)
    marked = [claim for claim in report.claims if claim.verified and claim.confidence is not None]
    if marked:
        sure = [claim for claim in marked if (claim.confidence or 0) >= _HALF]
        yield _of_claims(report, "verified means more likely than not", 3, sure, marked)
    if report.claims and not _places(case.findings, "verified-near-threshold"):
        repeated = _places(case.findings, "verified-is-threshold")
        why = "the mark repeats the confidence" if repeated else "the mark is no mere threshold"
        share = float(not repeated)
        yield _criterion(report, "marks add to confidence", 2, share, why, "claims", repeated)


def coverage(case: Case) -> Iterator[Criterion]:
    """Yield whether the evidence reaches as far as the question and the claims."""
    report = case.report
    if report.question is not None and report.claims:
        missed = _places(case.findings, "question-unaddressed")
        why = "no claim addresses the question" if missed else "a claim addresses the question"
        yield _criterion(report, "question addressed", 4, float(not missed), why, None, missed)
    retrieved = report.first_declared("papers")
    if retrieved:
        listed = len({each.identifier for each in report.references})
        why = f"{listed} of {retrieved:g} retrieved papers are listed"
        share = min(listed / retrieved, 1.0)
        yield _criterion(report, "retrieved papers listed", 3, share, why, "references")
    known = [each for each in case.stances if each is not None]
    if known:
        held = known.count("supported")
        why = f"the literature supports {held} of {len(known)} claims known here"
        yield _criterion(report, "claims supported in print", 3, held / len(known), why, "claims")


def consistency(case: Case) -> Iterator[Criterion]:
    """Yield whether the report agrees with itself."""
    report = case.report
    for name, weight, code, stated in (
        ("declared claims are there", 3, "count-claims", report.declared["claims"]),
        ("declared verified claims are marked", 3, "count-verified", report.declared["verified"]),
        ("no count is stated differently", 2, "declared-twice", report.declared["claims"]),
    ):
        if not stated:
            continue
        wrong = _places(case.findings, code)
        why = "differs" if wrong else "holds"
        yield _criterion(report, name, weight, float(not wrong), why, None, wrong)
    if report.claims:
        for name, weight, codes in (
            ("rows are whole", 1, {"row-shape", "unreadable-mark", "unreadable-confidence"}),
            ("no claim twice", 1, {"duplicate-claim"}),
            ("claims are whole sentences", 1, {"claim-cut-off"}),
        ):
            places = {each.start: each for each in case.findings if each.code in codes}
            share = max(0.0, 1 - len(places) / len(report.claims))
            first = next(iter(places.values()), None)
            why = f"{len(places)} of {len(report.claims)} claims are not so"
            span = None if first is None else Span(first.start, first.end)
            yield _criterion(report, name, weight, share, why, "claims", span)


def citations(case: Case) -> Iterator[Criterion]:
    """Yield whether what is cited exists, is described, bears on the topic and is credited."""
    report = case.report
    if case.judged:
        total = len(case.judged)
        for name, weight, held in (
            ("cited works exist", 3, sum(each.status == "exists-right" for each in case.judged)),
            ("cited works are on the topic", 3, sum(_on_topic(each) for each in case.judged)),
            (
                "cited works are described",
                2,
                sum(bool(each.described) and each.fits for each in case.judged),
            ),
        ):
            why = f"{held} of {total} references"
            yield _criterion(report, name, weight, held / total, why, "references")
    else:
        why = "no reference is listed"
        yield _criterion(report, "works are cited", 8, 0.0, why, None)
    if report.section("abstract") is not None:
        taken = _places(case.findings, "abstract-copied")
        why = "the abstract is another paper's" if taken else "not seen in another paper"
        yield _criterion(report, "abstract is its own", 2, float(not taken), why, "abstract", taken)


REVIEWERS: Final[dict[str, Callable[[Case], Iterator[Criterion]]]] = {
    "provenance": provenance,
    "statistics": statistics,
    "coverage": coverage,
    "consistency": consistency,
    "citations": citations,
}


def _on_topic(judged: Judged) -> bool:
    return judged.known is not None and judged.fits and judged.known.domain == "language"


def _criterion(  # noqa: PLR0913, PLR0917 - what a criterion consists of
    report: Report,
    name: str,
    weight: int,
    share: float,
    why: str,
    section: str | None,
    passage: Span | None = None,
) -> Criterion:
    """Return a criterion with its passage: the given one, a section, or the title."""
    if passage is None and section == "claims" and report.claims:
        passage = Span(report.claims[0].start, report.claims[-1].end)
    span = passage or (section and report.section(section)) or report.section("title")
    return Criterion(name, weight, round(share, 3), why, *(span or Span(0, len(report.text))))


def _searched(report: Report, name: str, weight: int, pattern: re.Pattern[str]) -> Criterion:
    """Return a criterion that holds if words stand in the report outside its references."""
    references = report.section("references")
    end = len(report.text) if references is None else references.start
    found = pattern.search(report.text, 0, end)
    why = "not said" if found is None else f"“{found[0]}”"
    span = None if found is None else Span(*found.span())
    return _criterion(report, name, weight, float(found is not None), why, "method", span)


def _of_claims(
    report: Report,
    name: str,
    weight: int,
    held: Sequence[PrintedClaim],
    asked: Sequence[PrintedClaim],
) -> Criterion:
    """Return a criterion that some of the claims fulfil; the passage is one that does not."""
    holding = set(held)
    without = next((claim for claim in asked if claim not in holding), asked[0])
    why = f"{len(held)} of {len(asked)} claims"
    span = Span(without.start, without.end)
    return _criterion(report, name, weight, len(held) / len(asked), why, None, span)


def _places(findings: Sequence[Finding], code: str) -> Span | None:
    return next((Span(each.start, each.end) for each in findings if each.code == code), None)
