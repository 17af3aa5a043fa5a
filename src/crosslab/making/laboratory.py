"""Runs in the laboratory: an encoder pre-trained on its text, an arm fine-tuned on its items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from transformers import BertForMaskedLM

from crosslab.arms import method_key, methods_of
from crosslab.checkpoints import LAST
from crosslab.config import StudyConfig
from crosslab.evaluation import accuracy, matrix_answers, matrix_probabilities
from crosslab.experiments import MATRIX, MECHANISM, SOURCE_DEV, encoder_of, experiments_of
from crosslab.finetuning import Finetuned, finetuned
from crosslab.identity.encoders import lab_encoder
from crosslab.identity.planned import PlannedRun
from crosslab.lab.laboratory import Laboratory, laboratory
from crosslab.lab.pairs import Pairs, Task
from crosslab.lab.tasks import TASKS
from crosslab.making.made import WEIGHTS, Made, checkpoint_answers, run_metrics, summary
from crosslab.materials.laboratory import LabMaterial, lab_material
from crosslab.mechanism import RANDOM, distances, noise_answers, votes
from crosslab.methods import method
from crosslab.pretraining import pretrained, restored, weights
from crosslab.provenance import digest_of
from crosslab.records import DataCard, parquet
from crosslab.registry import lookup
from crosslab.seeding import generator
from crosslab.training import Report


def encoder(config: StudyConfig, planned: PlannedRun, report: Report) -> Made:
    """Pre-train an encoder and measure how its words line up."""
    lab = laboratory(config.lab)
    made = pretrained(lab, *lab_encoder(config, planned.unit.arm), report)
    frame = made.translations.to_pandas()
    right = frame.assign(right=frame["prediction"] == frame["gold"])
    by_language = right.groupby("first", sort=False)["right"].mean()
    metrics = {
        "final_loss": float(np.mean(made.losses[-50:])),
        "word_translation": float(by_language.mean()),
        "word_translation_by_language": by_language.round(4).to_dict(),
        "parameters": sum(each.numel() for each in made.model.parameters()),
    }
    return Made(
        answers=made.translations,
        metrics=metrics,
        data=[_text_card(lab, made.text)],
        files={WEIGHTS: weights(made.model)},
    )


def arm(config: StudyConfig, planned: PlannedRun, known: bytes, report: Report) -> Made:
    """Fine-tune one arm on the source language and evaluate it as the experiment asks."""
    lab = laboratory(config.lab)
    task = lookup(TASKS, str(planned.settings["task"]), kind="task")
    material = lab_material(lab, task, config.task)
    tuned = finetuned(
        known_encoder(config, planned, known),
        method(method_key(planned.unit.arm), methods_of(config, planned.unit.arm)),
        material,
        config=config.finetune,
        seed=planned.unit.seed,
        report=report,
    )
    evaluate = _EVALUATIONS[str(planned.settings["evaluation"])]
    answers, metrics, files = evaluate(tuned, material, config, planned.unit.seed)
    return Made(
        answers=answers,
        metrics=run_metrics(tuned, metrics),
        data=[items_card(lab, task, material.items)],
        files=files,
    )


def known_encoder(config: StudyConfig, planned: PlannedRun, known: bytes) -> BertForMaskedLM:
    """Return the encoder that a run starts from, from its weights."""
    size, _ = lab_encoder(config, encoder_of_run(config, planned))
    return restored(laboratory(config.lab), size, known)


def encoder_of_run(config: StudyConfig, planned: PlannedRun) -> str:
    """Return the recipe of the encoder that a run starts from."""
    asked = experiments_of(config.scale)[planned.unit.experiment]
    return encoder_of(asked, planned.unit.arm)


Evaluated = tuple[pa.Table, dict[str, Any], dict[str, bytes]]  # answers, metrics, further files


def _matrix(tuned: Finetuned, material: LabMaterial, *_: object) -> Evaluated:
    """Answer every test item in every pair of languages, at each checkpoint."""
    languages = (material.source, *material.targets)
    answers = checkpoint_answers(tuned, material.split("test"), languages)
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


def items_card(lab: Laboratory, task: Task, items: Mapping[str, Pairs]) -> DataCard:
    """Return the card of a task's items: sizes, balance, and one glossed example per rule."""
    test, source = items.get("test", next(iter(items.values()))), lab.config.source
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
