"""Runs on real languages: a step of grafting, an arm fine-tuned on English and asked in all."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from crosslab.bookmarks import FileBookmark, bookmark_file
from crosslab.checkpoints import LAST
from crosslab.config import Precision, RealStudyConfig, RealTaskConfig
from crosslab.data.catalogue import CARDS
from crosslab.data.folder import folder_source
from crosslab.data.hub import HubSource
from crosslab.data.loading import dictionary
from crosslab.data.rows import LabelledPairs
from crosslab.data.sources import Source
from crosslab.errors import StoreError
from crosslab.evaluation import matrix_answers, matrix_probabilities
from crosslab.experiments import (
    GRAFT,
    GRAFT_PAIRS,
    GRAFT_TEXT,
    PRETRAINING,
    SOURCE_DEV,
    STEPS,
    PlannedRun,
    chosen_runs,
    method_key,
    methods_of,
    revisions_from,
)
from crosslab.finetuning import Finetuned, finetuned
from crosslab.grafting import steps
from crosslab.grafting.english import english_folder
from crosslab.grafting.measures import (
    HELD_OUT,
    sentence_retrieval,
    word_translations,
)
from crosslab.grafting.measures import summary as alignment_summary
from crosslab.grafting.saved import (
    ENCODERS,
    WEIGHTS,
    Grafted,
    hashes,
    is_saved,
    load_grafted,
    save_grafted,
)
from crosslab.grafting.training_data import measuring_pairs
from crosslab.making.made import Made, checkpoint_answers, run_metrics, summary
from crosslab.materials.real import RealMaterial, real_material
from crosslab.methods import method
from crosslab.models import settle
from crosslab.records import DataCard, Store, locked, parquet
from crosslab.training import Report
from crosslab.vocabularies.choosing import lexicon

_BOOKMARK_EVERY = 200  # updates


def made(
    config: RealStudyConfig, planned: PlannedRun, root: Path, data: str, report: Report
) -> Made:
    """Make a run of a scale on real languages."""
    source = folder_source(Path(data)) if data else HubSource()
    if planned.unit.experiment == PRETRAINING:
        return _step(config, planned, root, source, report)
    return _arm(config, planned, root, source, report)


# Encoders


def _step(
    config: RealStudyConfig, planned: PlannedRun, root: Path, source: Source, report: Report
) -> Made:
    """Take a step of grafting, keep the encoder beside the records, measure its alignment."""
    folder = encoder_folder(root, planned.unit.fingerprint)
    grafted, noted = _grafted(config, planned, root, source, report)
    kept = save_grafted(folder, grafted)
    lexicons = {key: lexicon(dictionary(source, key)) for key in config.graft.languages}
    words = word_translations(grafted.encoder, grafted.vocabulary, lexicons)
    sentences = sentence_retrieval(
        grafted.encoder,
        grafted.vocabulary,
        {key: measuring_pairs(source, key) for key in config.graft.languages},
        config.graft.measured,
    )
    held_out = words.filter(np.asarray(words["kind"].to_pandas() == HELD_OUT))
    frame = held_out.to_pandas()
    right = frame["prediction"] == frame["gold"]
    by_language = right.groupby(frame["first"], sort=False, observed=True).mean()
    return Made(
        answers=held_out.combine_chunks(),
        metrics={
            "word_translation": float(by_language.mean()),
            "word_translation_by_language": by_language.round(4).to_dict(),
            **alignment_summary(words, sentences),
            **noted,
            "parameters": sum(each.numel() for each in grafted.encoder.parameters()),
            "encoder": kept,
        },
        data=[_card(card, revision) for card, revision in planned.settings["data"].items()],
        files={"words.parquet": parquet(words), "sentences.parquet": parquet(sentences)},
    )


def _grafted(
    config: RealStudyConfig, planned: PlannedRun, root: Path, source: Source, report: Report
) -> tuple[Grafted, dict[str, Any]]:
    """Return the encoder that a step ends with, and what is worth noting about it."""
    settle(config.graft.threads)
    english = english_folder(config.graft.english)
    step = planned.unit.arm
    if step == GRAFT:
        return steps.first_step(config.graft, english, source)
    before = encoder(config, STEPS[STEPS.index(step) - 1], planned, root, source, report)
    take = {GRAFT_TEXT: steps.text_step, GRAFT_PAIRS: steps.pairs_step}[step]
    return before, take(before, config.graft, english, source, report)


def encoder_folder(root: Path, fingerprint: str) -> Path:
    """Return where an encoder is kept, beside the records."""
    return root / ENCODERS / fingerprint


def encoder(  # noqa: PLR0913, PLR0917 - what a step is made of
    config: RealStudyConfig,
    step: str,
    asking: PlannedRun,
    root: Path,
    source: Source,
    report: Report,
) -> Grafted:
    """Return the encoder of a step, made again where its record is there and its weights are not.

    Raises:
        StoreError: It has no record, or was made again with other weights than the record's.
    """
    (parent,) = asking.parents
    store, folder = Store(root), encoder_folder(root, parent.fingerprint)
    if store.state(parent) != "present":
        raise StoreError(
            f"{store.folder(parent)} is missing or damaged: the encoder that "
            f"{asking.unit.label} starts from. Run: crosslab run {PRETRAINING} "
            f"--scale {parent.scale} --results {root}"
        )
    with locked(folder.with_suffix(".lock")):
        if not is_saved(folder):
            (planned,) = chosen_runs(PRETRAINING, config.scale, (step,), (), revisions_from(source))
            grafted, _ = _grafted(config, planned, root, source, report)
            save_grafted(folder, grafted)
    recorded = store.record(parent).metrics["encoder"]
    if hashes(folder) != recorded:
        raise StoreError(
            f"{folder} holds other weights than {store.folder(parent)} records "
            f"({recorded[WEIGHTS][:12]}…): made on another machine, or damaged. Remove the folder "
            "to make it again; if it comes out the same, keep runs of your own with --results."
        )
    return load_grafted(folder, english_folder(config.graft.english))


# Arms


def _arm(
    config: RealStudyConfig, planned: PlannedRun, root: Path, source: Source, report: Report
) -> Made:
    """Fine-tune one arm on English, answer in every pair of languages."""
    task = config.tasks[str(planned.settings["task"])]
    (parent,) = planned.parents
    grafted = encoder(config, parent.arm, planned, root, source, report)
    material = real_material(
        task,
        grafted.vocabulary,
        source,
        longest=config.longest_input,
        matching="released" if planned.settings["matching"] == "released" else "handled",
    )
    tuned = finetuned(
        grafted.encoder,
        method(method_key(planned.unit.arm), methods_of(config, planned.unit.arm)),
        material,
        config=task.finetune,
        seed=planned.unit.seed,
        report=report,
        device="cuda" if torch.cuda.is_available() else "cpu",
        bookmarking=partial(FileBookmark, bookmark_file(root, planned.unit), _BOOKMARK_EVERY),
    )
    answers = _answers(tuned, material, planned, task.finetune.precision)
    return Made(
        answers=answers,
        metrics=run_metrics(tuned, summary(answers.to_pandas(), material.source)),
        data=[
            _task_card(task, material, planned.settings["data"]),
            *(_card(card, revision) for card, revision in planned.settings["data"].items()),
        ],
    )


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


def _card(key: str, revision: str) -> DataCard:
    card = CARDS[key]
    return DataCard(
        name=key,
        revision=revision,
        licence=card.licence,
        description=card.name,
        details=card.details(),
    )


def _task_card(
    task: RealTaskConfig, material: RealMaterial, revisions: Mapping[str, str]
) -> DataCard:
    """Return the card of a task's items: sizes, balance, what was left out, and why."""
    splits = material.splits
    counts = {
        split: np.bincount(each.labels, minlength=len(material.labels)).tolist()
        for split, each in splits.items()
    }
    return DataCard(
        name=f"real-{task.card}",
        revision=revisions[task.card],
        licence=CARDS[task.card].licence,
        description=f"{CARDS[task.card].name}; trained on {CARDS[task.training].name}.",
        details={
            "source": material.source,
            "labels": list(material.labels),
            "counts": counts,
            "languages": [{"key": key} for key in (material.source, *material.targets)],
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
