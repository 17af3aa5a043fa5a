"""The built book as files: what they were when they were built, and whether they still are."""

import json
from pathlib import Path

from crosslab.checksums import PLACE, own_checksum_holds, with_own_checksum
from crosslab.provenance import digest
from crosslab.records import write_text


def keep_digests(folder: Path) -> None:
    """Write the SHA-256 of every file of a built book beside its folder."""
    held = {"files": _digests(folder), "checksum": PLACE}
    write_text(digests_path(folder), with_own_checksum(json.dumps(held, indent=1) + "\n"))


def digests_path(folder: Path) -> Path:
    """Return where the hashes of a built book are kept."""
    return folder.with_name(f"{folder.name}.json")


def changed_files(folder: Path) -> tuple[int, list[str]]:
    """Return how many files a built book has, and what changed in it since it was built."""
    path = digests_path(folder)
    try:
        content = path.read_bytes()
        held = json.loads(content)
        whole = own_checksum_holds(content, held["checksum"])
        before: dict[str, str] = held["files"]
    except (OSError, ValueError, KeyError, TypeError):
        whole, before = False, {}
    now = _digests(folder)
    if not whole:
        return len(now), [
            f"{path}: missing or altered, so {folder} cannot be checked: crosslab book"
        ]
    problems = [
        f"{folder / name}: {_difference(before.get(name), now.get(name))} since the book was built."
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]
    return len(now), problems


def _difference(before: str | None, now: str | None) -> str:
    if before is None:
        return "added"
    return "removed" if now is None else "changed"


def _digests(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): digest(path.read_bytes()) for path in paths}
