"""Measures of answers to items: how many are right, and whether they are the same everywhere."""

from typing import Final

import numpy as np
import pandas as pd

from crosslab.measures.reading import (
    Measured,
    Reader,
    Run,
    averaged,
    cells,
    in_one_language,
    of_kind,
)
from crosslab.stats.likeness import agreement_values

TEST, HARD, DOMAIN = "test", "collected", "clinic"  # how names of items begin
WORST, RANDOM = "worst", "random"  # how changes are sought
EXCHANGED: Final = 3.0  # words at most, in attacks that bars are about


def _in_one_language(run: Run, kind: str) -> pd.DataFrame:
    return in_one_language(of_kind(run.answers, kind))


def _right(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(right=rows["prediction"] == rows["gold"])


def accuracy(kind: str, which: str) -> Reader:
    """Return a reader of how many items of a kind are answered rightly in some languages."""

    def read(run: Run) -> Measured:
        rows = _right(_in_one_language(run, kind))
        return averaged(cells(rows, "right", {"first": run.spoken(which)}))

    return read


def accuracy_in_each(run: Run, kind: str) -> dict[str, Measured]:
    """Return how many items of a kind are answered rightly, language by language."""
    rows = _right(_in_one_language(run, kind))
    items, right = cells(rows, "right", {"first": run.languages})
    return {key: Measured(items, 100 * right[:, row]) for row, key in enumerate(run.languages)}


def agreement(kind: str, which: str) -> Reader:
    """Return a reader of how far answers agree between languages, beyond chance."""

    def read(run: Run) -> Measured:
        rows = _in_one_language(run, kind)
        items, said = cells(rows, "prediction", {"first": run.spoken(which)})
        return Measured(items, 100 * agreement_values(said.astype(np.intp)))

    return read


def accuracy_under_attack(budget: float, sought: str = WORST) -> Reader:
    """Return a reader of how many items are still answered rightly with words exchanged."""

    def read(run: Run) -> Measured:
        frame = run.table("attacks")
        rows = frame[(frame["sought"] == sought) & np.isclose(frame["budget"], budget)]
        return averaged(cells(rows, "right", {"first": run.spoken("targets")}))

    return read


def commonest(run: Run) -> float:
    """Return what always giving the commonest answer to test items would get right."""
    gold = of_kind(run.answers, TEST).drop_duplicates("item")["gold"]
    return 100 * float(gold.value_counts(normalize=True).max())
