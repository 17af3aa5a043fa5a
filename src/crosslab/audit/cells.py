"""The cells of a table's row, and what a mark and a confidence say."""

import re
from typing import Final

from crosslab.audit.markup import visible
from crosslab.audit.report import Span

_PIPE: Final = re.compile(r"(?<!\\)\|")
_RULE: Final = re.compile(r"[\s|:+-]*-[\s|:+-]*\Z")
_NUMBER: Final = re.compile(r"(\d{1,6}(?:\.\d{1,12})?|\.\d{1,12})\s*(%?)\Z", re.ASCII)

_YES: Final = frozenset(
    "✓ ✔ ☑ ✅ √ 🗸 yes y true t verified supported confirmed pass passed ok 1 [x]".split()
)
_NO: Final = frozenset(
    "× ✗ ✘ ✖ ❌ ☒ ✕ no n false f unverified unsupported refuted fail failed 0 []".split()
) | {"not verified", "not supported", "not confirmed", "[ ]"}

_COLUMNS: Final = {
    "claim": {"claim", "claims", "statement", "extracted claim", "assertion"},
    "verified": {"verified", "verification", "verdict", "status", "checked", "valid", "supported"},
    "confidence": {"confidence", "confidence score", "score", "conf", "certainty", "probability"},
}


def split_cells(line: str, offset: int, separator: str) -> list[Span]:
    """Return where the cells of a row are, spaces around them left out.

    Example:
        >>> split_cells("| a | b |", 10, "|")
        [Span(start=12, end=13), Span(start=16, end=17)]
    """
    cuts = (
        [found.start() for found in _PIPE.finditer(line)]
        if separator == "|"
        else [place for place, character in enumerate(line) if character == separator]
    )
    begins = [0, *(cut + 1 for cut in cuts)]
    ends = [*cuts, len(line)]
    cells = [_trimmed(line, begin, end, offset) for begin, end in zip(begins, ends, strict=True)]
    if separator == "|":  # the outer pipes may be there or not
        if cells and cells[0].start == cells[0].end and cuts and not line[: cuts[0]].strip():
            cells = cells[1:]
        if cells and cuts and not line[cuts[-1] + 1 :].strip():
            cells = cells[:-1]
    return cells


def is_rule(line: str) -> bool:
    """Whether a line is the rule below a table's head, such as ``|---|:-:|``."""
    return _RULE.match(line) is not None


def columns(cells: list[str]) -> dict[str, int] | None:
    """Return which cell of a table's head is which column; nothing if it heads no claims.

    Example:
        >>> columns(["Claim", "Verified?", "**Confidence**"])
        {'claim': 0, 'verified': 1, 'confidence': 2}
        >>> columns(["Method", "Score"]) is None
        True
    """
    found: dict[str, int] = {}
    for number, cell in enumerate(cells):
        name = visible(cell).casefold().strip(" ?:.#")
        for column, names in _COLUMNS.items():
            if name in names:
                found.setdefault(column, number)
    return found if "claim" in found else None


def mark(cell: str) -> bool | None:
    """Return what a mark says: verified, not verified, or nothing that can be read.

    Example:
        >>> mark("✓"), mark("×"), mark("Yes"), mark("FALSE"), mark("&#10003;"), mark("maybe")
        (True, False, True, False, True, None)
    """
    seen = visible(cell).casefold().strip(" .:")
    # A variation selector was taken off; the multiplication sign stays what it is.
    return True if seen in _YES else False if seen in _NO else None


def confidence(cell: str) -> float | None:
    """Return a confidence between 0 and 1, or nothing where a cell holds none.

    A decimal comma is not guessed at: ``1,2`` could be two numbers.

    Example:
        >>> confidence("0.16"), confidence("16 %"), confidence("1,2"), confidence("NaN")
        (0.16, 0.16, None, None)
    """
    found = _NUMBER.match(visible(cell))
    if found is None:
        return None
    value = float(found[1]) / 100 if found[2] else float(found[1])
    return value if 0 <= value <= 1 else None


def _trimmed(line: str, begin: int, end: int, offset: int) -> Span:
    inner = line[begin:end]
    right = len(inner.rstrip())
    left = min(len(inner) - len(inner.lstrip()), right)
    return Span(offset + begin + left, offset + begin + right)
