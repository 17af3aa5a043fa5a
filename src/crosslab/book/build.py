"""From records to a book: execute what is stale, render, check, build."""

import math
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from nbformat import NotebookNode

from crosslab.book.again import again_cell
from crosslab.book.figure_notes import noted
from crosslab.book.freshness import (
    STAMPS,
    Seen,
    chapter_inputs,
    require_fresh,
    require_locked,
    staleness,
    stamp_pages,
)
from crosslab.book.pages import generated
from crosslab.book.run import MARKDOWN, STAMP, execute, read_notebook
from crosslab.chapters import Chapter, chapters
from crosslab.errors import CrosslabError, RunError, UsageError
from crosslab.layout import BOOK, BUILT, EXECUTED, EXTRA, GENERATED, OWN_PAGES
from crosslab.processes import sweep
from crosslab.provenance import interpreter
from crosslab.records import Store, write_text
from crosslab.scales import SCALES

_AT_A_TIME: Final = 2  # chapters: each takes a core and half a gigabyte
_SHOWN_RUN: Final = re.compile(rf"#run-({'|'.join(sorted(SCALES, key=len, reverse=True))})-")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


def build(store: Store, scale: str) -> Path:
    """Build the book from the records of a study and return its first page.

    Raises:
        RunError: A chapter failed, or the build gave a warning.
        StaleError: Bars were changed after they were locked, or locked after the runs.
    """
    require_locked(store)
    sweep(EXECUTED)
    _execute_stale(store, scale)
    render(store, scale)
    require_fresh()
    return _built()


def _execute_stale(store: Store, scale: str) -> None:
    """Execute the chapters that are not what they would be now, two at a time.

    Each has a process of its own beside its kernel's, since papermill takes one at a time.
    """
    seen: Seen = {}
    stale = [
        chapter
        for chapter in chapters()
        if staleness(chapter, seen) or _made_from(chapter) != (str(store.root), scale)
    ]
    stale.sort(key=_seconds_before, reverse=True)  # or the last core waits for the longest
    if len(stale) == 1:
        execute_chapter(stale[0], store, scale)
        return
    with ProcessPoolExecutor(
        _AT_A_TIME,
        mp_context=get_context("spawn"),
        initializer=signal.signal,  # or a worker takes the next chapter when it is interrupted
        initargs=(signal.SIGINT, signal.SIG_DFL),
    ) as pool:
        running = [pool.submit(execute_chapter, chapter, store, scale) for chapter in stale]
        try:
            failures = [each.exception() for each in running]
        except BaseException:  # whoever stops the build does not want the rest of it
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    ours = [each for each in failures if isinstance(each, CrosslabError)]
    for failure in failures:
        if failure is not None and failure not in ours:
            raise failure
    if ours:
        raise type(ours[0])([problem for each in ours for problem in each.problems])


def _seconds_before(chapter: Chapter) -> float:
    """Return what a chapter took when it was last executed; one that never was may take longest."""
    try:
        return float(read_notebook(chapter.page).metadata[STAMP]["seconds"])
    except (UsageError, KeyError):
        return math.inf


def execute_chapter(chapter: Chapter, store: Store, scale: str) -> None:
    """Execute a chapter and stamp the copy with all it was made from."""
    stamp = {
        "inputs": chapter_inputs(chapter, store, scale),
        "executed": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    parameters = {"results": str(store.root), "scale": scale}

    def finish(notebook: NotebookNode, stamp: Mapping[str, Any]) -> None:
        _require_stamped(notebook, stamp, chapter)
        noted(notebook, chapter.name)
        notebook.cells.append(again_cell(chapter, store, scale, stamp))

    execute(chapter.notebook, chapter.page, parameters, stamp=stamp, finish=finish)


def _require_stamped(notebook: NotebookNode, stamp: Mapping[str, Any], chapter: Chapter) -> None:
    """Refuse a chapter that shows runs its stamp does not hold: it would go stale unseen."""
    shown = {
        scale
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for scale in _SHOWN_RUN.findall(str(output.get("data", {}).get(MARKDOWN, "")))
    }
    held = {place.split("/")[0] for place in stamp["inputs"]["records"]}
    if missing := sorted(shown - held):
        raise RunError(
            f"{chapter.notebook} shows runs of scale {', '.join(missing)}, which its stamp does "
            "not hold; name them in the further_scales of the chapter, in src/crosslab/chapters.py."
        )


def _made_from(chapter: Chapter) -> tuple[str, str]:
    parameters = read_notebook(chapter.page).metadata[STAMP]["parameters"]
    return parameters["results"], parameters["scale"]


def render(store: Store, scale: str) -> None:
    """Write the generated parts of the pages, and what they were made from."""
    pages = generated(store, scale)
    for folder in (*OWN_PAGES, EXTRA, GENERATED):
        for path in folder.rglob("*"):
            if path.is_file() and str(path.relative_to(BOOK)) not in pages and path != STAMPS:
                path.unlink()  # of a claim, a report or a figure that is no longer there
    for name, text in pages.items():
        write_text(BOOK / name, text)
    stamp_pages(store, scale, pages)


def _built() -> Path:
    """Run Jupyter Book, every warning an error, and return the first page."""
    command = [
        *(interpreter(), "-c", "from jupyter_book.cli.main import main; main()"),
        *("build", str(BOOK), "--config", "_config.yml"),
        *("--path-output", ".", "-n", "-W", "--keep-going"),
    ]
    for folder in ("html", ".doctrees"):  # what was read before may have named other numbers
        shutil.rmtree(BUILT / folder, ignore_errors=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = _COLOUR.sub("", done.stdout + done.stderr).splitlines()
        lines = [line for line in said if "WARNING" in line or "ERROR" in line or "rror:" in line]
        raise RunError(["The book was not built.", *(lines or said[-5:])])
    return BUILT / "html" / "index.html"
