"""What all figures share: colours, backgrounds, marks with their intervals.

Colours are those of Okabe and Ito, told apart by every kind of colour vision and by marker
as well. Backgrounds are opaque, so that a page may be dark.
"""

from collections.abc import Sequence
from typing import Any, Final

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from crosslab.stats.crossed import Interval

LEVEL: Final = 0.95
WIDTH: Final = 7.2  # inches: the text column of the book
SMALL: Final = 9  # points of type at that width; anything smaller is lost on a telephone
ESTIMATE: Final = "estimate_points"  # columns of every table of marks that have intervals
LOW: Final = "low_points"
HIGH: Final = "high_points"
BOUNDS: Final = (ESTIMATE, LOW, HIGH)
ARM_STYLE: Final = {
    "standard": ("#0072B2", "o"),
    "adversarial": ("#009E73", "^"),
    "smoothing-noise": ("#CC79A7", "v"),
    "smoothing-synonyms": ("#D55E00", "s"),
    "smoothing-synonyms-static": ("#E69F00", "D"),
    "clean-matched": ("#56B4E9", "P"),
    "code-switch": ("#000000", "X"),
    "consistency": ("#7F7F7F", "*"),
}


def canvas(
    height: float, *, rows: int = 1, columns: int = 1, **options: Any
) -> tuple[Figure, NDArray[Any]]:
    """Return a figure as wide as the page and its axes, shape ``(rows, columns)``."""
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(WIDTH, height),
        dpi=150,
        layout="constrained",
        facecolor="white",
        squeeze=False,
        **options,
    )
    plt.close(figure)  # or a notebook would show it twice: as a result, and as an open figure
    return figure, axes


def draw_intervals(  # noqa: PLR0913 - how a line of marks looks, each named
    axes: Axes,
    rows: pd.DataFrame,
    places: Sequence[float] | range | NDArray[Any],
    *,
    colour: str,
    marker: str,
    label: str,
    standing: bool = False,
) -> None:
    """Draw estimates with their intervals, lying or standing: a place on the other axis each."""
    middle = rows[ESTIMATE].to_numpy(dtype=float)
    reach = np.stack([middle - rows[LOW].to_numpy(float), rows[HIGH].to_numpy(float) - middle])
    across, along = (places, middle) if standing else (middle, places)
    axes.errorbar(
        across, along, xerr=None if standing else reach, yerr=reach if standing else None,
        fmt=marker, color=colour, markersize=6, capsize=3, elinewidth=1.6, label=label,
    )  # fmt: skip


def bounds(interval: Interval) -> dict[str, float]:
    """Return an interval as the columns of a table of marks."""
    return dict(zip(BOUNDS, (interval.estimate, interval.low, interval.high), strict=True))


def tidy(axes: Axes, labels: Sequence[str], quantity: str) -> None:
    """Name the lines of a lying plot, first on top, and its quantity."""
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.set_xlabel(quantity)
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    sns.despine(ax=axes, left=True)
