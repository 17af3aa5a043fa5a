"""Records: one folder per run, written whole or not at all, chained by hash.

    <root>/<scale>/<experiment>/<arm>/<seed>-<fingerprint>/
        record.json       what was run, from what, and what came out
        answers.parquet   the answer to every item, with class probabilities
        ...               further files named in the record (an encoder's weights)

Statistics are computed from the answers; the metrics in a record are for looking at. A
record is never overwritten: the same run must give the same answers, or is refused.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from crosslab.errors import StoreError
from crosslab.provenance import digest

RECORD: Final = "record.json"
ANSWERS: Final = "answers.parquet"
MANIFEST: Final = "study.json"
SHORT: Final = 12  # digits of a fingerprint in a folder's name

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Unit(BaseModel):
    """What identifies a run: an experiment, an arm, a seed, and the fingerprint of the rest."""

    model_config = _STRICT

    scale: str
    experiment: str
    arm: str
    seed: int
    fingerprint: str

    @property
    def folder(self) -> str:
        """The run's folder inside a store."""
        name = f"{self.seed}-{self.fingerprint[:SHORT]}"
        return f"{self.scale}/{self.experiment}/{self.arm}/{name}"

    @property
    def label(self) -> str:
        """The run as a person would name it."""
        return f"{self.experiment} {self.arm} seed {self.seed}"


class DataCard(BaseModel):
    """A data set a run used: what it is, its revision, its licence."""

    model_config = _STRICT

    name: str
    revision: str  # SHA-256 of the content
    licence: str
    description: str
    details: dict[str, Any]


class Record(BaseModel):
    """A finished run."""

    model_config = _STRICT

    unit: Unit
    settings: dict[str, Any]
    sources: dict[str, str]
    packages: dict[str, str]
    data: list[DataCard]
    parents: list[str]  # fingerprints of the runs this one builds on
    metrics: dict[str, Any]
    wall_seconds: float
    cpu_seconds: float
    machine: dict[str, str]
    commit: str
    finished: str
    files: dict[str, str]  # SHA-256 of every other file in the folder
    previous: str | None  # SHA-256 of the record.json before this one in the store


class Manifest(BaseModel):
    """What a study consists of: the runs a book made from it must show."""

    model_config = _STRICT

    scale: str
    planned: str
    lock: str  # SHA-256 of the dependency lock file
    units: list[Unit]


