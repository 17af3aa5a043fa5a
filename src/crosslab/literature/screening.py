"""Which of the works found belong to the study, by criteria that are written down.

``claims/screening.yaml`` holds them. Only title, abstract, year and retraction are looked
at, and the first criterion that a work fails is the reason it is left out for.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crosslab.entries import entries
from crosslab.errors import UsageError
from crosslab.layout import CLAIMS
from crosslab.literature.merging import Merged
from crosslab.literature.works import plain_title

SCREENING: Final = CLAIMS / "screening.yaml"

_BY_TERMS: Final = frozenset({"any-of", "none-of"})


class Criterion(BaseModel):
    """One condition that a work of the study fulfils."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z-]*$")
    words: str = Field(min_length=1)
    rule: Literal["any-of", "none-of", "years", "has-abstract", "not-retracted"]
    terms: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None

    @model_validator(mode="after")
    def _has_what_its_rule_needs(self) -> Self:
        """Refuse a rule without what it compares with, and what no rule looks at."""
        years = (self.first_year, self.last_year)
        problems = [
            message
            for wrong, message in (
                (
                    (self.rule in _BY_TERMS) != bool(self.terms),
                    "terms belong to the rules any-of and none-of, and only there",
                ),
                (
                    (self.rule == "years") != (years != (None, None)),
                    "first_year or last_year belong to the rule years, and only there",
                ),
                (
                    None not in years and (self.first_year or 0) > (self.last_year or 0),
                    "first_year must not come after last_year",
                ),
                (
                    any(not plain_title(term.removesuffix("*")) for term in self.terms),
                    "a term must have letters or digits",
                ),
            )
            if wrong
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def holds(self, work: Merged) -> bool:
        """Whether a work fulfils the criterion."""
        match self.rule:
            case "any-of":
                return self._mentioned(work)
            case "none-of":
                return not self._mentioned(work)
            case "years":
                return work.year is not None and (
                    (self.first_year or work.year) <= work.year <= (self.last_year or work.year)
                )
            case "has-abstract":
                return work.abstract is not None
            case "not-retracted":
                return not work.retracted

    def _mentioned(self, work: Merged) -> bool:
        texts = [plain_title(work.title), plain_title(work.abstract or "")]
        return any(pattern(term).search(text) for term in self.terms for text in texts)


class Screened(BaseModel):
    """A work, and the criterion it was left out for, if any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Merged
    excluded_by: str | None


def criteria() -> list[Criterion]:
    """Return the criteria in the order in which they are applied.

    Raises:
        UsageError: The file cannot be read, or a criterion is not as it should be.
    """
    found = entries(SCREENING, "criteria", Criterion)
    ids = [each.id for each in found]
    problems = [
        f"{SCREENING}: criterion {each} stands there {ids.count(each)} times; give each a "
        "name of its own."
        for each in sorted(set(ids))
        if ids.count(each) > 1
    ]
    if not found:
        problems.append(f"{SCREENING} has no criteria; without any, every hit would be included.")
    if problems:
        raise UsageError(problems)
    return found


def screened(works: Sequence[Merged], by: Sequence[Criterion]) -> list[Screened]:
    """Return the works with the first criterion that each of them fails."""
    return [
        Screened(
            work=work, excluded_by=next((each.id for each in by if not each.holds(work)), None)
        )
        for work in works
    ]


@cache
def pattern(term: str) -> re.Pattern[str]:
    """Return what finds a term as whole words; a star at its end stands for any ending.

    Example:
        >>> bool(pattern("smooth*").search("randomized smoothing"))
        True
        >>> bool(pattern("labse").search("collabsed"))
        False
    """
    words = plain_title(term.removesuffix("*"))
    ending = r"\w*" if term.endswith("*") else ""
    return re.compile(rf"\b{re.escape(words)}{ending}\b")
