"""One report or ten thousand: read, matched, judged, compared.

Reports are taken one at a time and what was found goes to a scratch file, so that memory
does not grow with their number; when all marks are counted, the scratch file is read back
and each report gets what the comparison says of it.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from crosslab.audit.comparison import Marked, Tally
from crosslab.audit.decoding import content, decoded, presentable
from crosslab.audit.findings import Finding, finding, found
from crosslab.audit.knowledge import Knowledge
from crosslab.audit.matching import Match
from crosslab.audit.parsing import parsed
from crosslab.audit.references import Judged, judged
from crosslab.audit.report import Report, Span
from crosslab.audit.reviewers import REVIEWERS, Case, Review, reviews
from crosslab.errors import UsageError
from crosslab.layout import CACHE
from crosslab.provenance import digest

_IN_MEMORY: Final = 8_000_000  # bytes of results; more go to a file

Row = dict[str, Any]  # a report as claims/audit.schema.json describes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A report with everything that is said of it alone."""

    report: Report
    matches: Sequence[Match]
    judged: Sequence[Judged]
    findings: Sequence[Finding]
    reviews: Sequence[Review]

    @property
    def marked(self) -> list[Marked]:
        """The claims that can be compared with those of other reports."""
        return [
            Marked(match.claim_id, claim.verified, claim.start, claim.end)
            for claim, match in zip(self.report.claims, self.matches, strict=True)
            if match.claim_id is not None and claim.verified is not None
        ]


@dataclass(slots=True)
class Total:
    """What a call came to, over all its reports."""

    reports: int = 0
    claims: int = 0
    verified: int = 0
    matched: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    unusable: list[str] = field(default_factory=list)
    usable: set[Path] = field(default_factory=set)
    alpha: float | None = None
    scores: list[list[float | None]] = field(default_factory=list)  # by report and reviewer

    def add(self, row: Row) -> None:
        """Count one report."""
        self.reports += 1
        self.claims += len(row["claims"])
        self.verified += row["found"]["verified"]
        self.matched += sum(each["claim_id"] is not None for each in row["claims"])
        self.findings.update(each["code"] for each in row["findings"])
        self.levels.update(each["level"] for each in row["findings"])
        given = {each["reviewer"]: each["score"] for each in row["reviews"]}
        self.scores.append([given.get(name) for name in REVIEWERS])


def audited(path: Path, known: Knowledge, name: str | None = None) -> Audited:
    """Return what is found in one report.

    Raises:
        UsageError: The file is no report that can be read.
    """
    raw = content(path)
    return audited_text(decoded(raw, path), name or str(path), digest(raw), known)


def audited_text(text: str, name: str, sha256: str, known: Knowledge) -> Audited:
    """Return what is found in the text of a report."""
    report = parsed(text, path=name, sha256=sha256)
    matches = [known.matcher.match(claim.text) for claim in report.claims]
    references = judged(report.references, known.references, known.answers)
    findings = found(report, matches, references, known)
    stances = [known.stances.get(match.claim_id or "") for match in matches]
    return Audited(
        report=report,
        matches=matches,
        judged=references,
        findings=findings,
        reviews=reviews(Case(report, findings, references, stances)),
    )


def audit(
    paths: Sequence[Path],
    known: Knowledge,
    take: Callable[[Row, str], None],
    progress: Callable[[], None] = lambda: None,
) -> Total:
    """Audit reports and hand each to ``take`` with its text, in the order given; return the totals.

    A report that cannot be used is named in the totals, and the others go on. The same file
    given twice is audited twice, and its marks count once.
    """
    tally, total = Tally(), Total()
    seen: dict[str, str] = {}
    CACHE.mkdir(exist_ok=True)
    with tempfile.SpooledTemporaryFile(
        max_size=_IN_MEMORY, mode="w+", encoding="utf-8", dir=str(CACHE)
    ) as scratch:
        for path in paths:
            try:
                one = audited(path, known)
            except UsageError as error:
                total.unusable += error.problems
            else:
                total.usable.add(path)
                row = as_row(one, known)
                if one.report.sha256 in seen:
                    row["findings"].append(_same(one.report, seen[one.report.sha256]))
                else:
                    seen[one.report.sha256] = row["path"]
                    tally.add(row["path"], one.marked)
                kept = {"row": row, "text": presentable(one.report.text)}
                scratch.write(json.dumps(kept, ensure_ascii=False) + "\n")
            progress()
        scratch.seek(0)
        for row, text in _compared(scratch, tally):
            total.add(row)
            take(row, text)
    total.alpha = tally.alpha
    return total


def _same(report: Report, before: str) -> dict[str, Any]:
    message = f"the same file as {before}, byte for byte; its marks count once"
    return finding("same-report", message, Span(0, len(report.text)))._asdict()


def _compared(scratch: IO[str], tally: Tally) -> Iterator[tuple[Row, str]]:
    """Yield the rows of a scratch file, each with what the comparison says of it, and the text."""
    alpha = tally.alpha
    for line in scratch:
        kept = json.loads(line)
        row: Row = kept["row"]
        marked = [
            Marked(each["claim_id"], each["verified"], each["start"], each["end"])
            for each in row["claims"]
            if each["claim_id"] is not None and each["verified"] is not None
        ]
        row["findings"] += [each._asdict() for each in tally.findings(marked)]
        row["findings"].sort(key=lambda each: (each["start"], each["end"]))
        if alpha is not None:
            for each in row["findings"]:
                if each["code"] == "agreement":
                    each["message"] += f"; over all reports Krippendorff's alpha is {alpha:.2f}"
        yield row, kept["text"]


def as_row(one: Audited, known: Knowledge) -> Row:
    """Return a report as ``claims/audit.schema.json`` describes it."""
    report = one.report
    return {
        "path": presentable(report.path),
        "sha256": report.sha256,
        "title": _or_none(report.title),
        "research_question": _or_none(report.question),
        "declared": {
            key: _whole(report.first_declared(key))
            for key in ("papers", "claims", "verified", "quality")
        },
        "found": {"claims": len(report.claims), "verified": report.verified},
        "coverage": report.coverage,
        "claims": [
            {
                "text": presentable(claim.text),
                "verified": claim.verified,
                "confidence": claim.confidence,
                "start": claim.start,
                "end": claim.end,
                "claim_id": match.claim_id,
                "match_score": match.score,
                "literature": known.stances.get(match.claim_id or ""),
                "replication": known.replications.get(match.claim_id or ""),
            }
            for claim, match in zip(report.claims, one.matches, strict=True)
        ],
        "references": [
            {
                "id": presentable(cited.identifier),
                "status": each.status,
                "start": cited.start,
                "end": cited.end,
            }
            for cited, each in zip(report.references, one.judged, strict=True)
        ],
        "findings": [
            {**each._asdict(), "message": presentable(each.message)} for each in one.findings
        ],
        "reviews": [
            {
                "reviewer": review.reviewer,
                "score": review.score,
                "criteria": [each._asdict() for each in review.criteria],
            }
            for review in one.reviews
        ],
    }


def _or_none(text: str | None) -> str | None:
    return None if text is None else presentable(text)


def _whole(value: float | None) -> float | int | None:
    """Return a number of things as a whole number, whatever it was read as."""
    return int(value) if value is not None and value == int(value) else value
