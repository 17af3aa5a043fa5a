"""The trail as one file: a zip that holds the crate and everything it names, byte for byte.

It is too large to lie among the sources of the book. It is written below ``_build/`` when the
pages are rendered, which tell its hash, and laid beside them when the book is built. The same
trail gives the same bytes: names are sorted and dates fixed. Tables and weights are stored as
they are, for they are compressed; text is deflated, by whatever zlib this Python has.
"""

import json
import os
import shutil
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from crosslab.errors import StaleError, StoreError
from crosslab.layout import BUILT, EXTRA
from crosslab.provenance import digest
from crosslab.records import write_text
from crosslab.trail.checking import METADATA
from crosslab.trail.citation import citation
from crosslab.trail.contents import Trail

FOLDER: Final = "bundle"  # beside the pages
TOLD: Final = "data/bundle.json"  # beside the pages: what the bundle is, as the pages tell it
KEPT: Final = BUILT / FOLDER
_STORED: Final = (".parquet", ".safetensors")
_NEVER: Final = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold
_READABLE: Final = 0o100644 << 16
_UNIX: Final = 3
_AGAIN: Final = "Make it anew with: crosslab book"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What the bundle of a trail is."""

    name: str
    files: int
    size: int
    sha256: str
    metadata: str  # SHA-256 of the crate's metadata, which names every file with its hash

    @property
    def address(self) -> str:
        """Where it is in the built book."""
        return f"{FOLDER}/{self.name}"

    def text(self) -> str:
        """What it is, for a file beside the pages."""
        return json.dumps(asdict(self), indent=1) + "\n"


def bundled(trail: Trail, metadata: str) -> Bundle:
    """Return the bundle of a trail, written anew where what is kept is another.

    Raises:
        StoreError: A file changed while it was read, or the disk refuses.
    """
    name = f"{citation().slug}-{trail.scale}.zip"
    kept = _kept(name)
    if kept is not None and kept.metadata == digest(metadata):
        return kept
    KEPT.mkdir(parents=True, exist_ok=True)
    temporary = KEPT / f".{name}.{os.getpid()}.tmp"
    try:
        _write(temporary, trail, metadata)
        content = temporary.read_bytes()
        temporary.replace(KEPT / name)
    except OSError as error:
        raise StoreError(f"{KEPT / name} could not be written: {error.strerror}.") from error
    finally:
        temporary.unlink(missing_ok=True)
    made = Bundle(
        name=name,
        files=len(trail.files) + 1,
        size=len(content),
        sha256=digest(content),
        metadata=digest(metadata),
    )
    write_text(_note(name), made.text())
    return made


def lay_bundle(pages: Path) -> Path:
    """Copy the bundle that the pages tell of into the built book; return where it is.

    Raises:
        StaleError: There is none, or it is another one.
    """
    told = Bundle(**json.loads((EXTRA / TOLD).read_bytes()))
    path = KEPT / told.name
    to = pages / told.address
    if not path.is_file():
        raise StaleError(f"{path} is missing, which the pages tell of. {_AGAIN}")
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)
    if digest(to.read_bytes()) != told.sha256:
        to.unlink()
        raise StaleError(f"{path} is not the one that the pages tell of. {_AGAIN}")
    return to


def _kept(name: str) -> Bundle | None:
    """Return what is known of the bundle that is kept under a name, if it is whole."""
    try:
        held: dict[str, Any] = json.loads(_note(name).read_bytes())
        known = Bundle(**held)
        same = digest((KEPT / name).read_bytes()) == known.sha256
    except (OSError, ValueError, TypeError):
        return None
    return known if same else None


def _note(name: str) -> Path:
    return (KEPT / name).with_suffix(".json")


def _write(path: Path, trail: Trail, metadata: str) -> None:
    changed = []
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(_entry(METADATA), metadata)
        for held in trail.files.values():
            content = held.path.read_bytes()
            if digest(content) != held.sha256:
                changed.append(f"{held.path} changed while the bundle was written. {_AGAIN}")
            archive.writestr(_entry(held.name), content)
    if changed:
        raise StoreError(changed)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_NEVER)
    stored = Path(name).suffix in _STORED
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    entry.external_attr = _READABLE
    entry.create_system = _UNIX
    return entry
