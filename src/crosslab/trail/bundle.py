"""The trail as one file: a zip that holds the crate and everything it names, byte for byte.

It is too large to lie among the sources of the book. The pages tell its hash, for which it is
packed and not kept; it is written when the book is built, beside the pages. The same trail
gives the same bytes: names are sorted and dates fixed. Tables and weights are stored as
they are, for they are compressed; text is deflated, by whatever zlib this Python has.
"""

import json
import zipfile
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from crosslab.errors import StaleError, StoreError
from crosslab.layout import EXTRA
from crosslab.provenance import digest
from crosslab.records import Store
from crosslab.trail.checking import METADATA
from crosslab.trail.citation import citation
from crosslab.trail.contents import Trail, trail
from crosslab.trail.crate import crate

FOLDER: Final = "bundle"  # beside the pages
TOLD: Final = "data/bundle.json"  # beside the pages: what the bundle is, as the pages tell it
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
    """Return what the bundle of a trail is; it is packed for that, and no file of it stays.

    Raises:
        StoreError: A file changed while it was read, or the disk refuses.
    """
    name = f"{citation().slug}-{trail.scale}.zip"
    try:
        with TemporaryFile() as file:
            _write(file, trail, metadata)
            size = file.tell()
            file.seek(0)
            sha256 = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StoreError(f"{name} could not be packed: {error.strerror or error}.") from error
    return Bundle(
        name=name,
        files=len(trail.files) + 1,
        size=size,
        sha256=sha256,
        metadata=digest(metadata),
    )


def lay_bundle(store: Store, scale: str, pages: Path) -> Path:
    """Write the bundle that the pages tell of into the built book; return where it is.

    Raises:
        StaleError: It would be another one by now.
        StoreError: A file changed while it was read, or the disk refuses.
    """
    told = Bundle(**json.loads((EXTRA / TOLD).read_bytes()))
    found = trail(store, scale)
    to = pages / told.address
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        with to.open("w+b") as file:
            _write(file, found, crate(found))
            file.seek(0)
            same = file_digest(file, "sha256").hexdigest() == told.sha256
    except OSError as error:
        to.unlink(missing_ok=True)
        raise StoreError(f"{to} could not be written: {error.strerror or error}.") from error
    except StoreError:
        to.unlink()
        raise
    if not same:
        to.unlink()
        raise StaleError(f"{to} is not the one that the pages tell of. {_AGAIN}")
    return to


def _write(file: IO[bytes], trail: Trail, metadata: str) -> None:
    changed = []
    with zipfile.ZipFile(file, "w") as archive:
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