class Store:
    """All records below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, unit: Unit) -> Path:
        """Return the folder of a run, there or not."""
        return self.root / unit.folder

    def notebook(self, units: Sequence[Unit]) -> Path:
        """Return where the executed run notebook of these runs of one seed is kept."""
        (first, *_) = units
        name = digest(" ".join(unit.fingerprint for unit in units))[:SHORT]
        folder = self.root / first.scale / first.experiment / "notebooks"
        return folder / f"seed-{first.seed}-{name}.ipynb"

    def state(self, unit: Unit) -> str:
        """Return ``present``, ``absent`` or ``damaged``."""
        if not self.folder(unit).exists():
            return "absent"
        try:
            self.record(unit)
        except StoreError:
            return "damaged"
        return "present"

    def record(self, unit: Unit) -> Record:
        """Return a record whose files all match what it says of them.

        Raises:
            StoreError: The record is missing, unreadable or does not match its files.
        """
        folder = self.folder(unit)
        record = read_record(folder)
        problems = _file_problems(folder, record)
        if record.unit != unit:
            problems.append(f"{folder}: holds the record of another run ({record.unit.folder}).")
        if problems:
            raise StoreError(problems)
        return record

    def answers(self, unit: Unit) -> pd.DataFrame:
        """Return the answers of a run, checked against its record."""
        self.record(unit)
        frame: pd.DataFrame = pq.read_table(self.folder(unit) / ANSWERS).to_pandas()
        return frame

    def folders(self) -> list[Path]:
        """Return the folder of every record, in a fixed order."""
        return sorted(path.parent for path in self.root.glob(f"*/*/*/*/{RECORD}"))

    def earlier(self, unit: Unit) -> Record | None:
        """Return the latest record of the same run under another fingerprint."""
        pattern = f"{unit.scale}/{unit.experiment}/{unit.arm}/{unit.seed}-*/{RECORD}"
        found = []
        for path in self.root.glob(pattern):
            try:
                record = read_record(path.parent)
            except StoreError:
                continue  # a damaged record explains nothing; its own run reports it
            if record.unit.fingerprint != unit.fingerprint:
                found.append(record)
        return max(found, key=lambda record: record.finished, default=None)

    def write(
        self, draft: Mapping[str, Any], answers: pa.Table, files: Mapping[str, bytes]
    ) -> Record:
        """Write a record whole: to a temporary folder first, then renamed.

        Raises:
            StoreError: Another record of the same run has other answers, or the disk refuses.
        """
        return self._put(draft, partial(_written, answers=answers, files=files))

    def take(self, folder: Path) -> Record:
        """Write a run of another store as the next one here, its files byte for byte.

        Raises:
            StoreError: It does not match its files, or as where a record is written.
        """
        record = read_record(folder)
        if problems := _file_problems(folder, record):
            raise StoreError(problems)
        draft = {name: value for name, value in record if name not in ("files", "previous")}
        return self._put(draft, partial(_copied, source=folder, names=tuple(record.files)))

    def _put(self, draft: Mapping[str, Any], fill: Callable[[Path], dict[str, str]]) -> Record:
        """Write a record whole, its files by ``fill``, which returns their hashes."""
        unit: Unit = draft["unit"]
        final = self.folder(unit)
        temporary = final.with_name(f".{final.name}.{os.getpid()}.tmp")
        try:
            shutil.rmtree(temporary, ignore_errors=True)  # of a killed process of this number
            temporary.mkdir(parents=True)
            digests = fill(temporary)
            with locked(self.root / ".chain.lock"):
                if final.exists():
                    return self._unchanged(draft, digests, temporary)
                record = Record(**draft, files=digests, previous=self._head())
                text = record.model_dump_json(indent=1) + "\n"
                (temporary / RECORD).write_text(text, encoding="utf-8")
                temporary.rename(final)
        except OSError as error:
            raise StoreError(
                f"{final} could not be written: {error.strerror or error}. "
                "Every record written before is whole; make room and start again."
            ) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return record

    def _unchanged(
        self, draft: Mapping[str, Any], digests: dict[str, str], temporary: Path
    ) -> Record:
        """Return the record that is there already, or keep the new one beside it and refuse."""
        unit: Unit = draft["unit"]
        record = self.record(unit)
        if record.files != digests:
            other = Record(**draft, files=digests, previous=None)
            text = other.model_dump_json(indent=1) + "\n"
            (temporary / f"{RECORD}.other").write_text(text, encoding="utf-8")
            kept = temporary.with_name(f"{self.folder(unit).name}.other-{time.time_ns()}")
            temporary.rename(kept)
            raise StoreError(
                f"The same run gave other answers: {self.folder(unit)} and {kept} "
                f"share the fingerprint {unit.fingerprint[:SHORT]}. Keep the one you trust."
            )
        return record

    def _head(self) -> str | None:
        """Return the hash of the record that no other record follows.

        A record that cannot be read is no link of the chain; its own run reports it.
        """
        finished: dict[str, str] = {}
        followed: set[str | None] = set()
        for folder in self.folders():
            with suppress(StoreError):
                record = read_record(folder)
                finished[digest((folder / RECORD).read_bytes())] = record.finished
                followed.add(record.previous)
        loose = [each for each in finished if each not in followed]
        return max(loose, key=finished.__getitem__, default=None)

    def set_aside(self, unit: Unit) -> Path:
        """Move a damaged record out of the way, keeping it, and return where it went."""
        folder = self.folder(unit)
        aside = folder.with_name(f"{folder.name}.damaged-{time.time_ns()}")
        folder.rename(aside)
        damaged = aside / RECORD
        if damaged.exists():
            damaged.rename(aside / f"{RECORD}.damaged")
        return aside

    def has_study(self, scale: str) -> bool:
        """Whether a study of a scale was planned here."""
        return (self.root / scale / MANIFEST).exists()

    def manifest(self, scale: str) -> Manifest:
        """Return what the study of a scale consists of."""
        path = self.root / scale / MANIFEST
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise StoreError(
                f"{path} is missing: no study at scale '{scale}' was made in {self.root}. "
                f"Run: crosslab study --scale {scale} --results {self.root}"
            ) from None
        except (OSError, ValidationError) as error:
            raise StoreError(f"{path} cannot be read: {_first_line(error)}") from error

    def write_manifest(self, manifest: Manifest) -> None:
        """Write what a study consists of."""
        write_text(self.root / manifest.scale / MANIFEST, manifest.model_dump_json(indent=1) + "\n")


def read_record(folder: Path) -> Record:
    """Return the record in a folder, not yet checked against its files."""
    path = folder / RECORD
    try:
        return Record.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise StoreError(f"{path} cannot be read: {_first_line(error)}.") from error


def write_text(path: Path, text: str) -> None:
    """Write a file whole: to a temporary name first, then renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise StoreError(f"{path} could not be written: {error.strerror or error}.") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; the system lets go of it when the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def parquet(rows: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file.

    Ranks, which are the columns of unsigned 16 bits, are split into their bytes: a third smaller.
    """
    buffer = pa.BufferOutputStream()
    ranks = [field.name for field in rows.schema if field.type == pa.uint16()]
    pq.write_table(
        rows,
        buffer,
        compression="zstd",
        compression_level=9,
        use_dictionary=[name for name in rows.column_names if name not in ranks] if ranks else True,
        column_encoding=dict.fromkeys(ranks, "BYTE_STREAM_SPLIT") if ranks else None,
    )
    return bytes(buffer.getvalue())


def _written(folder: Path, answers: pa.Table, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write a record's files and return their hashes; what is on disk is what is hashed."""
    for name, content in {ANSWERS: parquet(answers), **files}.items():
        (folder / name).write_bytes(content)
    return {name: digest((folder / name).read_bytes()) for name in [ANSWERS, *sorted(files)]}


def _copied(folder: Path, source: Path, names: Sequence[str]) -> dict[str, str]:
    """Copy a record's files from another store and return their hashes."""
    for name in names:
        shutil.copy(source / name, folder / name)
    return {name: digest((folder / name).read_bytes()) for name in names}


def _file_problems(folder: Path, record: Record) -> list[str]:
    return [
        f"{folder / name}: {problem}; move the folder away and run the study again."
        for name, expected in record.files.items()
        if (problem := _file_problem(folder / name, expected))
    ]


def _file_problem(path: Path, expected: str) -> str | None:
    try:
        found = digest(path.read_bytes())
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None if found == expected else "does not match the hash in its record"


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'content'}: {first['msg']}"
    return str(error).splitlines()[0]
