"""Figures of the chapter on the encoder: how well languages line up, and a map of sentences."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crosslab.figures.style import canvas, tidy
from crosslab.lineup import ENGLISH, SETS, Aligned, Lineup, name_of

_STYLES: Final = (("#0072B2", "o"), ("#E69F00", "^"), ("#D55E00", "s"), ("#7F7F7F", "X"))
_SHOWN: Final = 4  # sentences that a map names
_MARKS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")


def found_by_language(found: Lineup, name: str = SETS[0]) -> Figure:
    """Return the share of sentences of one set that are found, per language and encoder."""
    languages = found.languages
    if not languages:
        return _nothing()
    figure, ((axes,),) = canvas(0.3 * len(languages) + 1.2)
    for each, (colour, marker) in zip(found.encoders, _STYLES, strict=False):
        shares = each.found()[name].reindex(languages)
        axes.plot(
            shares, range(len(languages)), marker, color=colour, markersize=6, label=each.key
        )  # fmt: skip
    tidy(axes, [name_of(key) for key in languages], "sentences whose English is nearest, %")
    axes.set_xlim(0, 100)
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    return figure


def sentence_maps(found: Lineup) -> Figure:
    """Return where some sentences lie in all languages, one panel per encoder.

    English is a ring, every other language a mark, and a line joins a translation to its
    English. Four sentences are drawn, each in a colour of its own.
    """
    if not found.encoders:
        return _nothing()
    figure, (panels,) = canvas(2.9, columns=len(found.encoders))
    for axes, each in zip(panels, found.encoders, strict=True):
        _map(axes, each)
        axes.set_title(each.key, fontsize=9)
    return figure


def _map(axes: Axes, each: Aligned) -> None:

    items = sorted(each.places["item"].unique())
    shown = [items[number * len(items) // _SHOWN] for number in range(_SHOWN)]
    for item, colour in zip(shown, _MARKS, strict=True):
        rows = each.places[each.places["item"] == item].set_index("language")
        english = rows.loc[ENGLISH]
        others = rows.drop(index=ENGLISH)
        for across, up in zip(others["across"], others["up"], strict=True):
            axes.plot(
                [english["across"], across], [english["up"], up], color=colour, alpha=0.25, lw=0.7
            )
        axes.scatter(others["across"], others["up"], s=9, color=colour, lw=0)
        axes.scatter(
            [english["across"]], [english["up"]], s=70, facecolor="white", edgecolor=colour, lw=1.8,
            zorder=5,
        )  # fmt: skip


def _nothing() -> Figure:
    figure, ((axes,),) = canvas(1.2)
    axes.text(0.5, 0.5, "no encoder in this folder", ha="center", va="center")
    axes.set_axis_off()
    return figure
