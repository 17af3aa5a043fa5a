"""A sweep of settings, made up: so many items right per arm."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from conftest import draft

from crosslab.arms import VARIANTS, method_settings
from crosslab.provenance import digest
from crosslab.records import Manifest, Store, Unit
from crosslab.scales import study_config
from crosslab.sweep import SCALE

ITEMS = 200
TASKS = ("paraphrase", "nli")
FULL = "plain-0.33-ramp-0.33"


def tuning_unit(arm: str, task: str, seed: int = 0) -> Unit:
    """Return a run of the sweep."""
    name = f"tuning-{task}"
    return Unit(
        scale=SCALE, experiment=name, arm=arm, seed=seed, fingerprint=digest(f"{name} {arm} {seed}")
    )


def dev_answers(right: int, items: int = ITEMS) -> pa.Table:
    """Return answers of which the first so many are right."""
    names = [f"dev-{number:05d}" for number in range(items)]
    return pa.table(
        {"item": names, "first": ["ave"] * items, "second": ["ave"] * items,
         "prediction": (np.arange(items) < right).astype(np.int8), "gold": [1] * items}
    )  # fmt: skip


def settings_of(arm: str) -> dict[str, Any]:
    """Return what the record of an arm says it was set to."""
    found = method_settings(study_config(SCALE), arm) if arm in VARIANTS else None
    return {"task": "paraphrase", "arm": arm, "method": found}


def made_up_sweep(
    root: Path,
    right: Mapping[str, int],
    *,
    leave_out: Collection[tuple[str, str]] = (),
) -> Store:
    """Write a sweep in which each arm answers so many items rightly on both tasks."""
    store = Store(root)
    units = [tuning_unit(arm, task) for task in TASKS for arm in right]
    for each in units:
        if (each.arm, each.experiment) not in leave_out:
            store.write(
                draft(each, settings=settings_of(each.arm)),
                dev_answers(right[each.arm]),
                {},
            )
    store.write_manifest(Manifest(scale=SCALE, planned="d", lock="l", units=units))
    return store
