"""What reports say of each other's marks: kept as counts, however many reports there are."""

from collections.abc import Iterable
from typing import NamedTuple

from crosslab.audit.findings.base import Findings, finding
from crosslab.stats.agreement import nominal_alpha

_MARKS = {True: "verified", False: "not verified"}


class Marked(NamedTuple):
    """A claim of the registry as a report marks it."""

    claim_id: str
    verified: bool
    start: int
    end: int


class Tally:
    """How often each claim is marked as verified and as not, and by which report first."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[bool, int]] = {}
        self._first: dict[tuple[str, bool], str] = {}

    def add(self, path: str, marked: Iterable[Marked]) -> None:
        """Count the marks of a report; a claim it states twice counts once."""
        for each in _once(marked):
            counts = self._counts.setdefault(each.claim_id, {True: 0, False: 0})
            counts[each.verified] += 1
            self._first.setdefault((each.claim_id, each.verified), path)

    def findings(self, marked: Iterable[Marked]) -> Findings:
        """Yield where a report's marks differ from those of the others, and how many agree."""
        agreed = compared = 0
        places = _once(marked)
        for each in places:
            counts = self._counts[each.claim_id]
            same, other = counts[each.verified] - 1, counts[not each.verified]
            if other:
                message = (
                    f"{each.claim_id} is marked as {_MARKS[each.verified]} here and as "
                    f"{_MARKS[not each.verified]} in "
                    f"{_reports(other, self._first[each.claim_id, not each.verified])}"
                )
                yield finding("verified-elsewhere", message, (each.start, each.end))
            if same != other:
                compared += 1
                agreed += same > other
        if compared:
            message = (
                f"{agreed} of {compared} marks agree with what most of the other reports say of "
                "the same claim"
            )
            yield finding("agreement", message, (places[0].start, places[-1].end))

    @property
    def alpha(self) -> float | None:
        """Krippendorff's alpha of the marks, with reports as judges and claims as things."""
        return nominal_alpha(
            {_MARKS[mark]: count for mark, count in counts.items() if count}
            for counts in self._counts.values()
        )


def _reports(count: int, first: str) -> str:
    return f"one other report, {first}" if count == 1 else f"{count:,} others, such as {first}"


def _once(marked: Iterable[Marked]) -> list[Marked]:
    """Return the first mark of each claim, in the order of the report."""
    first: dict[str, Marked] = {}
    for each in marked:
        first.setdefault(each.claim_id, each)
    return list(first.values())
