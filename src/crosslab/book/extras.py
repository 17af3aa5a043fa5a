"""What lies beside the pages as it is, each file at an address that stays: notebooks, data."""

from typing import Final

from crosslab.book.again import TEMPLATES
from crosslab.book.figure_notes import DATA, EXECUTED_COPIES, figure_data
from crosslab.book.run import read_notebook
from crosslab.chapters import chapters
from crosslab.errors import UsageError
from crosslab.layout import EXTRA, RUN_NOTEBOOK

_FOLDER: Final = EXTRA.name


def extras() -> dict[str, str]:
    """Return the files beside the pages, by their path below the book's folder.

    Raises:
        UsageError: Two figures have one name, and so one address for their data.
    """
    files = {f"{_FOLDER}/{TEMPLATES}/{RUN_NOTEBOOK.name}": RUN_NOTEBOOK.read_text("utf-8")}
    drawn: dict[str, str] = {}
    problems = []
    for chapter in chapters():
        name = chapter.notebook.name
        files[f"{_FOLDER}/{TEMPLATES}/{name}"] = chapter.notebook.read_text("utf-8")
        files[f"{_FOLDER}/{EXECUTED_COPIES}/{name}"] = chapter.page.read_text("utf-8")
        for figure, data in figure_data(read_notebook(chapter.page)).items():
            if figure in drawn:
                problems.append(
                    f"{chapter.notebook}: the figure '{figure}' has the name of one of "
                    f"{drawn[figure]}; every figure needs its own."
                )
            drawn[figure] = str(chapter.notebook)
            files[f"{_FOLDER}/{DATA}/{figure}.csv"] = data
    if problems:
        raise UsageError(problems)
    return files
