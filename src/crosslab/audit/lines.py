"""The lines of a text, each with its place."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from crosslab.audit.report import Span

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class Line(NamedTuple):
    """A line without its end, and where it stands."""

    text: str
    start: int
    end: int  # of the text
    after: int  # of the line's end

    @property
    def whole(self) -> Span:
        """The line with its end."""
        return Span(self.start, self.after)


def lines(text: str) -> Iterator[Line]:
    r"""Return the lines of a text; only CR, LF and CRLF end one.

    Example:
        >>> [line.text for line in lines("a\r\nb\u2028c\n")]
        ['a', 'b\u2028c']
    """
    for found in _LINE.finditer(text):
        whole = found[0]
        bare = whole.rstrip("\r\n")
        yield Line(bare, found.start(), found.start() + len(bare), found.end())
