"""Where the kept reports make each claim, and what they say of their own check."""

from dataclasses import dataclass

from crosslab.audit.decoding import decoded
from crosslab.audit.keeping import Kept, kept
from crosslab.audit.matching import NO_CLAIM, Matcher
from crosslab.audit.parsing import parsed
from crosslab.claims import claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A row of a report that makes a claim; places are those of the original."""

    report: Kept
    row: int
    text: str
    start: int
    end: int
    verified: bool | None
    confidence: float | None
    match_score: float  # how alike it is to the claim of the registry that is nearest


def occurrences() -> dict[str, list[Occurrence]]:
    """Return where each claim of the registry stands, by claim; reports in their order.

    What is no claim of the registry stands under ``NO_CLAIM``.
    """
    known = claims()
    matcher = Matcher(known)
    found: dict[str, list[Occurrence]] = {each.claim_id: [] for each in known}
    found[NO_CLAIM] = []
    for each in kept():
        raw = each.path.read_bytes()
        report = parsed(decoded(raw, each.path), path=str(each.path), sha256=each.sha256)
        for row, claim in enumerate(report.claims, start=1):
            match = matcher.match(claim.text)
            place = Occurrence(
                report=each,
                row=row,
                text=claim.text,
                start=claim.start,
                end=claim.end,
                verified=claim.verified,
                confidence=claim.confidence,
                match_score=match.score,
            )
            found[match.claim_id or NO_CLAIM].append(place)
    return found
