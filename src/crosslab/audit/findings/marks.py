"""What the marks "verified" and the confidences say of each other."""

from collections.abc import Sequence
from math import comb
from typing import Final, NamedTuple

from crosslab.audit.findings.base import Findings, finding, table_span
from crosslab.audit.report import PrintedClaim, Report

_FEWEST: Final = 2  # marks of each kind; with fewer a threshold can always be drawn
_LARGEST_SHARE_OF_EXCEPTIONS: Final = 0.1
_HALF: Final = 0.5
_MOST_EXCEPTIONS: Final = 100  # to be told one by one
_EVEN: Final = 0.5  # from here on chance explains it as well
_RARE: Final = 0.05  # from here on chance is no explanation


class Threshold(NamedTuple):
    """A cut through the confidences that gives the marks, but for some exceptions."""

    confidence: float  # verified are those at or above it
    below: float | None  # the highest confidence under the cut
    exceptions: tuple[int, ...]  # which marks, by place, are not what the cut says
    marks: int
    verified: int
    ranked: tuple[float, ...]  # the confidences, the highest first

    @property
    def few_exceptions(self) -> bool:
        """Whether the cut gives nearly all of the marks."""
        most = min(_LARGEST_SHARE_OF_EXCEPTIONS * self.marks, _MOST_EXCEPTIONS)
        return len(self.exceptions) <= most

    @property
    def chance(self) -> float:
        """At most so often would marks given at random agree as well with some cut."""
        return _chance(self.ranked, self.verified, len(self.exceptions))


def threshold(claims: Sequence[PrintedClaim]) -> Threshold | None:
    """Return the cut through the confidences with the fewest exceptions.

    Nothing where fewer than two claims bear either mark. Of cuts that are equally good the
    highest is returned, so that a confidence on the border counts as an exception once.
    """
    pairs = [
        (claim.confidence, claim.verified, place)
        for place, claim in enumerate(claims)
        if claim.confidence is not None and claim.verified is not None
    ]
    verified = sum(mark for _, mark, _ in pairs)
    if min(verified, len(pairs) - verified) < _FEWEST:
        return None
    ranked = sorted(pairs, reverse=True)
    wrong = verified  # with the cut above all of them, every verified claim is an exception
    best_wrong, best = len(pairs) + 1, ranked[0][0]
    for number, (value, mark, _) in enumerate(ranked):
        wrong += -1 if mark else 1
        last_of_its_value = number + 1 == len(ranked) or ranked[number + 1][0] < value
        if last_of_its_value and wrong < best_wrong:
            best_wrong, best = wrong, value
    return Threshold(
        confidence=best,
        below=max((value for value, _, _ in pairs if value < best), default=None),
        exceptions=tuple(place for value, mark, place in pairs if mark != (value >= best)),
        marks=len(pairs),
        verified=verified,
        ranked=tuple(value for value, _, _ in ranked),
    )


def _chance(ranked: Sequence[float], verified: int, exceptions: int) -> float:
    """Return how often, at most, as many marks given at random have as few exceptions.

    For each possible cut the arrangements near enough to it are counted; those near to two
    cuts are counted twice, so that the share is never too small.
    """
    total = len(ranked)
    near = 0
    # A cut that marks many more or many fewer than were marked cannot be near.
    for top in range(max(1, verified - exceptions), min(total, verified + exceptions) + 1):
        if top < total and ranked[top] == ranked[top - 1]:
            continue  # no cut between equal confidences
        for lost in range(exceptions + 1):  # verified by the cut and not marked
            won = verified - top + lost  # marked and not verified by the cut
            if won >= 0 and lost + won <= exceptions:
                near += comb(top, lost) * comb(total - top, won)
    return min(1.0, near / comb(total, verified))


def marks(report: Report) -> Findings:
    """Yield that the marks are a threshold on the confidences, where it lies, and exceptions."""
    cut = threshold(report.claims)
    if cut is None or not cut.few_exceptions:
        return
    chance = cut.chance
    if chance > _EVEN:
        return
    message = (
        f"“verified” is a confidence of {cut.confidence:g} or more for "
        f"{cut.marks - len(cut.exceptions)} of {cut.marks} claims"
    )
    if cut.below is not None:
        message += f"; the next lower confidence is {cut.below:g}"
    if cut.exceptions:
        named = "; ".join(
            f"“{report.claims[place].text[:60]}” at {report.claims[place].confidence:g}"
            for place in cut.exceptions
        )
        message += f"; exceptions: {named}"
    message += (
        f"; marks given at random would agree so well with some cut in at most "
        f"{100 * chance:.2g} % of cases"
    )
    code = "verified-is-threshold" if chance <= _RARE else "verified-near-threshold"
    if cut.confidence >= _HALF and code == "verified-is-threshold":
        code = "verified-above-half"  # which is what a mark may well mean
    yield finding(code, message, table_span(report))
