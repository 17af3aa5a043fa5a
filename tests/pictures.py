"""A figure as the picture that a reader gets."""

import io

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from crosslab.figures.shown import Shown
from crosslab.figures.style import BOUNDS, SMALL


def picture(figure: Figure) -> np.ndarray:
    """Return the pixels of a figure, drawn as the book draws it."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    stream.seek(0)
    return imread(stream)


def opaque(figure: Figure) -> bool:
    """Return whether a figure is white to its very corner, and lets no page shine through."""
    pixels = picture(figure)
    through = pixels.shape[2] == 4 and (pixels[..., 3] < 1).any()
    return bool(np.allclose(pixels[0, 0], 1) and not through)


def legible(figure: Figure) -> bool:
    """Return whether every text of a figure is as large as the house asks for."""
    picture(figure)
    said = [text for text in figure.findobj(Text) if text.get_text().strip()]
    return bool(said) and all(text.get_fontsize() >= SMALL for text in said)


def bars(axes: Axes, *, standing: bool = False) -> list[list[float]]:
    """Return the estimates with their intervals that a panel shows, from least to greatest."""
    found = []
    for container in axes.containers:
        line, _, (whiskers,) = container.lines
        middles = line.get_ydata() if standing else line.get_xdata()
        ends = [segment[:, int(standing)] for segment in whiskers.get_segments()]
        found += [[middle, *end] for middle, end in zip(middles, ends, strict=True)]
    return sorted([float(each) for each in row] for row in found)


def told(rows: pd.DataFrame) -> list[list[float]]:
    """Return the estimates with their intervals that a table of marks holds, in the same way."""
    return sorted(rows[list(BOUNDS)].astype(float).to_numpy().tolist())


def words(shown: Shown) -> str:
    """Return what a figure finds, with spaces that may break."""
    return shown.finding.replace("\N{NO-BREAK SPACE}", " ")


def nothing_shown(shown: Shown, why: str) -> bool:
    """Return whether a figure says that there is nothing, in the picture and in words."""
    (text,) = shown.figure.axes[0].texts
    empty = shown.data.empty and len(shown.data.columns) > 1
    return why in text.get_text() and why in shown.finding and empty
