"""Runs of scale bench, made up: so many items right per task, encoder and arm."""

from collections.abc import Collection, Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
from conftest import draft
from made_up_lineup import LANGUAGES, made_up_lineup

from crosslab.arms import CLAIMED_ARMS
from crosslab.experiments import experiments_of
from crosslab.provenance import digest
from crosslab.records import Manifest, Store, Unit
from crosslab.rungs import SCALE

ITEMS = 200
SEEDS = (100, 101, 102)
FOUND = {"graft": {"de": 4, "sw": 2}, "graft+pairs": {"de": 8, "sw": 6}}


def answers(share: float, seed: int) -> pa.Table:
    """Return answers in English and two languages of which a share is right in each pair."""
    rng = np.random.default_rng(seed)
    rows = [  # half of the labels are 1, so that the commonest answer gets half right
        (f"test-{item:05d}", first, second, int((rng.random() < share) == item % 2), item % 2)
        for first, second in product(("en", *LANGUAGES), repeat=2)
        for item in range(ITEMS)
    ]
    names = ("item", "first", "second", "prediction", "gold")
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def made_up_rungs(
    root: Path,
    shares: Mapping[tuple[str, str], Mapping[str, float]],
    *,
    seeds: Mapping[str, Collection[int]] | None = None,
    slow: Collection[int] = (),
) -> Store:
    """Write runs by task and encoder, with the share of right answers of each arm.

    An arm has a run under every seed, unless others are named for it; under ``slow`` ones it
    hardly learns.
    """
    store = made_up_lineup(root, FOUND)
    units = list(store.manifest(SCALE).units)
    for name, each in experiments_of(SCALE).items():
        share = shares.get((each.task, each.encoder), {})
        for seed in SEEDS:
            for arm in dict.fromkeys((*CLAIMED_ARMS, *share)):
                unit = Unit(
                    scale=SCALE,
                    experiment=name,
                    arm=arm,
                    seed=seed,
                    fingerprint=digest(f"{name} {arm} {seed}"),
                )
                units.append(unit)
                if arm in share and seed in (seeds or {}).get(arm, SEEDS):
                    settings = {"task": each.task, "arm": arm, "method": None}
                    made = answers(0.55 if seed in slow else share[arm], len(units))
                    store.write(draft(unit, settings=settings), made, {})
    store.write_manifest(Manifest(scale=SCALE, planned="d", lock="l", units=units))
    return store
