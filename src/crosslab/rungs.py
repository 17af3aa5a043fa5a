"""The same questions on every rung of evidence, and how a gain depends on what lines up.

On rung ``bench`` the same arms were run on encoders whose languages line up badly and well, so
"robust training helps where alignment is poor" is a difference that can be measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from crosslab.arms import CLAIMED_ARMS
from crosslab.errors import StoreError
from crosslab.evidence import Evidence, estimate_of, gathered
from crosslab.experiments import GRAFT, GRAFT_PAIRS, experiments_of
from crosslab.lineup import SETS, Lineup
from crosslab.records import MANIFEST, Store
from crosslab.stats.crossed import Estimate

SCALE: Final = "bench"
CONTROL: Final = "standard"
ROBUST: Final = tuple(arm for arm in CLAIMED_ARMS if arm != CONTROL)
TASKS: Final = ("paraphrase", "nli")
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was found on one task with one encoder, on the arms of the claims alone."""

    task: str
    encoder: str
    evidence: Evidence

    def gain(self, arm: str) -> Estimate:
        """Return how far an arm is ahead within the target languages."""
        outcomes = self.evidence.outcomes
        return estimate_of(outcomes.gain(arm, CONTROL, outcomes.same_language()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rungs:
    """What was found on real languages, and the names of what was not run yet."""

    asked: tuple[Asked, ...]
    missing: tuple[str, ...]  # experiments without a complete seed

    def of(self, task: str, encoder: str) -> Asked | None:
        """Return what was found on a task with an encoder; nothing where it was not run."""
        return next(
            (each for each in self.asked if (each.task, each.encoder) == (task, encoder)), None
        )


def rungs(store: Store) -> Rungs:
    """Return what was found on real languages so far.

    Raises:
        StoreError: A record does not match its files.
    """
    if not (store.root / SCALE / MANIFEST).exists():
        return Rungs(asked=(), missing=tuple(experiments_of(SCALE)))
    planned = {unit.experiment for unit in store.manifest(SCALE).units}
    asked, missing = [], []
    for name, each in experiments_of(SCALE).items():
        if name not in planned or not _any_seed(store, name):
            missing.append(name)
            continue
        evidence = gathered(store, SCALE, name, arms=CLAIMED_ARMS)
        task = next(task for task in TASKS if each.task.startswith(task))
        asked.append(Asked(task=task, encoder=each.encoder, evidence=evidence))
    return Rungs(asked=tuple(asked), missing=tuple(missing))


def _any_seed(store: Store, name: str) -> bool:
    """Whether some seed has a record of every arm of the claims."""
    seeds: dict[str, set[int]] = {arm: set() for arm in CLAIMED_ARMS}
    for unit in store.manifest(SCALE).units:
        if unit.experiment == name and unit.arm in seeds and store.folder(unit).exists():
            seeds[unit.arm].add(unit.seed)
    return bool(set.intersection(*seeds.values()))


def by_alignment(found: Rungs, encoders: Lineup) -> pd.DataFrame:
    """Return a row per task, encoder, language and arm: what lines up, and what the arm gains."""
    columns = ["task", "encoder", "language", "arm", "found", "estimate", "low", "high"]
    return pd.DataFrame(list(_rows(found, encoders)), columns=columns)


def _rows(found: Rungs, encoders: Lineup) -> Iterator[tuple[str | float, ...]]:
    for each in found.asked:
        encoder = encoders.encoder(each.encoder)
        if encoder is None:
            continue
        shares = encoder.found()[SETS[0]]
        outcomes = each.evidence.outcomes
        for language in outcomes.targets:
            for arm in ROBUST:
                gain = outcomes.gain(arm, CONTROL, outcomes.pair(language, language))
                interval = estimate_of(gain).interval(LEVEL)
                bounds = (interval.estimate, interval.low, interval.high)
                yield each.task, each.encoder, language, arm, float(shares[language]), *bounds


def where_poor(found: Rungs, task: str, arm: str) -> Estimate | None:
    """Return how much more an arm gains where words were only put in place than after pairs.

    Both encoders are asked the same items under the same seeds, so the difference is taken
    answer by answer. Nothing is returned where one of them was not run.

    Raises:
        StoreError: They were asked other items.
    """
    poor, better = found.of(task, GRAFT), found.of(task, GRAFT_PAIRS)
    if poor is None or better is None:
        return None
    one, other = poor.evidence.outcomes, better.evidence.outcomes
    seeds = [seed for seed in one.seeds if seed in other.seeds]
    if not seeds:
        return None
    gains = [
        each.gain(arm, CONTROL, each.same_language())[[each.seeds.index(seed) for seed in seeds]]
        for each in (one, other)
    ]
    if gains[0].shape != gains[1].shape:
        raise StoreError(f"{task}: {GRAFT} and {GRAFT_PAIRS} were asked other items.")
    difference: np.ndarray = gains[0] - gains[1]
    return estimate_of(difference) if len(seeds) > 1 else None
