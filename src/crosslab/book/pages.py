"""What the pages that are no chapter take from records: the answer, all methods, runs, status."""

from collections.abc import Sequence
from os.path import relpath
from typing import Any

from crosslab.audit.auditing import Row, audit
from crosslab.audit.keeping import kept
from crosslab.audit.knowledge import knowledge
from crosslab.audit.occurrences import occurrences
from crosslab.book.audit_tables import claims_overview, reports_overview
from crosslab.book.chapters import CHAPTER_OF, TRANSFER, Chapter, chapters
from crosslab.book.claim_pages import claim_page
from crosslab.book.freshness import Seen, staleness
from crosslab.book.method_tables import tasks_table, tasks_words
from crosslab.book.render import (
    claim_link,
    page_name,
    reproduction_words,
    run_entry,
    table,
    verdict_table,
)
from crosslab.book.report_pages import report_page
from crosslab.book.run import STAMP, read_notebook
from crosslab.claims import Verdict, claims
from crosslab.errors import StoreError
from crosslab.evidence import Evidence, gathered
from crosslab.layout import BOOK, GENERATED, PUBLISHED
from crosslab.literature.references import references
from crosslab.literature.testimony import conclusions, stances, statements
from crosslab.records import MANIFEST, RECORD, Record, Store
from crosslab.reproduction import kept_reproduction, reproduction
from crosslab.verdicts import judged


def generated(store: Store, scale: str) -> dict[str, str]:
    """Return the generated pages and parts of pages, by their path below the book's folder."""
    verdicts = judged(store, scale)
    parts = {
        "answer": _answer(store, verdicts),
        "methods": methods(store, scale),
        "runs": _runs(store, scale),
        "status": _status(store, scale),
        "claims": claims_overview(),
        "reports": reports_overview(),
    }
    pages = {f"{GENERATED.name}/{name}.md": text for name, text in parts.items()}
    pages |= _claim_pages(verdicts)
    pages |= _report_pages(verdicts, store)
    return {name: text + "\n" for name, text in pages.items()}


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
    names |= {
        claim_id: f"[{names[claim_id]}](executed/{chapter}.ipynb)"
        for claim_id, chapter in CHAPTER_OF.items()
        if chapter in there
    }
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
        f"{verdict_table(found, names)}\n\nNumbers are accuracy points; those of rung `lab` are "
        f"from {whose}. The claims as they are printed:\n\n{quoted}"
    )


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


def _runs(store: Store, scale: str) -> str:
    """Return the page of runs: every record of the study, encoders first."""
    parts = []
    for unit in store.manifest(scale).units:
        if store.state(unit) == "absent":
            parts.append(f"## {unit.label}\n\nNot run. See the status page.\n")
            continue
        record = store.record(unit)
        parts.append(run_entry(record, _links(store, record)))
    return "\n".join(parts)


def _links(store: Store, record: Record) -> dict[str, str]:
    """Return the files of a run, relative to the book's source folder."""
    folder = store.folder(record.unit)
    paths = {name: folder / name for name in (RECORD, *record.files)}
    for notebook in folder.parents[1].glob(f"notebooks/seed-{record.unit.seed}-*.ipynb"):
        if record.unit.folder in read_notebook(notebook).metadata.get(STAMP, {}).get("runs", []):
            paths["executed run notebook"] = notebook
    return {name: relpath(path, BOOK) for name, path in paths.items()}


def _status(store: Store, scale: str) -> str:
    """Return when each page was executed and from what, and what is missing."""
    manifest = store.manifest(scale)
    there = [unit for unit in manifest.units if store.state(unit) != "absent"]
    seen: Seen = {}
    pages = table(
        ("page", "executed (UTC)", "seconds", "records", "notebook SHA-256", "state"),
        [_page_row(chapter, seen) for chapter in chapters()],
    )
    missing = [f"- {unit.label}" for unit in manifest.units if unit not in there]
    return "\n\n".join(
        [
            f"Study at scale `{scale}`, planned {manifest.planned}, in `{store.root}/`: "
            f"{len(there)} of {len(manifest.units)} runs are there. Dependencies are locked by a "
            f"file whose SHA-256 begins with `{manifest.lock[:12]}`.",
            pages,
            "Missing runs:\n\n" + "\n".join(missing) if missing else "No run is missing.",
            "## Made again",
            _made_again(store, scale),
            "## Time",
            _time_spent(store, scale),
        ]
    )


def _made_again(store: Store, scale: str) -> str:
    """Return whether the study, made again, says what the published one says."""
    if store.root == PUBLISHED:
        kept = kept_reproduction(store, scale)
        if kept is None:
            return "The published study has not been made again as a whole."
        return reproduction_words(kept)
    published = Store(PUBLISHED)
    if not (PUBLISHED / scale / MANIFEST).exists():
        return f"No study at scale `{scale}` is published to compare this one with."
    try:
        return reproduction_words(reproduction(published, store, scale))
    except StoreError as error:
        return f"This study cannot be compared with the published one: {error}"


def _page_row(chapter: Chapter, seen: Seen) -> tuple[str, ...]:
    stamp = read_notebook(chapter.page).metadata[STAMP]
    problems = staleness(chapter, seen)
    notebook = next(iter(stamp["inputs"]["notebook"].values()))
    return (
        f"[{chapter.name}](executed/{chapter.name}.ipynb)",
        stamp["executed"].removesuffix("+00:00"),
        str(stamp["seconds"]),
        str(sum(each != "absent" and not each.endswith(MANIFEST) for each in _read(stamp))),
        f"`{notebook[:12]}`",
        "; ".join(problems) if problems else "fresh",
    )


def _read(stamp: dict[str, Any]) -> list[str]:
    """Return the records a page was made from, and ``absent`` for each that was not there."""
    records: dict[str, str] = stamp["inputs"]["records"]
    return ["absent" if each == "absent" else folder for folder, each in records.items()]


def _time_spent(store: Store, scale: str) -> str:
    spent: dict[tuple[str, str], list[float]] = {}
    for unit in store.manifest(scale).units:
        if store.state(unit) != "absent":
            record = store.record(unit)
            spent.setdefault((unit.experiment, unit.arm), []).append(record.wall_seconds)
    rows = [
        (experiment, arm, len(wall), f"{sum(wall):.0f}", f"{max(wall):.0f}")
        for (experiment, arm), wall in spent.items()
    ]
    return table(("experiment", "arm", "runs", "seconds in all", "longest"), rows)
