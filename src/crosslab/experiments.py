"""The experiments, and the runs each of them consists of at a scale.

Reading order of a run: this table -> ``running.py`` (prepares, trains, answers,
records) -> ``training.py`` (the loop). Nothing here imports torch, so a plan is
made, and a fingerprint computed, in a moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crosslab.config import StudyConfig, settings, study_config
from crosslab.errors import UnknownNameError, UsageError
from crosslab.provenance import answering_versions, digest_of, source_digests
from crosslab.records import Unit
from crosslab.registry import lookup

PRETRAINING: Final = "pretraining"
RECIPES: Final = ("mbert",)  # how an encoder can be pre-trained


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A question put to the lab: a task, the arms compared on it, the encoder they start from."""

    task: str
    arms: tuple[str, ...]
    encoder: str
    claims: tuple[str, ...]


EXPERIMENTS: Final[Mapping[str, Experiment]] = {
    "transfer-paraphrase": Experiment(
        task="paraphrase",
        arms=("standard", "smoothing-synonyms"),
        encoder="mbert",
        claims=("gain-paraphrase",),
    ),
}

# The modules a run enters by; what they import follows. An arm and a task add their own.
# `running` is left out: it hands settings over and writes down what comes back.
_ENCODER_ENTRY: Final = ("crosslab.pretraining",)
_ARM_ENTRY: Final = ("crosslab.finetuning",)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A run that a study consists of, with everything its answers depend on."""

    unit: Unit
    settings: Mapping[str, Any]
    sources: Mapping[str, str]
    packages: Mapping[str, str]
    parents: tuple[Unit, ...] = ()

    @property
    def threads(self) -> int:
        """Processor threads the run computes with."""
        return int(self.settings["threads"])


def encoder_run(scale: str, recipe: str = "mbert") -> PlannedRun:
    """Return the pre-training run of a scale."""
    config = study_config(scale)
    chosen = {
        "recipe": recipe,
        "lab": settings(config.lab),
        "encoder": settings(config.encoder),
        "pretrain": settings(config.pretrain),
        "threads": config.pretrain.threads,
    }
    return _planned(
        config,
        PRETRAINING,
        recipe,
        seed=config.pretrain.seed,
        chosen=chosen,
        entry=_ENCODER_ENTRY,
    )


def arm_run(scale: str, experiment: str, arm: str, seed: int) -> PlannedRun:
    """Return one fine-tuning run of an experiment; names are checked by ``chosen_runs``."""
    config = study_config(scale)
    asked = EXPERIMENTS[experiment]
    encoder = encoder_run(scale, asked.encoder)
    chosen = {
        "task": asked.task,
        "arm": arm,
        "lab": settings(config.lab),
        "items": settings(config.task),
        "finetune": settings(config.finetune),
        "encoder": encoder.unit.fingerprint,
        "threads": config.finetune.threads,
    }
    entry = (
        *_ARM_ENTRY,
        f"crosslab.methods.{arm.replace('-', '_')}",
        f"crosslab.lab.{asked.task.replace('-', '_')}",
    )
    return _planned(
        config,
        experiment,
        arm,
        seed=seed,
        chosen=chosen,
        entry=entry,
        parents=(encoder.unit,),
    )


def planned_runs(scale: str) -> list[PlannedRun]:
    """Return every run of a scale, encoders first."""
    config = study_config(scale)
    recipes = sorted({experiment.encoder for experiment in EXPERIMENTS.values()})
    return [
        *(encoder_run(scale, recipe) for recipe in recipes),
        *(
            arm_run(scale, name, arm, seed)
            for name, experiment in EXPERIMENTS.items()
            for seed in config.seed_range
            for arm in experiment.arms
        ),
    ]


def chosen_runs(
    experiment: str, scale: str, arms: tuple[str, ...] = (), seeds: tuple[int, ...] = ()
) -> list[PlannedRun]:
    """Return the runs of one experiment, narrowed to some arms and seeds; all if none is given.

    Every name that is not part of the study is reported, not just the first one.
    """
    config = study_config(scale)
    known = {**EXPERIMENTS, PRETRAINING: None}
    asked = lookup(known, experiment, kind="experiment")
    allowed_arms = RECIPES if asked is None else asked.arms
    allowed_seeds = (config.pretrain.seed,) if asked is None else tuple(config.seed_range)
    problems = [
        *(str(problem) for arm in arms if (problem := _unknown(allowed_arms, arm))),
        *(
            f"Seed {seed} is not part of {experiment} at scale '{scale}'; accepted: "
            f"{allowed_seeds[0]} to {allowed_seeds[-1]}."
            for seed in seeds
            if seed not in allowed_seeds
        ),
    ]
    if problems:
        raise UsageError(problems)
    if asked is None:
        return [encoder_run(scale, recipe) for recipe in arms or allowed_arms]
    return [
        arm_run(scale, experiment, arm, seed)
        for seed in seeds or allowed_seeds
        for arm in arms or allowed_arms
    ]


def _unknown(allowed: tuple[str, ...], arm: str) -> UnknownNameError | None:
    try:
        lookup(dict.fromkeys(allowed, True), arm, kind="arm")
    except UnknownNameError as error:
        return error
    return None


def _planned(  # noqa: PLR0913 - the parts of a fingerprint, each named
    config: StudyConfig,
    experiment: str,
    arm: str,
    *,
    seed: int,
    chosen: dict[str, Any],
    entry: tuple[str, ...],
    parents: tuple[Unit, ...] = (),
) -> PlannedRun:
    sources, packages = source_digests(entry), answering_versions()
    identity = {
        "experiment": experiment,
        "arm": arm,
        "seed": seed,
        "settings": chosen,
        "sources": sources,
        "packages": packages,
    }
    unit = Unit(
        scale=config.scale,
        experiment=experiment,
        arm=arm,
        seed=seed,
        fingerprint=digest_of(identity),
    )
    return PlannedRun(
        unit=unit, settings=chosen, sources=sources, packages=packages, parents=parents
    )


def changes(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return what differs between two sets of plain data, one dotted name per difference.

    Example:
        >>> changes({"a": {"b": 1}, "c": 2}, {"a": {"b": 3}, "c": 2})
        ['a.b: 1 -> 3']
    """
    found: list[str] = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        name = f"{prefix}{key}"
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            found += changes(before, after, f"{name}.")
        elif before != after:
            found.append(f"{name}: {_short(before)} -> {_short(after)}")
    return found


def _short(value: Any) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= 24 else f"{text[:10]}…"  # noqa: PLR2004 - a line is a line
