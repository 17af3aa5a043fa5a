"""Whether a store is what was written: records and their files, seals, manifest."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from crosslab.errors import StoreError
from crosslab.literature.freezing import SEARCHES
from crosslab.provenance import digest, digest_of
from crosslab.records import ANSWERS, MANIFEST, RECORD, Manifest, Record, Store, Unit, read_record
from crosslab.reproduction import REPRODUCTION
from crosslab.sealing import SEAL, Seal, read_seal, sealable
from crosslab.verification.checks import Check
from crosslab.verification.metrics import COLUMNS, PERTURBED, metric_problems

_ASIDE: Final = (".damaged-", ".other-")  # what a study moved out of the way, and kept
_FAILED: Final = ".failed.ipynb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record as it lies in a store, and what is wrong with it."""

    folder: Path
    checksum: str  # SHA-256 of record.json
    record: Record | None
    problems: tuple[str, ...]


def found_records(store: Store) -> list[Found]:
    """Return every record of a store, each file it names compared with its hash."""
    folders = [each for each in store.folders() if not each.name.startswith(".")]
    return [_found(store, folder) for folder in folders]


def _found(store: Store, folder: Path) -> Found:
    checksum = digest((folder / RECORD).read_bytes())
    try:
        record = read_record(folder)
    except StoreError as error:
        return Found(folder=folder, checksum=checksum, record=None, problems=tuple(error.problems))
    problems = tuple(f"{folder}: {each}." for each in _record_problems(store, folder, record))
    return Found(folder=folder, checksum=checksum, record=record, problems=problems)


def _record_problems(store: Store, folder: Path, record: Record) -> Iterator[str]:
    if store.folder(record.unit) != folder:
        yield f"holds the record of another run ({record.unit.folder})"
    if _fingerprint(record) != record.unit.fingerprint:
        yield "its settings, sources and packages do not give its fingerprint"
    for name, expected in record.files.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif digest(path.read_bytes()) != expected:
            yield f"{name} does not match the hash in its record"
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and name not in (RECORD, *record.files):
            yield f"{name} is in the folder and not in the record"
    if ANSWERS in record.files:
        yield from _metric_problems(folder, record)
    else:
        yield f"names no {ANSWERS}"


def _fingerprint(record: Record) -> str:
    unit = record.unit
    return digest_of(
        {
            "experiment": unit.experiment,
            "arm": unit.arm,
            "seed": unit.seed,
            "settings": record.settings,
            "sources": record.sources,
            "packages": record.packages,
        }
    )


def _metric_problems(folder: Path, record: Record) -> Iterator[str]:
    content = (folder / ANSWERS).read_bytes() if (folder / ANSWERS).is_file() else b""
    if digest(content) != record.files[ANSWERS]:
        return  # said already; what such a file holds is no news
    try:
        table = pq.read_table(pa.BufferReader(content))
    except (OSError, pa.ArrowException) as error:
        yield f"{ANSWERS} is no table: {str(error).splitlines()[0]}"
        return
    wanted = [name for name in (*COLUMNS, *PERTURBED) if name in table.column_names]
    yield from metric_problems(record, table.select(wanted).to_pandas())


def files_check(found: Sequence[Found]) -> Check:
    """Check every file that a record names, and that there are no others."""
    files = sum(len(each.record.files) for each in found if each.record)
    return Check(
        name="records",
        counted=len(found),
        what=f"records: {files} files, fingerprints, metrics from answers",
        problems=tuple(problem for each in found for problem in each.problems),
    )


def seals_of(store: Store) -> tuple[dict[str, Seal], list[str]]:
    """Return the seal of every scale in a store that has one, and what is wrong with the others."""
    seals, problems = {}, []
    for folder in sorted(path for path in store.root.iterdir() if _is_scale(path)):
        try:
            seal = read_seal(folder)
        except StoreError as error:
            problems += error.problems
            continue
        if seal is not None:
            seals[folder.name] = seal
        elif sealable(folder):
            problems.append(
                f"{folder / SEAL} is missing: bring it back, or seal the store as it is with "
                f"crosslab study --scale {folder.name} --results {store.root}"
            )
    return seals, problems


def _is_scale(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".") and path.name != SEARCHES


