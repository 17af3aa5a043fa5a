"""How numbers are written, wherever they are said: in tables, sentences and beside figures."""

from collections.abc import Sequence
from typing import Final

from crosslab.stats.crossed import Interval

_MINUS: Final = "\N{MINUS SIGN}"
_SEEN: Final = 0.001  # the smallest probability that three decimals show


def points(value: float) -> str:
    """Return accuracy points with their sign.

    Example:
        >>> points(2.14), points(-0.04)
        ('+2.1', '0.0')
    """
    text = f"{value:+.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", _MINUS)


def level(value: float) -> str:
    """Return how high something is: one decimal, and a sign only where it is below zero.

    Example:
        >>> level(71.26), level(-0.04)
        ('71.3', '0.0')
    """
    return points(value).removeprefix("+")


def percent(value: float, decimals: int = 1) -> str:
    r"""Return per cent with their sign, which no line break parts from the number.

    Example:
        >>> percent(71.26), percent(99.6, decimals=0)
        ('71.3\xa0%', '100\xa0%')
    """
    return f"{value:.{decimals}f}\N{NO-BREAK SPACE}%"


def counted(count: int, what: str) -> str:
    """Return a count with its noun.

    Example:
        >>> counted(1, "seed"), counted(2, "task")
        ('1 seed', '2 tasks')
    """
    return f"{count} {what}" + ("" if count == 1 else "s")


def with_interval(interval: Interval) -> str:
    """Return an estimate with its interval, as it stands in a sentence or a table."""
    return f"{points(interval.estimate)} ({points(interval.low)} to {points(interval.high)})"


def chance(value: float) -> str:
    r"""Return a probability as it is printed: what is too small to be seen is not called nought.

    Example:
        >>> chance(0.0421), chance(0.00004)
        ('0.042', '<\xa00.001')
    """
    return f"<\N{NO-BREAK SPACE}{_SEEN}" if value < _SEEN else f"{value:.3f}"


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them.

    Example:
        >>> listed(["one"]), listed(["one", "two", "three"])
        ('one', 'one, two and three')
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
