"""Speeds as ratios: works that take turns, what each round cost, and what was promised.

Time is that of the processor where nothing else is said, so that others at work do not count;
the caches they share with us do, which is what taking turns is for.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

Work = Callable[[int], float]  # told the round, does some work, returns what it cost, in seconds

_WARM_UP: Final = 5  # steps before the clock counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One speed, round by round, and what was promised of it."""

    name: str
    what: str
    rounds: Sequence[float]
    unit: str = "x"
    at_least: float | None = None
    at_most: float | None = None

    @property
    def median(self) -> float:
        """The speed in the middle round."""
        return median(self.rounds)

    @property
    def met(self) -> bool | None:
        """Whether the median keeps the promise; None where nothing was promised."""
        if self.at_least is None and self.at_most is None:
            return None
        low = -float("inf") if self.at_least is None else self.at_least
        return low <= self.median <= (float("inf") if self.at_most is None else self.at_most)

    def plain(self) -> dict[str, Any]:
        """Return the speed as plain data."""
        return {
            "name": self.name,
            "what": self.what,
            "unit": self.unit,
            "median": self.median,
            "least": min(self.rounds),
            "most": max(self.rounds),
            "rounds": list(self.rounds),
            "at_least": self.at_least,
            "at_most": self.at_most,
            "met": self.met,
        }

    def row(self) -> tuple[str, ...]:
        """Return the speed as a row of a table: what, measured, spread, promised, met."""
        middle, least, most = (
            self._shown(each) for each in (self.median, min(self.rounds), max(self.rounds))
        )
        said = {None: "informative", True: "met", False: "missed"}[self.met]
        return self.what, middle + self.unit, f"{least} to {most}", self._promised(), said

    def _promised(self) -> str:
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return ", ".join(f"{word} {value:,}" for word, value in bounds if value is not None)

    def _shown(self, value: float) -> str:
        return f"{value:.2f}" if self.unit == "x" else f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class Pace:
    """The processor's clock at the beginning of every step of some work."""

    clock: Callable[[], float] = time.process_time
    times: list[float] = field(default_factory=list)

    def note(self) -> None:
        """Note that a step begins."""
        self.times.append(self.clock())

    @property
    def seconds(self) -> float:
        """The seconds one step takes, once things are under way."""
        counted = self.times[_WARM_UP:]
        return (counted[-1] - counted[0]) / (len(counted) - 1)


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds that some work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def in_turns(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """Return what each work cost, round by round, after one round that does not count.

    Every round begins with another work, so that none always follows the same one.

    Example:
        >>> in_turns({"one": lambda _: 1.0, "other": lambda _: 2.0}, rounds=2)
        {'one': [1.0, 1.0], 'other': [2.0, 2.0]}
    """
    names = list(works)
    costs: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds + 1):
        begin = turn % len(names)
        for name in names[begin:] + names[:begin]:
            cost = works[name](turn)
            if turn > 0:
                costs[name].append(cost)
    return costs


def ratios(these: Sequence[float], those: Sequence[float]) -> list[float]:
    """Return how much more these cost than those, round by round.

    Example:
        >>> ratios([3.0, 4.0], [1.0, 2.0])
        [3.0, 2.0]
    """
    return [this / that for this, that in zip(these, those, strict=True)]
