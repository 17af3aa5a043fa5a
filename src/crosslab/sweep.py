"""The settings that were tried before any was chosen, and what the rule of choice makes of them.

A sweep is an experiment with records of its own, on source-language dev items alone: that of
the lab (scale ``tuning``) on a world that the published runs never see, that on real
languages (``bench-tuning``) under other seeds. Accuracy is computed anew from the answers.
One seed was run per task, so intervals count items and no seeds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, Final

import numpy as np
import pandas as pd

from crosslab.arms import CONTROL, SWEPT, method_key, method_settings
from crosslab.errors import StoreError
from crosslab.experiments import SOURCE_DEV, experiments_of
from crosslab.records import MANIFEST, Record, Store, Unit
from crosslab.scales import study_config
from crosslab.stats.crossed import Estimate, averaged

SCALE: Final = "tuning"
TOLERANCE_POINTS: Final = 2.0  # how far below the control a setting may lie; fixed before the sweep
LEVEL: Final = 0.95

_EXACT: Final = 9  # decimals: accuracies are counts, what is left beyond is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of a method and how it did, in points; ``below`` is how far under the control."""

    arm: str
    method: str
    values: Mapping[str, Any]
    by_task: Mapping[str, Estimate]
    accuracy: Estimate
    below: Estimate

    @property
    def radius(self) -> float:
        """How far the method moves words, in lengths of each."""
        return float(self.values["radius"])

    @property
    def passes(self) -> bool:
        """Whether the rule admits the setting."""
        return round(self.below.mean, _EXACT) <= TOLERANCE_POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the rule makes of one method, and what the study uses."""

    method: str
    by_rule: Setting | None
    nearest: Setting  # the most accurate, passing or not
    used: Mapping[str, Any]
    used_setting: Setting | None  # nothing where the study uses what the sweep never tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Everything that was tried; without the control nothing can be judged, and nothing is."""

    scale: str
    control: Mapping[str, Estimate]
    tried: tuple[Setting, ...]
    records: tuple[Record, ...]
    missing: tuple[Unit, ...]

    @property
    def standard_points(self) -> float:
        """The accuracy of the control, on average over tasks; no number without a control."""
        return averaged(list(self.control.values())).mean if self.control else nan

    @property
    def threshold_points(self) -> float:
        """The least accuracy the rule admits."""
        return self.standard_points - TOLERANCE_POINTS

    @property
    def methods(self) -> list[str]:
        """The methods that were tried, in the order of the sweep."""
        return list(dict.fromkeys(each.method for each in self.tried))

    def choice(self, method: str, scale: str) -> Choice:
        """Return what the rule picks for a method, and what a scale of the study uses."""
        tried = [each for each in self.tried if each.method == method]
        used = method_settings(study_config(scale), method)
        return Choice(
            method=method,
            by_rule=picked(tried),
            nearest=max(tried, key=lambda each: each.accuracy.mean),
            used=used,
            used_setting=next((each for each in tried if each.values == used), None),
        )


def picked(tried: Sequence[Setting]) -> Setting | None:
    """Return the setting the rule picks; nothing where none passes.

    The largest radius that passes; among the settings of that radius that pass, the most
    accurate.
    """
    passing = [each for each in tried if each.passes]
    return max(passing, key=lambda each: (each.radius, each.accuracy.mean), default=None)


def sweep(store: Store, scale: str = SCALE) -> Sweep:
    """Return what was tried; an empty sweep where this folder has no records of one.

    A setting enters only with a run on every task that is swept. Runs that are missing are
    named.

    Raises:
        StoreError: A record does not match its files, or two runs answered other items.
    """
    tasks = {
        name: each.task
        for name, each in experiments_of(scale).items()
        if each.evaluation == SOURCE_DEV and set(each.arms) > {CONTROL}
    }
    units = [each for each in _units(store, scale) if each.experiment in tasks]
    there = [unit for unit in units if store.state(unit) != "absent"]
    right = {
        arm: {tasks[name]: _right(store, runs) for name, runs in by_task.items()}
        for arm, by_task in _grouped(there).items()
    }
    complete = {arm: found for arm, found in right.items() if len(found) == len(tasks)}
    control = complete.get(CONTROL, {})
    records = tuple(store.record(unit) for unit in there)
    values = {each.unit.arm: each.settings["method"] for each in records}
    return Sweep(
        scale=scale,
        control={task: _over_items(each) for task, each in control.items()},
        tried=tuple(_settings(complete, control, values)) if control else (),
        records=records,
        missing=tuple(unit for unit in units if unit not in there),
    )


