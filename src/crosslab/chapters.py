"""The chapters of the book: which notebook each is, and which experiments it reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from crosslab.errors import UsageError
from crosslab.layout import BOOK, EXECUTED, NOTEBOOKS

CONTENTS: Final = BOOK / "_toc.yml"
FIGURE_ENTRY: Final = "crosslab"  # under which an output says what its figure finds and draws


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter notebook and what it reads."""

    name: str
    experiments: tuple[str, ...] = ()
    further_scales: tuple[str, ...] = ()  # of which it reads records too, where there are any

    @property
    def notebook(self) -> Path:
        """The template, without outputs."""
        return NOTEBOOKS / f"{self.name}.ipynb"

    @property
    def page(self) -> Path:
        """The executed copy the book shows."""
        return EXECUTED / f"{self.name}.ipynb"


TRANSFER: Final = ("transfer-paraphrase", "transfer-nli")
TUNING: Final = ("tuning-paraphrase", "tuning-nli")
ENCODERS: Final = ("pretraining",)
# The same questions on the other encoders of rung bench.
WITNESSES: Final = ("transfer-paraphrase-graft", "transfer-nli-graft", "transfer-nli-scratch")

CHAPTERS: Final = (
    Chapter(name="audit"),
    Chapter(name="literature"),
    Chapter(name="arithmetic"),
    Chapter(name="settings", experiments=TUNING, further_scales=("tuning", "bench-tuning")),
    Chapter(name="transfer-paraphrase", experiments=("transfer-paraphrase",)),
    Chapter(name="transfer-nli", experiments=("transfer-nli",)),
    Chapter(name="generalized", experiments=TRANSFER),
    Chapter(name="mechanism", experiments=("mechanism",)),
    Chapter(name="multiverse", experiments=TRANSFER),
    Chapter(name="deviations", experiments=TRANSFER, further_scales=("bench",)),
    Chapter(name="encoder", experiments=ENCODERS, further_scales=("bench",)),
    Chapter(name="rungs", experiments=(*TRANSFER, *WITNESSES), further_scales=("bench",)),
    Chapter(
        name="alignment-consistency",
        experiments=("alignment-consistency",),
        further_scales=("bench",),
    ),
    Chapter(name="retrieval-attack", experiments=("retrieval-attack",), further_scales=("bench",)),
    Chapter(
        name="retrieval-domains", experiments=("retrieval-domains",), further_scales=("bench",)
    ),
    Chapter(name="adaptation-paraphrase", experiments=("adaptation-paraphrase",)),
    Chapter(name="scales", experiments=("scales",)),
    Chapter(name="hybrid-batch", experiments=("retrieval-attack",), further_scales=("bench",)),
    Chapter(name="how-often-wrong", experiments=TRANSFER),
)


def chapters() -> tuple[Chapter, ...]:
    """Return the chapters that the table of contents names: those are the book.

    Raises:
        UsageError: There is no such table, or it is unreadable.
    """
    try:
        contents = yaml.safe_load(CONTENTS.read_text(encoding="utf-8"))
        listed = [one for part in contents["parts"] for one in part["chapters"]]
        every = [each for one in listed for each in (one, *one.get("sections", ()))]
        files = {str(each["file"]) for each in every if "file" in each}
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise UsageError(f"{CONTENTS} cannot be read: {str(error).splitlines()[0]}.") from error
    return tuple(each for each in CHAPTERS if f"{EXECUTED.name}/{each.name}" in files)


def chapter_link(name: str, text: str) -> str:
    """Return a link to a chapter from a page in a folder of its own; the text where it has none."""
    there = name in {each.name for each in chapters()}
    return f"[{text}](../{EXECUTED.name}/{name}.ipynb)" if there else text


RUNGS_CHAPTER: Final = "rungs"
_CHAPTER_OF_RUNG: Final = {"arithmetic": "arithmetic", "bench": RUNGS_CHAPTER}


def chapter_of(claim_id: str, rung: str) -> str | None:
    """Return the chapter that argues the verdict on a claim on a rung, if there is one."""
    return _CHAPTER_OF_RUNG.get(rung) or CHAPTER_OF.get(claim_id)


# Where the verdict on a claim is argued, on rung lab.
CHAPTER_OF: Final = {
    "gain-paraphrase": "transfer-paraphrase",
    "gain-nli": "transfer-nli",
    "gain-generalized": "generalized",
}
