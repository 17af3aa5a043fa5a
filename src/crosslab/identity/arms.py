"""What fine-tuned arms depend on: their settings, and the modules they enter by."""

from collections.abc import Mapping
from typing import Any, Final

from crosslab.arms import WORD_DATA, matching_of, method_key, method_settings
from crosslab.config import RealStudyConfig, RealTaskConfig, StudyConfig, settings
from crosslab.data.catalogue import CARDS
from crosslab.experiments import MATRIX, MECHANISM, SOURCE_DEV, STEPS, Experiment
from crosslab.identity.data import Revisions, on_hub, revision
from crosslab.identity.planned import module_name

_ARM_ENTRY: Final = ("crosslab.finetuning", "crosslab.materials.laboratory")


_EVALUATION_ENTRY: Final[Mapping[str, tuple[str, ...]]] = {
    MATRIX: ("crosslab.evaluation",),
    MECHANISM: ("crosslab.mechanism",),
    SOURCE_DEV: ("crosslab.evaluation",),
}


def lab_settings(config: StudyConfig, asked: Experiment, arm: str) -> dict[str, Any]:
    """Return what an arm of the laboratory depends on."""
    chosen = {
        "task": asked.task,
        "arm": arm,
        "method": method_settings(config, arm, asked.task),
        "evaluation": asked.evaluation,
        "lab": settings(config.lab),
        "items": settings(config.task),
        "finetune": settings(config.finetune),
        "threads": config.finetune.threads,
    }
    if asked.evaluation == MECHANISM:
        chosen["mechanism"] = settings(config.mechanism)
    return chosen


def lab_entry(asked: Experiment) -> tuple[str, ...]:
    """Return the modules that an arm of the laboratory enters by."""
    task = f"crosslab.lab.{module_name(asked.task)}"
    return (*_ARM_ENTRY, *_EVALUATION_ENTRY[asked.evaluation], task)


_REAL_ARM_ENTRY: Final = (
    "crosslab.finetuning",
    "crosslab.evaluation",
    "crosslab.materials.real",
)


def real_entry(asked: Experiment) -> tuple[str, ...]:
    """Return the modules that an arm on real languages enters by."""
    return (*_REAL_ARM_ENTRY, reader_of(asked))


def reader_of(asked: Experiment) -> str:
    """Return the module that reads the encoder of an experiment on real languages."""
    return "crosslab.grafting.saved" if asked.encoder in STEPS else "crosslab.pretrained"


def real_settings(
    config: RealStudyConfig, asked: Experiment, arm: str, revisions: Revisions | None
) -> dict[str, Any]:
    """Return what an arm on real languages depends on."""
    task = config.tasks[asked.task]
    cards = (task.card, task.training, *WORD_DATA.get(method_key(arm), ()))
    return {
        "task": asked.task,
        "arm": arm,
        "method": method_settings(config, arm, asked.task),
        "matching": matching_of(arm),
        "evaluation": asked.evaluation,
        "items": {key: value for key, value in settings(task).items() if key != "copies"},
        "longest_input": config.longest_input,
        "data": {card: revision(card, revisions) for card in cards},
        "threads": task.finetune.threads,
        **_from_hub(task),
        **_parts(config, asked),
    }


def _from_hub(task: RealTaskConfig) -> dict[str, Any]:
    """Return the commits of training items that are nowhere but on the hub."""
    card = CARDS[task.training]
    if not card.hub or not any(card.splits[part].absent for part in task.parts):
        return {}
    return {"hub": {card.key: on_hub(card)}}


def _parts(config: RealStudyConfig, asked: Experiment) -> dict[str, int]:
    """Return in how many parts an update is computed, where the encoder decides."""
    if asked.encoder not in config.checkpoints:
        return {}
    return {"accumulation": config.checkpoints[asked.encoder].accumulation}
