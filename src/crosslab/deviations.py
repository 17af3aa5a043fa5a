"""Where this lab differs from the authors' released code, and what each difference does.

A difference that one arm, checkpoint or average has and another has not is measured on
the records of the study. For every other one the ledger says why it is not measured.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from crosslab.arithmetic import Obstacle
from crosslab.checkpoints import LAST
from crosslab.contrasts import Answered, Checkpoint, Contrast, Setting, Task, answered
from crosslab.entries import entries
from crosslab.errors import UsageError
from crosslab.evidence import estimate_of
from crosslab.layout import CLAIMS
from crosslab.records import Store

LEDGER: Final = CLAIMS / "deviations.yaml"

Rung = Literal["lab", "bench"]
Mark = Literal["SEEN", "RECALLED", "DERIVED", "NOT FOUND"]
Reason = Obstacle | Literal["no-arm"]

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Released(BaseModel):
    """What the authors' release does, and how that is known."""

    model_config = _STRICT

    says: str
    source: str
    mark: Mark


class GainOfArms(BaseModel):
    """One arm minus another: the arm that has the difference, and the one that has it not.

    Of kind ``seeds``: what each seed by itself would have reported of it.
    """

    model_config = _STRICT

    kind: Literal["gain-of-arms", "seeds"]
    treated: str
    control: str
    setting: Setting = "same-language"
    checkpoint: Checkpoint = LAST
    rung: Rung = "lab"  # whose runs it is measured on

    def terms(self) -> tuple[Contrast, ...]:
        """Return the quantity, and nothing to take from it."""
        return (_contrast(self),)


class CheckpointRule(BaseModel):
    """A gain, or an accuracy where no control is named, by one rule minus by another."""

    model_config = _STRICT

    kind: Literal["checkpoint"]
    treated: str
    control: str | None
    setting: Setting = "same-language"
    checkpoint: Checkpoint
    than: Checkpoint
    rung: Literal["lab"] = "lab"

    def terms(self) -> tuple[Contrast, ...]:
        """Return the quantity under either rule."""
        return (_contrast(self), _contrast(self, checkpoint=self.than))


class Average(BaseModel):
    """A gain averaged over some pairs of languages minus the same over others."""

    model_config = _STRICT

    kind: Literal["average"]
    treated: str
    control: str
    setting: Setting
    than: Setting
    checkpoint: Checkpoint = LAST
    rung: Literal["lab"] = "lab"

    def terms(self) -> tuple[Contrast, ...]:
        """Return the quantity over either set of pairs."""
        return (_contrast(self), _contrast(self, setting=self.than))


class NotMeasured(BaseModel):
    """Why the difference has no number here."""

    model_config = _STRICT

    kind: Literal["not-measured"]
    reason: Reason
    because: str


Measurable = GainOfArms | CheckpointRule | Average
Effect = Annotated[Measurable | NotMeasured, Field(discriminator="kind")]


class Deviation(BaseModel):
    """One difference between the released code and this lab."""

    model_config = _STRICT

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    topic: str
    released: Released
    ours: str
    bench: str = ""  # what runs on real languages do, where that is something else
    why: str
    effect: Effect


class Measured(NamedTuple):
    """An effect in one task, in points: an interval, or what single seeds range over."""

    estimate: float
    low: float
    high: float
    seeds: int
    collapsed: int = 0  # of these seeds: an arm did not learn the task, and stays in


class Spread(NamedTuple):
    """What single seeds report, in points."""

    least: float
    most: float
    standard_deviation: float
    seeds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A deviation with its effect per task; ``None`` where its runs are not there."""

    deviation: Deviation
    effects: dict[Task, Measured | Spread | None]


def ledger() -> list[Deviation]:
    """Return every deviation, in the order of the ledger.

    Raises:
        UsageError: The file cannot be read, or an entry is not as it should be; every
            problem is named.
    """
    loaded = entries(LEDGER, "deviations", Deviation)
    problems = list(_repeated(loaded))
    if problems:
        raise UsageError(problems)
    return loaded


def _repeated(loaded: Sequence[Deviation]) -> Iterator[str]:
    for name, count in Counter(each.id for each in loaded).items():
        if count > 1:
            yield f"{LEDGER}: {count} entries have the id '{name}'; an id names one difference."


def answers_for(deviations: Sequence[Deviation], store: Store, scale: str) -> dict[str, Answered]:
    """Return the answers that each effect takes: of this scale, or of rung bench where it was run.

    On rung bench arms have unlike numbers of seeds, so each effect has its own two arms'.

    Raises:
        StoreError: There is no study at this scale, or a record does not match its files.
    """
    lab = answered(store, scale, arms=arms_of(deviations, rung="lab"))
    found = {each.id: lab for each in deviations if _rung(each) == "lab"}
    for each in deviations if store.has_study("bench") else ():
        if _rung(each) == "bench":
            arms = arms_of([each], rung="bench")
            found[each.id] = answered(store, "bench", arms=arms, checkpoints=(LAST,))
    return found


def arms_of(deviations: Sequence[Deviation], rung: Rung = "lab") -> tuple[str, ...]:
    """Return every arm that some effect on a rung takes."""
    contrasts = [term for each in deviations for term in _terms(each) if _rung(each) == rung]
    return tuple(dict.fromkeys(arm for contrast in contrasts for arm in contrast.arms))


def measured(
    deviations: Sequence[Deviation], found: Mapping[str, Answered], *, level: float
) -> list[Row]:
    """Return what every deviation does, in either task, with its interval at this level.

    ``found`` has the answers that each takes, by its id.
    """
    tasks: tuple[Task, ...] = ("paraphrase", "nli")
    return [
        Row(
            deviation=each,
            effects={task: _effect(each, found.get(each.id), task, level) for task in tasks},
        )
        for each in deviations
    ]


def _terms(deviation: Deviation) -> tuple[Contrast, ...]:
    effect = deviation.effect
    return () if isinstance(effect, NotMeasured) else effect.terms()


def _rung(deviation: Deviation) -> Rung:
    effect = deviation.effect
    return "lab" if isinstance(effect, NotMeasured) else effect.rung


def _contrast(effect: Measurable, **changed: Any) -> Contrast:
    fields: dict[str, Any] = {
        name: getattr(effect, name) for name in ("setting", "treated", "control", "checkpoint")
    }
    return Contrast(**{**fields, **changed})


def _effect(
    deviation: Deviation, found: Answered | None, task: Task, level: float
) -> Measured | Spread | None:
    if found is None:
        return None
    samples = [found.sample(task, term) for term in _terms(deviation)]
    there = [each for each in samples if each is not None]
    if not there or len(there) < len(samples):
        return None
    (values, *others) = (each.values for each in there)
    for other in others:
        values = values - other  # same seeds and items: gathered together
    if deviation.effect.kind == "seeds":
        return _spread(values)
    seeds = {seed for term in _terms(deviation) for seed in found.collapsed(task, term)}
    return _interval(values, level, collapsed=len(seeds))


def _spread(values: NDArray[np.float64]) -> Spread | None:
    by_seed = values.mean(axis=1)
    if len(by_seed) < 2:  # noqa: PLR2004 - a spread needs two
        return None
    return Spread(
        float(by_seed.min()), float(by_seed.max()), float(by_seed.std(ddof=1)), len(by_seed)
    )


def _interval(values: NDArray[np.float64], level: float, *, collapsed: int) -> Measured | None:
    if len(values) < 2:  # noqa: PLR2004 - a spread needs two
        return None
    interval = estimate_of(values).interval(level)
    return Measured(interval.estimate, interval.low, interval.high, len(values), collapsed)
