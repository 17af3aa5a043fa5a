"""Measurements of the mechanism, made up: exactly so many items right, so far away, so sure."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from conftest import LANGUAGES, draft

from crosslab.probes import Probes
from crosslab.provenance import digest
from crosslab.records import Record, Unit

ITEMS = 40
RADII = (0.0, 0.03, 0.3, 1.0)
DRAWS = 100
BALLS = {"standard": 0.0, "adversarial": 0.03, "smoothing-noise": 0.3, "smoothing-synonyms": 0.0}
ARMS = ("standard", "adversarial", "smoothing-synonyms")

Share = Callable[[str, str, float, str, int], float]  # arm, kind, radius, language, seed


def usual_share(arm: str, kind: str, radius: float, language: str, seed: int) -> float:
    """Standard loses to worst noise at once; adversarial training bears it in its ball."""
    clean = (0.9 if language == "ave" else 0.7) - 0.025 * (seed % 2)
    if kind == "random" or radius == 0:
        return clean - (0.3 if radius >= 1 else 0.0)
    kept = 0.8 if arm == "adversarial" and radius <= 0.03 else 0.2
    return clean * kept


def made_up_unit(arm: str, seed: int) -> Unit:
    """Return a run of the experiment."""
    name = digest(f"mechanism {arm} {seed}")
    return Unit(scale="lab", experiment="mechanism", arm=arm, seed=seed, fingerprint=name)


def made_up_record(unit: Unit, radius: float) -> Record:
    """Return a record with the settings that are read."""
    method = {"radius": radius} if radius else None
    languages = [{"key": key, "name": key.capitalize() + "an"} for key in LANGUAGES]
    settings = {"method": method, "lab": {"languages": languages}}
    return Record(**draft(unit, settings=settings), files={}, previous=None)


def made_up_probes(
    *,
    share: Share = usual_share,
    seeds: Mapping[str, Sequence[int]] | None = None,
    largest: float = 1.2,
    votes: int = DRAWS,
    missing: Sequence[Unit] = (),
) -> Probes:
    """Return measurements of three arms in three languages; the last items are the wrong ones."""
    runs = seeds or dict.fromkeys(ARMS, (100, 101, 102))
    units = [made_up_unit(arm, seed) for arm, each in runs.items() for seed in each]
    return Probes(
        source=LANGUAGES[0],
        records=tuple(made_up_record(unit, BALLS[unit.arm]) for unit in units),
        missing=tuple(missing),
        noise=pd.concat([_noise(unit, share) for unit in units], ignore_index=True),
        distances=pd.concat([_distances(unit, largest) for unit in units], ignore_index=True),
        votes=pd.concat([_votes(unit, share, votes) for unit in units], ignore_index=True),
    )


def _named(unit: Unit, language: str) -> dict[str, object]:
    items = [f"test-{number:05d}" for number in range(ITEMS)]
    return {"arm": unit.arm, "seed": unit.seed, "language": language, "item": items}


def _right(share: float) -> np.ndarray:
    return np.arange(ITEMS) < round(share * ITEMS)


def _noise(unit: Unit, share: Share) -> pd.DataFrame:
    parts = [
        {
            **_named(unit, language),
            "noise": kind,
            "radius": radius,
            "right": _right(share(unit.arm, kind, radius, language, unit.seed)),
        }
        for language in LANGUAGES
        for kind in ("random", "worst")
        for radius in RADII
    ]
    return pd.concat([pd.DataFrame(part) for part in parts])


def _distances(unit: Unit, largest: float) -> pd.DataFrame:
    """Targets alone, as in a real run; items lie farther out one after the other."""
    spread = np.linspace(0.9, 1.1, ITEMS)
    parts = [
        {
            **_named(unit, language),
            "largest": largest * spread,
            "mean": largest * spread / 2,
            "total": 3 * largest * spread,
            "state_distance": 0.8,
        }
        for language in LANGUAGES[1:]
    ]
    return pd.concat([pd.DataFrame(part) for part in parts])


def _votes(unit: Unit, share: Share, votes: int) -> pd.DataFrame:
    kinds = [("noise", 0.0375, language) for language in LANGUAGES]
    kinds += [("noise", 0.125, language) for language in LANGUAGES]
    kinds += [("synonyms", 0.0, LANGUAGES[0])]
    parts = [
        {
            **_named(unit, language),
            "kind": kind,
            "scale": scale,
            "right": _right(share(unit.arm, "random", 0.0, language, unit.seed)),
            "votes": votes,
            "draws": DRAWS,
        }
        for kind, scale, language in kinds
    ]
    return pd.concat([pd.DataFrame(part) for part in parts])
