"""The runs that each experiment consists of, by scale, arm and seed.

What the answers of a run depend on, and so what identifies it, is in ``identity``.
"""

from collections.abc import Iterator

from crosslab.arms import method_key
from crosslab.config import AnyStudyConfig, RealStudyConfig
from crosslab.errors import UnknownNameError, UsageError
from crosslab.experiments import (
    COLLECTED,
    COLLECTING,
    EXPERIMENTS,
    PAPER_EXPERIMENTS,
    PRETRAINING,
    QUESTION_EXPERIMENTS,
    REAL_EXPERIMENTS,
    Experiment,
    encoder_of,
    experiments_of,
    recipes_of,
)
from crosslab.identity.arms import lab_entry, lab_settings, real_entry, real_settings
from crosslab.identity.data import Revisions
from crosslab.identity.encoders import encoder_run
from crosslab.identity.planned import PlannedRun, module_name, planned
from crosslab.identity.questions import (
    ASKED,
    BY_COLLECTED,
    SEARCHED,
    question_entry,
    question_settings,
    search_entry,
    search_settings,
)
from crosslab.records import Unit
from crosslab.registry import lookup
from crosslab.scales import SCALES, study_config


def planned_runs(scale: str, revisions: Revisions | None = None) -> list[PlannedRun]:
    """Return every run of a scale, encoders first."""
    config = study_config(scale)
    return [
        *(encoder_run(scale, recipe, revisions) for recipe in recipes_of(scale)),
        *(
            arm_run(scale, name, arm, seed, revisions)
            for name, experiment in experiments_of(scale).items()
            for seed, arm in _seeded(config, experiment)
        ),
    ]


def _seeded(config: AnyStudyConfig, asked: Experiment) -> list[tuple[int, str]]:
    """Return the arms of an experiment under each of their seeds, seed by seed."""
    own = _seeds(config, asked)
    barred = config.barred_seeds if isinstance(config, RealStudyConfig) else 0
    every = range(own.start, own.start + max(len(own), barred))
    return [
        (seed, arm) for seed in every for arm in asked.arms if seed in own or arm in asked.barred
    ]


def _seeds(config: AnyStudyConfig, asked: Experiment) -> range:
    """Return the seeds of an experiment: fewer for questions, one where items are collected."""
    if isinstance(config, RealStudyConfig):
        searches = config.searches if asked.evaluation in SEARCHED else None
        return searches.seed_range if searches else config.seed_range
    if asked.evaluation not in ASKED:
        return config.seed_range
    if asked.evaluation == COLLECTED:
        first = config.questions.collecting.first_seed
        return range(first, first + 1)
    first = config.questions.first_seed
    return range(first, first + config.questions.seeds)


def chosen_runs(
    experiment: str,
    scale: str,
    arms: tuple[str, ...] = (),
    seeds: tuple[int, ...] = (),
    revisions: Revisions | None = None,
) -> list[PlannedRun]:
    """Return the runs of one experiment, narrowed to some arms and seeds; all if none is given.

    Every name that is not part of the study is reported, not just the first one.
    """
    config = study_config(scale)
    everywhere = {
        **EXPERIMENTS,
        **QUESTION_EXPERIMENTS,
        **REAL_EXPERIMENTS,
        **PAPER_EXPERIMENTS,
    }
    lookup({**everywhere, PRETRAINING: None}, experiment, kind="experiment")
    asked = experiments_of(scale).get(experiment)
    if asked is None and experiment != PRETRAINING:
        scales = [each for each in SCALES if experiment in experiments_of(each)]
        raise UsageError(
            f"{experiment} is not part of scale '{scale}'; accepted: {', '.join(scales)}."
        )
    if asked is None:
        allowed = [(_encoder_seed(config), recipe) for recipe in recipes_of(scale)]
    else:
        allowed = _seeded(config, asked)
    allowed_seeds, allowed_arms = (
        tuple(dict.fromkeys(each)) for each in zip(*allowed, strict=True)
    )
    problems = [
        *(str(problem) for arm in arms if (problem := _unknown(allowed_arms, arm))),
        *_strange_seeds(experiment, scale, seeds, allowed_seeds),
    ]
    if problems:
        raise UsageError(problems)
    if asked is None:
        return [encoder_run(scale, recipe, revisions) for recipe in arms or allowed_arms]
    found = [
        (seed, arm)
        for seed, arm in allowed
        if (not seeds or seed in seeds) and (not arms or arm in arms)
    ]
    if not found:
        raise UsageError(
            f"Of {experiment} at scale '{scale}' only {', '.join(asked.barred)} have seeds above "
            f"{config.seed_range[-1]}."
        )
    return [arm_run(scale, experiment, arm, seed, revisions) for seed, arm in found]


def arm_run(
    scale: str, experiment: str, arm: str, seed: int, revisions: Revisions | None = None
) -> PlannedRun:
    """Return one fine-tuning run of an experiment; names are checked by ``chosen_runs``."""
    config = study_config(scale)
    asked = experiments_of(scale)[experiment]
    encoder = encoder_run(scale, encoder_of(asked, arm), revisions)
    parents: tuple[Unit, ...] = (encoder.unit,)
    if isinstance(config, RealStudyConfig):
        if asked.evaluation in SEARCHED:
            chosen = search_settings(config, asked, arm, revisions)
            entry = search_entry(asked, arm)
        else:
            chosen, entry = real_settings(config, asked, arm, revisions), real_entry(asked)
    elif asked.evaluation in ASKED:
        chosen, entry = question_settings(config, asked, arm), question_entry(asked, arm)
        if asked.evaluation in BY_COLLECTED:
            (collected,) = chosen_runs(COLLECTING, scale)
            chosen["collected"] = collected.unit.fingerprint
            parents = (*parents, collected.unit)
    else:
        chosen, entry = lab_settings(config, asked, arm), lab_entry(asked)
    return planned(
        scale,
        experiment,
        arm,
        seed=seed,
        chosen={**chosen, "encoder": encoder.unit.fingerprint},
        entry=(*entry, f"crosslab.methods.{module_name(method_key(arm))}"),
        parents=parents,
    )


def _strange_seeds(
    experiment: str, scale: str, seeds: tuple[int, ...], allowed: tuple[int, ...]
) -> Iterator[str]:
    for seed in seeds:
        if seed not in allowed:
            yield (
                f"Seed {seed} is not part of {experiment} at scale '{scale}'; accepted: "
                f"{allowed[0]} to {allowed[-1]}."
            )


def _encoder_seed(config: AnyStudyConfig) -> int:
    if isinstance(config, RealStudyConfig):
        return config.graft.seed if config.graft else 0
    return config.pretrain.seed


def _unknown(allowed: tuple[str, ...], arm: str) -> UnknownNameError | None:
    try:
        lookup(dict.fromkeys(allowed, True), arm, kind="arm")
    except UnknownNameError as error:
        return error
    return None
