"""Rules for notebooks and pages, checked: ``python -m crosslab.book.lint``.

Notebooks are thin. They declare parameters, call this package and show what comes
back; logic that a notebook held would be copied into the next one. No result is typed by
hand, in a notebook or on a page.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nbformat import NotebookNode

from crosslab.book.run import declared_parameters, parsed, read_notebook
from crosslab.errors import CrosslabError, ParameterError
from crosslab.layout import BOOK, NOTEBOOKS, RUN_NOTEBOOK

LONGEST_CELL: Final = 12
_LOGIC: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.While,
    ast.Try,
    ast.With,
)
_TRAINING: Final = ("crosslab.running", "crosslab.training", "crosslab.finetuning", "torch")
# A number in prose that looks like a result: a decimal, a per cent, points.
_TYPED_NUMBER: Final = re.compile(r"(?<![\w.§])\d+(?:\.\d+|\s?%|\s(?:points|seeds|languages)\b)")
# What an interval is, and not what came out.
_INTERVAL: Final = re.compile(r"95 (%|percent) interval")
_CODE: Final = re.compile(r"`[^`]*`|\]\([^)]*\)")  # and where a link leads


def problems(path: Path) -> list[str]:
    """Return every rule a notebook breaks, one line each."""
    notebook = read_notebook(path)
    found = list(_parameter_problems(notebook, path))
    for number, cell in enumerate(notebook.cells):
        check = _code_problems if cell.cell_type == "code" else _prose_problems
        found += [f"{path}, cell {number}: {problem}" for problem in check(cell, path)]
    return found


def _parameter_problems(notebook: NotebookNode, path: Path) -> Iterator[str]:
    try:
        declared_parameters(notebook, path)
    except ParameterError as error:
        yield from error.problems
        return
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    if "parameters" not in first.metadata.get("tags", []):
        yield f"{path}: the parameters cell must be the first code cell."


def _code_problems(cell: NotebookNode, path: Path) -> Iterator[str]:
    if cell.outputs or cell.execution_count is not None:
        yield "holds outputs; strip them with: make format"
    lines = [line for line in cell.source.splitlines() if line.strip()]
    if len(lines) > LONGEST_CELL:
        yield f"has {len(lines)} lines; at most {LONGEST_CELL} are allowed, move logic to src."
    if re.search(r"^\s*[!%]", cell.source, re.MULTILINE):
        yield "runs a shell or magic command; install and configure outside the notebook."
        return
    for node in ast.walk(parsed(cell, path)):
        if isinstance(node, _LOGIC):
            yield f"line {node.lineno} defines or loops ({type(node).__name__}); move it to src."
        if path.name != RUN_NOTEBOOK.name and _imported(node) & set(_TRAINING):
            yield "imports what trains; a chapter reads records only."
    yield from _figure_problems(cell)


def _figure_problems(cell: NotebookNode) -> Iterator[str]:
    shown = cell.metadata.get("mystnb", {})
    figure = shown.get("figure", {})
    yield from _typed_numbers(figure.get("caption", ""))
    if "alt" in shown.get("image", {}):
        yield (
            "types an alt text (cell metadata mystnb.image.alt); the figure says what it finds, "
            "leave it out."
        )
    if "figures." in cell.source and "import" not in cell.source:
        for name in ("name", "caption"):
            if not figure.get(name):
                yield f"draws a figure without {name} (cell metadata mystnb.figure.{name})."


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module, node.module.split(".")[0]} - {"crosslab"}
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    return set()


def _prose_problems(cell: NotebookNode, path: Path) -> Iterator[str]:  # noqa: ARG001 - one shape
    yield from _typed_numbers(cell.source)


def _typed_numbers(prose: str) -> Iterator[str]:
    for number in _TYPED_NUMBER.findall(_INTERVAL.sub("", prose)):
        yield f"types the number '{number}' in prose; let crosslab.prose.render say it."


def page_problems(path: Path) -> list[str]:
    """Return every number that looks like a result on a hand-written page, with its line."""
    found, fenced = [], False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("```"):
            fenced = not fenced
        if not fenced:
            found += [
                f"{path}:{number}: types the number '{each}'; let {{number}} say it, or a "
                "generated part."
                for each in _TYPED_NUMBER.findall(_INTERVAL.sub("", _CODE.sub("", line)))
            ]
    return found


def main() -> int:
    """Check every notebook and every page, and print what is wrong."""
    found: list[str] = []
    paths, pages = sorted(NOTEBOOKS.glob("*.ipynb")), sorted(BOOK.glob("*.md"))
    for path in paths:
        try:
            found += problems(path)
        except CrosslabError as error:
            found += error.problems
    for page in pages:
        found += page_problems(page)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{len(paths)} notebooks, {len(pages)} pages, {len(found)} problems\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
