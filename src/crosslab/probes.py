"""What was measured on the mechanism, gathered from its records into curves and shares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crosslab.arms import CONTROL
from crosslab.errors import StoreError
from crosslab.evidence import estimate_of
from crosslab.records import ANSWERS, Record, Store, Unit
from crosslab.stats.certificates import least_share, noise_radius, substitution_margin
from crosslab.stats.crossed import Interval

EXPERIMENT: Final = "mechanism"
CONFIDENCE: Final = 0.999
LEVEL: Final = 0.95
SOURCE: Final = "source"
TARGETS: Final = "targets"
RANDOM: Final = "random"
WORST: Final = "worst"

_ROUNDING: Final = 1e-9
_STEPS: Final = 8  # places at which certified accuracy is read off
_RUN: Final = ["arm", "seed", "language", "item"]


@dataclass(frozen=True, kw_only=True)
class Probes:
    """The measurements of every run, one row per item; languages are those of the pairs."""

    source: str
    records: tuple[Record, ...]
    missing: tuple[Unit, ...]
    noise: pd.DataFrame  # _RUN, noise, radius, right
    distances: pd.DataFrame  # _RUN, largest, mean, total, state_distance
    votes: pd.DataFrame  # _RUN, kind, scale, right, votes, draws

    @property
    def radii(self) -> list[float]:
        """The radii of noise that answers were given under."""
        return sorted(set(self.noise["radius"]))

    @property
    def balls(self) -> dict[str, float]:
        """The arms that were trained in balls, and how large these were."""
        return {arm: radius for arm in self.arms if (radius := self.trained_radius(arm)) > 0}

    @property
    def arms(self) -> list[str]:
        """The arms that were measured, in the order of the records."""
        return list(dict.fromkeys(record.unit.arm for record in self.records))

    @cached_property
    def noise_blocks(self) -> dict[tuple[str, str, float, str], pd.DataFrame]:
        """Hits by seed and item for each arm, noise, radius and place."""
        return dict(_blocks(self.noise, self.source, ["arm", "noise", "radius"], "right"))

    def trained_radius(self, arm: str) -> float:
        """Return the radius of the balls an arm was trained in; 0 where it had none."""
        for record in self.records:
            if record.unit.arm == arm:
                return float((record.settings["method"] or {}).get("radius", 0.0))
        raise StoreError(f"No run of {arm} among the records of {EXPERIMENT}.")


def probes(store: Store, scale: str) -> Probes:
    """Return what was measured at a scale; runs that are missing are named.

    Raises:
        StoreError: No run is there, or a record does not match its files.
    """
    units = [each for each in store.manifest(scale).units if each.experiment == EXPERIMENT]
    there = [unit for unit in units if store.state(unit) != "absent"]
    if not there:
        raise StoreError(
            f"No run of {EXPERIMENT} at scale '{scale}' is in {store.root}. "
            f"Run: crosslab study --scale {scale} --results {store.root}"
        )
    records = tuple(store.record(unit) for unit in there)
    noise = _read(store, there, ANSWERS)
    votes = _read(store, there, "votes.parquet")
    return Probes(
        source=str(noise["language"].iloc[0]),
        records=records,
        missing=tuple(unit for unit in units if unit not in there),
        noise=_judged(noise, "radius"),
        distances=_read(store, there, "distances.parquet"),
        votes=_judged(votes, "scale"),
    )


def _read(store: Store, units: Sequence[Unit], name: str) -> pd.DataFrame:
    parts = []
    for unit in units:
        frame = pq.read_table(store.folder(unit) / name).to_pandas()
        frame = frame.rename(columns={"first": "language"}).drop(columns="second")
        parts.append(frame.assign(arm=unit.arm, seed=unit.seed))
    joined: pd.DataFrame = pd.concat(parts, ignore_index=True)
    named: pd.DataFrame = joined.astype({"language": str, "item": str})
    return named


def _judged(frame: pd.DataFrame, size: str) -> pd.DataFrame:
    """Return answers with whether they are right, and sizes as they were set, in full precision."""
    sizes = frame[size].astype(float).round(6)
    return frame.assign(right=frame["prediction"] == frame["gold"], **{size: sizes})


def noise_curves(found: Probes) -> pd.DataFrame:
    """Return accuracy against the radius of the noise: random and worst, source and targets."""
    return _curves(found.noise, found.source, ["arm", "noise", "radius"], "right")


def noise_losses(found: Probes) -> pd.DataFrame:
    """Return how many points noise costs an arm, against the same items without noise."""
    blocks = found.noise_blocks
    return pd.DataFrame(
        [
            _row((arm, kind, radius, where), block, blocks[arm, kind, 0.0, where])
            for (arm, kind, radius, where), block in blocks.items()
            if radius > 0
        ]
    ).pipe(_negated)


def noise_leads(found: Probes) -> pd.DataFrame:
    """Return how many points an arm is ahead of the control, in the seeds that both have."""
    blocks = found.noise_blocks
    leads = pd.DataFrame(
        [
            _row((arm, kind, radius, where), block, blocks[CONTROL, kind, radius, where])
            for (arm, kind, radius, where), block in blocks.items()
            if arm != CONTROL and (CONTROL, kind, radius, where) in blocks
        ]
    )
    return leads if leads.empty else leads[leads["seeds"] > 0]


def _row(
    key: tuple[str, str, float, str], block: pd.DataFrame, other: pd.DataFrame
) -> dict[str, Any]:
    """Return one block minus another, over the seeds that both have."""
    shared = block.index.intersection(other.index)
    difference = (block.loc[shared] - other.loc[shared]).to_numpy()
    return {
        **dict(zip(("arm", "noise", "radius", "where"), key, strict=True)),
        "seeds": len(shared),
        **_bounds(difference),
    }


def _negated(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(estimate=-rows["estimate"], low=-rows["high"], high=-rows["low"])


def farthest(found: Probes) -> dict[float, float]:
    """Return, per scale of noise, the farthest distance that unanimous draws certify."""
    noisy = found.votes[found.votes["kind"] == "noise"]
    draws = int(noisy["draws"].iloc[0])
    least = least_share(np.array([draws]), draws, CONFIDENCE)
    return {scale: float(noise_radius(least, scale)[0]) for scale in sorted(set(noisy["scale"]))}


def certified_curves(found: Probes) -> pd.DataFrame:
    """Return the share of items answered rightly, and certified to be, at each distance or more.

    Distances are of the whole input, in lengths of each word; the certificate is about the
    smoothed classifier and holds with ``CONFIDENCE``. Each scale of noise is read off from
    nothing to the farthest that its draws can certify.
    """
    noisy = found.votes[found.votes["kind"] == "noise"]
    least = least_share(noisy["votes"].to_numpy(), int(noisy["draws"].iloc[0]), CONFIDENCE)
    radius = noise_radius(least, noisy["scale"].to_numpy(dtype=np.float64))
    noisy = noisy.assign(certified=np.where(least > 0.5, radius, -1.0))  # noqa: PLR2004
    parts = []
    for scale, reach in farthest(found).items():
        rows = noisy[noisy["scale"] == scale]
        for distance in np.linspace(0, reach, _STEPS):
            certain = rows["right"] & (rows["certified"] >= distance - _ROUNDING)
            curve = _curves(rows.assign(certain=certain), found.source, ["arm", "scale"], "certain")
            parts.append(curve.assign(distance=distance))
    return pd.concat(parts, ignore_index=True)


def synonym_certificates(found: Probes) -> pd.DataFrame:
    """Return, in the source language, how often the synonym-smoothed answer is right, and certain.

    Sets of synonyms here are closed: any allowed substitution has the same draws, so nothing
    can be moved and a certified majority is certain.
    """
    voted = found.votes[found.votes["kind"] == "synonyms"]
    least = least_share(voted["votes"].to_numpy(), int(voted["draws"].iloc[0]), CONFIDENCE)
    certain = substitution_margin(least, np.zeros(len(voted)))
    voted = voted.assign(certain=voted["right"] & certain)
    right = _curves(voted, found.source, ["arm"], "right")
    sure = _curves(voted, found.source, ["arm"], "certain")
    return pd.concat([right.assign(what="right"), sure.assign(what="right and certified")])


def far_and_right(found: Probes) -> pd.DataFrame:
    """Return, per run and target item, how far it lies and whether it was answered rightly."""
    clean = found.noise[(found.noise["noise"] == RANDOM) & (found.noise["radius"] == 0)]
    away = found.distances[found.distances["language"] != found.source]
    return away.merge(clean[[*_RUN, "right"]], on=_RUN, validate="one_to_one")


def failures_inside(found: Probes, radii: Sequence[float]) -> pd.DataFrame:
    """Return the share of failures on targets whose every word lies within a radius of the source.

    If failures of transfer were perturbations that training makes harmless, failures would
    be rarer inside the trained ball than outside. ``items`` counts all target items alike;
    columns in ``_count`` are of answers, one per run, language and item.
    """
    rows = []
    for arm, of_arm in far_and_right(found).groupby("arm", sort=False):
        wrong = of_arm[~of_arm["right"]]
        rows += [
            {
                "arm": arm,
                "radius": radius,
                "items": float((of_arm["largest"] <= radius).mean()),
                "failures": float((wrong["largest"] <= radius).mean()),
                "item_count": len(of_arm),
                "failure_count": len(wrong),
            }
            for radius in radii
        ]
    return pd.DataFrame(rows)


def displacements(found: Probes) -> pd.DataFrame:
    """Return, per arm and target, the median distance of items from the source."""
    columns = ["largest", "mean", "total", "state_distance"]
    away = found.distances[found.distances["language"] != found.source]
    return away.groupby(["arm", "language"], sort=False)[columns].median().reset_index()


def _curves(rows: pd.DataFrame, source: str, keys: list[str], column: str) -> pd.DataFrame:
    """Return how often a column holds per group, source and targets apart, with intervals.

    An interval is cut where accuracy ends: a t interval knows nothing of 0 and 100.
    """
    found = pd.DataFrame(
        [
            {**dict(zip([*keys, "where"], key, strict=True)), **_bounds(block.to_numpy())}
            for key, block in _blocks(rows, source, keys, column)
        ]
    )
    return found.assign(low=found["low"].clip(lower=0), high=found["high"].clip(upper=100))


def _blocks(
    rows: pd.DataFrame, source: str, keys: list[str], column: str
) -> Iterator[tuple[tuple[Any, ...], pd.DataFrame]]:
    """Yield hits by seed and item, averaged over languages: a row per seed, a column per item."""
    judged = rows.assign(hit=rows[column].astype(float) * 100)
    for values, group in judged.groupby(keys, sort=False):
        for where, part in _places(group, source):
            yield (*values, where), part.groupby(["seed", "item"])["hit"].mean().unstack()


def _places(rows: pd.DataFrame, source: str) -> Iterator[tuple[str, pd.DataFrame]]:
    at_home = rows["language"] == source
    for where, part in ((SOURCE, rows[at_home]), (TARGETS, rows[~at_home])):
        if len(part):
            yield where, part


def _bounds(block: NDArray[np.float64]) -> dict[str, float]:
    """Return the mean of a block with its interval; one seed alone has none."""
    enough = len(block) > 1
    mean = float(block.mean()) if len(block) else nan
    interval = estimate_of(block).interval(LEVEL) if enough else Interval(mean, nan, nan)
    return {"estimate": interval.estimate, "low": interval.low, "high": interval.high}
