"""From records to a book: execute what is stale, render, check, build."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from crosslab.book.chapters import Chapter, chapters
from crosslab.book.freshness import (
    chapter_inputs,
    require_fresh,
    require_locked,
    staleness,
    stamp_pages,
)
from crosslab.book.pages import generated
from crosslab.book.run import STAMP, execute, read_notebook
from crosslab.errors import RunError
from crosslab.layout import BOOK, BUILT, EXECUTED, GENERATED
from crosslab.processes import sweep
from crosslab.provenance import interpreter
from crosslab.records import Store, write_text

_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


def build(store: Store, scale: str) -> Path:
    """Build the book from the records of a study and return its first page.

    Raises:
        RunError: A chapter failed, or the build gave a warning.
        StaleError: Bars were changed after they were locked, or locked after the runs.
    """
    require_locked(store)
    sweep(EXECUTED)
    for chapter in chapters():
        if staleness(chapter) or _made_from(chapter) != (str(store.root), scale):
            execute_chapter(chapter, store, scale)
    render(store, scale)
    require_fresh()
    return _built()


def execute_chapter(chapter: Chapter, store: Store, scale: str) -> None:
    """Execute a chapter and stamp the copy with all it was made from."""
    stamp = {
        "inputs": chapter_inputs(chapter, store, scale),
        "executed": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    parameters = {"results": str(store.root), "scale": scale}
    execute(chapter.notebook, chapter.page, parameters, stamp=stamp)


def _made_from(chapter: Chapter) -> tuple[str, str]:
    parameters = read_notebook(chapter.page).metadata[STAMP]["parameters"]
    return parameters["results"], parameters["scale"]


def render(store: Store, scale: str) -> None:
    """Write the generated parts of the pages, and what they were made from."""
    pages = generated(store, scale)
    for name, text in pages.items():
        write_text(GENERATED / name, text)
    stamp_pages(store, scale, pages)


def _built() -> Path:
    """Run Jupyter Book, every warning an error, and return the first page."""
    command = [
        *(interpreter(), "-c", "from jupyter_book.cli.main import main; main()"),
        *("build", str(BOOK), "--config", "_config.yml"),
        *("--path-output", ".", "-n", "-W", "--keep-going"),
    ]
    shutil.rmtree(BUILT / "html", ignore_errors=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = _COLOUR.sub("", done.stdout + done.stderr).splitlines()
        lines = [line for line in said if "WARNING" in line or "ERROR" in line or "rror:" in line]
        raise RunError(["The book was not built.", *(lines or said[-5:])])
    return BUILT / "html" / "index.html"
