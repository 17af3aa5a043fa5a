"""Evidence, claims and a store made up without any experiment of the study."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from conftest import LANGUAGES, draft, made_up_answers, made_up_study

from crosslab import multiverse
from crosslab.claims import Claim
from crosslab.contrasts import Answered, answered
from crosslab.evidence import Evidence
from crosslab.provenance import digest
from crosslab.records import Manifest, Record, Store, Unit
from crosslab.seeding import generator
from crosslab.stats.outcomes import Outcomes

ARMS = ("standard", "smoothing-synonyms")
FRESH = tuple(range(100, 110))


def made_up_claim(claim_id: str) -> Claim:
    """Return a claim without words."""
    return Claim(claim_id=claim_id, name="n", quote="q")


def made_up_unit(experiment: str, arm: str, seed: int, scale: str = "lab") -> Unit:
    """Return a unit with a fingerprint of its own."""
    fingerprint = digest(f"{experiment} {arm} {seed}")
    return Unit(scale=scale, experiment=experiment, arm=arm, seed=seed, fingerprint=fingerprint)


def made_up_outcomes(  # noqa: PLR0913 - what evidence may differ in
    gain: float,
    *,
    seeds: Sequence[int] = FRESH,
    items: int = 400,
    seed_points: float = 0.5,
    collapsed: dict[str, Collection[int]] | None = None,
    draw: int = 0,
) -> Outcomes:
    """Return right and wrong answers under a true gain in points over every pair of languages.

    A collapsed run is right half of the time, as the commonest answer is.
    """
    rng = generator(draw, "made-up outcomes")
    shape = (len(seeds), items, len(LANGUAGES), len(LANGUAGES))
    wobble = rng.normal(0, seed_points, (len(seeds), 1, 1, 1))
    share = {"standard": np.full(shape, 0.7), "smoothing-synonyms": 0.7 + (gain + wobble) / 100}
    drawn = rng.random(shape)  # of both arms: what they share is not of interest here
    right = {arm: drawn < share[arm] for arm in ARMS}
    for arm, which in (collapsed or {}).items():
        for seed in which:
            coin = np.arange(items)[:, np.newaxis, np.newaxis] % 2 == 0
            right[arm][list(seeds).index(seed)] = np.broadcast_to(coin, shape[1:])
    return Outcomes(languages=LANGUAGES, seeds=tuple(seeds), right=right, commonest_share=0.5)


def made_up_evidence(
    outcomes: Outcomes,
    *,
    experiment: str = "transfer-paraphrase",
    scale: str = "lab",
    missing: Sequence[Unit] = (),
) -> Evidence:
    """Return evidence around outcomes, with a record for every run in them."""
    units = [
        made_up_unit(experiment, arm, s, scale) for arm in outcomes.right for s in outcomes.seeds
    ]
    return Evidence(
        scale=scale,
        experiment=experiment,
        outcomes=outcomes,
        records=tuple(Record(**draft(unit), files={}, previous=None) for unit in units),
        parents=(),
        missing=tuple(missing),
    )


def made_up_store(
    root: Path,
    *experiments: str,
    planned: Sequence[str] = (),
    scale: str = "lab",
    **changed: object,
) -> Store:
    """Write a study: runs of some experiments are there, those of others are only planned."""
    store, units = Store(root), []
    for experiment in (*experiments, *planned):
        for seed in FRESH:
            for arm in ARMS:
                unit = made_up_unit(experiment, arm, seed, scale)
                units.append(unit)
                if experiment in experiments:
                    share = 0.75 if arm == "standard" else 0.9  # both know the task
                    store.write(
                        draft(unit, **changed),
                        made_up_answers(share, 60, 2 * seed + ARMS.index(arm)),
                        {},
                    )
    store.write_manifest(Manifest(scale=scale, planned="2026-11-21", lock="l", units=units))
    return store


def made_up_answered(root: Path) -> Answered:
    """Return what all arms of the multiverse answered on both tasks, in five seeds."""
    store = made_up_study(
        root,
        accuracies=dict(zip(multiverse.ARMS, (0.97, 0.92, 0.92, 0.945), strict=True)),
        experiments=("transfer-paraphrase", "transfer-nli"),
        seeds=5,
        items=120,
    )
    return answered(store, "smoke", arms=multiverse.ARMS)
