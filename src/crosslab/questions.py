"""The bars of the questions: what will count as an answer, written before the runs.

A claim names two arms and a figure; a question asks how arms compare. So a bar of a question
has parts, each a weighed sum of arms in one measure, and all of them must hold at once: better
than one rival and worse than another is not better. What is looked at beside them decides
nothing, and is corrected for being many.
"""

from collections import Counter
from fractions import Fraction
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from crosslab.claims import BARS, Judged, Rung, refuse_repeated
from crosslab.entries import entries
from crosslab.registry import lookup

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")
_ROUNDING: Final = 1e-9


def _number(written: Any) -> float:
    """Return a weight, which may be written as a fraction: 1/3 has no end as a decimal."""
    return float(Fraction(str(written)))


Weight = Annotated[float, BeforeValidator(_number)]


class Part(BaseModel):
    """A weighed sum of arms in one measure; the weights add up to nothing."""

    model_config = _STRICT

    name: str
    measure: str
    weights: dict[str, Weight] = Field(min_length=2)

    @model_validator(mode="after")
    def _compares(self) -> Self:
        """Refuse weights that compare nothing."""
        ahead = sum(weight for weight in self.weights.values() if weight > 0)
        behind = -sum(weight for weight in self.weights.values() if weight < 0)
        if abs(ahead - behind) > _ROUNDING or ahead <= 0:
            raise ValueError("weights above and below zero must add up to the same")
        if any(weight == 0 for weight in self.weights.values()):
            raise ValueError("an arm without weight must not be named")
        return self

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms it takes."""
        return tuple(self.weights)


class Answered(BaseModel):
    """When each outcome holds, in words."""

    model_config = _STRICT

    direction_only: str = Field(alias="direction-only")
    contradicted: str
    inconclusive: str


class QuestionBar(BaseModel):
    """What will count as an answer to a question on a rung, fixed before the runs."""

    model_config = _STRICT

    question_id: str
    rung: Rung
    experiments: list[str] = Field(min_length=1, max_length=1)
    hypothesis: str
    quantity: str
    parts: list[Part] = Field(min_length=1)
    beside: list[Part]
    smallest_effect_points: float = Field(gt=0)
    seeds: int = Field(ge=2)
    first_seed: int = Field(ge=0)
    level: float = Field(gt=0.5, lt=1)
    test: str
    outcomes: Answered
    limits: str

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        """Refuse two parts of one name: each has a line of its own."""
        names = Counter(each.name for each in (*self.parts, *self.beside))
        twice = [name for name, count in names.items() if count > 1]
        if twice:
            raise ValueError(f"several parts are called {', '.join(twice)}")
        return self

    @property
    def experiment(self) -> str:
        """The experiment whose runs it judges."""
        return self.experiments[0]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that decide."""
        return tuple(dict.fromkeys(arm for part in self.parts for arm in part.arms))

    @property
    def seed_range(self) -> range:
        """The seeds the bar asks for, and no others."""
        return range(self.first_seed, self.first_seed + self.seeds)


class Answer(Judged):
    """What a question comes to, with everything needed to follow it back."""

    question_id: str


def question_bars(rung: str = "") -> list[QuestionBar]:
    """Return every bar of a question, or those on a rung; a question has at most one on each."""
    loaded = entries(BARS, "question_bars", QuestionBar)
    refuse_repeated(
        f"question {bar.question_id} has {{}} bars on rung {bar.rung}" for bar in loaded
    )
    return [bar for bar in loaded if rung in {"", bar.rung}]


def question_bar(question_id: str, *, rung: str) -> QuestionBar:
    """Return the bar of a question on a rung, or refuse with the nearest known one."""
    on_rung = {bar.question_id: bar for bar in question_bars(rung)}
    return lookup(on_rung, question_id, kind=f"question with a bar on rung {rung}")
