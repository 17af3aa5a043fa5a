"""What one arm is ahead of another by, in any setting and at any checkpoint, of both tasks.

The ledger of deviations and the multiverse ask many such questions of the same answers,
so the answers are gathered once and every question is cut out of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslab.checkpoints import BEST_SOURCE_DEV, LAST, ORACLE
from crosslab.evidence import gathered
from crosslab.records import Store, Unit
from crosslab.stats.outcomes import Cells, Outcomes

Task = Literal["paraphrase", "nli"]
Setting = Literal["same-language", "targets-and-source", "mixed-language", "all-pairs"]
Checkpoint = Literal["last", "best-source-dev", "oracle"]

EXPERIMENT_OF: Final[Mapping[Task, str]] = {
    "paraphrase": "transfer-paraphrase",
    "nli": "transfer-nli",
}
CHECKPOINTS: Final[tuple[Checkpoint, ...]] = (LAST, BEST_SOURCE_DEV, ORACLE)


def _diagonal(outcomes: Outcomes) -> Cells:
    return np.eye(len(outcomes.languages), dtype=np.bool_)


def _everything(outcomes: Outcomes) -> Cells:
    return np.ones((len(outcomes.languages),) * 2, dtype=np.bool_)


SETTINGS: Final[Mapping[Setting, Callable[[Outcomes], Cells]]] = {
    "same-language": Outcomes.same_language,  # each target with itself
    "targets-and-source": _diagonal,  # the usual table of a benchmark has the source in it
    "mixed-language": Outcomes.mixed_language,  # two different languages
    "all-pairs": _everything,  # as the released code evaluates: diagonal and source included
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A quantity: what ``treated`` is ahead of ``control`` by, or its accuracy if there is none."""

    setting: Setting
    treated: str
    control: str | None
    checkpoint: Checkpoint = LAST

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms it takes."""
        return (self.treated,) if self.control is None else (self.treated, self.control)


class Sample(NamedTuple):
    """A quantity per seed and item, in points, and which seeds these are."""

    seeds: tuple[int, ...]
    values: NDArray[np.float64]  # (seeds, items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answers of both tasks at some checkpoints, as far as they are there."""

    scale: str
    outcomes: Mapping[tuple[Task, str], Outcomes]  # by task and checkpoint

    def sample(self, task: Task, contrast: Contrast) -> Sample | None:
        """Return a quantity per seed and item; nothing where a run it takes is not there."""
        outcomes = self.outcomes.get((task, contrast.checkpoint))
        if outcomes is None or not set(contrast.arms) <= set(outcomes.right):
            return None
        cells = SETTINGS[contrast.setting](outcomes)
        if contrast.control is None:
            return Sample(outcomes.seeds, outcomes.points(contrast.treated, cells))
        values = outcomes.gain(contrast.treated, contrast.control, cells)
        return Sample(outcomes.seeds, values)

    def collapsed(self, task: Task, contrast: Contrast) -> frozenset[int]:
        """Return the seeds under which an arm of the contrast did not learn the task."""
        outcomes = self.outcomes[task, contrast.checkpoint]
        arms = contrast.arms
        return frozenset(seed for arm in arms for seed in outcomes.collapsed(arm, *arms))


def answered(
    store: Store,
    scale: str,
    *,
    arms: Sequence[str],
    checkpoints: Sequence[Checkpoint] = CHECKPOINTS,
) -> Answered:
    """Return the answers of these arms, read once per task and checkpoint.

    An arm that has no run yet is left out, and so is a task none of whose seeds is
    complete: a study that is under way can be looked at.

    Raises:
        StoreError: There is no study at this scale, or a record does not match its files.
    """
    outcomes: dict[tuple[Task, str], Outcomes] = {}
    for task, experiment in EXPERIMENT_OF.items():
        there = _arms_there(store, scale, experiment, arms)
        for checkpoint in checkpoints if there else ():
            evidence = gathered(store, scale, experiment, checkpoint, there)
            outcomes[task, checkpoint] = evidence.outcomes
    return Answered(scale=scale, outcomes=outcomes)


def _arms_there(store: Store, scale: str, experiment: str, arms: Sequence[str]) -> tuple[str, ...]:
    """Return the arms that can be compared seed by seed: those that share a finished seed."""
    seeds: dict[str, set[int]] = {}
    for unit in _units_there(store, scale, experiment):
        if unit.arm in arms:
            seeds.setdefault(unit.arm, set()).add(unit.seed)
    return tuple(seeds) if seeds and set.intersection(*seeds.values()) else ()


def _units_there(store: Store, scale: str, experiment: str) -> Iterator[Unit]:
    for unit in store.manifest(scale).units:
        if unit.experiment == experiment and store.folder(unit).exists():
            yield unit
