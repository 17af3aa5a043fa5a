"""A figure as the book shows it: the picture, what it finds in words, and the data it draws."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure

from crosslab.chapters import FIGURE_ENTRY

PNG: Final = "image/png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A figure, its finding as plain sentences, and a table with a row per mark that is drawn.

    The finding is what a reader who cannot see the figure is told; the table is what whoever
    draws it anew needs. Both are made from the numbers that are drawn.
    """

    figure: Figure
    finding: str
    data: pd.DataFrame

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, bytes], dict[str, Any]]:
        """Return the picture for a notebook, and beside it what the book lays below it."""
        stream = BytesIO()
        self.figure.savefig(stream, format="png", bbox_inches="tight")
        said = {"finding": self.finding, "data": self.data.to_csv(index=False)}
        return {PNG: stream.getvalue()}, {FIGURE_ENTRY: said}
