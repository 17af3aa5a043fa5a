"""A run from end to end: prepare, train, answer, record. The run notebook calls this."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crosslab.checkpoints import BEST_SOURCE_DEV, LAST
from crosslab.config import StudyConfig, study_config
from crosslab.errors import StoreError
from crosslab.evaluation import accuracy, matrix_answers, matrix_probabilities
from crosslab.experiments import (
    MATRIX,
    MECHANISM,
    PRETRAINING,
    SOURCE_DEV,
    PlannedRun,
    chosen_runs,
    method_key,
    methods_of,
)
from crosslab.finetuning import Finetuned, finetuned
from crosslab.lab.laboratory import Laboratory, laboratory
from crosslab.lab.pairs import Pairs, Task
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import LabMaterial, lab_material
from crosslab.mechanism import RANDOM, distances, noise_answers, votes
from crosslab.methods import method
from crosslab.pretraining import pretrained, restored, weights
from crosslab.progress import FileReport
from crosslab.provenance import commit, digest_of, machine
from crosslab.records import DataCard, Record, Store, parquet
from crosslab.registry import lookup
from crosslab.seeding import generator

WEIGHTS = "model.safetensors"


def run(
    experiment: str, scale: str, *, arms: Sequence[str], seed: int, results: str
) -> pd.DataFrame:
    """Make the runs of one experiment and seed that are not there yet; return their metrics.

    A run that is already recorded under its fingerprint is read, not repeated.
    """
    store = Store(Path(results))
    seeds = () if experiment == PRETRAINING else (seed,)
    planned = chosen_runs(experiment, scale, tuple(arms), seeds)
    records = [_made(store, each) for each in planned]
    return pd.DataFrame(
        [
            {"arm": record.unit.arm, "seed": record.unit.seed, **_scalars(record.metrics)}
            for record in records
        ]
    )


def _made(store: Store, planned: PlannedRun) -> Record:
    state = store.state(planned.unit)
    if state == "present":
        return store.record(planned.unit)
    if state == "damaged":
        store.set_aside(planned.unit)
    report = FileReport(store.root, planned.unit.label)
    make = _encoder if planned.unit.experiment == PRETRAINING else _arm
    try:
        return make(store, planned, report)
    finally:
        report.close()


def _encoder(store: Store, planned: PlannedRun, report: FileReport) -> Record:
    """Pre-train an encoder, measure how its words line up, and record both."""
    began = _clocks()
    config = study_config(planned.unit.scale)
    lab = laboratory(config.lab)
    made = pretrained(lab, config.encoder, config.pretrain, report)
    frame = made.translations.to_pandas()
    right = frame.assign(right=frame["prediction"] == frame["gold"])
    by_language = right.groupby("first", sort=False)["right"].mean()
    metrics = {
        "final_loss": float(np.mean(made.losses[-50:])),
        "word_translation": float(by_language.mean()),
        "word_translation_by_language": by_language.round(4).to_dict(),
        "parameters": sum(each.numel() for each in made.model.parameters()),
    }
    return store.write(
        _draft(planned, began, metrics, [_text_card(lab, made.text)]),
        made.translations,
        {WEIGHTS: weights(made.model)},
    )


def _arm(store: Store, planned: PlannedRun, report: FileReport) -> Record:
    """Fine-tune one arm on the source language, evaluate it as the experiment asks, record."""
    began = _clocks()
    config = study_config(planned.unit.scale)
    lab = laboratory(config.lab)
    task = lookup(TASKS, str(planned.settings["task"]), kind="task")
    material = lab_material(lab, task, config.task)
    tuned = finetuned(
        restored(lab, config.encoder, _encoder_weights(store, planned)),
        method(method_key(planned.unit.arm), methods_of(config, planned.unit.arm)),
        material,
        config=config.finetune,
        seed=planned.unit.seed,
        report=report,
    )
    evaluate = _EVALUATIONS[str(planned.settings["evaluation"])]
    answers, metrics, files = evaluate(tuned, material, config, planned.unit.seed)
    metrics = {
        "final_loss": float(np.mean(tuned.losses[-50:])),
        "updates": len(tuned.losses),
        "source_dev_accuracy": float(tuned.history[-1][BEST_SOURCE_DEV]),
        **metrics,
        "checkpoints": tuned.history,
    }
    return store.write(
        _draft(planned, began, metrics, [_items_card(lab, task, material.items)]), answers, files
    )


Evaluated = tuple[pa.Table, dict[str, Any], dict[str, bytes]]  # answers, metrics, further files


def _matrix(tuned: Finetuned, material: LabMaterial, *_: object) -> Evaluated:
    """Answer every test item in every pair of languages, at each checkpoint."""
    languages = (material.source, *material.targets)
    reader = material.split("test")
    last = matrix_probabilities(tuned.model, reader, languages)
    matrices = {LAST: last}
    for name, kept in tuned.kept.items():
        if kept.update == len(tuned.losses):
            matrices[name] = last
        else:
            tuned.model.load_state_dict(kept.weights)
            matrices[name] = matrix_probabilities(tuned.model, reader, languages)
    answers = matrix_answers(matrices, reader)
    return answers, summary(answers.to_pandas(), material.source), {}


def _mechanism(
    tuned: Finetuned, material: LabMaterial, config: StudyConfig, seed: int
) -> Evaluated:
    """Measure distances, noise and votes on the first test items."""
    asked, known = config.mechanism, material.resources
    few, voted = (material.split("test").few(items) for items in (asked.items, asked.voted_items))
    languages = (material.source, *material.targets)
    answers = noise_answers(tuned.model, few, languages, asked, seed)
    files = {
        "distances.parquet": parquet(distances(tuned.model, few, material.targets)),
        "votes.parquet": parquet(votes(tuned.model, voted, languages, known, asked, seed)),
    }
    clean = answers.filter(pc.equal(answers["radius"], 0.0)).to_pandas()
    return answers, summary(clean[clean["noise"] == RANDOM], material.source), files


def _source_dev(tuned: Finetuned, material: LabMaterial, *_: object) -> Evaluated:
    """Answer the source-language dev items, which is all that settings may be chosen by."""
    reader = material.split("dev")
    found = matrix_probabilities(tuned.model, reader, (material.source,))
    return matrix_answers({LAST: found}, reader), {}, {}


_EVALUATIONS: Final[Mapping[str, Callable[..., Evaluated]]] = {
    MATRIX: _matrix,
    MECHANISM: _mechanism,
    SOURCE_DEV: _source_dev,
}


def summary(answers: pd.DataFrame, source: str) -> dict[str, float]:
    """Return the averages a person looks at first; statistics come from the answers."""
    right = answers.assign(right=answers["prediction"] == answers["gold"])
    cells = right.groupby(["first", "second"])["right"].mean().reset_index()
    same = cells["first"] == cells["second"]
    targets = same & (cells["first"] != source)
    averages = {
        "source_accuracy": cells[same & ~targets],
        "zero_shot_macro_accuracy": cells[targets],
        "mixed_pair_macro_accuracy": cells[~same],
    }
    return {name: float(each["right"].mean()) for name, each in averages.items() if len(each)}


def _encoder_weights(store: Store, planned: PlannedRun) -> bytes:
    """Return the weights of the encoder a run starts from, checked against its record."""
    (parent,) = planned.parents
    if store.state(parent) != "present":
        raise StoreError(
            f"{store.folder(parent)} is missing or damaged: the encoder that "
            f"{planned.unit.label} starts from. Run: crosslab run {PRETRAINING} "
            f"--scale {parent.scale} --results {store.root}"
        )
    return (store.folder(parent) / WEIGHTS).read_bytes()


def _scalars(metrics: Mapping[str, Any]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if isinstance(value, int | float)}


def _draft(
    planned: PlannedRun,
    began: tuple[float, float],
    metrics: Mapping[str, Any],
    data: list[DataCard],
) -> dict[str, Any]:
    wall, cpu = (now - then for now, then in zip(_clocks(), began, strict=True))
    return {
        "unit": planned.unit,
        "settings": dict(planned.settings),
        "sources": dict(planned.sources),
        "packages": dict(planned.packages),
        "data": data,
        "parents": [parent.fingerprint for parent in planned.parents],
        "metrics": dict(metrics),
        "wall_seconds": round(wall, 2),
        "cpu_seconds": round(cpu, 2),
        "machine": {**machine(), "threads": str(planned.threads)},
        "commit": commit(),
        "finished": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }


def _clocks() -> tuple[float, float]:
    times = os.times()
    return time.monotonic(), times.user + times.system


def _text_card(lab: Laboratory, text: Mapping[str, Sequence[str]]) -> DataCard:
    """Return the card of the pre-training text, with a sample sentence for the reader."""
    sample = lab.world.meanings(1, generator(lab.config.world.seed, "samples"))
    languages = []
    for language in lab.config.languages:
        rng = generator(lab.config.world.seed, "samples", language.key)
        (glossed,) = lab.glossed(sample, language.key, rng)
        languages.append({**asdict(language), "sample": _lines(glossed)})
    return DataCard(
        name="lab-text",
        revision=digest_of({key: list(each) for key, each in text.items()}),
        licence="CC0-1.0",
        description="Invented sentences in seven languages, not parallel, partly code-mixed.",
        details={"source": lab.config.source, "languages": languages},
    )


def _lines(glossed: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {
        "words": " ".join(word for word, _ in glossed),
        "glosses": " ".join(gloss for _, gloss in glossed),
    }


def _items_card(lab: Laboratory, task: Task, items: Mapping[str, Pairs]) -> DataCard:
    """Return the card of a task's items: sizes, balance, and one glossed example per rule."""
    test, source = items["test"], lab.config.source
    examples = []
    for rule in sorted(set(test.rule.tolist())):
        one = test.take(np.flatnonzero(test.rule == rule)[:1])
        rng = generator(lab.config.world.seed, "examples", task.key, rule)
        first, second = (
            lab.glossed(meanings, source, rng)[0] for meanings in (one.first, one.second)
        )
        examples.append(
            {
                "rule": rule,
                "label": task.labels[int(one.label[0])],
                "first": _lines(first),
                "second": _lines(second),
            }
        )
    counts = {
        split: np.bincount(each.label, minlength=len(task.labels)).tolist()
        for split, each in items.items()
    }
    return DataCard(
        name=f"lab-{task.key}",
        revision=digest_of(
            {split: [key.hex() for key in each.identities()] for split, each in items.items()}
        ),
        licence="CC0-1.0",
        description=f"{task.key} items with labels true by construction; stands for "
        f"{task.stands_for}.",
        details={
            "labels": list(task.labels),
            "counts": counts,
            "examples": examples,
            "always_most_frequent": accuracy(
                np.full(len(test), np.bincount(test.label).argmax()), test.label
            ),
        },
    )
