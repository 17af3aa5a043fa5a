"""The runs that make encoders: of the laboratory, grafted step by step, or fetched."""

from dataclasses import replace
from typing import Final

from crosslab.config import (
    EncoderConfig,
    PretrainConfig,
    RealStudyConfig,
    StudyConfig,
    settings,
)
from crosslab.experiments import (
    GRAFT,
    GRAFT_PAIRS,
    GRAFT_TEXT,
    MBERT,
    PRETRAINING,
    SCRATCH,
    STEPS,
)
from crosslab.identity.data import (
    CHECKPOINT_DATA,
    SCRATCH_DATA,
    STEP_DATA,
    Revisions,
    revision,
)
from crosslab.identity.planned import PlannedRun, planned
from crosslab.scales import study_config

# The modules a run enters by; what they import follows. An arm and a task add their own.
# `running` is left out: it hands settings over and writes down what comes back.
_ENCODER_ENTRY: Final = ("crosslab.pretraining",)


_STEP_ENTRY: Final = ("crosslab.grafting.steps", "crosslab.grafting.measures")


_SCRATCH_ENTRY: Final[tuple[str, ...]] = (
    "crosslab.scratch",
    "crosslab.pretrained",
    "crosslab.grafting.measures",
)


_CHECKPOINT_ENTRY: Final[tuple[str, ...]] = ("crosslab.pretrained", "crosslab.grafting.measures")


def encoder_run(scale: str, recipe: str = MBERT, revisions: Revisions | None = None) -> PlannedRun:
    """Return the run that makes an encoder of a scale."""
    config = study_config(scale)
    if isinstance(config, RealStudyConfig):
        if recipe in STEPS:
            return _step_run(config, recipe, revisions)
        return _whole_run(config, recipe, revisions)
    encoder, pretrain = lab_encoder(config, recipe)
    chosen = {
        "recipe": recipe,
        "lab": settings(config.lab),
        "encoder": settings(encoder),
        "pretrain": settings(pretrain),
        "threads": pretrain.threads,
    }
    return planned(
        config.scale,
        PRETRAINING,
        recipe,
        seed=pretrain.seed,
        chosen=chosen,
        entry=_ENCODER_ENTRY,
    )


def lab_encoder(config: StudyConfig, recipe: str) -> tuple[EncoderConfig, PretrainConfig]:
    """Return the size of an encoder of the laboratory, and how it is pre-trained."""
    if recipe == MBERT:
        return config.encoder, config.pretrain
    other = config.questions.encoders[recipe]
    return other.encoder, replace(config.pretrain, seed=other.seed)


def _whole_run(config: RealStudyConfig, recipe: str, revisions: Revisions | None) -> PlannedRun:
    """Return the run that makes an encoder in one go: pre-trains it from nothing, or fetches it."""
    if recipe == SCRATCH:
        assert config.scratch is not None
        part, asked, seed = "scratch", settings(config.scratch), config.scratch.seed
        read, entry = SCRATCH_DATA, _SCRATCH_ENTRY
    else:
        part, asked, seed = "checkpoint", settings(config.checkpoints[recipe]), 0
        read, entry = CHECKPOINT_DATA, _CHECKPOINT_ENTRY
    chosen = {
        "recipe": recipe,
        part: asked,
        "data": {card: revision(card, revisions) for card in read},
        "threads": asked["threads"],
    }
    return planned(config.scale, PRETRAINING, recipe, seed=seed, chosen=chosen, entry=entry)


def _step_run(config: RealStudyConfig, step: str, revisions: Revisions | None) -> PlannedRun:
    """Return the run that takes one step of grafting from where the step before ended."""
    assert config.graft is not None
    place = STEPS.index(step)
    before = [_step_run(config, STEPS[place - 1], revisions)] if place else []
    graft = settings(config.graft)
    trained = {GRAFT: (), GRAFT_TEXT: ("text",), GRAFT_PAIRS: ("rows", "body")}
    steps = {name for names in trained.values() for name in names}
    chosen = {
        "recipe": step,
        "graft": {
            name: value
            for name, value in graft.items()
            if name not in steps or name in trained[step]
        },
        "data": {card: revision(card, revisions) for card in STEP_DATA[step]},
        "threads": config.graft.threads,
    }
    if before:
        chosen["encoder"] = before[0].unit.fingerprint
    return planned(
        config.scale,
        PRETRAINING,
        step,
        seed=config.graft.seed,
        chosen=chosen,
        entry=_STEP_ENTRY,
        parents=tuple(each.unit for each in before),
    )