def curves(found: Sweep, scale: str) -> pd.DataFrame:
    """Return a row per setting: method, curve, radius, accuracy with its interval, whether used.

    Settings that differ in their radius alone make one curve.
    """
    used = [found.choice(method, scale).used_setting for method in found.methods]
    rows = []
    for each in found.tried:
        interval = each.accuracy.interval(LEVEL)
        rows.append(
            {
                "method": each.method,
                "curve": in_words({**each.values, "radius": None}),
                "radius": each.radius,
                "estimate": interval.estimate,
                "low": interval.low,
                "high": interval.high,
                "used": each in used,
            }
        )
    return pd.DataFrame(rows)


def in_words(values: Mapping[str, Any]) -> str:
    """Return what a method is set to as a person would say it; what is nothing is left out.

    Example:
        >>> in_words({"radius": 0.1, "steps": 3, "plain_share": 0.25, "ramp_share": 0.25})
        'radius 0.1, 3 steps, full radius at 50 % of the updates'
        >>> in_words({"radius": None, "weight": 1.0})
        'weight 1'
        >>> in_words({"plain_share": 0.5})
        '50 % of the updates plain'
    """
    left = {name: value for name, value in values.items() if value is not None}
    parts = [f"radius {left.pop('radius'):g}"] if "radius" in left else []
    if "steps" in left:
        steps = left.pop("steps")
        parts.append(f"{steps} step" + ("s" if steps > 1 else ""))
    if "ramp_share" in left:
        plain, ramp = left.pop("plain_share"), left.pop("ramp_share")
        reached = f"full radius at {100 * (plain + ramp):.0f} % of the updates"
        parts.append(reached + ("" if plain else ", none of them plain"))
    if "plain_share" in left:
        parts.append(f"{100 * left.pop('plain_share'):.0f} % of the updates plain")
    parts += [f"{name.replace('_', ' ')} {value:g}" for name, value in left.items()]
    return ", ".join(parts)


def _units(store: Store, scale: str) -> list[Unit]:
    there = (store.root / scale / MANIFEST).exists()
    return store.manifest(scale).units if there else []


def _grouped(units: Sequence[Unit]) -> dict[str, dict[str, list[Unit]]]:
    """Return the runs by arm and experiment."""
    found: dict[str, dict[str, list[Unit]]] = {}
    for unit in units:
        found.setdefault(unit.arm, {}).setdefault(unit.experiment, []).append(unit)
    return found


def _right(store: Store, runs: Sequence[Unit]) -> "pd.Series[float]":
    """Return how often each item was answered rightly, over the seeds of an arm, in points."""
    parts = []
    for unit in runs:
        answers = store.answers(unit)
        right = 100.0 * (answers["prediction"] == answers["gold"])
        parts.append(right.set_axis(answers["item"].astype(str)))
    return pd.concat(parts, axis=1).mean(axis=1).sort_index()


def _settings(
    complete: Mapping[str, Mapping[str, "pd.Series[float]"]],
    control: Mapping[str, "pd.Series[float]"],
    values: Mapping[str, Any],
) -> Iterator[Setting]:
    for arm, right in complete.items():
        if arm not in SWEPT:
            continue
        by_task = {task: _over_items(each) for task, each in right.items()}
        below = [_over_items(_paired(control[task], each, arm)) for task, each in right.items()]
        yield Setting(
            arm=arm,
            method=method_key(arm),
            values=values[arm],
            by_task=by_task,
            accuracy=averaged(list(by_task.values())),
            below=averaged(below),
        )


def _paired(
    control: "pd.Series[float]", treated: "pd.Series[float]", arm: str
) -> "pd.Series[float]":
    if not control.index.equals(treated.index):
        raise StoreError(
            f"{arm} answered other items than {CONTROL}; move the records of the sweep away and "
            "make it again."
        )
    return control - treated


def _over_items(values: "pd.Series[float]") -> Estimate:
    """Return a mean and how far it would move with other items; seeds are taken as they are."""
    numbers = values.to_numpy(dtype=np.float64)
    error = float(numbers.std(ddof=1) / np.sqrt(numbers.size))
    return Estimate(mean=float(numbers.mean()), standard_error=error, degrees=numbers.size - 1)
