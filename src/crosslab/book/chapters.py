"""The chapters of the book: which notebook each is, and which experiments it reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crosslab.layout import EXECUTED, NOTEBOOKS


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


_TRANSFER: Final = ("transfer-paraphrase", "transfer-nli")

CHAPTERS: Final = (
    Chapter(name="arithmetic"),
    Chapter(name="settings", further_scales=("tuning",)),
    Chapter(name="transfer-paraphrase", experiments=("transfer-paraphrase",)),
    Chapter(name="transfer-nli", experiments=("transfer-nli",)),
    Chapter(name="generalized", experiments=_TRANSFER),
    Chapter(name="mechanism", experiments=("mechanism",)),
    Chapter(name="multiverse", experiments=_TRANSFER),
    Chapter(name="deviations", experiments=_TRANSFER),
    Chapter(name="how-often-wrong"),
)

# Where the verdict on a claim is argued.
CHAPTER_OF: Final = {
    "gain-paraphrase": "transfer-paraphrase",
    "gain-nli": "transfer-nli",
    "gain-generalized": "generalized",
}
