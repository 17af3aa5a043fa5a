"""Whether the pages show what their records give: executed, generated and built ones.

Every table and sentence of a chapter is made anew from the records, in this process, and
compared with the page. Figures are not drawn again: the checksum of the page covers them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from nbformat import NotebookNode

from crosslab.book.again import ADDED
from crosslab.book.freshness import STAMPS, Seen, pages_stamp, rendered_staleness, staleness
from crosslab.book.html import changed_files
from crosslab.book.pages import generated
from crosslab.book.run import MARKDOWN, STAMP, read_notebook
from crosslab.chapters import Chapter, chapters
from crosslab.errors import CrosslabError
from crosslab.layout import BOOK, BUILT, EXECUTED, EXTRA, GENERATED, OWN_PAGES
from crosslab.records import Store
from crosslab.verification.checks import Check

_ADDED: Final = {"injected-parameters", ADDED}  # the tags of cells that no template has


def chapters_check(store: Store, scale: str) -> Check:
    """Check that every executed chapter is unaltered and shows what its records give now."""
    what = "tables and sentences of chapters, made again from the records"
    if not EXECUTED.is_dir():
        return Check(name="chapters", counted=0, what=what, notes=("no chapter was executed",))
    problems: list[str] = [
        f"{path}: is the page of no chapter."
        for path in sorted(EXECUTED.rglob("*"))
        if path.is_file() and path not in [chapter.page for chapter in chapters()]
    ]
    notes: list[str] = []
    counted = 0
    seen: Seen = {}
    for chapter in chapters():
        stale = staleness(chapter, seen)
        problems += [f"{chapter.page}: {each}." for each in stale]
        if not stale:
            made_from = read_notebook(chapter.page).metadata[STAMP]["parameters"]
            notes += _other_store(chapter.page, made_from, store, scale)
            shown, wrong = rendered_again(chapter)
            counted += shown
            problems += wrong
    return Check(
        name="chapters", counted=counted, what=what, problems=tuple(problems), notes=tuple(notes)
    )


def _other_store(page: Path, made_from: dict[str, Any], store: Store, scale: str) -> Iterator[str]:
    """Return a note where a page was made from other records than those that are verified."""
    if (made_from["results"], made_from["scale"]) != (str(store.root), scale):
        yield f"{page} was made from {made_from['results']}/{made_from['scale']} and held to that"


def rendered_again(chapter: Chapter) -> tuple[int, list[str]]:
    """Return how many outputs of a page were made again, and which of them differ.

    What runs is the chapter's notebook with the parameters in the page's stamp, and not what
    the page holds: the text of a page is never executed.
    """
    page = read_notebook(chapter.page)
    cells = [cell for cell in page.cells if not _ADDED & set(_tags(cell))]
    template = read_notebook(chapter.notebook).cells
    names: dict[str, Any] = {}
    counted, problems = 0, []
    for number, (cell, shown) in enumerate(zip(template, cells, strict=True), start=1):
        if cell.cell_type != "code":
            continue
        expected = _markdown(shown)
        try:
            tree = ast.parse(cell.source)
            if expected is None and _shows_text(tree):
                expected = ""  # a text that says nothing leaves no output
            value = _value(tree, names, wanted=expected is not None)
        except Exception as error:
            return counted, [f"{chapter.page}, cell {number}: cannot be made again: {error!r}."]
        if "parameters" in _tags(cell):
            names.update(page.metadata[STAMP]["parameters"])
        if expected is not None:
            counted += 1
            if value is None or value._repr_markdown_() != expected:
                problems.append(
                    f"{chapter.page}, cell {number}: shows something else than its records give."
                )
    return counted, problems


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _markdown(cell: NotebookNode) -> str | None:
    """Return the words and tables a cell of a page shows, if it shows any."""
    texts = [output.get("data", {}).get(MARKDOWN) for output in cell.get("outputs", [])]
    found = [str(text) for text in texts if text is not None]
    return found[-1] if found else None


def _shows_text(tree: ast.Module) -> bool:
    """Whether the last line of a cell shows words or a table."""
    match tree.body:
        case [*_, ast.Expr(value=ast.Call(func=ast.Name(id="Markdown")))]:
            return True
    return False


def _value(tree: ast.Module, names: dict[str, Any], *, wanted: bool) -> Any:
    """Run a cell; return the value of its last line where that is wanted, else leave it out."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "<cell>", "exec"), names)
        return None
    before = ast.Module(body=tree.body[:-1], type_ignores=[])
    exec(compile(before, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if wanted else None


def generated_check() -> Check:
    """Check that the generated pages are, byte for byte, what the records give now."""
    what = "generated pages, made again from the records"
    if not GENERATED.is_dir():
        return Check(name="pages", counted=0, what=what, notes=("no page was generated",))
    problems = [f"{GENERATED}: {each}." for each in rendered_staleness()]
    stamp = pages_stamp()
    counted = 0
    if stamp is not None:
        counted = len(stamp["written"])
        problems += _generated_problems(stamp)
    return Check(name="pages", counted=counted, what=what, problems=tuple(problems))


def _generated_problems(stamp: dict[str, Any]) -> Iterator[str]:
    known = {BOOK / name for name in stamp["written"]} | {STAMPS}
    for folder in (GENERATED, *OWN_PAGES, EXTRA):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path not in known:
                yield f"{path}: was not generated with the others."
    try:
        pages = generated(Store(Path(stamp["results"])), stamp["scale"])
    except CrosslabError as error:
        yield from error.problems
        return
    except Exception as error:
        yield f"{GENERATED}: cannot be made again: {error!r}."
        return
    for name, text in pages.items():
        path = BOOK / name
        if not path.is_file() or path.read_bytes() != text.encode():
            yield f"{path}: is not what the records give."


def built_check() -> Check:
    """Check that the built book is what was built."""
    folder = BUILT / "html"
    what = "files of the built book"
    if not folder.is_dir():
        return Check(name="book", counted=0, what=what, notes=("no book was built",))
    counted, problems = changed_files(folder)
    return Check(name="book", counted=counted, what=what, problems=tuple(problems))
