"""A figure as the book shows it: the picture, what it finds in words, and the data it draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure

from crosslab.chapters import FIGURE_ENTRY
from crosslab.figures.style import canvas

PNG: Final = "image/png"
DECIMALS: Final = 4  # of the numbers that are handed out: far more than any interval is good for


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
        said = {"finding": self.finding, "data": _as_csv(self.data)}
        return {PNG: stream.getvalue()}, {FIGURE_ENTRY: said}


def nothing(why: str, columns: Sequence[str]) -> Shown:
    """Return a figure that says why there is nothing to draw, and a table of headers alone."""
    figure, ((axes,),) = canvas(1.2)
    axes.text(0.5, 0.5, why, ha="center", va="center")
    axes.set_axis_off()
    return Shown(
        figure=figure,
        finding=f"Nothing is drawn: {why}.",
        data=pd.DataFrame(columns=list(columns)),
    )


def _as_csv(data: pd.DataFrame) -> str:
    """Return a table as text, its numbers rounded and none of them a nought with a sign."""
    numbers = data.select_dtypes("float")
    return str(data.assign(**(numbers.round(DECIMALS) + 0.0)).to_csv(index=False))
