"""The trail as a page: the chain, the bars, what the runs were made with, how to check it all."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Final, TypeVar

from crosslab.audit.keeping import kept
from crosslab.chapters import chapters
from crosslab.layout import EXTRA, GENERATED, LOCK_FILE
from crosslab.literature.freezing import frozen_citations, frozen_questions
from crosslab.numerals import counted
from crosslab.prose.render import anchor, table
from crosslab.provenance import digest
from crosslab.records import Store, Unit
from crosslab.sealing import SEAL, Seal, read_seal
from crosslab.trail.bars import bars_words
from crosslab.trail.bundle import TOLD, Bundle, bundled
from crosslab.trail.checking import METADATA
from crosslab.trail.contents import LOG, Run, Trail, ended, trail
from crosslab.trail.crate import crate
from crosslab.trail.shown import parted, second, short

_MEGABYTE: Final = 1_000_000
_HOUR: Final = 3600
_LITERATURE: Final = "literature"
_CHANGED: Final = (
    "Where it is not as it is now, it has changed since that study was planned: it also pins the "
    "tools that make the book and test it, which no run uses."
)

Key = TypeVar("Key", bound=Hashable)


def trail_pages(store: Store, scale: str, further: Sequence[str]) -> dict[str, str]:
    """Return the part of the trail page and the files beside it, by path below the book's folder.

    The page tells size and hash of the bundle, which is written when the book is built.
    """
    found = trail(store, scale)
    metadata = crate(found)
    bundle = bundled(found, metadata)
    return {
        f"{GENERATED.name}/trail.md": trail_part(store, found, bundle, further),
        f"{EXTRA.name}/data/{METADATA}": metadata,
        f"{EXTRA.name}/{TOLD}": bundle.text(),
    }


def trail_part(store: Store, found: Trail, bundle: Bundle, further: Sequence[str]) -> str:
    """Return the page of the trail below its heading, from records and lock files."""
    scales = [found.scale, *further]
    sections = {
        "The chain of records": chain_words(store, found, scales),
        "The bars": bars_words(found, scales),
        "Python and packages": _software_table(found, scales),
        "Machines": _machines_table(found, scales),
        "The lock file of the packages": _lock_words(store, found, scales),
        "The code the runs were made from": _commits_table(found, scales),
        "Reports and searches": _kept_words(store),
        "Check all of it": _check_words(store, found.scale),
    }
    parts = [_bundle_words(bundle), *(f"## {name}\n\n{text}" for name, text in sections.items())]
    return "\n\n".join(parts) + "\n"


def _bundle_words(bundle: Bundle) -> str:
    """Return links to everything as one file, and to the crate's metadata by itself."""
    size = f"{bundle.size / _MEGABYTE:.1f} MB"
    return "\n".join(
        [
            f'- <a href="{bundle.address}" download>Everything as one file ({size}, zip)</a>: '
            f"{bundle.files:,} files. SHA-256 `{bundle.sha256}`",
            f'- <a href="data/{METADATA}" download>What is in it, for machines (JSON-LD)</a>: an '
            "RO-Crate, with every run as an action and every file with its hash. SHA-256 "
            f"`{bundle.metadata}`",
        ]
    )


def chain_words(store: Store, found: Trail, scales: Sequence[str]) -> str:
    """Return how long the chain is, where it ends, and what is missing from it."""
    if not found.runs:
        return "There is no record yet."
    heads = found.heads
    latest = max((each for each in found.runs if each.checksum in heads), key=ended)
    seals = {scale: read_seal(store.root / scale) for scale in scales}
    others = unplanned(store, found, scales)
    rows = [
        (
            f"`{scale}`",
            len(found.of_scale(scale)),
            len(found.of_scale(scale)) - sum(each.scale == scale for each in others),
            len(seal.files) if seal else "not sealed",
            len(seal.retired) if seal else "",
            short(digest((store.root / scale / SEAL).read_bytes())) if seal else "",
        )
        for scale, seal in seals.items()
    ]
    header = (
        "scale",
        "records",
        "of them planned",
        "sealed files",
        "taken out",
        "SHA-256 of the seal",
    )
    return (
        f"{counted(len(found.runs), 'record')}, of every scale, each with the SHA-256 of the one "
        f"before it. {_planned_words(found, others)}\n\n"
        f"- Head: `{latest.checksum}`, {_run_link(latest)}, finished "
        f"{second(latest.record.finished)} UTC.\n- {_gap_words(found, list(seals.values()))}\n"
        f"- {_notebook_words(found)}\n\n"
        "What no record vouches for is in the seal of its scale: the last record, the plan of the "
        "study, the executed run notebooks. The seal also keeps the hash of each record that was "
        "taken out because its run was made again.\n\n" + table(header, rows)
    )


