"""Everything that is looked for in a report, in the order in which it is said."""

from collections.abc import Sequence

from crosslab.audit.findings import content, counts, marks, sources
from crosslab.audit.findings.base import KINDS, LEVELS, Finding, Findings, Level, finding
from crosslab.audit.knowledge import Knowledge
from crosslab.audit.matching import Match
from crosslab.audit.references import Judged
from crosslab.audit.report import Report

__all__ = ["KINDS", "LEVELS", "Finding", "Level", "finding", "found"]


def found(
    report: Report, matches: Sequence[Match], judged: Sequence[Judged], known: Knowledge
) -> list[Finding]:
    """Return what is found in one report, by place; reports are compared elsewhere."""
    every = [
        *counts.counts(report),
        *counts.papers(report),
        *counts.form(report),
        *marks.marks(report),
        *content.question(report),
        *content.figures(report),
        *content.active_text(report),
        *sources.abstract(report, known.abstracts),
        *sources.references(report, judged),
        *sources.benchmarks(report, known.benchmarks),
        *_unmatched(report, matches),
    ]
    return sorted(every, key=lambda each: (each.start, each.end))


def _unmatched(report: Report, matches: Sequence[Match]) -> Findings:
    for claim, match in zip(report.claims, matches, strict=True):
        if match.differs is not None:
            message = f"reads like {match.differs}"
            yield finding("claim-differs", message, (claim.start, claim.end))
        elif match.claim_id is None:
            message = f"no claim of the registry is alike (best score {match.score:g})"
            yield finding("claim-unmatched", message, (claim.start, claim.end))
