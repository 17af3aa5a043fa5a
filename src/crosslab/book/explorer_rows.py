"""What the explorer of claims shows and hands out: every printed claim, every claim, as data."""

import csv
import io
from collections.abc import Sequence
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict

from crosslab.arithmetic import Obstacle
from crosslab.audit.decoding import presentable
from crosslab.audit.keeping import kept
from crosslab.audit.occurrences import Occurrence, occurrences
from crosslab.audit.output import cell
from crosslab.book.claim_pages import OBSTACLE_WORDS
from crosslab.chapters import chapter_of, chapters
from crosslab.claims import RUNGS, Claim, Replication, Rung, Stance, Verdict, claims
from crosslab.layout import EXECUTED, EXTRA
from crosslab.literature.testimony import stances
from crosslab.prose.explorer_links import MARK_NAMES, report_names
from crosslab.prose.render import measured, page_name, rung_words

CSV_FILE: Final = "data/claims.csv"  # beside the pages
JSON_FILE: Final = "data/claims.json"
COLUMNS: Final = (
    "report", "row", "words", "mark", "confidence", "claim_id", "claim", "literature",
    *RUNGS[::-1], "obstacle", "match_score", "start", "end", "file", "original_sha256", "sha256",
    "address",
)  # fmt: skip
_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class OnRung(BaseModel):
    """What the runs of one rung, or figures in print, say of a claim."""

    model_config = _STRICT

    rung: Rung
    scale: str
    verdict: Replication
    measured: str
    address: str | None  # of the chapter that argues it, where the book has it

    @property
    def outcome(self) -> str:
        """The verdict, behind its rung."""
        return f"{rung_words(self.rung, self.scale)}: {self.verdict}"


class PrintedRow(BaseModel):
    """A row of a report's table of claims, and all that is known of it; places as in the original.

    Without a claim of the registry, nothing is known but what the report prints.
    """

    model_config = _STRICT

    report: str
    row: int
    words: str
    mark: Literal["verified", "not-verified", "unreadable"]
    confidence: float | None
    claim_id: str | None
    claim: str | None
    literature: Stance | None
    verdicts: list[OnRung]
    obstacle: Obstacle | None  # why no run here can bear on it
    match_score: float
    start: int
    end: int
    file: str
    original_sha256: str
    sha256: str  # of the copy that is shown
    address: str  # of its place in the marked-up report


class ListedClaim(BaseModel):
    """A claim of the registry, and all that is known of it."""

    model_config = _STRICT

    claim_id: str
    claim: str
    words: str
    literature: Stance
    verdicts: list[OnRung]
    obstacle: Obstacle | None


class Explored(BaseModel):
    """Everything the explorer shows: addresses are below the book's first page."""

    model_config = _STRICT

    printed: list[PrintedRow]
    claims: list[ListedClaim]


def explored(verdicts: Sequence[Verdict]) -> Explored:
    """Return every printed claim, by report and row, and every claim of the registry."""
    there = {each.name for each in chapters()}
    said = stances()
    listed = [_listed(each, said[each.claim_id], verdicts, there) for each in claims()]
    known = {each.claim_id: each for each in listed}
    names = report_names(kept())
    rows = [
        _printed(place, names[place.report.report], known.get(claim_id))
        for claim_id, places in occurrences().items()
        for place in places
    ]
    order = list(names.values())
    rows.sort(key=lambda each: (order.index(each.report), each.row))
    return Explored(printed=rows, claims=listed)


def outcomes(found: PrintedRow | ListedClaim) -> list[str]:
    """Return what the runs of each rung say of a claim, or why none can bear on it."""
    if found.obstacle is not None:
        return [f"not-testable-here: {OBSTACLE_WORDS[found.obstacle]}"]
    return [each.outcome for each in found.verdicts]


def _listed(
    claim: Claim, stance: Stance, verdicts: Sequence[Verdict], there: set[str]
) -> ListedClaim:
    return ListedClaim(
        claim_id=claim.claim_id,
        claim=claim.name,
        words=claim.quote,
        literature=stance,
        verdicts=[_on_rung(each, there) for each in verdicts if each.claim_id == claim.claim_id],
        obstacle=None if claim.not_rerun is None else claim.not_rerun.obstacle,
    )


def _on_rung(verdict: Verdict, there: set[str]) -> OnRung:
    chapter = chapter_of(verdict.claim_id, verdict.rung)
    return OnRung.model_validate(
        {
            "rung": verdict.rung,
            "scale": verdict.scale,
            "verdict": verdict.replication,
            "measured": measured(verdict),
            "address": f"{EXECUTED.name}/{chapter}.html" if chapter in there else None,
        }
    )


def _printed(place: Occurrence, name: str, claim: ListedClaim | None) -> PrintedRow:
    return PrintedRow.model_validate(
        {
            "report": name,
            "row": place.row,
            "words": presentable(place.text),
            "mark": MARK_NAMES[place.verified],
            "confidence": place.confidence,
            "claim_id": claim and claim.claim_id,
            "claim": claim and claim.claim,
            "literature": claim and claim.literature,
            "verdicts": claim.verdicts if claim else [],
            "obstacle": claim and claim.obstacle,
            "match_score": place.match_score,
            "start": place.start,
            "end": place.end,
            "file": place.report.report,
            "original_sha256": place.report.original_sha256,
            "sha256": place.report.sha256,
            "address": f"reports/{page_name(place.report)}.html#claim-{place.row}",
        }
    )


def explorer_files(found: Explored) -> dict[str, str]:
    """Return the files of all printed claims, by their path below the book's folder."""
    return {
        f"{EXTRA.name}/{CSV_FILE}": as_csv(found.printed),
        f"{EXTRA.name}/{JSON_FILE}": found.model_dump_json(indent=1) + "\n",
    }


def as_csv(rows: Sequence[PrintedRow]) -> str:
    """Return printed claims as CSV; no cell is one that a spreadsheet takes for a formula."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([COLUMNS, *(cells(each) for each in rows)])
    return written.getvalue()


def cells(row: PrintedRow) -> list[str]:
    """Return the cells of a printed claim, column by column."""
    on = {
        rung: "; ".join(each.verdict for each in row.verdicts if each.rung == rung)
        for rung in get_args(Rung)
    }
    values = {**row.model_dump(), **on}
    return [str(cell(values[column])) for column in COLUMNS]
