"""The list of files in a folder of data: what each must be, to the byte.

Nothing in a folder is used unless ``manifest.json`` lists it and it is as listed. Who
changes a file on purpose writes the list anew::

    python -m crosslab.data.manifest DIR
"""

import gzip
import json
import sys
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError, field_validator

from crosslab.data.catalogue import CARDS
from crosslab.entries import validation_problems
from crosslab.errors import CrosslabError, DataError
from crosslab.provenance import digest

MANIFEST: Final = "manifest.json"
WRITE_ANEW: Final = "python -m crosslab.data.manifest"
BROKEN_GZIP: Final = (gzip.BadGzipFile, EOFError, zlib.error)


class ListedFile(BaseModel):
    """A file as the manifest lists it; ``rows`` leave out a header."""

    path: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)
    rows: int = Field(ge=0)
    licence: str = ""
    origin: str = ""
    header: bool = False

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise ValueError("must lie in the folder, without '..'")
        return path


def read_manifest(folder: Path) -> dict[str, ListedFile]:
    """Return what a folder lists, by path.

    Raises:
        DataError: There is no manifest, or it is not as it should be.
    """
    path = folder / MANIFEST
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}. Give the folder that holds {MANIFEST}.")
    if not path.is_file():
        raise DataError(
            f"{folder} has no {MANIFEST}, so nothing says what its files must be. Give the folder "
            f"that holds {MANIFEST}, or list files that you vouch for: {WRITE_ANEW} {folder}"
        )
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        entries: list[dict[str, Any]] = [dict(each) for each in files]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} cannot be read ({_short(error)}). Restore it, or write it anew: "
            f"{WRITE_ANEW} {folder}"
        ) from error
    return {each.path: each for each in _validated(entries, path)}


def _validated(entries: list[dict[str, Any]], path: Path) -> list[ListedFile]:
    listed, problems = [], []
    for number, entry in enumerate(entries, start=1):
        try:
            listed.append(ListedFile.model_validate(entry))
        except ValidationError as error:
            problems += [f"{path}, file {number}: {each}" for each in validation_problems(error)]
    times = Counter(each.path for each in listed)
    problems += [f"{path} lists {each} more than once." for each in times if times[each] > 1]
    if problems:
        raise DataError(problems)
    return listed


def write_manifest(folder: Path) -> Path:
    """List every file of a folder as it is now, and return the path of the list.

    What an earlier list says of licence and origin is kept. Hidden files and a README
    are left out.

    Raises:
        DataError: A file cannot be read.
    """
    known = _earlier(folder)
    listed, problems = [], []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name == MANIFEST or path.name.startswith((".", "README")):
            continue
        try:
            listed.append(_listing(path, name, known.get(name, {})))
        except (OSError, ValueError, KeyError, TypeError, *BROKEN_GZIP) as error:
            problems.append(f"{path} cannot be listed: {_short(error)}. Repair or remove it.")
    if problems:
        raise DataError(problems)
    content = {"files": listed, "total_files": len(listed)}
    target = folder / MANIFEST
    part = target.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(target)
    return target


def _earlier(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        return {path: each.model_dump() for path, each in read_manifest(folder).items()}
    except DataError:
        return {}


def _listing(path: Path, name: str, known: dict[str, Any]) -> dict[str, Any]:
    content = path.read_bytes()
    header = known["header"] if known else name in _WITH_HEADER
    return {
        "path": name,
        "sha256": digest(content),
        "bytes": len(content),
        "rows": _rows(unpacked(content, name), name) - header,
        "header": header,
        "licence": known.get("licence", ""),
        "origin": known.get("origin", ""),
    }


def unpacked(content: bytes, name: str) -> bytes:
    """Return what is in a file, unpacked if its name says that it is packed."""
    return gzip.decompress(content) if name.endswith(".gz") else content


def _rows(content: bytes, name: str) -> int:
    """Return how many rows there are: lines, or questions or entries of JSON."""
    if not name.removesuffix(".gz").endswith(".json"):
        return len(lines_of(content.decode("utf-8")))
    return entry_count(json.loads(content))


def lines_of(text: str) -> list[str]:
    r"""Return the lines of a text; only a line feed ends one.

    Example:
        >>> lines_of("a\u2028b\nc\n")
        ['a\u2028b', 'c']
    """
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def entry_count(document: Any) -> int:
    """Return how many questions some JSON holds, or how many entries.

    Example:
        >>> entry_count({"data": [{"paragraphs": [{"qas": [1, 2]}, {"qas": [3]}]}]})
        3
        >>> entry_count({"data": ["facts"], "bad": []})
        2
    """
    articles = document.get("data", []) if isinstance(document, dict) else []
    if articles and all(isinstance(each, dict) for each in articles):
        paragraphs = [each for article in articles for each in article["paragraphs"]]
        return sum(len(each["qas"]) for each in paragraphs)
    return len(document)


def _short(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


_WITH_HEADER: Final = frozenset(
    [
        card.file(name, language)
        for card in CARDS.values()
        for name, split in card.splits.items()
        for language in split.languages
        if split.header
    ]
    + [split.ids for card in CARDS.values() for split in card.splits.values() if split.ids]
)


def main(arguments: list[str]) -> int:
    """Write the manifest of the folder that is named; return the exit status."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write(f"Name one folder: {WRITE_ANEW} DIR\n")
        return 2
    try:
        sys.stdout.write(f"{write_manifest(Path(arguments[0]))}\n")
    except CrosslabError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
