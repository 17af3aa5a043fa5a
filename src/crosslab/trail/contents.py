"""What a trail consists of: every run of a store, and every file that its numbers come from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from crosslab.errors import StoreError
from crosslab.layout import CLAIMS, LOCK_FILE, NOTEBOOKS, SNAKEFILE
from crosslab.literature.freezing import SEARCHES
from crosslab.provenance import digest
from crosslab.records import MANIFEST, RECORD, Record, Store, read_record
from crosslab.reproduction import REPRODUCTION
from crosslab.sealing import SEAL

CITATION: Final = Path("CITATION.cff")
LICENCE: Final = Path("LICENSE")
LOG: Final = Path("LOG.md")  # holds the reason of each lock
_ABOUT: Final = (Path("README.md"), Path("Makefile"), Path("pyproject.toml"))
SOURCE: Final = Path("src")
_OF_A_SCALE: Final = (MANIFEST, SEAL, REPRODUCTION)
_COMPILED: Final = "__pycache__"
_FAILED: Final = ".failed.ipynb"
_STAMP: Final = "crosslab"  # under which an executed notebook names the runs it made

# What is needed to check a record beside the record: its code, its plan, and the bars.
_OF_THE_PROJECT: Final = (
    (Path(), tuple(map(str, (CITATION, LICENCE, LOG, *_ABOUT, LOCK_FILE, SNAKEFILE)))),
    (CLAIMS, ("**/*.yaml", "**/*.lock", "**/*.json", "**/*.bib", "**/*.txt")),
    (NOTEBOOKS, ("*.ipynb",)),
    (SOURCE, ("crosslab/**/*",)),  # with the data that lies among the modules
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file of a trail: its path in it, where it lies here, and what it was when it was read."""

    name: str
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of a trail."""

    record: Record
    checksum: str  # SHA-256 of record.json
    files: tuple[str, ...]  # of its folder, record.json first, by their path in the trail
    notebook: str | None  # the executed run notebook, by its path in the trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """All runs of a store, whatever their scale, for they are one chain; and all files."""

    scale: str  # of the book
    runs: tuple[Run, ...]  # in the order of the chain, as far as it is one
    files: Mapping[str, HeldFile]

    @property
    def heads(self) -> list[str]:
        """The hashes of the records that no other follows; one, where the chain is whole."""
        followed = {each.record.previous for each in self.runs}
        return [each.checksum for each in self.runs if each.checksum not in followed]

    def of_scale(self, scale: str) -> list[Run]:
        """Return the runs of a scale."""
        return [each for each in self.runs if each.record.unit.scale == scale]


def ended(run: Run) -> datetime:
    """Return when a run ended."""
    return datetime.fromisoformat(run.record.finished)


def trail(store: Store, scale: str) -> Trail:
    """Return what the trail of a store consists of, every file of a record compared with its hash.

    Raises:
        StoreError: Records are unreadable, or files are not what their records say; all are named.
    """
    folders = [each for each in store.folders() if not each.name.startswith(".")]
    records, problems = {}, []
    for folder in folders:
        try:
            records[folder] = read_record(folder)
        except StoreError as error:
            problems += error.problems
    files = {each.name: each for each in _held(_paths(store, records), problems)}
    problems += _file_problems(store, records, files)
    if problems:
        raise StoreError(problems)
    made_in = executed_in(store)
    runs = [_run(store, folder, record, files, made_in) for folder, record in records.items()]
    return Trail(scale=scale, runs=tuple(_chained(runs)), files=dict(sorted(files.items())))


def executed_in(store: Store) -> dict[str, Path]:
    """Return the executed run notebook that names each run, by the run's folder."""
    found: dict[str, Path] = {}
    for path in sorted(store.root.glob("*/*/notebooks/*.ipynb")):
        if not path.name.startswith(".") and not path.name.endswith(_FAILED):
            found |= dict.fromkeys(_named_runs(path), path)
    return found


def _named_runs(notebook: Path) -> list[str]:
    """Return the folders of the runs that an executed notebook says it made.

    Not read by nbformat, whose check of three hundred notebooks takes longer than all else here.
    """
    try:
        stamp = json.loads(notebook.read_bytes())["metadata"].get(_STAMP, {})
        return [str(each) for each in stamp.get("runs", [])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"{notebook}: not a readable notebook ({str(error)[:80]}). Bring it back from a copy."
        ) from error


def _paths(store: Store, records: Mapping[Path, Record]) -> Iterator[tuple[str, Path]]:
    """Return every file of a trail: its path in it, and where it lies."""
    own = [folder / name for folder, record in records.items() for name in (RECORD, *record.files)]
    own += [store.root / scale / name for scale in _scales(store) for name in _OF_A_SCALE]
    own += store.root.glob("*/*/notebooks/*.ipynb")
    own += store.root.glob(f"{SEARCHES}/**/*.json")
    for path in own:
        below = path.relative_to(store.root)
        hidden = any(part.startswith(".") for part in below.parts)
        if path.is_file() and not hidden and not path.name.endswith(_FAILED):
            yield f"{_prefix(store)}/{below.as_posix()}", path
    for folder, patterns in _OF_THE_PROJECT:
        for pattern in patterns:
            for path in folder.glob(pattern):
                if path.is_file() and _COMPILED not in path.parts:
                    yield path.as_posix(), path


def _prefix(store: Store) -> str:
    """Return the folder that a store is in a trail, wherever it lies here."""
    return store.root.resolve().name


def _scales(store: Store) -> list[str]:
    return sorted(path.name for path in store.root.glob("*") if path.is_dir())


def _held(paths: Iterator[tuple[str, Path]], problems: list[str]) -> Iterator[HeldFile]:
    for name, path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            problems.append(f"{path} cannot be read: {error.strerror or error}.")
            continue
        yield HeldFile(name=name, path=path, sha256=digest(content), size=len(content))


def _file_problems(
    store: Store, records: Mapping[Path, Record], files: Mapping[str, HeldFile]
) -> Iterator[str]:
    for folder, record in records.items():
        for name, expected in record.files.items():
            held = files.get(_name(store, folder / name))
            if held is None:
                yield f"{folder / name} is missing; move the folder away and run the study again."
            elif held.sha256 != expected:
                yield (
                    f"{folder / name}: does not match the hash in its record; move the folder away "
                    "and run the study again."
                )


def _name(store: Store, path: Path) -> str:
    return f"{_prefix(store)}/{path.relative_to(store.root).as_posix()}"


def _run(
    store: Store,
    folder: Path,
    record: Record,
    files: Mapping[str, HeldFile],
    made_in: Mapping[str, Path],
) -> Run:
    names = tuple(_name(store, folder / name) for name in (RECORD, *record.files))
    notebook = made_in.get(record.unit.folder)
    return Run(
        record=record,
        checksum=files[names[0]].sha256,
        files=names,
        notebook=_name(store, notebook) if notebook else None,
    )


def _chained(runs: Sequence[Run]) -> list[Run]:
    """Return runs one after the other as their records follow; ends of gaps and forks in turn."""
    followers: dict[str | None, list[Run]] = {}
    there = {each.checksum for each in runs}
    for each in runs:
        before = each.record.previous if each.record.previous in there else None
        followers.setdefault(before, []).append(each)
    ordered: list[Run] = []
    pending = list(reversed(followers.get(None, [])))
    while pending:
        run = pending.pop()
        ordered.append(run)
        pending += reversed(followers.get(run.checksum, []))
    return ordered
