"""How hashes and moments are written on the page of the trail."""

from typing import Final

_SHOWN: Final = 12  # digits of a hash in a table; whole ones are in the crate


def short(checksum: str) -> str:
    """Return the beginning of a hash."""
    return f"`{checksum[:_SHOWN]}`"


def second(moment: str) -> str:
    """Return a moment to the second.

    Example:
        >>> second("2026-11-21T12:53:10.909+00:00")
        '2026-11-21 12:53:10'
    """
    return moment[:19].replace("T", " ")


def parted(moment: str) -> str:
    """Return a moment for a narrow column: it may part after the day and nowhere else.

    Example:
        >>> parted("2026-11-21T12:53:10.909+00:00")
        '<time>2026-11-21</time> 12:53:10'
    """
    day, _, clock = second(moment).partition(" ")
    return f"<time>{day}</time> {clock}"
