"""Figures of the chapter on the encoder: how well languages line up, and a map of sentences."""

from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crosslab.figures import findings
from crosslab.figures.shown import Shown, nothing
from crosslab.figures.style import canvas, tidy
from crosslab.lineup import ENGLISH, SETS, Aligned, Lineup, name_of
from crosslab.numerals import counted, listed, percent

_STYLES: Final = (("#0072B2", "o"), ("#E69F00", "^"), ("#D55E00", "s"), ("#7F7F7F", "X"))
_SHOWN: Final = 4  # sentences that a map names
_MARKS: Final = (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "v"))
_ABSENT: Final = "no encoder in this folder"
_SHARE: Final = "found_percent"


def found_by_language(found: Lineup, name: str = SETS[0]) -> Shown:
    """Return the share of sentences of one set that are found, per language and encoder."""
    columns = ["encoder", "language", _SHARE]
    languages = found.languages
    if not languages:
        return nothing(_ABSENT, columns)
    rows = [
        (each.key, name_of(key), float(shares[key]))
        for each in found.encoders
        for shares in [each.found()[name]]
        for key in languages
        if key in shares
    ]
    data = pd.DataFrame(rows, columns=columns)
    names = [name_of(key) for key in languages]
    figure, ((axes,),) = canvas(0.3 * len(names) + 1.2)
    for each, (colour, marker) in zip(found.encoders, _STYLES, strict=False):
        mine = data[data["encoder"] == each.key]
        axes.plot(
            mine[_SHARE], mine["language"].map(names.index), marker, color=colour, markersize=6,
            label=each.key,
        )  # fmt: skip
    tidy(axes, names, "sentences whose English is nearest, %")
    axes.set_xlim(0, 100)
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    return Shown(figure=figure, finding=_found_finding(data), data=data)


def _found_finding(data: pd.DataFrame) -> str:
    said = [_of_encoder(rows) for _, rows in data.groupby("encoder", sort=False)]
    return (
        "Dot plot of the share of sentences whose own English is the nearest, a line per "
        f"language. {'; '.join(said)}."
    )


def _of_encoder(rows: pd.DataFrame) -> str:
    """Return what one encoder finds on average, and where it finds most and least."""
    ends = findings.ends(rows, "language", column=_SHARE, number=percent)
    mean = f"{rows['encoder'].iloc[0]} finds {percent(rows[_SHARE].mean())}"
    if len(ends) == 1:
        where = f"each of {counted(len(rows), 'language')}" if ends[0].several else ends[0].who
        return f"{mean} in {where}"
    fewest, most = ends
    return f"{mean} on average, from {fewest.said} in {fewest.who} to {most.said} in {most.who}"


def sentence_maps(found: Lineup) -> Shown:
    """Return where some sentences lie in all languages, one panel per encoder.

    English is an open mark, every other language a full one, and a line joins a translation to
    its English. Four sentences are drawn, each in a colour and with a mark of its own.
    """
    columns = ["encoder", "sentence", "language", "across", "up"]
    if not found.encoders:
        return nothing(_ABSENT, columns)
    data = pd.concat([_places(each) for each in found.encoders], ignore_index=True)[columns]
    figure, (panels,) = canvas(2.9, columns=len(found.encoders))
    for axes, each in zip(panels, found.encoders, strict=True):
        _map(axes, data[data["encoder"] == each.key])
        axes.set_title(each.key, fontsize=9)
    return Shown(figure=figure, finding=_maps_finding(data), data=data)


def _places(each: Aligned) -> pd.DataFrame:
    """Return the places of a few sentences at even distances among all."""
    items = sorted(each.places["item"].unique())
    shown = [items[number * len(items) // _SHOWN] for number in range(_SHOWN)]
    rows = each.places[each.places["item"].isin(shown)]
    named = rows["language"].astype(str).map(name_of)
    return rows.assign(encoder=each.key, sentence=rows["item"].astype(str), language=named)


def _map(axes: Axes, rows: pd.DataFrame) -> None:
    for (_, places), (colour, marker) in zip(rows.groupby("sentence"), _MARKS, strict=False):
        at_home = places["language"] == name_of(ENGLISH)
        across, up = places.loc[at_home, ["across", "up"]].iloc[0]
        others = places[~at_home]
        for x, y in zip(others["across"], others["up"], strict=True):
            axes.plot([across, x], [up, y], color=colour, alpha=0.25, lw=0.7)
        axes.scatter(others["across"], others["up"], s=12, color=colour, marker=marker, lw=0)
        axes.scatter(
            [across], [up], s=70, facecolor="white", edgecolor=colour, lw=1.8, marker=marker,
            zorder=5,
        )  # fmt: skip


def _maps_finding(data: pd.DataFrame) -> str:
    spread = {str(encoder): _spread(rows) for encoder, rows in data.groupby("encoder", sort=False)}
    said = [f"{share:.2f} with {encoder}" for encoder, share in spread.items()]
    rows = pd.DataFrame(spread.items(), columns=["encoder", "spread"])
    nearest, *farther = findings.ends(rows, "encoder", column="spread", number="{:.2f}".format)
    ahead = f"; translations lie nearest with {nearest.who}" if farther else ""
    return (
        f"Maps of {data['sentence'].nunique()} sentences in {data['language'].nunique()} "
        "languages, a panel per encoder. As a share of how far two English sentences lie apart "
        f"on the map, a translation lies from its English, on average, {listed(said)}{ahead}."
    )


def _spread(rows: pd.DataFrame) -> float:
    """Return how far translations lie from their English, in distances between English ones."""
    at_home = rows["language"] == name_of(ENGLISH)
    english = rows[at_home].set_index("sentence")[["across", "up"]]
    others = rows[~at_home]
    own = english.loc[others["sentence"]].to_numpy()
    away = np.linalg.norm(others[["across", "up"]].to_numpy() - own, axis=1)
    places: Any = english.to_numpy()
    apart = [float(np.linalg.norm(one - other)) for one, other in combinations(places, 2)]
    return float(away.mean() / np.mean(apart))
