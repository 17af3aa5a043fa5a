"""The chapters of the book: which notebook each is, and which experiment it reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crosslab.layout import EXECUTED, NOTEBOOKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter notebook and the experiment whose records it reads."""

    name: str
    experiment: str

    @property
    def notebook(self) -> Path:
        """The template, without outputs."""
        return NOTEBOOKS / f"{self.name}.ipynb"

    @property
    def page(self) -> Path:
        """The executed copy the book shows."""
        return EXECUTED / f"{self.name}.ipynb"


CHAPTERS: Final = (Chapter(name="transfer-paraphrase", experiment="transfer-paraphrase"),)
