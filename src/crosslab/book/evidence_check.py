"""No page of a claim without evidence: what is said of it in print, or that nothing was found."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from crosslab.claims import REGISTRY, claims
from crosslab.errors import UsageError
from crosslab.layout import CLAIMS
from crosslab.literature.testimony import problems, statements

_EVIDENCE: Final = CLAIMS / "evidence.yaml"


def require_evidence() -> None:
    """Refuse to make pages of claims that nothing is told about, or of evidence that is astray.

    Raises:
        UsageError: One line per claim, with the file and line that names it, and per problem.
    """
    found = problems()
    with suppress(UsageError):  # an unreadable file is among the problems
        told = {each.about for each in statements()}
        found += [
            f"{REGISTRY}:{_line(REGISTRY, each.claim_id)}: claim {each.claim_id} has no evidence; "
            f"enter what is in print about it into {_EVIDENCE}, or that nothing was found."
            for each in claims()
            if each.claim_id not in told
        ]
    if found:
        raise UsageError(found)


def _line(path: Path, word: str) -> int:
    """Return the line of a file on which a word stands first."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if word in line)
