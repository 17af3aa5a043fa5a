"""Measures of how languages line up in an encoder: by sentences, by words, as wholes."""

import numpy as np

from crosslab.measures.reading import Measured, Reader, Run, averaged, cells


def sentences(which: str) -> Reader:
    """Return a reader of how many sentences find their translation first, in the source."""

    def read(run: Run) -> Measured:
        frame = run.table("alignment")
        rows = frame[frame["kind"] == "sentence"]
        rows = rows.assign(found=rows["value"] == 1)
        return averaged(cells(rows, "found", {"first": run.spoken(which)}))

    return read


def words(run: Run) -> Measured:
    """Return, per word, whether it finds one that says the same; languages count alike.

    Languages have other words, and not equally many: a word counts so that the mean over all
    words is the mean over languages of their own means.
    """
    frame = run.table("alignment")
    rows = frame[frame["kind"] == "word"]
    language = rows["first"].astype(str)
    names = language + "/" + rows["item"].astype(str)
    there = language.map(language.value_counts()).to_numpy(dtype=np.float64)
    weights = len(rows) / (there * language.nunique())
    values = 100 * weights * rows["value"].to_numpy(dtype=np.float64)
    order = np.argsort(names.to_numpy())
    return Measured(tuple(names.iloc[order]), values[order])


def spaces(run: Run) -> Measured:
    """Return, per target, how alike its space and that of the source are.

    Languages are fixed, so these are no items to generalize over: a figure, and no interval.
    """
    frame = run.table("alignment")
    found = frame[frame["kind"] == "space"].set_index("first")["value"]
    targets = run.spoken("targets")
    return Measured(targets, 100 * found.loc[list(targets)].to_numpy(dtype=np.float64))