def unplanned(store: Store, found: Trail, scales: Sequence[str]) -> list[Unit]:
    """Return the runs whose records are there and which no plan of these studies holds."""
    planned = {unit.folder for scale in scales for unit in store.manifest(scale).units}
    return [each.record.unit for each in found.runs if each.record.unit.folder not in planned]


def _planned_words(found: Trail, others: Sequence[Unit]) -> str:
    """Return how many records are runs of the studies as planned now, and where the others are."""
    if not others:
        return "Each is a run that the plan of a study holds."
    listed = ", ".join(f"`{each.folder}`" for each in others)
    return (
        f"{len(found.runs) - len(others)} of them are runs that the plan of a study holds now, and "
        f"these are the runs that the book counts. In no plan any more, since plans were "
        f"changed (`{LOG}` tells where): {len(others)}. They stay because the chain goes through "
        f"them: {listed}."
    )


def _gap_words(found: Trail, seals: Sequence[Seal | None]) -> str:
    """Return how many records follow one that is not there, and whether it is known why."""
    there = {each.checksum for each in found.runs}
    gaps = [
        each.record.previous
        for each in found.runs
        if each.record.previous is not None and each.record.previous not in there
    ]
    known = {each for seal in seals if seal for each in (*seal.retired, *seal.replaced)}
    unknown = sum(each not in known for each in gaps)
    if not gaps:
        return "Nothing is missing from it."
    said = f"Records that follow one that is not there any more: {len(gaps)}"
    if unknown:
        return f"{said}; **for {unknown} of them no seal says why**."
    return f"{said}; for each a seal says which run it was and that it was taken out."


def _notebook_words(found: Trail) -> str:
    """Return how many runs an executed notebook says it made, and which none does."""
    without = [each.record.unit for each in found.runs if each.notebook is None]
    if not without:
        return "Each of them is named by the executed run notebook that made it."
    groups = sorted({f"`{each.scale}/{each.experiment}`" for each in without})
    return (
        f"{len(found.runs) - len(without)} of them are named by the executed run notebook that "
        f"made them; {len(without)} are named by none, in {' and '.join(groups)}: where a study is "
        "interrupted, the notebook of what was left is the one that is kept."
    )


def _software_table(found: Trail, scales: Sequence[str]) -> str:
    rows = [
        (f"`{scale}`", versions, len(runs))
        for scale in scales
        for versions, runs in _grouped(found.of_scale(scale), _versions).items()
    ]
    return table(("scale", "versions that the records name", "runs"), rows)


def _versions(run: Run) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in sorted(run.record.packages.items()))
    return f"Python {run.record.machine.get('python', 'unknown')}, {packages}"


def _machines_table(found: Trail, scales: Sequence[str]) -> str:
    rows = [
        (f"`{scale}`", *machine, len(runs), f"{sum(map(_wall, runs)) / _HOUR:.2f}")
        for scale in scales
        for machine, runs in _grouped(found.of_scale(scale), _machine).items()
    ]
    return table(("scale", "processor", "a run had", "runs", "hours"), rows)


def _machine(run: Run) -> tuple[str, str]:
    machine = run.record.machine
    had = counted(int(machine.get("threads", 1)), "thread")
    return (
        machine.get("processor", "unknown"),
        f"{had} of {counted(int(machine.get('cores', 1)), 'core')}, {machine.get('device', 'cpu')}",
    )


def _lock_words(store: Store, found: Trail, scales: Sequence[str]) -> str:
    """Return which lock file each study was planned with, and whether it is the one of now."""
    text = LOCK_FILE.read_bytes()
    now = digest(text)
    plans = [store.manifest(each) for each in scales]
    rows = [
        (
            f"`{each.scale}`",
            parted(each.planned),
            short(each.lock),
            "yes" if each.lock == now else "no",
        )
        for each in plans
    ]
    header = ("scale", "last planned (UTC)", "SHA-256 of the lock file then", "as it is now")
    changed = any(each.lock != now for each in plans)
    why = f"{_CHANGED} " if changed else ""
    said = f"{why}{pinned_words(found, text.decode())}"
    return f"SHA-256 of `{LOCK_FILE}` now: `{now}`\n\n{table(header, rows)}\n\n{said}"


