"""What findings of figures have in common: numbers in words, extremes, intervals off zero."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

import pandas as pd

from crosslab.figures.style import ESTIMATE, HIGH, LOW
from crosslab.numerals import counted, level, listed, points, with_interval
from crosslab.stats.crossed import Interval

# Intervals are drawn one by one; where many are counted, the reader has to know.
UNCORRECTED: Final = "not corrected for their number"
_NAMED: Final = 4  # of what shares an extreme; more would hide what is said of it

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


@dataclass(frozen=True, slots=True)
class End:
    """All that have most of something, or least, and how much that is as it is printed."""

    names: tuple[str, ...]
    said: str

    @property
    def several(self) -> bool:
        """Whether more than one thing has as much."""
        return len(self.names) > 1

    @property
    def who(self) -> str:
        """All of them, or the first few and how many others."""
        if len(self.names) <= _NAMED:
            return listed(self.names)
        first = self.names[: _NAMED - 1]
        return listed([*first, counted(len(self.names) - len(first), "other")])

    def does(self, one: str, more: str) -> str:
        """Return them with a verb that agrees with how many they are."""
        return f"{self.who} {more if self.several else one}"

    @property
    def alike(self) -> str:
        """What is said where these are all there are."""
        return f"all are alike, {self.said}"


def ends(
    rows: pd.DataFrame,
    name: str,
    *,
    column: str = ESTIMATE,
    number: Callable[[float], str] = level,
    whole: Callable[[Row], str] | None = None,
) -> list[End]:
    """Return what has least of something and what has most; one end where all have as much.

    What is printed with the same number has as much: a reader would see no difference.

    Args:
        rows: A row per thing.
        name: The column of what the things are called.
        column: The column of how much each has.
        number: How that is printed.
        whole: How a row is printed that has an extreme for itself, as with its interval.

    Example:
        >>> rows = pd.DataFrame({"arm": ["a", "b", "c"], "estimate_points": [2.0, 1.0, 2.04]})
        >>> least, most = ends(rows, "arm")
        >>> least.does("is", "are"), most.does("is", "are"), most.said
        ('b is', 'a and c are', '2.0')
        >>> [end.alike for end in ends(rows[rows["arm"] != "b"], "arm")]
        ['all are alike, 2.0']
    """
    printed = rows[column].map(number)
    places = (int(rows[column].argmin()), int(rows[column].argmax()))
    found = []
    for text in dict.fromkeys(printed.iloc[place] for place in places):
        sharing = marks(rows[printed == text])
        names = tuple(dict.fromkeys(str(row[name]) for row in sharing))
        found.append(End(names, whole(sharing[0]) if whole and len(names) == 1 else text))
    return found


def span(rows: pd.DataFrame, name: str, *, number: Callable[[float], str] = level) -> str:
    """Return from what to what estimates run, each with the name that stands in a column.

    Example:
        >>> span(pd.DataFrame({"arm": ["a", "b"], "estimate_points": [2.0, 1.0]}), "arm")
        '1.0 (b) to 2.0 (a)'
        >>> span(pd.DataFrame({"arm": ["a", "b"], "estimate_points": [2.0, 2.0]}), "arm")
        '2.0 (all alike)'
        >>> span(pd.DataFrame({"arm": ["a"], "estimate_points": [2.0]}), "arm")
        '2.0 (a)'
    """
    found = ends(rows, name, number=number)
    if len(found) == 1 and found[0].several:
        return f"{found[0].said} (all alike)"
    return " to ".join(f"{end.said} ({end.who})" for end in found)


def highest(rows: pd.DataFrame, name: str, *, gains: bool = False) -> str:
    """Return what is highest, as part of a sentence: heights, or gains with their sign.

    Example:
        >>> rows = pd.DataFrame({"arm": ["a", "b", "c"], "estimate_points": [2.0, 1.0, 2.0]})
        >>> highest(rows.assign(low_points=float("nan")), "arm")
        'highest are a and c, 2.0'
        >>> highest(rows[rows["arm"] != "b"], "arm", gains=True)
        'all are alike, +2.0'
    """
    found = ends(rows, name, number=points if gains else level, whole=gain if gains else height)
    most = found[-1]
    if len(found) == 1 and most.several:
        return most.alike
    return f"highest {'are' if most.several else 'is'} {most.who}, {most.said}"


def highest_and_lowest(rows: pd.DataFrame, name: str, *, alone: str) -> str:
    """Return what is highest and what lowest, as part of a sentence.

    Args:
        rows: A row per thing, with its interval.
        name: The column of what the things are called.
        alone: What the only one there is does.

    Example:
        >>> rows = pd.DataFrame({"arm": ["a", "b"], "estimate_points": [2.0, 2.0]})
        >>> highest_and_lowest(rows, "arm", alone="reaches")
        'all are alike, 2.0'
    """
    found = ends(rows, name, whole=height)
    most = found[-1]
    if len(found) == 1:
        return most.alike if most.several else f"{most.who} {alone} {most.said}"
    return (
        f"{most.does('is', 'are')} highest with {most.said} and {found[0].who} lowest with "
        f"{found[0].said}"
    )


def above(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose interval lies above zero."""
    return rows[rows[LOW] > 0]


def below(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose interval lies below zero."""
    return rows[rows[HIGH] < 0]


def off_zero(rows: pd.DataFrame, *, cautioned: bool) -> str:
    """Return how many intervals leave zero, and to which side, as part of a sentence.

    Args:
        rows: A row per interval.
        cautioned: Whether several are said to be not corrected for their number. They need no
            correction where all of them have to hold, nor the words where those stand already.

    Example:
        >>> rows = pd.DataFrame({"low_points": [-1.0, 0.5], "high_points": [1.0, 2.0]})
        >>> off_zero(rows, cautioned=True)
        '1 of 2 intervals lies above zero and none below, not corrected for their number'
        >>> off_zero(rows[:1], cautioned=True)
        'the interval includes zero'
        >>> off_zero(rows.assign(low_points=0.5), cautioned=False)
        'both intervals lie above zero'
    """
    told = rows[rows[LOW].notna()]
    up, down, number = len(above(told)), len(below(told)), len(told)
    if not number:
        return "there are too few seeds for intervals"
    if number == 1:
        return f"the interval {'lies above' if up else 'lies below' if down else 'includes'} zero"
    caution = f", {UNCORRECTED}" if cautioned else ""
    if number in (up, down) or not (up or down):
        verb = "lie above" if up else "lie below" if down else "include"
        every = "both" if number == 2 else f"all {number}"  # noqa: PLR2004
        return f"{every} intervals {verb} zero{caution}"
    lies = "lie" if up > 1 else "lies"
    sides = f"{lies} above zero and {down or 'none'} below"
    return f"{up or 'none'} of {number} intervals {sides}{caution}"


def named_off_zero(rows: pd.DataFrame, column: str) -> str:
    """Return what has an interval above zero and what below it, as part of a sentence.

    Whoever asks says that intervals are not corrected for their number.

    Example:
        >>> rows = pd.DataFrame(
        ...     {"arm": ["a", "b"], "low_points": [0.5, -1.0], "high_points": [2.0, 1.0]}
        ... )
        >>> named_off_zero(rows, "arm")
        'above zero lies the interval of a, below zero none'
    """
    sides = {"above": list(above(rows)[column]), "below": list(below(rows)[column])}
    if not any(sides.values()):
        return off_zero(rows, cautioned=False)
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
