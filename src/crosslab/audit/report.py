"""What a report consists of once it has been read; every piece knows its place.

``start`` and ``end`` count characters of the decoded file, line ends as they are.
"""

from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """A piece of the text."""

    start: int
    end: int


class Part(NamedTuple):
    """A recognized piece of the text that is no claim, and what it is."""

    kind: str
    start: int
    end: int


class Noted(NamedTuple):
    """Something that was noticed while reading: a finding in the making."""

    code: str
    message: str
    start: int
    end: int


class Declared(NamedTuple):
    """A number that a report states about itself."""

    value: float
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedClaim:
    """A row of a table of claims."""

    text: str  # as it is printed, markup included
    start: int
    end: int
    verified: bool | None
    confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """An entry of a list of references."""

    identifier: str  # arXiv:..., doi:..., acl:..., an address, or the text if it names none
    described: str  # what it says beside the identifier
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as it was read."""

    path: str
    sha256: str
    text: str
    title: str | None
    question: str | None
    question_span: Span | None
    date: str | None
    declared: dict[str, list[Declared]]  # papers, claims, verified, quality: every statement
    claims: list[PrintedClaim]
    references: list[Cited]
    parts: list[Part]
    tables: int
    noted: list[Noted] = field(default_factory=list)

    def first_declared(self, key: str) -> float | None:
        """Return what the report states first of a number, or nothing."""
        return self.declared[key][0].value if self.declared[key] else None

    @property
    def verified(self) -> int:
        """How many claims the report marks as verified."""
        return sum(claim.verified is True for claim in self.claims)

    def section(self, kind: str) -> Span | None:
        """Return from where to where the first section of a kind reaches, or nothing."""
        found: Span | None = None
        for part in self.parts:
            if part.kind == kind:
                found = Span(part.start if found is None else found.start, part.end)
            elif found is not None and part.kind != "blank":
                break
        return found

    @property
    def uncovered(self) -> list[Span]:
        """What is neither a claim nor part of anything recognized."""
        taken = sorted(
            [Span(part.start, part.end) for part in self.parts]
            + [Span(claim.start, claim.end) for claim in self.claims]
        )
        gaps, position = [], 0
        for start, end in [*taken, Span(len(self.text), len(self.text))]:
            if start > position:
                gaps.append(Span(position, start))
            position = max(position, end)
        return gaps

    @property
    def coverage(self) -> dict[str, int]:
        """Every character of the file, counted once."""
        claimed = sum(claim.end - claim.start for claim in self.claims)
        uncovered = sum(end - start for start, end in self.uncovered)
        return {
            "characters": len(self.text),
            "claims": claimed,
            "recognized": len(self.text) - claimed - uncovered,
            "uncovered": uncovered,
        }
