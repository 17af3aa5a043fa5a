"""What the pages that are no chapter take from records: the answer, all methods, runs, status."""

from collections.abc import Mapping, Sequence
from typing import Final

from crosslab.audit.auditing import Row, audit
from crosslab.audit.keeping import kept
from crosslab.audit.knowledge import knowledge
from crosslab.audit.occurrences import occurrences
from crosslab.book.claim_pages import claim_page
from crosslab.book.extras import extras
from crosslab.book.report_pages import report_page
from crosslab.book.run_pages import run_pages
from crosslab.book.status_page import status
from crosslab.chapters import TRANSFER, chapter_of, chapters
from crosslab.claims import Rung, Verdict, claims
from crosslab.errors import StoreError
from crosslab.evidence import Evidence, gathered
from crosslab.layout import GENERATED, PUBLISHED
from crosslab.literature.references import references
from crosslab.literature.testimony import conclusions, stances, statements
from crosslab.prose.audit_tables import claims_overview, reports_overview
from crosslab.prose.method_tables import tasks_table, tasks_words
from crosslab.prose.question_tables import answers_part
from crosslab.prose.render import (
    claim_link,
    page_name,
    verdict_table,
)
from crosslab.records import Store
from crosslab.verdicts import judged_on_every_rung


def generated(store: Store, scale: str) -> dict[str, str]:
    """Return the generated pages and parts of pages, by their path below the book's folder."""
    verdicts = judged_on_every_rung(store, scale)
    parts = {
        "answer": _answer(store, verdicts),
        "methods": methods(store, scale),
        "status": status(store, scale),
        "claims": claims_overview(),
        "reports": reports_overview(),
        "questions": answers_part(store, scale),
    }
    pages = {f"{GENERATED.name}/{name}.md": text for name, text in parts.items()}
    pages |= _claim_pages(verdicts)
    pages |= _report_pages(verdicts, store)
    pages |= run_pages(store, scale)
    return {name: text + "\n" for name, text in pages.items()} | extras()


def _claim_pages(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Return a page for each claim; its name is its address for good."""
    places, said, ended, cited = occurrences(), stances(), conclusions(), references()
    rows = statements()
    return {
        f"claims/{claim.claim_id}.md": claim_page(
            claim,
            places=places[claim.claim_id],
            stance=said[claim.claim_id],
            conclusion=ended[claim.claim_id],
            statements=[each for each in rows if each.about == claim.claim_id],
            sources=cited,
            verdicts=[each for each in verdicts if each.claim_id == claim.claim_id],
        )
        for claim in claims()
    }


def _report_pages(verdicts: Sequence[Verdict], store: Store) -> dict[str, str]:
    """Return a page for each report that is kept."""
    reports, rows = kept(), list[Row]()
    audit(
        [each.path for each in reports],
        knowledge(verdicts, store.root),
        lambda row, _: rows.append(row),
    )
    return {
        f"reports/{page_name(each)}.md": report_page(each, row)
        for each, row in zip(reports, rows, strict=True)
    }


def _answer(store: Store, found: Sequence[Verdict]) -> str:
    """Return the answer so far: the verdicts, whose runs they are, and what was not run."""
    there = {chapter.name for chapter in chapters()}
    names = {claim.claim_id: claim.name for claim in claims()}

    def named(verdict: Verdict) -> str:
        chapter = chapter_of(verdict.claim_id, verdict.rung)
        name = names[verdict.claim_id]
        return f"[{name}](executed/{chapter}.ipynb)" if chapter in there else name

    whose = (
        "the published runs"
        if store.root == PUBLISHED
        else f"the runs in `{store.root}/` on this machine"
    )
    places = occurrences()
    quoted = "\n".join(
        f"- {claim_link(claim, base='.')}, in {len(places[claim.claim_id])} reports: "
        f"“{claim.quote}”"
        for claim in claims()
        if claim.claim_id in {each.claim_id for each in found}
    )
    return (
        f"{in_short(found)}\n\n{verdict_table(found, named)}\n\n"
        f"Numbers are accuracy points, from {whose} or from what is in print. The claims as "
        f"they are printed:\n\n{quoted}"
    )


# What each rung is a rung of, as the beginning of a sentence.
_RUN_WITH: Final[Mapping[Rung, str]] = {
    "paper": "With the encoders and the data of the paper",
    "bench": "On PAWS-X and XNLI, with a small English encoder made multilingual here",
    "lab": "On invented languages, with a small encoder pre-trained here",
}


def in_short(found: Sequence[Verdict]) -> str:
    """Return what the runs of each rung came to, in a sentence each, and what was not run."""
    names = {claim.claim_id: claim.name.lower() for claim in claims()}
    said = []
    for rung, beginning in _RUN_WITH.items():
        there = [each for each in found if each.rung == rung and each.estimate is not None]
        ends = dict.fromkeys(each.replication for each in there)
        every = [
            f"{_listed([names[v.claim_id] for v in there if v.replication == end])} **{end}**"
            for end in ends
        ]
        if every:
            said.append(f"- {beginning} (`{rung}`): {'; '.join(every)}.")
    if not any(each.rung == "paper" and each.estimate is not None for each in found):
        said.append("- Nothing was run on mBERT or XLM-R, which the claims are about.")
    return "\n".join(said)


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def methods(store: Store, scale: str) -> str:
    """Return what all methods gain on targets, or why that cannot be said."""
    try:
        found = [gathered(store, scale, name) for name in TRANSFER]
    except StoreError as error:
        return f"Not all methods can be compared: {error}"
    return f"{tasks_words(found)}\n\n{tasks_table(found)}\n\n{_seeds_words(found)}"


def _seeds_words(found: Sequence[Evidence]) -> str:
    """Return what the numbers are of, and what is missing."""
    seeds = " and ".join(f"{len(each.outcomes.seeds)} on {each.task()}" for each in found)
    missing = [unit.label for each in found for unit in each.missing]
    said = (
        "Accuracy points on targets, 95 % intervals over seeds and items; p is one-sided, after "
        f"Holm over the methods of a task; seeds: {seeds}."
    )
    return said + (f" Missing runs: {', '.join(missing)}." if missing else "")
