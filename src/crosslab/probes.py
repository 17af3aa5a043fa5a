"""What was measured on the mechanism, gathered from its records into curves and shares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from crosslab.errors import StoreError
from crosslab.evidence import estimate_of
from crosslab.records import ANSWERS, Record, Store, Unit
from crosslab.stats.certificates import least_share, noise_radius, substitution_margin

EXPERIMENT: Final = "mechanism"
CONFIDENCE: Final = 0.999
LEVEL: Final = 0.95
SOURCE: Final = "source"
TARGETS: Final = "targets"

_RUN: Final = ["arm", "seed", "language", "item"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """The measurements of every run, one row per item; languages are those of the pairs."""

    source: str
    records: tuple[Record, ...]
    missing: tuple[Unit, ...]
    noise: pd.DataFrame  # _RUN, noise, radius, right
    distances: pd.DataFrame  # _RUN, largest, mean, total, state_distance
    votes: pd.DataFrame  # _RUN, kind, scale, right, votes, draws

    @property
    def arms(self) -> list[str]:
        """The arms that were measured, in the order of the records."""
        return list(dict.fromkeys(record.unit.arm for record in self.records))

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
    return Probes(
        source=str(noise["language"].iloc[0]),
        records=records,
        missing=tuple(unit for unit in units if unit not in there),
        noise=_judged(noise),
        distances=_read(store, there, "distances.parquet"),
        votes=_judged(_read(store, there, "votes.parquet")),
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


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(right=frame["prediction"] == frame["gold"])


def noise_curves(found: Probes) -> pd.DataFrame:
    """Return accuracy against the radius of the noise: random and worst, source and targets."""
    return _curves(found.noise, found.source, ["arm", "noise", "radius"], "right")


def certified_curves(found: Probes, distances: Sequence[float]) -> pd.DataFrame:
    """Return the share of items answered rightly, and certified to be, at each distance or more.

    Distances are of the whole input, in lengths of each word; the certificate is about the
    smoothed classifier and holds with ``CONFIDENCE``.
    """
    noisy = found.votes[found.votes["kind"] == "noise"]
    least = least_share(noisy["votes"].to_numpy(), int(noisy["draws"].iloc[0]), CONFIDENCE)
    radius = noise_radius(least, noisy["scale"].to_numpy(dtype=np.float64))
    noisy = noisy.assign(certified=np.where(least > 0.5, radius, -1.0))  # noqa: PLR2004
    parts = [
        _curves(
            noisy.assign(certain=noisy["right"] & (noisy["certified"] >= distance)),
            found.source,
            ["arm", "scale"],
            "certain",
        ).assign(distance=distance)
        for distance in distances
    ]
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


def failures_inside(found: Probes, radii: Sequence[float]) -> pd.DataFrame:
    """Return the share of failures on targets whose every word lies within a radius of the source.

    If failures of transfer were perturbations that training makes harmless, failures would
    be rarer inside the trained ball than outside. ``items`` counts all target items alike.
    """
    clean = found.noise[(found.noise["noise"] == "random") & (found.noise["radius"] == 0)]
    both = found.distances.merge(clean[[*_RUN, "right"]], on=_RUN, validate="one_to_one")
    rows = []
    for arm, of_arm in both.groupby("arm", sort=False):
        wrong = of_arm[~of_arm["right"]]
        rows += [
            {
                "arm": arm,
                "radius": radius,
                "items": float((of_arm["largest"] <= radius).mean()),
                "failures": float((wrong["largest"] <= radius).mean()),
            }
            for radius in radii
        ]
    return pd.DataFrame(rows)


def displacements(found: Probes) -> pd.DataFrame:
    """Return, per arm and target, the median distance of items from the source."""
    columns = ["largest", "mean", "total", "state_distance"]
    grouped = found.distances.groupby(["arm", "language"], sort=False)[columns]
    return grouped.median().reset_index()


def _curves(rows: pd.DataFrame, source: str, keys: list[str], column: str) -> pd.DataFrame:
    """Return how often a column holds per group, source and targets apart, with intervals."""
    judged = rows.assign(hit=rows[column].astype(float) * 100)
    found = []
    for values, group in judged.groupby(keys, sort=False):
        for where, part in _places(group, source):
            interval = estimate_of(_block(part)).interval(LEVEL)
            found.append(
                {
                    **dict(zip(keys, values, strict=True)),
                    "where": where,
                    "estimate": interval.estimate,
                    "low": interval.low,
                    "high": interval.high,
                }
            )
    return pd.DataFrame(found)


def _places(rows: pd.DataFrame, source: str) -> Iterator[tuple[str, pd.DataFrame]]:
    at_home = rows["language"] == source
    for where, part in ((SOURCE, rows[at_home]), (TARGETS, rows[~at_home])):
        if len(part):
            yield where, part


def _block(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return hits by seed and item, averaged over languages, shape ``(seeds, items)``."""
    block: NDArray[np.float64] = rows.pivot_table(
        index="seed", columns="item", values="hit", aggfunc="mean"
    ).to_numpy()
    return block
