"""What the pages that are no chapter take from records: the answer, all methods, runs, status."""

from collections.abc import Mapping, Sequence
from os.path import relpath
from typing import Any, Final

from crosslab.audit.auditing import Row, audit
from crosslab.audit.keeping import kept
from crosslab.audit.knowledge import knowledge
from crosslab.audit.occurrences import occurrences
from crosslab.book.claim_pages import claim_page
from crosslab.book.extras import extras
from crosslab.book.freshness import Seen, staleness
from crosslab.book.report_pages import report_page
from crosslab.book.run import STAMP, read_notebook
from crosslab.chapters import TRANSFER, Chapter, chapter_of, chapters
from crosslab.claims import Rung, Verdict, claims
from crosslab.errors import StoreError
from crosslab.evidence import Evidence, gathered
from crosslab.layout import BOOK, GENERATED, PUBLISHED
from crosslab.literature.references import references
from crosslab.literature.testimony import conclusions, stances, statements
from crosslab.prose.audit_tables import claims_overview, reports_overview
from crosslab.prose.method_tables import tasks_table, tasks_words
from crosslab.prose.question_tables import answers_part
from crosslab.prose.render import (
    claim_link,
    page_name,
    reproduction_words,
    run_entry,
    table,
    verdict_table,
)
from crosslab.records import MANIFEST, RECORD, Record, Store, Unit
from crosslab.reproduction import kept_reproduction, reproduction
from crosslab.scales import SCALES
from crosslab.verdicts import judged_on_every_rung


def generated(store: Store, scale: str) -> dict[str, str]:
    """Return the generated pages and parts of pages, by their path below the book's folder."""
    verdicts = judged_on_every_rung(store, scale)
    parts = {
        "answer": _answer(store, verdicts),
        "methods": methods(store, scale),
        "runs": runs_page(store, scale),
        "status": _status(store, scale),
        "claims": claims_overview(),
        "reports": reports_overview(),
        "questions": answers_part(store, scale),
    }
    pages = {f"{GENERATED.name}/{name}.md": text for name, text in parts.items()}
    pages |= _claim_pages(verdicts)
    pages |= _report_pages(verdicts, store)
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


def runs_page(store: Store, scale: str) -> str:
    """Return the page of runs: every record of the study, then of other scales that are there."""
    parts = [f"## Scale `{scale}`\n"]
    for unit in store.manifest(scale).units:
        if store.state(unit) == "absent":
            parts.append(f"### {unit.label}\n\nNot run. See the status page.\n")
        else:
            parts.append(_run(store, unit))
    for further in _further_scales(store, scale):
        there = [_run(store, unit) for unit in _present(store, further)]
        parts += [f"## Scale `{further}`\n", *there] if there else []
    return "\n".join(parts)


def _run(store: Store, unit: Unit) -> str:
    record = store.record(unit)
    return run_entry(record, _links(store, record))


def _further_scales(store: Store, scale: str) -> list[str]:
    """Return the scales beside the book's own that this folder has a study of."""
    return [each for each in SCALES if each != scale and store.has_study(each)]


def _present(store: Store, scale: str) -> list[Unit]:
    return [unit for unit in store.manifest(scale).units if store.state(unit) != "absent"]


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
    there = _present(store, scale)
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
            time_spent(store, scale),
            *(
                f"## Scale `{each}`\n\n{_further_status(store, each)}"
                for each in _further_scales(store, scale)
            ),
        ]
    )


def _further_status(store: Store, scale: str) -> str:
    """Return how far another study in this folder is, and what it took so far."""
    manifest = store.manifest(scale)
    there = len(_present(store, scale))
    return (
        f"{there} of {len(manifest.units)} runs are there; planned {manifest.planned}, "
        f"dependencies locked by a file whose SHA-256 begins with `{manifest.lock[:12]}`.\n\n"
        f"{time_spent(store, scale)}"
    )


def _made_again(store: Store, scale: str) -> str:
    """Return whether the study, made again, says what the published one says."""
    if store.root == PUBLISHED:
        kept = kept_reproduction(store, scale)
        if kept is None:
            return "The published study has not been made again as a whole."
        return reproduction_words(kept)
    published = Store(PUBLISHED)
    if not published.has_study(scale):
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


def time_spent(store: Store, scale: str) -> str:
    """Return how many runs there are of each arm, and how long they took."""
    spent: dict[tuple[str, str], list[float | None]] = {}
    for unit in store.manifest(scale).units:
        there = store.state(unit) != "absent"
        wall = store.record(unit).wall_seconds if there else None
        spent.setdefault((unit.experiment, unit.arm), []).append(wall)
    rows = []
    for (experiment, arm), walls in spent.items():
        made = [wall for wall in walls if wall is not None]
        runs = len(walls) if len(made) == len(walls) else f"{len(made)} of {len(walls)}"
        times = (f"{sum(made):.0f}", f"{max(made):.0f}") if made else ("", "")
        rows.append((experiment, arm, runs, *times))
    return table(("experiment", "arm", "runs", "seconds in all", "longest"), rows)
