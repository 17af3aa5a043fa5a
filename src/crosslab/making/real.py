"""Runs on real languages: an encoder, or an arm fine-tuned on English and asked in all."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from crosslab.arms import method_key, methods_of
from crosslab.bookmarks import EVERY, FileBookmark, bookmark_file, seconds_kept
from crosslab.checkpoints import LAST
from crosslab.config import FinetuneConfig, Precision, RealStudyConfig, RealTaskConfig
from crosslab.crews import AccelerateCrew, together
from crosslab.data.catalogue import CARDS
from crosslab.data.folder import folder_source
from crosslab.data.folder_and_hub import source_of
from crosslab.data.languages import NAMES
from crosslab.data.rows import LabelledPairs
from crosslab.devices import claimed, device, device_name, memory_of, precision_here
from crosslab.devices import gpus as present
from crosslab.evaluation import matrix_answers, matrix_probabilities
from crosslab.experiments import PRETRAINING, QUESTION_EXPERIMENTS, SOURCE_DEV
from crosslab.finetuning import Finetuned, finetuned
from crosslab.identity.planned import PlannedRun
from crosslab.making.encoders import Place, data_card, encoder_of, made_encoder
from crosslab.making.made import Made, checkpoint_answers, run_metrics, summary
from crosslab.making.searches import searched
from crosslab.materials.real import RealMaterial, real_material
from crosslab.methods import method
from crosslab.records import DataCard
from crosslab.training import Report


def made(  # noqa: PLR0913 - what a run is, where it goes, what it takes
    config: RealStudyConfig,
    planned: PlannedRun,
    root: Path,
    data: str,
    report: Report,
    *,
    gpus: int = 1,
) -> Made:
    """Make a run of a scale on real languages, on so many GPUs where there are any."""
    folder = Path(data) if data else None
    place = Place(root, source_of(folder_source(folder) if folder else None), folder)
    with claimed(gpus, present()) as own, memory_of(planned.unit.label):
        if own:
            torch.cuda.set_device(own[0])
        if planned.unit.experiment == PRETRAINING:
            found = made_encoder(config, planned, place, report)
        elif planned.unit.experiment in QUESTION_EXPERIMENTS:
            found = searched(config, planned, place, report)
        elif len(own) > 1:
            found = together(own, partial(arm, config, planned, place, report))
        else:
            found = arm(config, planned, place, report)
        return replace(found, device=device_name(len(own)))


def arm(
    config: RealStudyConfig,
    planned: PlannedRun,
    place: Place,
    report: Report,
    crew: AccelerateCrew | None = None,
) -> Made:
    """Fine-tune one arm on English, answer in every pair of languages."""
    key, asked = planned.unit.arm, planned.settings
    task = config.tasks[str(asked["task"])]
    encoder = encoder_of(config, planned, place, report)
    material = real_material(
        task,
        encoder.vocabulary,
        place.source,
        longest=config.longest_input,
        known=asked["data"],
        matching="released" if asked["matching"] == "released" else "handled",
    )
    file = bookmark_file(place.root, planned.unit)
    earlier = seconds_kept(file, crew.count if crew else 1)
    tuned = finetuned(
        encoder.model,
        method(method_key(key), methods_of(config, key, str(asked["task"]))),
        material,
        config=_in_parts(task.finetune, asked, crew),
        seed=planned.unit.seed,
        report=_silent if crew and crew.rank else report,
        device=device(),
        crew=crew,
        bookmarking=partial(FileBookmark, file, EVERY, crew=crew),
    )
    answers = _answers(tuned, material, planned, precision_here(task.finetune.precision))
    return Made(
        answers=answers,
        metrics=run_metrics(tuned, summary(answers.to_pandas(), material.source)),
        data=[
            _task_card(task, material, asked),
            *(data_card(card, revision) for card, revision in asked["data"].items()),
        ],
        earlier=earlier,
    )


def _in_parts(
    finetune: FinetuneConfig, asked: Mapping[str, Any], crew: AccelerateCrew | None
) -> FinetuneConfig:
    """Return how to fine-tune: in a precision that is there, and in as many parts as are needed.

    An encoder may need several, and so do several processes.
    """
    parts = max(asked.get("accumulation", finetune.accumulation), crew.count if crew else 1)
    return replace(finetune, accumulation=parts, precision=precision_here(finetune.precision))


def _silent(*, done: int, total: int, loss: float) -> None:
    """Report nothing: the first process does."""


def _answers(
    tuned: Finetuned, material: RealMaterial, planned: PlannedRun, precision: Precision
) -> pa.Table:
    """Return the answers that an experiment asks for: of all test items, or of source dev alone."""
    if planned.settings["evaluation"] == SOURCE_DEV:
        dev = material.split("dev")
        found = matrix_probabilities(tuned.model, dev, (material.source,), precision)
        return matrix_answers({LAST: found}, dev)
    languages = (material.source, *material.targets)
    return checkpoint_answers(tuned, material.split("test"), languages, precision)


# Cards


def _task_card(task: RealTaskConfig, material: RealMaterial, asked: Mapping[str, Any]) -> DataCard:
    """Return the card of a task's items: sizes, balance, what was left out, and why."""
    splits = material.splits
    counts = {
        split: np.bincount(each.labels, minlength=len(material.labels)).tolist()
        for split, each in splits.items()
    }
    return DataCard(
        name=f"real-{asked['task']}",
        revision=asked["data"][task.card],
        licence=CARDS[task.card].licence,
        description=f"{CARDS[task.card].name}; trained on {CARDS[task.training].name}.",
        details={
            "source": material.source,
            "labels": list(material.labels),
            "counts": counts,
            "languages": [
                {"key": key, "name": NAMES[key]} for key in (material.source, *material.targets)
            ],
            "asked": {
                "same-language": len(splits["test"]),
                "pairs_per_item": task.pairs_per_item,
            },
            "left_out": {split: _left_out(each) for split, each in splits.items()},
            "always_most_frequent": float(
                np.bincount(splits["test"].labels).max() / len(splits["test"])
            ),
            "threads": torch.get_num_threads(),
        },
    )


def _left_out(items: LabelledPairs) -> dict[str, Any]:
    gone = items.left_out
    return {"items": len(gone), "reasons": sorted({each.reason for each in gone})}
