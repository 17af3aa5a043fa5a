"""How a page is made again: by what command, in what time and memory, from which notebook."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import nbformat
import yaml
from nbformat import NotebookNode

from crosslab.book.figure_notes import EXECUTED_COPIES
from crosslab.chapters import Chapter
from crosslab.config import StudyConfig
from crosslab.experiments import PRETRAINING
from crosslab.numerals import counted
from crosslab.planning import GIB_OF_A_RUN
from crosslab.records import Store, Unit
from crosslab.scales import study_config

TEMPLATES: Final = "notebooks"  # beside the pages
ADDED: Final = "added"  # the tag of a cell that no template has
_CONFIG: Final = Path("_config.yml")
_COLAB: Final = "https://colab.research.google.com/github"
_MINUTE, _HOUR = 60, 3600


def again_cell(
    chapter: Chapter, store: Store, scale: str, stamp: Mapping[str, Any]
) -> NotebookNode:
    """Return the cell that ends an executed chapter."""
    words = again_words(chapter, store, scale, stamp)
    metadata = {"tags": [ADDED]}
    cell: NotebookNode = nbformat.v4.new_markdown_cell(words, id=ADDED, metadata=metadata)  # type: ignore[no-untyped-call]
    return cell


def again_words(chapter: Chapter, store: Store, scale: str, stamp: Mapping[str, Any]) -> str:
    """Return how a chapter and its runs are made again."""
    page = (
        f"- **This page, from records:** `papermill {chapter.notebook} page.ipynb "
        f"-p results {store.root} -p scale {scale}`, or `crosslab book` with all others. It took "
        f"{stamp['seconds']:.0f} s and {stamp['mebibytes']} MiB."
    )
    lines = [page, *_runs_lines(chapter, store, scale), f"- **The notebook:** {_links(chapter)}"]
    lines.append("- **With other values:** [every parameter](../parameters.md)")
    return "\n".join([f"({chapter.name}-again)=", "## Make this page again", "", *lines])


def _runs_lines(chapter: Chapter, store: Store, scale: str) -> list[str]:
    """Return the command for the runs of a chapter, and what they took on what they ran on."""
    said = []
    for further in (scale, *chapter.further_scales):
        units = store.manifest(further).units if store.has_study(further) else []
        for experiment in chapter.experiments:
            mine = [each for each in units if each.experiment == experiment]
            if mine:
                said.append(
                    f"- **Its runs:** `{run_command(experiment, further)}`: "
                    f"{taken(mine, store, further)}."
                )
    if not said:
        return ["- **Its runs:** it reads none; what it reads lies in `claims/`."]
    return [*said, "- Runs go to `runs/`; a page of them is made with `-p results runs`."]


def run_command(experiment: str, scale: str) -> str:
    """Return the command that makes the runs of an experiment.

    Example:
        >>> run_command("transfer-nli", "bench")
        'crosslab run transfer-nli --scale bench --data DIR'
    """
    own = isinstance(study_config(scale), StudyConfig)  # which makes its data itself
    return f"crosslab run {experiment} --scale {scale}" + ("" if own else " --data DIR")


def taken(units: Sequence[Unit], store: Store, scale: str) -> str:
    """Return how many runs there are, and what those that were made took."""
    made = [store.record(each).wall_seconds for each in units if store.state(each) == "present"]
    there = "," if len(made) == len(units) else f", of which {len(made)} are there and took"
    encoder = "; the encoders they begin with, if they are not there, come on top"
    begins = encoder if units[0].experiment != PRETRAINING else ""
    memory = f"{GIB_OF_A_RUN[scale]} GiB each" if scale in GIB_OF_A_RUN else "memory: crosslab plan"
    return (
        f"{counted(len(units), 'run')}{there} {span(sum(made))} in all, one after the other, and "
        f"{memory}{begins}"
    )


def span(seconds: float) -> str:
    """Return a time as people say it.

    Example:
        >>> span(48), span(660), span(9000)
        ('48 s', '11 min', '2.5 h')
    """
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.1f} h"


def _links(chapter: Chapter) -> str:
    """Return links to the notebook: as it is, as it was executed, and where it runs elsewhere."""
    name = chapter.notebook.name
    links = [
        f'<a href="../{TEMPLATES}/{name}" download>as a template</a>',
        f'<a href="../{EXECUTED_COPIES}/{name}" download>as it was executed</a>',
    ]
    slug = repository()
    if slug is None:
        return " · ".join(links)
    colab = f"[in Colab]({_COLAB}/{slug}/blob/main/{chapter.notebook})"
    return (
        f"{' · '.join([*links, colab])}, where its first cell has to be "
        f"`!git clone https://github.com/{slug} && cd {slug.split('/')[1]} && pip install -q .`, "
        f"and its second `%cd {slug.split('/')[1]}`"
    )


def repository() -> str | None:
    """Return owner and name of the public repository, if the configuration or the host knows it."""
    configured = yaml.safe_load(_CONFIG.read_text(encoding="utf-8")).get("repository", {})
    address = str(configured.get("url", ""))
    slug = address.removeprefix("https://github.com/").strip("/")
    return slug or os.environ.get("GITHUB_REPOSITORY") or None
