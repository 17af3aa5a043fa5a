"""How many records went which way, from the sources to the study, in the manner of PRISMA.

The numbers must add up at every step; a flow that does not is never made.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, model_validator

from crosslab.literature.answers import Answer, Reason
from crosslab.literature.screening import Criterion, Screened


class Flow(BaseModel):
    """The counts of one search.

    ``by_hand`` counts works that came another way. It is shown beside the others and
    added to none, since some of these works may be among those found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    identified: dict[str, NonNegativeInt]
    partial: dict[str, Reason]
    unavailable: dict[str, Reason]
    duplicates: int = Field(ge=0)
    screened: int = Field(ge=0)
    excluded: dict[str, NonNegativeInt]
    included: int = Field(ge=0)
    by_hand: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        """Refuse counts that do not follow from each other; no search can give them."""
        found = sum(self.identified.values())
        assert found - self.duplicates == self.screened, "identified - duplicates = screened"
        assert self.screened - sum(self.excluded.values()) == self.included, (
            "screened - excluded = included"
        )
        assert (found == 0) == (self.screened == 0), "duplicates leave one of each behind"
        assert not self.identified.keys() & self.unavailable.keys(), "unavailable gave nothing"
        assert self.partial.keys() <= self.identified.keys(), "partial gave something"
        return self


def flow(
    answers: Sequence[Answer],
    decided: Sequence[Screened],
    by: Sequence[Criterion],
    *,
    by_hand: int = 0,
) -> Flow:
    """Return the counts of a search, criteria that nobody failed included."""
    left_out = Counter(each.excluded_by for each in decided)
    identified = {each.source: len(each.works) for each in answers if each.state != "unavailable"}
    return Flow(
        identified=identified,
        partial=_reasons(answers, "partial"),
        unavailable=_reasons(answers, "unavailable"),
        duplicates=sum(identified.values()) - len(decided),
        screened=len(decided),
        excluded={each.id: left_out[each.id] for each in by},
        included=left_out[None],
        by_hand=by_hand,
    )


def _reasons(answers: Sequence[Answer], state: str) -> dict[str, Reason]:
    return {
        each.source: each.reason
        for each in answers
        if each.state == state and each.reason is not None
    }
