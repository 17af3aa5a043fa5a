"""Measures of searches: where right answers came, unharmed, under attack, in another domain."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crosslab.errors import StoreError
from crosslab.measures.classified import WORST
from crosslab.measures.reading import (
    Measured,
    Reader,
    Run,
    Values,
    averaged,
    cells,
    is_one_of,
    of_kind,
)
from crosslab.stats.ranking import average_precision, found_within
from crosslab.stats.ratios import share_values

WITHIN, NEW, STYLES = "within", "new", "styles"  # what is searched
NOISE, SYNONYMS, MIXING = "noise", "synonyms", "mixing"  # what an attack changes
GENERAL, MEDICAL, EVERYDAY = "general", "medical", "everyday"  # translations, in real languages
RADIUS: Final = 0.1  # of the noise that bars are about, in lengths of a word (LOG.md)
SMALL: Final = 0.03  # of a smaller one

Ranking = Callable[[NDArray[np.integer]], Values]


def first(ranks: NDArray[np.integer]) -> Values:
    """Return which queries have a right answer in the first place."""
    return found_within(ranks, 1)


def ten(ranks: NDArray[np.integer]) -> Values:
    """Return which queries have a right answer among the first ten."""
    return found_within(ranks, 10)


def pooled(kind: str, which: str, of: Ranking, scale: float = 100.0) -> Reader:
    """Return a reader of a metric of queries in some languages, passages of all in one pool."""

    def read(run: Run) -> Measured:
        return averaged(_over_queries(of_kind(run.answers, kind), run, which, of), scale)

    return read


def _over_queries(rows: pd.DataFrame, run: Run, which: str, of: Ranking) -> Measured:
    """Return a metric per item and language that it is asked in."""
    sides = {"first": run.spoken(which), "second": run.languages}
    items, places = cells(rows, "pooled_rank", sides)
    count, asked, answers = places.shape
    found = of(places.reshape(count * asked, answers).astype(np.intp))
    return Measured(items, found.reshape(count, asked))


def in_one_language(kind: str, *, own: bool) -> Reader:
    """Return a reader of searches among passages of one language: the query's own, or another."""

    def read(run: Run) -> Measured:
        sides = {"first": run.languages, "second": run.languages}
        items, places = cells(of_kind(run.answers, kind), "rank", sides)
        same = np.eye(len(run.languages), dtype=np.bool_)
        return averaged(Measured(items, 1 / places[:, same if own else ~same]))

    return read


def translated(kind: str, which: str = "targets") -> Reader:
    """Return a reader of how well translations are found, in one pool of all languages.

    A sentence stands in the pool in its own language too, and finds itself; that is left out.
    """

    def read(run: Run) -> Measured:
        rows = of_kind(run.answers, kind)
        rows = rows[is_one_of(rows["first"], run.spoken(which))]
        return averaged(_without_own(rows))

    return read


def _without_own(rows: pd.DataFrame) -> Measured:
    """Return the mean average precision of each item over the languages that it is asked in.

    Raises:
        StoreError: In some language it is asked in, an item is not there itself, or not once.
    """
    frame = rows[["item", "first", "second", "pooled_rank"]].astype(
        {"item": str, "first": str, "second": str, "pooled_rank": np.int64}
    )
    query = ["item", "first"]
    itself = frame[frame["first"] == frame["second"]].set_index(query)["pooled_rank"]
    others = frame[frame["first"] != frame["second"]]
    asked = pd.MultiIndex.from_frame(others[query])
    if not len(others) or itself.index.has_duplicates or not asked.isin(itself.index).all():
        raise StoreError(
            f"A table holds {len(rows)} rows for {frame['item'].nunique()} items, where each is in "
            "the pool once in the language that it is asked in, and in others."
        )
    own = itself.reindex(asked).to_numpy()
    found = others["pooled_rank"].to_numpy()
    others = others.assign(place=found - (own < found)).sort_values([*query, "place"])
    right = others.groupby(query, sort=False).cumcount() + 1
    precision = (right / others["place"]).groupby([others[side] for side in query]).mean()
    of_items = precision.groupby(level="item").mean().sort_index()
    return Measured(tuple(of_items.index), of_items.to_numpy()[:, None])


def under_attack(  # noqa: PLR0913, PLR0917 - which attack, on which queries, measured how
    kind: str,
    budget: float,
    sought: str = WORST,
    of: Ranking = average_precision,
    scale: float = 100.0,
    which: str = "targets",
) -> Reader:
    """Return a reader of what searches still find, queries in some languages."""

    def read(run: Run) -> Measured:
        frame = run.table("attacks")
        rows = frame[(frame["attack"] == kind) & (frame["sought"] == sought)]
        rows = rows[np.isclose(rows["budget"], budget)]
        return averaged(_over_queries(rows, run, which, of), scale)

    return read


def kept(kind: str, budget: float) -> Reader:
    """Return a reader of the precision that is left, as a share of what there was."""
    after, before = under_attack(kind, budget), under_attack(kind, 0.0)

    def read(run: Run) -> Measured:
        items, left = after(run)
        return Measured(items, 100 * share_values(left, before(run).values))

    return read


def probe(run: Run) -> Measured:
    """Return how often a probe names the domain of a sentence rightly."""
    rows = run.table("probe")
    rows = rows.assign(right=rows["prediction"] == rows["gold"])
    return averaged(cells(rows, "right", {"first": run.languages}))


def nothing(run: Run) -> float:  # noqa: ARG001 - as for answers, where guessing gets some right
    """Return what a search finds that knows nothing: hardly anything."""
    return 0.0
