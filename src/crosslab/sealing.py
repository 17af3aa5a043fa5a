"""The seal of a store: the hashes of all files in it that no record vouches for.

A record names the hash of its files, and the next record in the chain names the hash of
the record. That leaves the last record, the study's manifest and the executed run
notebooks. The seal of a scale, ``<scale>/seal.json``, holds all of those, and every other
record as well, so that a record which is missing can be named.

What is sealed stays as it was sealed unless the work the seal was put around wrote it
anew: a record edited between two studies keeps the hash it had, and is found. What the work
took out because its study no longer consists of it is remembered by its hash.
"""

import json
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from crosslab.checksums import PLACE, own_checksum_holds, with_own_checksum
from crosslab.errors import StoreError
from crosslab.provenance import digest
from crosslab.records import MANIFEST, RECORD, Store, locked, write_text

SEAL: Final = "seal.json"
_PATTERNS: Final = (MANIFEST, f"*/*/*/{RECORD}", "*/notebooks/*.ipynb")
_FAILED: Final = ".failed.ipynb"


class Seal(BaseModel):
    """What the files of a scale were when they were written."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    files: dict[str, str]  # SHA-256 of each file, by its path below the scale's folder
    replaced: dict[str, str]  # path of each file that was made anew, by the SHA-256 it had
    retired: dict[str, str] = {}  # path of each record that was taken out, by the SHA-256 it had
    checksum: str


def sealable(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a scale's folder that a seal is for."""
    found = {
        str(path.relative_to(folder)): path
        for pattern in _PATTERNS
        for path in folder.glob(pattern)
        if not path.name.endswith(_FAILED)
    }
    return {
        name: digest(path.read_bytes())
        for name, path in sorted(found.items())
        if not any(part.startswith(".") for part in Path(name).parts)
    }


def read_seal(folder: Path) -> Seal | None:
    """Return the seal in a scale's folder, or nothing where there is none.

    Raises:
        StoreError: The seal is not as it was written.
    """
    path = folder / SEAL
    try:
        content = path.read_bytes()
        seal = Seal.model_validate(json.loads(content))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, ValidationError):
        seal = None
    if seal is None or not own_checksum_holds(content, seal.checksum):
        raise StoreError(
            f"{path} was altered after it was written. Bring it back from a copy, or move it away: "
            "the next study then seals the store as it finds it."
        )
    return seal


@contextmanager
def sealing(store: Store, scale: str) -> Iterator[set[str]]:
    """Seal what the work inside writes, however it ends; what it leaves alone keeps its seal.

    Files that the work takes out on purpose it adds to the set, by path below the scale's folder.
    """
    folder = store.root / scale
    read_seal(folder)  # one that was altered is refused before any work is done
    before = sealable(folder)
    taken_out: set[str] = set()
    try:
        yield taken_out
    finally:
        if folder.is_dir():
            with locked(store.root / ".seal.lock"):
                _renew(folder, before, taken_out)


def _renew(folder: Path, before: Mapping[str, str], taken_out: Set[str]) -> None:
    """Write the seal anew where the work changed anything it is for."""
    now = sealable(folder)
    old = read_seal(folder) or Seal(files={}, replaced={}, checksum="")
    gone = {name: each for name, each in old.files.items() if name in taken_out - now.keys()}
    retired = {each: name for name, each in gone.items() if name.endswith(RECORD)}
    sealed = {name: each for name, each in old.files.items() if name not in gone}
    written = {name: each for name, each in now.items() if before.get(name) != each}
    remade = {
        each: name
        for name, each in sealed.items()
        if written.get(name, each) != each and name.endswith(RECORD)
    }
    files = {**now, **sealed, **written}
    replaced, retired = {**old.replaced, **remade}, {**old.retired, **retired}
    if (files, replaced, retired) != (old.files, old.replaced, old.retired):
        held: dict[str, object] = {"files": dict(sorted(files.items())), "replaced": replaced}
        held |= {"retired": retired} if retired else {}
        held |= {"checksum": PLACE}
        write_text(folder / SEAL, with_own_checksum(json.dumps(held, indent=1) + "\n"))
