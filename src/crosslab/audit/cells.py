"""The cells of a table's row, and what a mark and a confidence say."""

import re
from typing import Final

from crosslab.audit.markup import visible
from crosslab.audit.report import Span

_PIPE: Final = re.compile(r"(?<!\\)\|")
_RULE: Final = frozenset("|:+- \t")
_NUMBER: Final = re.compile(
    r"(\d{1,6}(?:\.\d{1,12})?|\.\d{1,12})\s?(%?)(?: ?\([^()]{0,40}\))?\Z", re.ASCII
)
_LONGEST_NAME: Final = 200  # of a column, a mark or a confidence, in characters

_YES: Final = frozenset(
    "✓ ✔ ☑ ✅ √ 🗸 yes y true t verified supported confirmed pass passed ok 1 [x] "
    ":white_check_mark: :heavy_check_mark:".split()
)
_NO: Final = frozenset(
    "× ✗ ✘ ✖ ❌ ☒ ✕ no n false f unverified unsupported refuted fail failed 0 [] "
    ":x: :heavy_multiplication_x:".split()
) | {"not verified", "not supported", "not confirmed", "[ ]"}

_COLUMNS: Final = {
    "claim": {
        "claim",
        "claims",
        "claim text",
        "claim statement",
        "extracted claim",
        "extracted claims",
    },
    "verified": {
        "verified",
        "verification",
        "verdict",
        "status",
        "checked",
        "check",
        "valid",
        "supported",
        "✓/✗",
        "✓/×",
    },
    "confidence": {"confidence", "confidence score", "score", "conf", "certainty", "probability"},
}
_PERHAPS_CLAIM: Final = {"statement", "statements", "finding", "findings", "assertion"}
_ASIDE: Final = re.compile(r"\([^()]{0,40}\)")  # "(0-1)", "(%)"


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
    return "-" in line and _RULE.issuperset(line)


def columns(cells: list[str]) -> dict[str, int] | None:
    """Return which cell of a table's head is which column; nothing if it heads no claims.

    Example:
        >>> columns(["Claim", "Verified?", "**Confidence**"])
        {'claim': 0, 'verified': 1, 'confidence': 2}
        >>> columns(["Method", "Score"]) is None
        True
    """
    found: dict[str, int] = {}
    perhaps: int | None = None  # names a claim where a column beside it says it was verified
    for number, cell in enumerate(cells):
        if len(cell) > _LONGEST_NAME:
            continue
        name = _ASIDE.sub("", visible(cell)).casefold().strip(" ?:.#*_")
        for column, names in _COLUMNS.items():
            if name in names:
                found.setdefault(column, number)
        if name in _PERHAPS_CLAIM:
            perhaps = perhaps if perhaps is not None else number
    if "claim" not in found and perhaps is not None and "verified" in found:
        found = {"claim": perhaps} | found
    return found if "claim" in found else None


def mark(cell: str) -> bool | None:
    """Return what a mark says: verified, not verified, or nothing that can be read.

    Example:
        >>> mark("✓"), mark("×"), mark("Yes"), mark("FALSE"), mark("&#10003;"), mark("maybe")
        (True, False, True, False, True, None)
    """
    if len(cell) > _LONGEST_NAME:
        return None
    seen = _ASIDE.sub("", visible(cell)).casefold().strip(" .")
    words = seen.split()
    for said, value in ((_YES, True), (_NO, False)):  # "✓ verified" says one thing twice
        if seen in said or (len(words) > 1 and all(word in said for word in words)):
            return value
    return None


def confidence(cell: str) -> float | None:
    """Return a confidence between 0 and 1, or nothing where a cell holds none.

    A decimal comma is not guessed at: ``1,2`` could be two numbers.

    Example:
        >>> confidence("0.16"), confidence("16 %"), confidence("1,2"), confidence("NaN")
        (0.16, 0.16, None, None)
    """
    found = _NUMBER.match(visible(cell)) if len(cell) <= _LONGEST_NAME else None
    if found is None:
        return None
    value = float(found[1]) / 100 if found[2] else float(found[1])
    return value if 0 <= value <= 1 else None


def _trimmed(line: str, begin: int, end: int, offset: int) -> Span:
    inner = line[begin:end]
    right = len(inner.rstrip())
    left = min(len(inner) - len(inner.lstrip()), right)
    return Span(offset + begin + left, offset + begin + right)
