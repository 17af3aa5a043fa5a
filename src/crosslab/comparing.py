"""The runs of a question side by side: any measure of any arm, and weighed sums of arms.

Arms are compared on the seeds that all of them have. Every number is of one seed and one item
until the end, so an interval counts both kinds of chance.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crosslab.errors import StoreError
from crosslab.measures.classified import (
    RANDOM,
    WORST,
    accuracy_in_each,
    accuracy_under_attack,
)
from crosslab.measures.reading import Measured, Run
from crosslab.measures.searched import under_attack
from crosslab.measures.table import LEARNED, MEASURES
from crosslab.records import Record, Store, Unit
from crosslab.registry import lookup
from crosslab.stats.crossed import Estimate, crossed, over_seeds
from crosslab.stats.outcomes import COLLAPSE_POINTS, LEARNED_SHARE

Points = NDArray[np.float64]

LEVEL: Final = 0.95  # of the intervals that are shown

_ROUNDING: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The runs of an experiment that are there, by arm and seed, and those that are not."""

    scale: str
    experiment: str
    runs: Mapping[tuple[str, int], Run]
    missing: tuple[Unit, ...]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that have runs, in the order of the study."""
        return tuple(dict.fromkeys(arm for arm, _ in self.runs))

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that was asked, the source first."""
        return next(iter(self.runs.values())).languages if self.runs else ()

    @property
    def records(self) -> list[Record]:
        """The record of every run."""
        return [run.record for run in self.runs.values()]

    def seeds(self, arms: Collection[str]) -> tuple[int, ...]:
        """Return the seeds under which every one of these arms has a run."""
        of = [{seed for each, seed in self.runs if each == arm} for arm in arms]
        return tuple(sorted(set.intersection(*of))) if of else ()

    def points(self, measure: str, arm: str, seeds: Sequence[int]) -> Points:
        """Return a measure of an arm, shape ``(seeds, items)``.

        Raises:
            StoreError: Runs answered other items.
        """
        found = [_measured(self.runs[arm, seed], measure) for seed in seeds]
        for seed, each in zip(seeds, found, strict=True):
            if each.items != found[0].items:
                raise StoreError(
                    f"{self.experiment} {arm}: seed {seed} was measured on other items than seed "
                    f"{seeds[0]} ({measure}). Make the runs again with the code as it is."
                )
        return np.stack([each.values for each in found])

    def level(self, measure: str, arm: str) -> Estimate | None:
        """Return a measure of an arm over all its seeds; nothing where it has fewer than two."""
        return self.difference(measure, {arm: 1.0})

    def difference(
        self, measure: str, weights: Mapping[str, float], without: Collection[int] = ()
    ) -> Estimate | None:
        """Return a weighed sum of arms; nothing where they share fewer than two seeds."""
        seeds = [seed for seed in self.seeds(weights) if seed not in without]
        if len(seeds) < 2:  # noqa: PLR2004 - a spread needs two
            return None
        self._on_the_same_items(measure, list(weights), seeds[0])
        values = sum(weight * self.points(measure, arm, seeds) for arm, weight in weights.items())
        if MEASURES[measure].has_items:
            return crossed(np.asarray(values))
        return over_seeds(np.asarray(values).mean(axis=1))

    def items(self, measure: str, arm: str, seed: int) -> tuple[str, ...]:
        """Return the names of what an arm was measured on."""
        return _measured(self.runs[arm, seed], measure).items

    def _on_the_same_items(self, measure: str, arms: Sequence[str], seed: int) -> None:
        first, *others = arms
        for arm in others:
            if self.items(measure, arm, seed) != self.items(measure, first, seed):
                raise StoreError(
                    f"{self.experiment}: {arm} and {first} were measured on other items "
                    f"({measure}). Make the runs again with the code as it is."
                )

    def same(self, measure: str, weights: Mapping[str, float]) -> bool:
        """Whether a weighed sum of arms is nothing everywhere, so that nothing was compared."""
        seeds = self.seeds(weights)
        values = sum(weight * self.points(measure, arm, seeds) for arm, weight in weights.items())
        return not np.any(np.abs(values) > _ROUNDING)

    def left(self, arm: str) -> dict[tuple[str, str], dict[float, Points]]:
        """Return what attacks leave an arm, by what they change, how it is sought and budget.

        Each is of shape ``(seeds, items)``; nothing where the arm has no runs. Of searches that is
        their precision, of answers the share that is right.
        """
        runs = [self.runs[arm, seed] for seed in self.seeds([arm])]
        return {
            (kind, sought): {
                budget: np.stack([_under_attack(run, kind, budget, sought).values for run in runs])
                for budget in budgets
            }
            for kind, budgets in (runs[0].budgets() if runs else {}).items()
            for sought in (WORST, RANDOM)
        }

    def in_each_language(self, kind: str, arm: str) -> dict[str, Estimate]:
        """Return the accuracy of an arm on items of a kind, by language."""
        runs = [self.runs[arm, seed] for seed in self.seeds([arm])]
        if len(runs) < 2:  # noqa: PLR2004 - a spread needs two
            return {}
        found = [accuracy_in_each(run, kind) for run in runs]
        return {
            key: crossed(np.stack([each[key].values for each in found]))
            for key in runs[0].languages
        }

    def collapsed(self, arms: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Return the seeds under which an arm did not learn its task, not even in the source.

        As for the claims: hardly above what knowing nothing gives, or not half as far above it as
        the typical run of the arms that are compared.
        """
        seeds = self.seeds(arms)
        if not seeds:
            return {}
        run = self.runs[arms[0], seeds[0]]
        learned = LEARNED[str(run.record.settings["evaluation"])]
        reached = {arm: self.points(learned.measure, arm, seeds).mean(axis=1) for arm in arms}
        floor = learned.floor(run)
        typical = max(float(np.median(each)) for each in reached.values())
        limit = floor + max(COLLAPSE_POINTS, LEARNED_SHARE * (typical - floor))
        return {
            arm: lost
            for arm, each in reached.items()
            if (lost := tuple(s for s, value in zip(seeds, each, strict=True) if value <= limit))
        }


def comparison(store: Store, scale: str, experiment: str) -> Comparison:
    """Return the runs of an experiment; an empty comparison where there are none.

    Raises:
        StoreError: There is no study at this scale, or a record does not match its files.
    """
    units = [each for each in store.manifest(scale).units if each.experiment == experiment]
    there = [unit for unit in units if store.state(unit) != "absent"]
    return Comparison(
        scale=scale,
        experiment=experiment,
        runs={(unit.arm, unit.seed): Run(store=store, record=store.record(unit)) for unit in there},
        missing=tuple(unit for unit in units if unit not in there),
    )


_MEASURED: dict[tuple[tuple[str, ...], str], Measured] = {}  # by hashes, which never change


def _under_attack(run: Run, kind: str, budget: float, sought: str) -> Measured:
    key = (tuple(run.record.files.values()), f"{kind} {sought} {budget}")
    if key not in _MEASURED:
        searches = "pooled_rank" in run.table("attacks")
        which = run.attacked_in(kind)
        read = under_attack(kind, budget, sought, which=which) if searches else None
        _MEASURED[key] = (read or accuracy_under_attack(budget, sought))(run)
    return _MEASURED[key]


def _measured(run: Run, measure: str) -> Measured:
    key = (tuple(run.record.files.values()), measure)
    if key not in _MEASURED:
        read = lookup(MEASURES, measure, kind="measure").read
        try:
            _MEASURED[key] = read(run)
        except StoreError as error:
            raise StoreError(
                f"{run.store.folder(run.unit)}: '{measure}' cannot be read from this run. "
                f"{' '.join(error.problems)} Was it made with other settings than the study has "
                "now? Make it again."
            ) from error
    return _MEASURED[key]