def seal_check(store: Store, seals: Mapping[str, Seal], problems: Sequence[str]) -> Check:
    """Check that what was sealed is there unchanged, and that nothing else is."""
    said, notes, counted = list(problems), [], 0
    for scale, seal in seals.items():
        folder = store.root / scale
        now = sealable(folder)
        counted += len(seal.files)
        said += [
            f"{folder / name}: {_difference(seal.files.get(name), now.get(name))}."
            for name in sorted({*seal.files, *now})
            if seal.files.get(name) != now.get(name)
        ]
        notes.append(f"{folder / SEAL} has SHA-256 {digest((folder / SEAL).read_bytes())}")
    strangers, aside = _strangers(store)
    said += [f"{path}: belongs to no record and no study." for path in strangers]
    notes += [f"{path}: set aside by a study" for path in aside]
    return Check(
        name="seal",
        counted=counted,
        what="sealed files: records, manifests, run notebooks",
        problems=tuple(said),
        notes=tuple(notes),
    )


def _difference(sealed: str | None, now: str | None) -> str:
    if sealed is None:
        return "was never sealed"
    return "is missing" if now is None else "was altered after it was sealed"


def _strangers(store: Store) -> tuple[list[Path], list[Path]]:
    """Return the files that nothing in a store accounts for, and what was set aside."""
    strangers, aside = [], set()
    records = {folder.relative_to(store.root) for folder in store.folders()}
    for path in sorted(store.root.rglob("*")):
        below = path.relative_to(store.root)
        if path.is_dir() or any(part.startswith(".") for part in below.parts[:-1]):
            continue
        place = next((each for each in below.parents if _is_aside(each.name)), None)
        if place or path.name.endswith(_FAILED):
            aside.add(store.root / (place or below))
        elif not _accounted(below, records):
            strangers.append(path)
    return strangers, sorted(aside)


def _is_aside(name: str) -> bool:
    return any(mark in name for mark in _ASIDE)


def _accounted(below: Path, records: set[Path]) -> bool:
    if below.name.startswith("."):
        return True  # scratch: progress, locks
    if below.parts[0] == SEARCHES:
        return below.suffix == ".json"  # looked at with the literature
    if any(parent in records for parent in below.parents):
        return True  # looked at with its record
    own = below.parts[1:]
    notebook = len(own) == 3 and own[1] == "notebooks" and below.suffix == ".ipynb"  # noqa: PLR2004 - experiment/notebooks/name
    return own in ((MANIFEST,), (SEAL,), (REPRODUCTION,)) or notebook


def manifest_check(store: Store, scale: str, found: Sequence[Found]) -> Check:
    """Check that every run the study consists of is there, and its encoder with it."""
    try:
        manifest = store.manifest(scale)
    except StoreError as error:
        return Check(name="study", counted=0, what="runs", problems=(str(error),))
    there = {each.record.unit for each in found if each.record}
    missing = [unit for unit in manifest.units if unit not in there]
    problems = [*_missing_seeds(missing), *_orphans(found)]
    if manifest.scale != scale:
        problems.append(f"The manifest of scale '{scale}' says it is of '{manifest.scale}'.")
    return Check(
        name="study",
        counted=len(manifest.units),
        what=f"runs that the study at scale '{scale}' consists of",
        problems=tuple(problems),
        notes=tuple(_superseded(manifest, there)),
    )


def _missing_seeds(missing: Sequence[Unit]) -> Iterator[str]:
    """Return the runs that are not there, one line per experiment and arm."""
    seeds: dict[tuple[str, str], list[int]] = defaultdict(list)
    for unit in missing:
        seeds[unit.experiment, unit.arm].append(unit.seed)
    for (experiment, arm), each in seeds.items():
        which = f"seed{'s' if len(each) > 1 else ''} {', '.join(map(str, sorted(each)))}"
        yield f"{experiment} {arm}: {which} missing, which the study consists of."


def _orphans(found: Sequence[Found]) -> Iterator[str]:
    known = {each.record.unit.fingerprint for each in found if each.record}
    for each in found:
        for parent in each.record.parents if each.record else ():
            if parent not in known:
                yield f"{each.folder}: the run it builds on is missing ({parent})."


def _superseded(manifest: Manifest, there: set[Unit]) -> Iterator[str]:
    others = Counter(
        f"{unit.experiment} {unit.arm}"
        for unit in there - set(manifest.units)
        if unit.scale == manifest.scale
    )
    for name, count in sorted(others.items()):
        yield f"{name}: {count} more records, which the study does not consist of"
