"""The results of an audit as files: JSON, JSON Lines and CSV, written report by report.

A file appears whole or not at all. In CSV a cell that a spreadsheet would take for a
formula begins with an apostrophe: a report is untrusted text.
"""

import csv
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from crosslab.audit.auditing import Row
from crosslab.audit.page import BEGINNING, ENDING, section
from crosslab.errors import StoreError, UsageError

STANDARD: Final = Path("-")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_INVISIBLE: Final = " \u00a0\u200b\u200c\u200d\u2060\ufeff"
COLUMNS: Final = (
    "path", "row", "claim_id", "match_score", "verified", "confidence", "literature",
    "replication", "start", "end", "text",
)  # fmt: skip

Taker = Callable[[Row, str], None]  # a report, and its text where a format asks for it


@contextmanager
def takers(files: Mapping[str, Path | None], reports: Sequence[Path] = ()) -> Iterator[list[Taker]]:
    """Give functions that write each report to the files asked for, by their format.

    Raises:
        UsageError: One place is named for two files, or holds a report.
        StoreError: A file cannot be written.
    """
    asked = {name: path for name, path in files.items() if path is not None}
    places = [_place(path) for path in asked.values()]
    twice = sorted({str(path) for path in places if places.count(path) > 1})
    over = sorted({str(path) for path in places} & {str(_place(path)) for path in reports})
    problems = [f"{', '.join(twice)}: named for two outputs; give each its own."] * bool(twice)
    problems += [f"{', '.join(over)}: is a report; give the output a place of its own."] * bool(
        over
    )
    if problems:
        raise UsageError(problems)
    with ExitStack() as stack:
        yield [stack.enter_context(_FORMATS[name](path)) for name, path in asked.items()]


def _place(path: Path) -> Path:
    return path if path == STANDARD else Path(os.path.realpath(path))


@contextmanager
def _json(path: Path) -> Iterator[Taker]:
    """Write ``{"reports": [...]}``, one report at a time."""
    with _written(path) as file:
        file.write('{"reports": [')
        first = True

        def take(row: Row, _: str) -> None:
            nonlocal first
            file.write(("\n" if first else ",\n") + json.dumps(row, ensure_ascii=False))
            first = False

        yield take
        file.write("\n]}\n")


@contextmanager
def _json_lines(path: Path) -> Iterator[Taker]:
    with _written(path) as file:

        def take(row: Row, _: str) -> None:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

        yield take


@contextmanager
def _csv(path: Path) -> Iterator[Taker]:
    with _written(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)

        def take(row: Row, _: str) -> None:
            for number, claim in enumerate(row["claims"], start=1):
                cells = {**claim, "path": row["path"], "row": number}
                writer.writerow([cell(cells[column]) for column in COLUMNS])

        yield take


@contextmanager
def _html(path: Path) -> Iterator[Taker]:
    """Write a page that needs nothing but itself: every report with its claims in place."""
    with _written(path) as file:
        file.write(BEGINNING)

        def take(row: Row, text: str) -> None:
            file.write(section(row, text))

        yield take
        file.write(ENDING)


_FORMATS: Final[dict[str, Callable[[Path], AbstractContextManager[Taker]]]] = {
    "json": _json,
    "jsonl": _json_lines,
    "csv": _csv,
    "html": _html,
}


def cell(value: object) -> object:
    """Return a value as a cell that no spreadsheet takes for a formula.

    Example:
        >>> cell("=1+1"), cell(True), cell(None), cell("plain")
        ("'=1+1", 'true', '', 'plain')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        seen = unicodedata.normalize("NFKC", value.lstrip(_INVISIBLE))
        return f"'{value}" if seen.startswith(_FORMULA) else value
    return value


@contextmanager
def _written(path: Path) -> Iterator[IO[str]]:
    """Open a file under a temporary name that becomes its own when all went well."""
    if path == STANDARD:
        if sys.stdout is None:
            raise UsageError("-: standard output is closed; name a file to write to.")
        yield sys.stdout
        return
    path = _place(path)
    if path.is_symlink():
        raise UsageError(f"{path}: is a link that leads nowhere; name a file to write to.")
    if path.exists() and not path.is_file():
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; name a file to write to.")
        try:
            with path.open("w", encoding="utf-8", newline="") as file:  # a pipe stays a pipe
                yield file
        except OSError as error:
            raise StoreError(f"{path} could not be written: {error.strerror or error}.") from error
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", newline="") as file:
            yield file
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path} could not be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
