"""What a report states about itself, against what is there."""

from typing import Final

from crosslab.audit.findings.base import Findings, finding, whole
from crosslab.audit.report import Report

_WHAT: Final = {
    "papers": "papers",
    "claims": "claims",
    "verified": "verified claims",
    "quality": "quality",
}


def counts(report: Report) -> Findings:
    """Yield where declared and found numbers of claims differ, and where none are found."""
    if not report.claims:
        message = "no claim was found: a table of claims has a head with a column “Claim”"
        yield finding("no-claims", message, whole(report))
    yield from _differs(report, "claims", len(report.claims))
    yield from _differs(report, "verified", report.verified)
    for key, statements in report.declared.items():
        values = {each.value for each in statements}
        if len(values) > 1:
            said = " and ".join(f"{value:g}" for value in sorted(values))
            last = next(each for each in statements if each.value != statements[0].value)
            message = f"the number of {_WHAT[key]} is declared as {said}"
            yield finding("declared-twice", message, (last.start, last.end))


def _differs(report: Report, key: str, found: int) -> Findings:
    for said in report.declared[key][:1]:
        if said.value != found:
            message = f"{said.value:g} {_WHAT[key]} are declared and {found} are found"
            yield finding(f"count-{key}", message, (said.start, said.end))


def papers(report: Report) -> Findings:
    """Yield that more papers were retrieved than are listed: the rest cannot be looked at."""
    for said in report.declared["papers"][:1]:
        listed = len({each.identifier for each in report.references})
        if said.value > listed:
            message = (
                f"{said.value:g} papers are said to be retrieved and {listed} are listed; "
                f"{said.value - listed:g} cannot be looked at"
            )
            yield finding("papers-unlisted", message, (said.start, said.end))


def form(report: Report) -> Findings:
    """Yield what was odd when the report was read, and what no part of it covers."""
    for noted in report.noted:
        yield finding(noted.code, noted.message, (noted.start, noted.end))
    for start, end in report.uncovered:
        if report.text[start:end].strip():
            message = f"{end - start} characters are neither a claim nor part of a known section"
            yield finding("uncovered-text", message, (start, end))
    if report.title is None:
        yield finding("no-title", "no title was found", whole(report))
    if report.question is None:
        message = "no sentence begins with “Research question:”"
        yield finding("no-question", message, whole(report))
    yield from _repeated(report)


def _repeated(report: Report) -> Findings:
    seen: set[str] = set()
    for claim in report.claims:
        words = " ".join(claim.text.casefold().split())
        if words in seen:
            yield finding(
                "duplicate-claim", "this claim is listed before", (claim.start, claim.end)
            )
        seen.add(words)
        if claim.text.rstrip()[-1] not in ".!?)\"'”’>…。！？":  # noqa: RUF001 - of other scripts
            message = f"the claim ends in mid-sentence after {len(claim.text)} characters"
            yield finding("claim-cut-off", message, (claim.start, claim.end))
