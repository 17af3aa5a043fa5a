"""What a check came to: how many things were looked at, and what is wrong with them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One kind of thing that was checked; notes are worth knowing and break nothing."""

    name: str
    counted: int
    what: str
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def lines(checks: Sequence[Check]) -> list[str]:
    """Return the checks as a person reads them, a line each, notes below.

    Example:
        >>> lines([Check(name="chain", counted=2, what="records follow one another")])
        ['chain      ok    2 records follow one another']
    """
    said = []
    for check in checks:
        good = "ok" if check.counted else "-"
        state = f"{len(check.problems)} bad" if check.problems else good
        said.append(f"{check.name:<10} {state:<5} {check.counted} {check.what}")
        said += [f"{'':<10} note  {note}" for note in check.notes]
    return said


def as_json(checks: Sequence[Check], scale: str, results: str) -> dict[str, Any]:
    """Return the checks as claims/verification.schema.json describes them."""
    return {
        "scale": scale,
        "results": results,
        "holds": not any(check.problems for check in checks),
        "checks": [asdict(check) for check in checks],
    }