def pinned_words(found: Trail, text: str) -> str:
    """Return whether the packages that records name are pinned now as they were then."""
    pinned = dict(line.split("==") for line in text.split() if "==" in line)
    named = {each for run in found.runs for each in run.record.packages.items()}
    names = ", ".join(sorted({name for name, _ in named}))
    other = sorted(f"{name} {number}" for name, number in named if pinned.get(name) != number)
    if other:
        return (
            "**Not every package that records name is pinned at their version now**: of "
            f"{names}, {', '.join(other)} in records."
        )
    return (
        f"The packages that records name ({names}) are pinned now at the version in every record."
    )


def _commits_table(found: Trail, scales: Sequence[str]) -> str:
    rows = []
    for scale in scales:
        for commit, runs in _grouped(found.of_scale(scale), lambda run: run.record.commit).items():
            ends = sorted(runs, key=ended)
            rows.append(
                (
                    f"`{scale}`",
                    short(commit),
                    len(runs),
                    parted(ends[0].record.finished),
                    parted(ends[-1].record.finished),
                )
            )
    header = ("scale", "commit", "runs", "first ended (UTC)", "last ended (UTC)")
    return (
        "Which code can change a run's answers is in its fingerprint, module by module; the commit "
        f"says where all of it is.\n\n{table(header, rows)}"
    )


def _kept_words(store: Store) -> str:
    """Return how many reports and answers of databases are kept, and where they are shown."""
    reports = kept()
    asked = frozen_questions(store.root)
    answers = sum(len(sources) for _, _, sources in asked)
    looked_up = frozen_citations(store.root)
    single = sum(len(each) for each in looked_up.values())
    there = _LITERATURE in {each.name for each in chapters()}
    where = f" [What came of them](executed/{_LITERATURE}.ipynb)." if there else ""
    return (
        f"- [{counted(len(reports), 'report')}](reports.md), each copy with its SHA-256 and that "
        "of its original.\n"
        f"- Searches of databases: {len(asked)}, with {counted(answers, 'answer')}. Works looked "
        f"up by their identifier: {len(looked_up)}, with {counted(single, 'answer')}. Each answer "
        f"has a checksum of its own, also where it is that a database could not be asked.{where}"
    )


def _check_words(store: Store, scale: str) -> str:
    """Return how everything on the page is checked, here and from the bundle."""
    command = f"verify --scale {scale} --results {store.root}"
    return (
        f"```bash\ncrosslab {command}\n```\n\n"
        "It reads every file again: each against the hash in its record, the fingerprints from "
        "what they are of, the figures in the records from the answers, the chain, the seals, the "
        "bars against their lock and the runs, the reports, the answers of databases, and every "
        "page of this book against what the records give. `--rerun 2` also makes two of the runs "
        "again. Nothing that fails keeps the next check from being made.\n\n"
        "The file above needs no checkout, and covers less: the records with their files, "
        "fingerprints and figures, the chain, the seals, the plan, the bars and their lock, what "
        "came of a study made again, the reports and the answers of databases. The chapters, the "
        "pages and the built book are not in it: they are checked in a checkout alone, after "
        "`crosslab book`. Unpack it into an empty folder, and there:\n\n"
        "```bash\npip install -r requirements.lock\n"
        f"PYTHONPATH=src python -m crosslab verify --scale {scale} "
        f"--results {store.root.resolve().name}\n```\n\n"
        "A run's start in the crate is its end less the seconds it took. A bundle that is made "
        "elsewhere may be packed otherwise and so have another SHA-256; the hashes of the files "
        "in it are the same."
    )


def _grouped(runs: Sequence[Run], key: Callable[[Run], Key]) -> Mapping[Key, Sequence[Run]]:
    """Return runs by what they have in common, the largest group first."""
    groups: dict[Key, list[Run]] = defaultdict(list)
    for run in runs:
        groups[key(run)].append(run)
    return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), str(item[0]))))


def _run_link(run: Run) -> str:
    unit = run.record.unit
    return f"[{unit.label}](#{anchor(unit.folder)})"


def _wall(run: Run) -> float:
    return run.record.wall_seconds
