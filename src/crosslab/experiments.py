"""The experiments, and the runs each of them consists of at a scale.

Reading order of a run: this table -> ``running.py`` (prepares, trains, answers,
records) -> ``training.py`` (the loop). Nothing here imports torch, so a plan is
made, and a fingerprint computed, in a moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from crosslab.config import (
    AdversarialConfig,
    ConsistencyConfig,
    MethodsConfig,
    NoiseConfig,
    StudyConfig,
    settings,
    study_config,
)
from crosslab.errors import UnknownNameError, UsageError
from crosslab.provenance import answering_versions, digest_of, source_digests
from crosslab.records import Unit
from crosslab.registry import lookup

PRETRAINING: Final = "pretraining"
RECIPES: Final = ("mbert",)  # how an encoder can be pre-trained


MATRIX: Final = "matrix"  # every test item in every ordered pair of languages
MECHANISM: Final = "mechanism"  # distances, noise and votes
SOURCE_DEV: Final = "source-dev"  # source-language dev items alone: what settings are chosen by

ARMS: Final = (
    "standard",
    "adversarial",
    "smoothing-noise",
    "smoothing-synonyms",
    "smoothing-synonyms-static",
    "clean-matched",
    "code-switch",
    "consistency",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An arm that is a method with other settings than the study's own."""

    method: str
    settings: AdversarialConfig | NoiseConfig | ConsistencyConfig


def _sweep() -> dict[str, Variant]:
    """Return the settings that are compared on the source language before any is chosen."""
    third, sixth = 1 / 3, 1 / 6
    attacks = [
        *((radius, 1, third, third) for radius in (0.01, 0.03, 0.1, 0.3)),
        *((radius, 3, third, third) for radius in (0.03, 0.1)),
        *((radius, 1, sixth, sixth) for radius in (0.03, 0.1)),
        *((radius, 1, 0.0, sixth) for radius in (0.03, 0.1)),
    ]
    found = {
        f"adversarial-radius-{radius}-steps-{steps}-plain-{plain:.2f}-ramp-{ramp:.2f}": Variant(
            method="adversarial",
            settings=AdversarialConfig(
                radius=radius, steps=steps, plain_share=plain, ramp_share=ramp
            ),
        )
        for radius, steps, plain, ramp in attacks
    }
    for radius in (0.1, 0.3, 1.0):
        found[f"smoothing-noise-radius-{radius}"] = Variant(
            method="smoothing-noise", settings=NoiseConfig(radius=radius)
        )
        found[f"consistency-radius-{radius}"] = Variant(
            method="consistency", settings=ConsistencyConfig(radius=radius)
        )
    return found


VARIANTS: Final[Mapping[str, Variant]] = _sweep()


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A question put to the lab: a task, the arms compared on it, and how they are evaluated."""

    task: str
    arms: tuple[str, ...]
    claims: tuple[str, ...]
    encoder: str = "mbert"
    evaluation: str = MATRIX
    scales: tuple[str, ...] = ("smoke", "lab")


EXPERIMENTS: Final[Mapping[str, Experiment]] = {
    "transfer-paraphrase": Experiment(
        task="paraphrase", arms=ARMS, claims=("gain-paraphrase", "gain-generalized")
    ),
    "transfer-nli": Experiment(task="nli", arms=ARMS, claims=("gain-nli", "gain-generalized")),
    "mechanism": Experiment(
        task="paraphrase",
        arms=("standard", "adversarial", "smoothing-noise", "smoothing-synonyms"),
        claims=(),
        evaluation=MECHANISM,
    ),
    **{
        f"tuning-{task}": Experiment(
            task=task,
            arms=("standard", *VARIANTS),
            claims=(),
            evaluation=SOURCE_DEV,
            scales=("tuning",),
        )
        for task in ("paraphrase", "nli")
    },
}

# The modules a run enters by; what they import follows. An arm and a task add their own.
# `running` is left out: it hands settings over and writes down what comes back.
_ENCODER_ENTRY: Final = ("crosslab.pretraining",)
_ARM_ENTRY: Final = ("crosslab.finetuning", "crosslab.materials.laboratory")
_EVALUATION_ENTRY: Final[Mapping[str, tuple[str, ...]]] = {
    MATRIX: ("crosslab.evaluation",),
    MECHANISM: ("crosslab.mechanism",),
    SOURCE_DEV: ("crosslab.evaluation",),
}


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
        "method": method_settings(config, arm),
        "evaluation": asked.evaluation,
        "lab": settings(config.lab),
        "items": settings(config.task),
        "finetune": settings(config.finetune),
        "encoder": encoder.unit.fingerprint,
        "threads": config.finetune.threads,
    }
    if asked.evaluation == MECHANISM:
        chosen["mechanism"] = settings(config.mechanism)
    entry = (
        *_ARM_ENTRY,
        *_EVALUATION_ENTRY[asked.evaluation],
        f"crosslab.methods.{method_key(arm).replace('-', '_')}",
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


def method_key(arm: str) -> str:
    """Return the method an arm uses: its own name, unless it is a variant."""
    return VARIANTS[arm].method if arm in VARIANTS else arm


def methods_of(config: StudyConfig, arm: str) -> MethodsConfig:
    """Return the settings of the methods as an arm has them."""
    if arm not in VARIANTS:
        return config.methods
    changed: dict[str, Any] = {_section(arm): VARIANTS[arm].settings}
    return replace(config.methods, **changed)


def method_settings(config: StudyConfig, arm: str) -> Any:
    """Return what an arm's method is set to, as plain data; nothing for one without settings."""
    return settings(getattr(methods_of(config, arm), _section(arm), None))


def _section(arm: str) -> str:
    """Return the part of the methods' settings that an arm uses."""
    shared = {"smoothing-synonyms-static": "copies", "clean-matched": "copies"}
    return shared.get(arm, method_key(arm).replace("-", "_"))


def planned_runs(scale: str) -> list[PlannedRun]:
    """Return every run of a scale, encoders first."""
    config = study_config(scale)
    asked = {name: each for name, each in EXPERIMENTS.items() if scale in each.scales}
    recipes = sorted({experiment.encoder for experiment in asked.values()})
    return [
        *(encoder_run(scale, recipe) for recipe in recipes),
        *(
            arm_run(scale, name, arm, seed)
            for name, experiment in asked.items()
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
    scales = (scale,) if asked is None else asked.scales
    foreign = f"{experiment} is not part of scale '{scale}'; accepted: {', '.join(scales)}."
    problems = [
        *([] if scale in scales else [foreign]),
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
