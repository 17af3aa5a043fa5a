"""Claims, the bars they must clear, and what a verdict consists of.

A verdict has two halves that never overwrite each other: what the literature says of
the claim, and what the runs say. The second names the rung its evidence stands on and
is decided (``verdicts.py``) by a bar that was written before the runs.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from crosslab.arithmetic import Obstacle
from crosslab.entries import entries
from crosslab.errors import UsageError
from crosslab.layout import CLAIMS
from crosslab.registry import lookup
from crosslab.stats.decision import Criteria
from crosslab.stats.outcomes import Setting

REGISTRY: Final = CLAIMS / "registry.yaml"
BARS: Final = CLAIMS / "bars.yaml"

Stance = Literal["supported", "contradicted", "conflicting", "source-silent", "not-found"]
Replication = Literal[
    "reproduced", "direction-only", "contradicted", "inconclusive", "not-testable-here"
]

Rung = Literal["arithmetic", "lab", "bench", "paper"]
RUNGS: Final[tuple[Rung, ...]] = get_args(Rung)  # each can decide more than the one before

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class NotRerun(BaseModel):
    """Why no run of this study can bear on a claim, and what would."""

    model_config = _STRICT

    obstacle: Obstacle
    reason: str
    command: str | None = None
    cost: str | None = None


class Claim(BaseModel):
    """A claim under audit, in the fullest words that a report prints."""

    model_config = _STRICT

    claim_id: str
    name: str
    quote: str
    essential: list[str] = []  # words without which a wording is another claim; a|b: one of them
    not_rerun: NotRerun | None = None


class Outcomes(BaseModel):
    """When each outcome holds, in words; the code that decides is ``stats.decision``."""

    model_config = _STRICT

    reproduced: str
    direction_only: str = Field(alias="direction-only")
    contradicted: str
    inconclusive: str


class Bar(BaseModel):
    """What will count as what, fixed before the runs.

    The quantity is the accuracy of ``treated`` minus that of ``control``, averaged with
    equal weight over the pairs of the setting ``cells`` and over the experiments.
    """

    model_config = _STRICT

    claim_id: str
    rung: Rung
    experiments: list[str] = Field(min_length=1)
    quantity: str
    cells: Setting
    treated: str
    control: str
    direction: Literal["greater"]
    claimed_points: float | None
    original_standard_error_points: float | None = Field(gt=0)
    original_standard_error_source: str | None
    size_at_issue: bool
    smallest_effect_points: float = Field(gt=0)
    equivalence_points: float | None = Field(gt=0)
    seeds: int = Field(ge=2)
    first_seed: int = Field(ge=0)
    level: float = Field(gt=0.5, lt=1)
    test: str
    outcomes: Outcomes
    why_not_reproduced: str

    @model_validator(mode="after")
    def _sizes_agree(self) -> Self:
        """Refuse a bar that speaks of a size in one place and of none in another."""
        claimed = self.claimed_points is not None
        source = self.original_standard_error_source is not None
        problems = [
            message
            for wrong, message in (
                (
                    claimed != (self.equivalence_points is not None),
                    "equivalence_points belongs to claimed_points: give both, or null for both",
                ),
                (
                    (self.original_standard_error_points is not None) != source,
                    "original_standard_error_points needs its source in words, and only then",
                ),
                (
                    not claimed and (source or self.size_at_issue),
                    "without claimed_points there is no size at issue and no original error",
                ),
                (self.treated == self.control, "treated and control must differ"),
                (
                    len(set(self.experiments)) < len(self.experiments),
                    "an experiment must not be named twice",
                ),
            )
            if wrong
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def criteria(self) -> Criteria:
        """The numbers that decide."""
        return Criteria(
            claimed_points=self.claimed_points,
            size_at_issue=self.size_at_issue,
            smallest_effect_points=self.smallest_effect_points,
            equivalence_points=self.equivalence_points,
            level=self.level,
        )

    @property
    def seed_range(self) -> range:
        """The seeds the bar asks for, and no others."""
        return range(self.first_seed, self.first_seed + self.seeds)


class Judged(BaseModel):
    """What evidence comes to, with everything needed to follow it back."""

    model_config = _STRICT

    rung: str
    scale: str
    estimate: float | None
    interval: tuple[float, float] | None
    claimed: float | None
    tests: dict[str, dict[str, float]]
    bayes_factor: float | None
    power: float | None
    prediction: tuple[float, float] | None
    seeds: list[int]
    literature: Stance
    replication: Replication
    reason: str
    not_computed: dict[str, str]  # which of the above is empty, and why
    records: list[str]


class Verdict(Judged):
    """What a claim comes to."""

    claim_id: str


def claim_and_bar(claim_id: str, *, rung: str) -> tuple[Claim, Bar]:
    """Return a claim and the bar it must clear on a rung, or refuse with the nearest known ones."""
    claim = lookup({each.claim_id: each for each in claims()}, claim_id, kind="claim")
    on_rung = {bar.claim_id: bar for bar in bars() if bar.rung == rung}
    return claim, lookup(on_rung, claim_id, kind=f"claim with a bar on rung {rung}")


def is_whole(verdict: Verdict) -> bool:
    """Whether every seed that the bar asks for is there."""
    return len(verdict.seeds) >= claim_and_bar(verdict.claim_id, rung=verdict.rung)[1].seeds


def claims() -> list[Claim]:
    """Return every claim of the registry."""
    return entries(REGISTRY, "claims", Claim)


def bars() -> list[Bar]:
    """Return every bar; one claim has at most one on each rung."""
    loaded = entries(BARS, "bars", Bar)
    refuse_repeated(f"claim {bar.claim_id} has {{}} bars on rung {bar.rung}" for bar in loaded)
    return loaded


def refuse_repeated(bars: Iterable[str]) -> None:
    """Refuse several bars for one thing on one rung.

    Each is given as what there is to say if there are several, with room for how many.
    """
    problems = [
        f"{BARS}: {said.format(count)}; keep the one that counts."
        for said, count in Counter(bars).items()
        if count > 1
    ]
    if problems:
        raise UsageError(problems)
