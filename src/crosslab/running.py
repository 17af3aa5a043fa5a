"""A run from end to end: prepare, make, record. The run notebook calls this."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from crosslab.bookmarks import bookmark_file
from crosslab.clocks import Seconds
from crosslab.config import RealStudyConfig, StudyConfig
from crosslab.errors import StoreError
from crosslab.experiments import COLLECTING, PRETRAINING
from crosslab.identity.data import revisions_of
from crosslab.identity.planned import PlannedRun
from crosslab.making import laboratory, questions, real
from crosslab.making.made import WEIGHTS, Made
from crosslab.progress import FileReport
from crosslab.provenance import commit, machine
from crosslab.records import Record, Store
from crosslab.runs import chosen_runs
from crosslab.scales import study_config


def run(  # noqa: PLR0913 - what the notebook is told
    experiment: str,
    scale: str,
    *,
    arms: Sequence[str],
    seed: int,
    results: str,
    data: str = "",
    gpus: int = 1,
) -> pd.DataFrame:
    """Make the runs of one experiment and seed that are not there yet; return their metrics.

    A run that is already recorded under its fingerprint is read, not repeated.
    """
    store = Store(Path(results))
    seeds = () if experiment == PRETRAINING else (seed,)
    planned = chosen_runs(experiment, scale, tuple(arms), seeds, revisions_of(scale, data))
    records = [_made(store, each, data, gpus) for each in planned]
    return pd.DataFrame(
        [
            {"arm": record.unit.arm, "seed": record.unit.seed, **_scalars(record.metrics)}
            for record in records
        ]
    )


def _made(store: Store, planned: PlannedRun, data: str, gpus: int) -> Record:
    state = store.state(planned.unit)
    if state == "present":
        return store.record(planned.unit)
    if state == "damaged":
        store.set_aside(planned.unit)
    report = FileReport(store.root, planned.unit.label)
    began = Seconds.now()
    config = study_config(planned.unit.scale)
    try:
        if isinstance(config, RealStudyConfig):
            made = real.made(config, planned, store.root, data, report, gpus=gpus)
        else:
            made = _lab_made(config, store, planned, report)
    finally:
        report.close()
    record = store.write(_draft(planned, began, made), made.answers, made.files)
    bookmark_file(store.root, planned.unit).unlink(missing_ok=True)
    return record


def _lab_made(config: StudyConfig, store: Store, planned: PlannedRun, report: FileReport) -> Made:
    if planned.unit.experiment == PRETRAINING:
        return laboratory.encoder(config, planned, report)
    weights = _parent_file(store, planned, PRETRAINING, WEIGHTS)
    if planned.settings["evaluation"] in questions.TRIALS:
        collected = None
        if any(parent.experiment == COLLECTING for parent in planned.parents):
            collected = _parent_file(store, planned, COLLECTING, questions.COLLECTED_ITEMS)
        return questions.tried(config, planned, weights, collected, report)
    return laboratory.arm(config, planned, weights, report)


def _parent_file(store: Store, planned: PlannedRun, experiment: str, name: str) -> bytes:
    """Return a file of a run that this one builds on, checked against its record."""
    (parent,) = (each for each in planned.parents if each.experiment == experiment)
    if store.state(parent) != "present":
        raise StoreError(
            f"{store.folder(parent)} is missing or damaged: {planned.unit.label} starts from its "
            f"{name}. Run: crosslab run {experiment} --scale {parent.scale} --results {store.root}"
        )
    return (store.folder(parent) / name).read_bytes()


def _scalars(metrics: Mapping[str, Any]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if isinstance(value, int | float)}


def _draft(planned: PlannedRun, began: Seconds, made: Made) -> dict[str, Any]:
    took = made.earlier + (Seconds.now() - began)
    return {
        "unit": planned.unit,
        "settings": dict(planned.settings),
        "sources": dict(planned.sources),
        "packages": dict(planned.packages),
        "data": made.data,
        "parents": [parent.fingerprint for parent in planned.parents],
        "metrics": dict(made.metrics),
        "wall_seconds": round(took.wall, 2),
        "cpu_seconds": round(took.cpu, 2),
        "machine": {**machine(), "device": made.device, "threads": str(planned.threads)},
        "commit": commit(),
        "finished": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }
