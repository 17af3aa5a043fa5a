"""Wordings with labels: what chose the threshold of the matcher, and how it fares on others."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from crosslab.audit.matching import NO_CLAIM, Matcher
from crosslab.claims import Claim
from crosslab.entries import entries
from crosslab.layout import CLAIMS

WORDINGS: Final = CLAIMS / "wordings.yaml"

Use = Literal["choosing", "judging"]


class Labelled(BaseModel):
    """Wordings of one claim, or of none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim_id: str
    use: Use
    texts: list[str]


class Quality(NamedTuple):
    """How a threshold fares on labelled wordings."""

    right: int
    wrong: int  # matched to a claim that it does not state
    missed: int  # states a claim and matched none

    @property
    def precision(self) -> float:
        """The share of matches that are right."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """The share of wordings that were matched as they should be, of those that state one."""
        return self.right / max(self.right + self.missed, 1)

    @property
    def f_half(self) -> float:
        """Both in one number, a wrong match counting four times a missed one (F 0.5).

        A wrong match puts another claim's verdict beside a sentence; a missed one puts none.
        """
        return 1.25 * self.right / max(1.25 * self.right + self.wrong + 0.25 * self.missed, 1)


def labelled(use: Use) -> list[tuple[str, str]]:
    """Return the labelled wordings that choose the threshold, or those that judge it."""
    return [
        (text, row.claim_id)
        for row in entries(WORDINGS, "wordings", Labelled)
        if row.use == use
        for text in row.texts
    ]


def quality(matcher: Matcher, wordings: Iterable[tuple[str, str]]) -> Quality:
    """Return how a matcher fares on labelled wordings."""
    right = wrong = missed = 0
    for text, claim_id in wordings:
        found = matcher.match(text).claim_id
        right += found == claim_id
        wrong += found is not None and found != claim_id
        missed += claim_id not in {NO_CLAIM, found}
    return Quality(right, wrong, missed)


def best_threshold(claims: Sequence[Claim]) -> float:
    """Return the threshold that does best (F 0.5) on the wordings that choose it.

    Where several are as good, the middle of the longest row of them.
    """
    tried = [round(0.02 * step, 2) for step in range(1, 50)]
    wordings = labelled("choosing")
    scores = [quality(Matcher(claims, threshold=each), wordings).f_half for each in tried]
    best = max(scores)
    good = [each for each, score in zip(tried, scores, strict=True) if score == best]
    runs: list[list[float]] = [[good[0]]]
    for before, after in pairwise(good):
        if after - before > 0.03:  # noqa: PLR2004 - a step of the grid, and half of one
            runs.append([])
        runs[-1].append(after)
    longest = max(runs, key=len)
    return longest[len(longest) // 2]
