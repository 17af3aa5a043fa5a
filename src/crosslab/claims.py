"""Claims, the bars they must clear, and the verdicts.

A verdict has two halves that never overwrite each other: what the literature says of
the claim, and what the runs say. The second names the rung its evidence stands on and
is decided by a bar that was written before the runs.
"""

from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crosslab.config import study_config
from crosslab.errors import UsageError
from crosslab.evidence import Evidence, estimate_of, gathered
from crosslab.layout import CLAIMS
from crosslab.records import Store
from crosslab.registry import lookup
from crosslab.stats.twolevel import Estimate

REGISTRY: Final = CLAIMS / "registry.yaml"
BARS: Final = CLAIMS / "bars.yaml"

Stance = Literal["supported", "contradicted", "conflicting", "source-silent", "not-found"]
Replication = Literal[
    "reproduced", "direction-only", "contradicted", "inconclusive", "not-testable-here"
]

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Occurrence(BaseModel):
    """Where a report makes the claim, and what it says of its own check."""

    model_config = _STRICT

    report: str
    title: str
    sha256: str
    start: int
    end: int
    verified: bool
    confidence: float


class Literature(BaseModel):
    """What was found in print, in our own words."""

    model_config = _STRICT

    stance: Stance
    mark: Literal["SEEN", "RECALLED", "NOT FOUND"]
    reason: str
    sources: list[str]


class Claim(BaseModel):
    """A claim under audit."""

    model_config = _STRICT

    claim_id: str
    name: str
    quote: str
    found_in: list[Occurrence]
    literature: Literature


class Outcomes(BaseModel):
    """When each outcome holds, in words; the code that decides is ``_decided``."""

    model_config = _STRICT

    direction_only: str = Field(alias="direction-only")
    contradicted: str
    inconclusive: str


class Bar(BaseModel):
    """What will count as what, fixed before the runs."""

    model_config = _STRICT

    claim_id: str
    rung: str
    experiment: str
    quantity: str
    treated: str
    control: str
    direction: Literal["greater"]
    claimed_points: float
    smallest_effect_points: float
    seeds: int
    level: float
    test: str
    outcomes: Outcomes
    why_not_reproduced: str


class Verdict(BaseModel):
    """What a claim comes to, with everything needed to follow it back."""

    model_config = _STRICT

    claim_id: str
    rung: str
    scale: str
    estimate: float | None
    interval: tuple[float, float] | None
    claimed: float | None
    tests: dict[str, dict[str, float]]
    bayes_factor: float | None
    power: float | None
    seeds: list[int]
    literature: Stance
    replication: Replication
    reason: str
    records: list[str]


Model = TypeVar("Model", bound=BaseModel)


def claims() -> list[Claim]:
    """Return every claim of the registry."""
    return _loaded(REGISTRY, "claims", Claim)


def bars() -> list[Bar]:
    """Return every bar."""
    return _loaded(BARS, "bars", Bar)


def judged(store: Store, scale: str) -> list[Verdict]:
    """Return the verdict on every claim that has a bar."""
    study_config(scale)  # a scale that does not exist is refused by name
    known = {claim.claim_id: claim for claim in claims()}
    return [
        verdict(
            lookup(known, bar.claim_id, kind="claim"), bar, gathered(store, scale, bar.experiment)
        )
        for bar in bars()
    ]


def verdict(claim: Claim, bar: Bar, evidence: Evidence) -> Verdict:
    """Return what the evidence says of a claim, by the bar and nothing else."""
    found = estimate(evidence, bar)
    interval = None if found is None else found.interval(bar.level)
    replication, reason = _decided(bar, found, evidence)
    return Verdict(
        claim_id=claim.claim_id,
        rung=bar.rung,
        scale=evidence.scale,
        estimate=None if found is None else found.mean,
        interval=None if interval is None else (interval.low, interval.high),
        claimed=bar.claimed_points,
        tests={} if found is None else {"direction": _direction_test(found)},
        bayes_factor=None,
        power=None,
        seeds=list(evidence.outcomes.seeds),
        literature=claim.literature.stance,
        replication=replication,
        reason=reason,
        records=[record.unit.folder for record in evidence.records],
    )


def estimate(evidence: Evidence, bar: Bar) -> Estimate | None:
    """Return the quantity a bar is about; nothing where one seed alone is complete."""
    outcomes = evidence.outcomes
    if len(outcomes.seeds) < 2:  # noqa: PLR2004 - a spread needs two
        return None
    return estimate_of(outcomes.gain(bar.treated, bar.control, outcomes.same_language()))


def _direction_test(found: Estimate) -> dict[str, float]:
    return {
        "p_one_sided": found.p_greater(),
        "standard_error": found.standard_error,
        "degrees_of_freedom": float(found.degrees),
    }


def _decided(bar: Bar, found: Estimate | None, evidence: Evidence) -> tuple[Replication, str]:
    """Return the outcome and the reason, trying the outcomes of the bar from top to bottom."""
    obstacle = _obstacle(bar, found, evidence)
    if found is None or obstacle:
        return "inconclusive", obstacle
    interval = found.interval(bar.level)
    scope = f"for this encoder and these languages; {bar.why_not_reproduced}"
    if interval.low > 0:
        return "direction-only", f"{bar.outcomes.direction_only}, {scope}"
    if interval.high < bar.smallest_effect_points:
        return "contradicted", f"{bar.outcomes.contradicted}, {scope}"
    return "inconclusive", (
        "the interval holds both zero and the smallest effect of interest, "
        f"{bar.smallest_effect_points} points; it reaches "
        f"{interval.high - interval.estimate:.1f} points to either side"
    )


def _obstacle(bar: Bar, found: Estimate | None, evidence: Evidence) -> str:
    """Return why the bar cannot be applied, however clear the numbers; empty if it can."""
    seeds = len(evidence.outcomes.seeds)
    if evidence.missing:
        return f"runs are missing: {', '.join(unit.label for unit in evidence.missing)}"
    if evidence.scale != bar.rung:
        return f"scale {evidence.scale} is a rehearsal, and the bar is for rung {bar.rung}"
    if found is None or seeds != bar.seeds:
        return f"{seeds} seeds, and the bar asks for {bar.seeds}"
    if found.standard_error == 0:
        return "both arms gave the same answers, so nothing was compared"
    return ""


def _loaded(path: Path, key: str, model: type[Model]) -> list[Model]:
    """Return the rows of a YAML file, every problem in it reported at once."""
    try:
        rows: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))[key]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise UsageError(f"{path} cannot be read: {str(error).splitlines()[0]}.") from error
    loaded, problems = [], []
    for number, row in enumerate(rows, start=1):
        try:
            loaded.append(model.model_validate(row))
        except ValidationError as error:
            problems += [
                f"{path}, entry {number}: {'.'.join(map(str, each['loc']))}: {each['msg']}."
                for each in error.errors()
            ]
    if problems:
        raise UsageError(problems)
    return loaded
