"""The results of an audit as files: JSON, JSON Lines and CSV, written report by report.

A file appears whole or not at all. In CSV a cell that a spreadsheet would take for a
formula begins with an apostrophe: a report is untrusted text.
"""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from crosslab.audit.auditing import Row
from crosslab.audit.page import BEGINNING, ENDING, section
from crosslab.errors import StoreError, UsageError

STANDARD: Final = Path("-")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = (
    "path", "row", "claim_id", "match_score", "verified", "confidence", "literature",
    "replication", "start", "end", "text",
)  # fmt: skip

Taker = Callable[[Row], None]


@contextmanager
def takers(files: Mapping[str, Path | None]) -> Iterator[list[Taker]]:
    """Give functions that write each report to the files asked for, by their format.

    Raises:
        UsageError: One place is named for two files.
        StoreError: A file cannot be written.
    """
    asked = {name: path for name, path in files.items() if path is not None}
    twice = sorted({str(path) for path in asked.values() if [*asked.values()].count(path) > 1})
    if twice:
        raise UsageError(f"{', '.join(twice)}: named for two outputs; give each its own.")
    with ExitStack() as stack:
        yield [stack.enter_context(_FORMATS[name](path)) for name, path in asked.items()]


@contextmanager
def _json(path: Path) -> Iterator[Taker]:
    """Write ``{"reports": [...]}``, one report at a time."""
    with _written(path) as file:
        file.write('{"reports": [')
        first = True

        def take(row: Row) -> None:
            nonlocal first
            file.write("\n" if first else ",\n")
            json.dump(row, file, ensure_ascii=False)
            first = False

        yield take
        file.write("\n]}\n")


@contextmanager
def _json_lines(path: Path) -> Iterator[Taker]:
    with _written(path) as file:

        def take(row: Row) -> None:
            json.dump(row, file, ensure_ascii=False)
            file.write("\n")

        yield take


@contextmanager
def _csv(path: Path) -> Iterator[Taker]:
    with _written(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)

        def take(row: Row) -> None:
            for number, claim in enumerate(row["claims"], start=1):
                cells = {**claim, "path": row["path"], "row": number}
                writer.writerow([_cell(cells[column]) for column in COLUMNS])

        yield take


@contextmanager
def _html(path: Path) -> Iterator[Taker]:
    """Write a page that needs nothing but itself: every report with its claims in place."""
    with _written(path) as file:
        file.write(BEGINNING)

        def take(row: Row) -> None:
            file.write(section(row))

        yield take
        file.write(ENDING)


_FORMATS: Final[dict[str, Callable[[Path], AbstractContextManager[Taker]]]] = {
    "json": _json,
    "jsonl": _json_lines,
    "csv": _csv,
    "html": _html,
}


def _cell(value: object) -> object:
    """Return a value as a cell that no spreadsheet takes for a formula.

    Example:
        >>> _cell("=1+1"), _cell(True), _cell(None), _cell("plain")
        ("'=1+1", 'true', '', 'plain')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


@contextmanager
def _written(path: Path) -> Iterator[IO[str]]:
    """Open a file under a temporary name that becomes its own when all went well."""
    if path == STANDARD:
        yield sys.stdout
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
        temporary.unlink(missing_ok=True)
