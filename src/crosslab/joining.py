"""A study made elsewhere, taken into a store.

Runs are taken in the order in which they were finished and follow the last record that is there:
the chain of records is that of the store. Their files stay as they are, byte for byte.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crosslab.errors import StoreError, UsageError
from crosslab.records import MANIFEST, RECORD, Manifest, Record, Store, read_record
from crosslab.sealing import read_seal, sealable, sealing

_FAILED: Final = ".failed.ipynb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What came of it, in runs."""

    taken: int
    there: int  # already
    unfinished: int  # that the study consists of, and that nobody has
    retired: int


def joined(other: Store, store: Store, scale: str, *, retire: bool = False) -> Joined:
    """Take the finished runs of a study in another store; their notebooks and plan with them.

    Runs that the study does not consist of are left where they are, or taken out of this store
    if they are to ``retire``: their hashes stay in the seal.

    Raises:
        UsageError: Both are the same store.
        StoreError: What is to be taken was altered; all of it is named, and nothing is taken.
    """
    if other.root.resolve() == store.root.resolve():
        raise UsageError(f"{other.root} and {store.root} are the same store; name another one.")
    manifest = other.manifest(scale)
    finished = _finished(other, manifest)
    new = [each for each in finished if store.state(each.unit) == "absent"]
    with sealing(store, scale) as taken_out:
        for record in new:
            store.take(other.folder(record.unit))
        for path in _notebooks(other, scale):
            if _asked(path, manifest):
                _copy(path, store.root / path.relative_to(other.root))
        store.write_manifest(manifest)
        gone = _retired(store, manifest) if retire else []
        taken_out.update(str(each.relative_to(store.root / scale)) for each in gone)
    missing = sum(store.state(unit) == "absent" for unit in manifest.units)
    return Joined(
        taken=len(new),
        there=len(finished) - len(new),
        unfinished=missing,
        retired=sum(each.name == RECORD for each in gone),
    )


def _finished(other: Store, manifest: Manifest) -> list[Record]:
    """Return the finished runs of a study, the first one first; refuse what was altered."""
    folder = other.root / manifest.scale
    seal, now = read_seal(folder), sealable(folder)
    before = seal.files if seal else {}
    problems = [
        f"{folder / name} was altered after it was sealed; bring it back from a copy."
        for name, each in now.items()
        if before.get(name, each) != each and name != MANIFEST  # a study under way writes it anew
    ]
    found = []
    for unit in manifest.units:
        if other.folder(unit).exists():
            try:
                found.append(other.record(unit))
            except StoreError as error:
                problems += error.problems
    if problems:
        raise StoreError(problems)
    return sorted(found, key=lambda record: record.finished)


def _notebooks(store: Store, scale: str) -> Iterator[Path]:
    for path in sorted((store.root / scale).glob("*/notebooks/*.ipynb")):
        if not path.name.startswith(".") and not path.name.endswith(_FAILED):
            yield path


def _asked(notebook: Path, manifest: Manifest) -> bool:
    """Whether a notebook made any run that a study consists of."""
    folders = {unit.folder for unit in manifest.units}
    stamp = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("crosslab", {})
    return bool(folders & set(stamp.get("runs", [])))


def _copy(path: Path, to: Path) -> None:
    if not to.exists():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)


def _retired(store: Store, manifest: Manifest) -> Sequence[Path]:
    """Take out the runs of a scale that its study does not consist of; return sealed files gone."""
    gone = []
    for path in sorted((store.root / manifest.scale).glob(f"*/*/*/{RECORD}")):
        if read_record(path.parent).unit not in manifest.units:
            shutil.rmtree(path.parent)
            gone.append(path)
    for notebook in _notebooks(store, manifest.scale):
        if not _asked(notebook, manifest):
            notebook.unlink()
            gone.append(notebook)
    return gone
