"""Numbers that pages are written with: what each is, how it is printed, where it comes from.

A hand-written page says ``{number}`claims.printed` `` and gets the number as the records give
it, linked to where it comes from. A name that is not known fails the build.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from crosslab.audit.keeping import kept
from crosslab.audit.occurrences import occurrences
from crosslab.book.run_pages import further_scales, present
from crosslab.chapters import chapter_of, chapters
from crosslab.claims import Verdict, bars, claims
from crosslab.layout import EXECUTED, GENERATED
from crosslab.prose.render import measured
from crosslab.records import Store
from crosslab.runs import planned_runs

FILE: Final = GENERATED / "numbers.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number as it is printed, the page it comes from, and what it is."""

    text: str
    page: str
    what: str


def numbers(store: Store, scale: str, verdicts: Sequence[Verdict]) -> dict[str, Number]:
    """Return every number that a page may name, by its name."""
    return {
        **_counted(),
        **_runs(store, scale),
        "planned.lab": Number(
            text=f"{len(planned_runs('lab')):,}",
            page="re-run",
            what="runs that a study of the laboratory consists of",
        ),
        **{f"{each.claim_id}.{each.rung}": _gain(each) for each in verdicts},
    }


def as_file(found: dict[str, Number]) -> str:
    """Return numbers as the build reads them."""
    return json.dumps({name: asdict(each) for name, each in found.items()}, indent=1)


def _counted() -> dict[str, Number]:
    places = [each for some in occurrences().values() for each in some]
    marks = Counter(each.verified for each in places)
    return {
        "reports": Number(text=str(len(kept())), page="reports", what="reports under audit"),
        "claims": Number(
            text=str(len(claims())), page="claims", what="claims of the registry, each once"
        ),
        "claims.printed": Number(
            text=str(len(places)), page="claims", what="claims as reports print them"
        ),
        "claims.verified": Number(
            text=str(marks[True]),
            page="claims",
            what="printed claims that their report marks as verified",
        ),
        "bars": Number(text=str(len(bars())), page="runs", what="bars of the claims, all locked"),
    }


def _runs(store: Store, scale: str) -> dict[str, Number]:
    every = {each: len(present(store, each)) for each in (scale, *further_scales(store, scale))}
    total = Number(text=f"{sum(every.values()):,}", page="runs", what="runs on record, all scales")
    return {"runs": total} | {
        f"runs.{each}": Number(text=f"{count:,}", page="runs", what=f"runs at scale {each}")
        for each, count in every.items()
    }


def _gain(verdict: Verdict) -> Number:
    """Return the gain behind a verdict, from the chapter that argues it, if the book has it."""
    chapter = chapter_of(verdict.claim_id, verdict.rung)
    there = chapter in {each.name for each in chapters()}
    return Number(
        text=measured(verdict),
        page=f"{EXECUTED.name}/{chapter}" if there else "claims",
        what=f"gain in points with its 95 % interval, on rung {verdict.rung}",
    )
