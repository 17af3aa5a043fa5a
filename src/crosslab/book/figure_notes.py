"""What stands with a figure on its page: its finding, its data, the notebook, the runs.

A notebook declares the name and the caption of a figure. What the figure finds is known when
it is drawn, so the executed copy gets it then: as the text for those who cannot see it, and
in the legend, for all.
"""

from collections.abc import Iterator
from typing import Any, Final

from nbformat import NotebookNode

from crosslab.chapters import FIGURE_ENTRY
from crosslab.errors import RunError
from crosslab.prose.render import plain

DATA: Final = "data/figures"  # where the data of figures lie, beside the pages
EXECUTED_COPIES: Final = "notebooks/executed"
PICTURE: Final = "image/png"
INJECTED: Final = "injected-parameters"  # the tag of a cell that no template has


def noted(notebook: NotebookNode, chapter: str) -> None:
    """Write what each figure of an executed notebook finds into the settings it is shown by.

    Raises:
        RunError: A figure has no name, no caption, finds nothing or draws nothing, or is a bare
            picture that says nothing of itself.
    """
    origin = _origin(notebook, chapter)
    problems = list(_bare(notebook, chapter))
    for number, cell, said in _figures(notebook):
        shown = cell.metadata.get("mystnb", {})
        figure = shown.get("figure", {})
        missing = [name for name in ("name", "caption") if not figure.get(name)]
        missing += [name for name in ("finding", "data") if not str(said.get(name, "")).strip()]
        if missing:
            problems.append(
                f"notebooks/{chapter}.ipynb, cell {number}: a figure without {', '.join(missing)}."
            )
            continue
        shown.setdefault("image", {})["alt"] = said["finding"]
        figure["caption"] = (
            f"{figure['caption']}\n\n{_legend(figure['name'], said, chapter, origin)}"
        )
    if problems:
        raise RunError(problems)


def figure_data(notebook: NotebookNode) -> dict[str, str]:
    """Return the data of every figure of an executed notebook, by the figure's name."""
    return {
        cell.metadata["mystnb"]["figure"]["name"]: str(said["data"])
        for _, cell, said in _figures(notebook)
    }


def _outputs(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode, NotebookNode]]:
    """Return each output with its cell, and where this stands among the cells of the template."""
    written = (cell for cell in notebook.cells if INJECTED not in cell.metadata.get("tags", []))
    for number, cell in enumerate(written):
        for output in cell.get("outputs", []):
            yield number, cell, output


def _figures(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode, dict[str, Any]]]:
    """Return each cell that shows a figure, its number, and what the figure says of itself."""
    for number, cell, output in _outputs(notebook):
        said = output.get("metadata", {}).get(FIGURE_ENTRY)
        if said is not None:
            yield number, cell, said


def _bare(notebook: NotebookNode, chapter: str) -> Iterator[str]:
    """Return what is wrong where a picture says neither what it finds nor what it draws."""
    for number, _, output in _outputs(notebook):
        if PICTURE in output.get("data", {}) and FIGURE_ENTRY not in output.get("metadata", {}):
            yield (
                f"notebooks/{chapter}.ipynb, cell {number}: a bare picture. Show what a function "
                "of crosslab.figures returns, which says what it finds and what it draws."
            )


def _origin(notebook: NotebookNode, chapter: str) -> str:
    """Return the link to the runs behind a chapter, or to what else it is made from."""
    if any(f"({chapter}-runs)=" in cell.source for cell in notebook.cells):
        return f'<a href="#{chapter}-runs">the runs behind it</a>'
    return f'<a href="#{chapter}-again">what it is made from</a>'


def _legend(name: str, said: dict[str, Any], chapter: str, origin: str) -> str:
    links = (
        f'<a href="../{DATA}/{name}.csv" download>data (CSV)</a>',
        f'<a href="../{EXECUTED_COPIES}/{chapter}.ipynb" download>notebook as executed</a>',
        origin,
    )
    return f"**In words:** {plain(said['finding'])}\n\n{' · '.join(links)}"
