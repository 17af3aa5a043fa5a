"""Whether the pages show what their records give: executed, generated and built ones.

Every table and sentence of a chapter is made anew from the records, in this process, and
compared with the page; so is what each figure finds in words, its legend and its data. The
pictures alone are not: they come out otherwise where fonts do, and the checksum of the page
covers them.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import nbformat
from matplotlib.figure import Figure
from nbformat import NotebookNode
from papermill.translators import PythonTranslator

from crosslab.book.again import again_cell
from crosslab.book.figure_notes import INJECTED, PICTURE, noted
from crosslab.book.freshness import STAMPS, Seen, pages_stamp, rendered_staleness, staleness
from crosslab.book.html import changed_files
from crosslab.book.pages import generated
from crosslab.book.run import MARKDOWN, STAMP, read_notebook
from crosslab.chapters import Chapter, chapters
from crosslab.errors import CrosslabError, RunError
from crosslab.figures.shown import Shown
from crosslab.layout import BOOK, BUILT, EXECUTED, EXTRA, GENERATED, OWN_PAGES
from crosslab.records import Store
from crosslab.verification.checks import Check

_NAME_OF_TYPE: Final = "text/plain"  # shown where there is nothing else, and there always is
_COUNTED: Final = {"execution_count", "data"}


def chapters_check(store: Store, scale: str) -> Check:
    """Check that every executed chapter is unaltered and shows what its records give now."""
    what = "tables, sentences and findings of chapters, made again from the records"
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
    """Return how many outputs of a page were made again, and which of its cells differ.

    What runs is the chapter's notebook with the parameters in the page's stamp, and not what
    the page holds: the text of a page is never executed.
    """
    page = read_notebook(chapter.page)
    stamp = page.metadata[STAMP]
    made, names = read_notebook(chapter.notebook), dict[str, Any]()
    for number, cell in enumerate(made.cells, start=1):
        try:
            cell.outputs = _outputs(cell, names)
        except Exception as error:
            return 0, [f"{chapter.page}, cell {number}: cannot be made again: {error!r}."]
        if "parameters" in _tags(cell):
            names.update(stamp["parameters"])
    try:
        noted(made, chapter.name)
    except RunError as error:
        return 0, error.problems
    _complete(made, chapter, stamp)
    if len(page.cells) != len(made.cells):
        has, gives = len(page.cells), len(made.cells)
        return 0, [f"{chapter.page}: has {has} cells where its notebook gives {gives}."]
    problems = [
        f"{chapter.page}, cell {number}: shows something else than its records give."
        for number, (shown, again) in enumerate(zip(page.cells, made.cells, strict=True), start=1)
        if _seen(shown) != _seen(again)
    ]
    return sum(len(cell.get("outputs", [])) for cell in made.cells), problems


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _outputs(cell: NotebookNode, names: dict[str, Any]) -> list[NotebookNode]:
    """Run a cell of a notebook; return what a page shows below it, pictures left out."""
    if cell.cell_type != "code":
        return []
    match _value(ast.parse(cell.source), names):
        case None:
            return []
        case Shown() as drawn:
            without = replace(drawn, figure=Figure())
            return [_output({PICTURE: ""}, without._repr_mimebundle_()[1])]
        case value:
            text = value._repr_markdown_()
            return [_output({MARKDOWN: text}, {})] if text else []


def _output(data: dict[str, str], metadata: dict[str, Any]) -> NotebookNode:
    output: NotebookNode = nbformat.v4.new_output("execute_result", data=data, metadata=metadata)  # type: ignore[no-untyped-call]
    return output


def _value(tree: ast.Module, names: dict[str, Any]) -> Any:
    """Run a cell and return the value of its last line."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "<cell>", "exec"), names)
        return None
    before = ast.Module(body=tree.body[:-1], type_ignores=[])
    exec(compile(before, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


def _complete(made: NotebookNode, chapter: Chapter, stamp: dict[str, Any]) -> None:
    """Add the cells of a page that no notebook has: its parameters, and how it is made again."""
    given = stamp["parameters"]
    (declared,) = [at for at, cell in enumerate(made.cells) if "parameters" in _tags(cell)]
    source = PythonTranslator.codify(given, "Parameters")
    injected = nbformat.v4.new_code_cell(source, metadata={"tags": [INJECTED]})  # type: ignore[no-untyped-call]
    made.cells.insert(declared + 1, injected)
    made.cells.append(again_cell(chapter, Store(Path(given["results"])), given["scale"], stamp))


def _seen(cell: NotebookNode) -> dict[str, Any]:
    """Return what a reader gets of a cell: its words, its settings, what it shows.

    A picture is only there or not: the checksum of the page covers what is on it.
    """
    return {
        "source": cell.source,
        "settings": (_tags(cell), cell.metadata.get("mystnb", {})),
        "outputs": [
            {
                **{name: value for name, value in output.items() if name not in _COUNTED},
                "data": {
                    kind: "" if kind == PICTURE else content
                    for kind, content in output.get("data", {}).items()
                    if kind != _NAME_OF_TYPE
                },
            }
            for output in cell.get("outputs", [])
        ],
    }


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
