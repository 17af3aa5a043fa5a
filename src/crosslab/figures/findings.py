"""What findings of figures have in common: numbers in words, extremes, intervals off zero."""

from collections.abc import Mapping
from math import isnan
from typing import Any, Final

import pandas as pd

from crosslab.figures.style import ESTIMATE, HIGH, LOW
from crosslab.numerals import level, listed, points, with_interval
from crosslab.stats.crossed import Interval

# Intervals are drawn one by one; where many are counted, the reader has to know.
UNCORRECTED: Final = "not corrected for their number"

Row = Mapping[str, Any]  # a line of a table of marks


def gain(row: Row) -> str:
    """Return a difference with its interval; by itself where one seed alone was run.

    Example:
        >>> gain({"estimate_points": 1.0, "low_points": 0.5, "high_points": 1.5})
        '+1.0 (+0.5 to +1.5)'
    """
    interval = Interval(row[ESTIMATE], row[LOW], row[HIGH])
    return points(row[ESTIMATE]) if isnan(row[LOW]) else with_interval(interval)


def height(row: Row) -> str:
    """Return how high something is, with its interval; by itself where one seed alone was run.

    Example:
        >>> height({"estimate_points": 71.0, "low_points": 70.5, "high_points": 71.5})
        '71.0 (70.5 to 71.5)'
    """
    if isnan(row[LOW]):
        return level(row[ESTIMATE])
    return f"{level(row[ESTIMATE])} ({level(row[LOW])} to {level(row[HIGH])})"


def span(rows: pd.DataFrame, column: str) -> str:
    """Return from what to what estimates run, each with the name that stands in a column.

    Example:
        >>> span(pd.DataFrame({"arm": ["a", "b"], "estimate_points": [2.0, 1.0]}), "arm")
        '1.0 (b) to 2.0 (a)'
        >>> span(pd.DataFrame({"arm": ["a"], "estimate_points": [2.0]}), "arm")
        '2.0 (a)'
    """
    ends = [least(rows), greatest(rows)] if len(rows) > 1 else [greatest(rows)]
    return " to ".join(f"{level(row[ESTIMATE])} ({row[column]})" for row in ends)


def above(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose interval lies above zero."""
    return rows[rows[LOW] > 0]


def below(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose interval lies below zero."""
    return rows[rows[HIGH] < 0]


def off_zero(rows: pd.DataFrame) -> str:
    """Return how many intervals leave zero, and to which side, as part of a sentence.

    Example:
        >>> off_zero(pd.DataFrame({"low_points": [-1.0, 0.5], "high_points": [1.0, 2.0]}))
        '1 of 2 intervals lies above zero and none below'
        >>> off_zero(pd.DataFrame({"low_points": [-1.0], "high_points": [1.0]}))
        'the interval includes zero'
        >>> off_zero(pd.DataFrame({"low_points": [0.5, 1.0], "high_points": [1.0, 2.0]}))
        'both intervals lie above zero'
    """
    told = rows[rows[LOW].notna()]
    up, down, number = len(above(told)), len(below(told)), len(told)
    if not number:
        return "there are too few seeds for intervals"
    if number == 1:
        return f"the interval {'lies above' if up else 'lies below' if down else 'includes'} zero"
    if number in (up, down) or not (up or down):
        verb = "lie above" if up else "lie below" if down else "include"
        return f"{'both' if number == 2 else f'all {number}'} intervals {verb} zero"  # noqa: PLR2004
    lies = "lie" if up > 1 else "lies"
    return f"{up or 'none'} of {number} intervals {lies} above zero and {down or 'none'} below"


def named_off_zero(rows: pd.DataFrame, column: str) -> str:
    """Return what has an interval above zero and what below it, as part of a sentence.

    Example:
        >>> rows = pd.DataFrame(
        ...     {"arm": ["a", "b"], "low_points": [0.5, -1.0], "high_points": [2.0, 1.0]}
        ... )
        >>> named_off_zero(rows, "arm")
        'above zero lies the interval of a, below zero none'
    """
    sides = {"above": list(above(rows)[column]), "below": list(below(rows)[column])}
    if not any(sides.values()):
        return off_zero(rows)
    said = [
        f"{side} zero {_intervals(names)}" if names else f"{side} zero none"
        for side, names in sides.items()
    ]
    return ", ".join(said)


def _intervals(names: list[str]) -> str:
    return f"{'lies the interval' if len(names) == 1 else 'lie the intervals'} of {listed(names)}"


def sentence(text: str) -> str:
    """Return a part of a sentence as one of its own.

    Example:
        >>> sentence("both intervals include zero")
        'Both intervals include zero.'
    """
    return f"{text[0].upper()}{text[1:]}."


def marks(rows: pd.DataFrame) -> list[Row]:
    """Return the rows of a table one by one."""
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def greatest(rows: pd.DataFrame, column: str = ESTIMATE) -> Row:
    """Return the row that has most of something."""
    return marks(rows)[int(rows[column].argmax())]


def least(rows: pd.DataFrame, column: str = ESTIMATE) -> Row:
    """Return the row that has least of something."""
    return marks(rows)[int(rows[column].argmin())]
