"""The figure of rung ``arithmetic``: claimed gains beside what re-runs differ by."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosslab.arithmetic import VIEWS, Gain, gains
from crosslab.figures.style import canvas, tidy
from crosslab.published import Published

_CLAIMED: Final = ("#0072B2", "o")  # Okabe-Ito, told apart by marker as well
_RERUN: Final = ("#D55E00", "s")


def gains_beside_reruns(known: Published) -> Figure:
    """Return claimed gains with their intervals above the differences of published re-runs."""
    found = gains(known)
    lines = len(found) * len(VIEWS) + len(known.reruns)
    figure, ((axes,),) = canvas(0.32 * lines + 1.6)
    labels = [label for each in found for label in _draw_gain(axes, each, found)]
    labels += _draw_reruns(axes, known, first=len(labels))
    axes.axvline(0, color="0.2", linewidth=1)
    tidy(axes, labels, "difference, accuracy points")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def _draw_gain(axes: Axes, gain: Gain, among: list[Gain]) -> list[str]:
    """Draw a claimed gain once per reading of the chance in it; return the labels."""
    colour, marker = _CLAIMED
    first = among.index(gain) * len(VIEWS)
    for place, noise in enumerate((gain.views()[view] for view in VIEWS), start=first):
        low, high = gain.interval(noise)
        axes.errorbar(
            [gain.points], [place], xerr=[[gain.points - low], [high - gain.points]],
            fmt=marker, color=colour, markersize=6, capsize=3, elinewidth=1.6,
            label="claimed gain, 95 % interval" if place == 0 else None,
        )  # fmt: skip
    axes.axhline(first + len(VIEWS) - 0.5, color="0.8", linewidth=0.8)
    return [f"{gain.benchmark.name}: {words}" for words in VIEWS.values()]


def _draw_reruns(axes: Axes, known: Published, *, first: int) -> list[str]:
    """Draw how far each re-run lies from the published figure; return the labels."""
    colour, marker = _RERUN
    for place, each in enumerate(known.reruns, start=first):
        published, *others = each.average_points
        differences = [other - published for other in others]
        label = "re-run minus published" if place == first else None
        axes.scatter(differences, [place] * len(differences), s=40, color=colour, marker=marker,
                     edgecolor="white", linewidth=0.8, label=label)  # fmt: skip
    return [f"{each.system}, {known.benchmark(each.benchmark).name}" for each in known.reruns]
