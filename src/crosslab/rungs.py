"""The same questions on every rung of evidence, and how a gain depends on what lines up.

On rung ``bench`` the same arms were run on encoders whose languages line up badly and well, so
"robust training helps where alignment is poor" is a difference that can be measured.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from crosslab.arms import CLAIMED_ARMS, CONTROL
from crosslab.errors import StoreError
from crosslab.evidence import estimate_of, gathered
from crosslab.experiments import GRAFT, GRAFT_PAIRS, experiments_of
from crosslab.lineup import SETS, Lineup
from crosslab.records import Store, Unit
from crosslab.stats.crossed import Estimate
from crosslab.stats.outcomes import Outcomes

SCALE: Final = "bench"
ROBUST: Final = tuple(arm for arm in CLAIMED_ARMS if arm != CONTROL)
TASKS: Final = {"paraphrase": "PAWS-X", "nli": "XNLI"}  # what each is called on this rung
LEVEL: Final = 0.95
ABOVE_CHANCE: Final = 8.0  # points; the lab is held to as many, or nothing could be seen there


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was found on one task with one encoder.

    An arm is compared on the seeds that it shares with plain fine-tuning, collapsed runs
    included, if there are two; and if either of them collapsed under most, not at all.
    """

    task: str
    encoder: str
    plain: Outcomes  # plain fine-tuning by itself, under every seed it has
    against: Mapping[str, Outcomes]  # by arm: it and plain fine-tuning

    @property
    def above_chance(self) -> float:
        """How far plain fine-tuning is above the commonest answer in the targets, in points."""
        accuracy = self.plain.points(CONTROL, self.plain.same_language()).mean()
        return float(accuracy - 100 * self.plain.commonest_share)

    def compared(self, arm: str) -> Outcomes | None:
        """Return an arm and plain fine-tuning; nothing where they cannot be compared."""
        outcomes = self.against.get(arm)
        if outcomes is None or 2 * len(self.collapsed(arm)) > len(outcomes.seeds):
            return None
        return outcomes

    def collapsed(self, arm: str) -> tuple[int, ...]:
        """Return the seeds under which an arm or plain fine-tuning did not learn the task."""
        outcomes = self.against[arm]
        lost = {*outcomes.collapsed(arm, CONTROL), *outcomes.collapsed(CONTROL, arm)}
        return tuple(sorted(lost))

    def gain(self, arm: str, read_as: str = "zero-shot") -> Estimate | None:
        """Return how far an arm is ahead, within the target languages if nothing else is asked."""
        outcomes = self.compared(arm)
        if outcomes is None:
            return None
        return estimate_of(outcomes.gain(arm, CONTROL, outcomes.read_as()[read_as]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rungs:
    """What was found on real languages, and what was not run to the end yet."""

    asked: tuple[Asked, ...]
    missing: Mapping[str, tuple[int, int]]  # by experiment: runs that are there, and planned ones

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
    there = store.has_study(SCALE)
    every = store.manifest(SCALE).units if there else []
    asked, missing = [], {}
    for name, each in experiments_of(SCALE).items():
        if each.question:
            continue  # what is searched has chapters of its own, and no plain fine-tuning
        planned = [unit for unit in every if unit.experiment == name]
        done = [unit for unit in planned if store.folder(unit).exists()]
        if len(done) < len(planned) or not planned:
            missing[name] = (len(done), len(planned))
        seeds = {arm: _seeds(done, arm) for arm in each.arms}
        if not seeds[CONTROL]:
            continue
        others = [arm for arm in each.arms if arm != CONTROL]
        compared = [arm for arm in others if len(seeds[arm] & seeds[CONTROL]) > 1]
        asked.append(
            Asked(
                task=next(task for task in TASKS if each.task.startswith(task)),
                encoder=each.encoder,
                plain=gathered(store, SCALE, name, arms=(CONTROL,)).outcomes,
                against={
                    arm: gathered(store, SCALE, name, arms=(CONTROL, arm)).outcomes
                    for arm in compared
                },
            )
        )
    return Rungs(asked=tuple(asked), missing=missing)


def _seeds(done: list[Unit], arm: str) -> set[int]:
    return {unit.seed for unit in done if unit.arm == arm}


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
        for arm in ROBUST:
            outcomes = each.compared(arm)
            if outcomes is None:
                continue
            for language in outcomes.targets:
                gain = outcomes.gain(arm, CONTROL, outcomes.pair(language, language))
                interval = estimate_of(gain).interval(LEVEL)
                bounds = (interval.estimate, interval.low, interval.high)
                yield each.task, each.encoder, language, arm, float(shares[language]), *bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much more an arm gains on one encoder than on the other, under the seeds of both."""

    estimate: Estimate
    collapsed: Mapping[str, tuple[int, ...]]  # by encoder: of these seeds, the collapsed ones
    seeds: tuple[int, ...]


def where_poor(found: Rungs, task: str, arm: str) -> Difference | None:
    """Return how much more an arm gains where words were only put in place than after pairs.

    Both encoders are asked the same items under the same seeds, so the difference is taken
    answer by answer. Nothing is returned where one of them was not run.

    Raises:
        StoreError: They were asked other items.
    """
    poor, better = found.of(task, GRAFT), found.of(task, GRAFT_PAIRS)
    if poor is None or better is None:
        return None
    one, other = poor.compared(arm), better.compared(arm)
    if one is None or other is None:
        return None
    seeds = tuple(seed for seed in one.seeds if seed in other.seeds)
    if len(seeds) < 2:  # noqa: PLR2004 - one seed says nothing of how seeds differ
        return None
    gains = [
        each.gain(arm, CONTROL, each.same_language())[[each.seeds.index(seed) for seed in seeds]]
        for each in (one, other)
    ]
    if one.items != other.items or one.languages != other.languages:
        raise StoreError(f"{task}: {GRAFT} and {GRAFT_PAIRS} were asked other items.")
    difference: np.ndarray = gains[0] - gains[1]
    lost = {each.encoder: set(each.collapsed(arm)) & set(seeds) for each in (poor, better)}
    return Difference(
        estimate=estimate_of(difference),
        collapsed={encoder: tuple(sorted(each)) for encoder, each in lost.items() if each},
        seeds=seeds,
    )
