"""The runs that each experiment consists of, and what their answers depend on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from crosslab.arms import (
    ADAPTED,
    CONFUSED,
    WORD_DATA,
    composition_of,
    matching_of,
    method_key,
    method_settings,
)
from crosslab.config import (
    AnyStudyConfig,
    EncoderConfig,
    PretrainConfig,
    RealStudyConfig,
    RealTaskConfig,
    StudyConfig,
    settings,
)
from crosslab.data.cards import Card
from crosslab.data.catalogue import CARDS
from crosslab.data.folder import FolderSource, folder_source
from crosslab.errors import UnknownNameError, UsageError
from crosslab.experiments import (
    ACROSS_DOMAINS,
    AGREEMENT,
    ATTACKED,
    COLLECTED,
    COLLECTING,
    EXPERIMENTS,
    GRAFT,
    GRAFT_PAIRS,
    GRAFT_TEXT,
    IN_DOMAIN,
    MATRIX,
    MBERT,
    MECHANISM,
    OF_SIZES,
    PAPER_EXPERIMENTS,
    PRETRAINING,
    QUESTION_EXPERIMENTS,
    REAL_EXPERIMENTS,
    SCRATCH,
    SOURCE_DEV,
    STEPS,
    Experiment,
    encoder_of,
    experiments_of,
    recipes_of,
)
from crosslab.provenance import answering_versions, digest_of, source_digests
from crosslab.records import Unit
from crosslab.registry import lookup
from crosslab.scales import SCALES, study_config

# The modules a run enters by; what they import follows. An arm and a task add their own.
# `running` is left out: it hands settings over and writes down what comes back.
_ENCODER_ENTRY: Final = ("crosslab.pretraining",)


_STEP_ENTRY: Final = ("crosslab.grafting.steps", "crosslab.grafting.measures")


_ARM_ENTRY: Final = ("crosslab.finetuning", "crosslab.materials.laboratory")


_SCRATCH_ENTRY: Final[tuple[str, ...]] = (
    "crosslab.scratch",
    "crosslab.pretrained",
    "crosslab.grafting.measures",
)


_CHECKPOINT_ENTRY: Final[tuple[str, ...]] = ("crosslab.pretrained", "crosslab.grafting.measures")


_REAL_ARM_ENTRY: Final = (
    "crosslab.finetuning",
    "crosslab.evaluation",
    "crosslab.materials.real",
)


# The data that each step of grafting reads, and what its encoder is measured on.
_CHECKPOINT_DATA: Final[tuple[str, ...]] = ("tatoeba", "flores")  # all of it is on the hub


_STEP_DATA: Final[Mapping[str, tuple[str, ...]]] = {
    GRAFT: ("dictionaries", "rawtext", "tatoeba", "flores"),
    GRAFT_TEXT: ("dictionaries", "rawtext", "tatoeba", "flores"),
    GRAFT_PAIRS: ("dictionaries", "tatoeba-mt", "parallel", "tatoeba", "flores"),
}


_SCRATCH_DATA: Final[tuple[str, ...]] = (
    "dictionaries",
    "rawtext",
    "tatoeba-mt",
    "parallel",
    "tatoeba",
    "flores",
)


_EVALUATION_ENTRY: Final[Mapping[str, tuple[str, ...]]] = {
    MATRIX: ("crosslab.evaluation",),
    MECHANISM: ("crosslab.mechanism",),
    SOURCE_DEV: ("crosslab.evaluation",),
    COLLECTED: ("crosslab.trials.collecting",),
    AGREEMENT: ("crosslab.trials.agreement",),
    ATTACKED: ("crosslab.trials.attacked",),
    ACROSS_DOMAINS: ("crosslab.trials.domains",),
    IN_DOMAIN: ("crosslab.trials.adaptation",),
    OF_SIZES: ("crosslab.trials.sizes",),
}


# What a question reads of the settings that all of them share, by how it is answered.
_ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    COLLECTED: ("collecting", "items", "finetune"),
    AGREEMENT: ("collecting", "items", "finetune", "queries", "measured"),
    ATTACKED: ("attack", "queries"),
    ACROSS_DOMAINS: ("queries", "trained_domains", "new_domain", "measured"),
    IN_DOMAIN: ("items", "finetune", "queries", "new_domain"),
    OF_SIZES: ("attack", "collecting", "items", "finetune", "measured"),
}


# The same in real languages, and the data that is read.
_SEARCHED: Final[Mapping[str, tuple[str, ...]]] = {
    ATTACKED: ("attack", "attacked_at_once"),
    ACROSS_DOMAINS: ("sentences", "probed"),
}


_SEARCHED_DATA: Final[Mapping[str, tuple[str, ...]]] = {
    ATTACKED: ("lareqa", "neighbours", "dictionaries"),
    ACROSS_DOMAINS: ("lareqa", "flores", "tico19", "tatoeba"),
}


_TOLD_DATA: Final = ("tatoeba-mt", "tatoeba", "flores")  # and by arms that are told of domains


_BY_COLLECTED: Final = (AGREEMENT, OF_SIZES)  # asked about items that were collected


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


Revisions = Mapping[str, str]  # of data sets, by card; those published where none is given


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
    return _planned(
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
        read, entry = _SCRATCH_DATA, _SCRATCH_ENTRY
    else:
        part, asked, seed = "checkpoint", settings(config.checkpoints[recipe]), 0
        read, entry = _CHECKPOINT_DATA, _CHECKPOINT_ENTRY
    chosen = {
        "recipe": recipe,
        part: asked,
        "data": {card: _revision(card, revisions) for card in read},
        "threads": asked["threads"],
    }
    return _planned(config.scale, PRETRAINING, recipe, seed=seed, chosen=chosen, entry=entry)


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
        "data": {card: _revision(card, revisions) for card in _STEP_DATA[step]},
        "threads": config.graft.threads,
    }
    if before:
        chosen["encoder"] = before[0].unit.fingerprint
    return _planned(
        config.scale,
        PRETRAINING,
        step,
        seed=config.graft.seed,
        chosen=chosen,
        entry=_STEP_ENTRY,
        parents=tuple(each.unit for each in before),
    )


def revisions_of(scale: str, data: str = "") -> dict[str, str] | None:
    """Return the revisions of the data a scale reads: in a folder, else what was published.

    What a folder has nothing of comes from the hub, at the commit of its card.

    Raises:
        DataError: The folder has no manifest, or lacks what is not on the hub.
    """
    if not data or not isinstance(study_config(scale), RealStudyConfig):
        return None
    return revisions_from(folder_source(Path(data)), scale)


def revisions_from(folder: FolderSource, scale: str) -> dict[str, str]:
    """Return the revisions of the data a scale reads: in a folder, else on the hub."""
    return {
        key: folder.revision(CARDS[key]) if folder.holds(CARDS[key]) else _on_hub(CARDS[key])
        for key in cards_read(scale)
    }


def _on_hub(card: Card) -> str:
    assert card.hub is not None
    return card.hub.revision or "newest"


def cards_read(scale: str) -> tuple[str, ...]:
    """Return the data sets that the runs of a scale read, by card."""
    config = study_config(scale)
    if not isinstance(config, RealStudyConfig):
        return ()
    steps = _STEP_DATA.values() if config.graft else (_CHECKPOINT_DATA,)
    tasks = [(task.card, task.training) for task in config.tasks.values()]
    searches = (*_SEARCHED_DATA.values(), _TOLD_DATA) if config.searches else ()
    every = (*steps, *tasks, *WORD_DATA.values(), *searches)
    return tuple(dict.fromkeys(card for cards in every for card in cards))


def _revision(card: str, revisions: Revisions | None) -> str:
    return CARDS[card].published_revision if revisions is None else revisions[card]


def arm_run(
    scale: str, experiment: str, arm: str, seed: int, revisions: Revisions | None = None
) -> PlannedRun:
    """Return one fine-tuning run of an experiment; names are checked by ``chosen_runs``."""
    config = study_config(scale)
    asked = experiments_of(scale)[experiment]
    encoder = encoder_run(scale, encoder_of(asked, arm), revisions)
    parents: tuple[Unit, ...] = (encoder.unit,)
    if isinstance(config, RealStudyConfig):
        grafted = asked.encoder in STEPS
        reader = "crosslab.grafting.saved" if grafted else "crosslab.pretrained"
        entry: tuple[str, ...]
        if asked.evaluation in _SEARCHED:
            chosen = _search_settings(config, asked, arm, revisions)
            entry = ("crosslab.trials.real", reader, *_aligning_entry(arm))
        else:
            chosen = _real_settings(config, asked, arm, revisions)
            entry = (*_REAL_ARM_ENTRY, reader)
    elif asked.evaluation in _ASKED:
        chosen, entry = _question_settings(config, asked, arm), _question_entry(asked, arm)
        if asked.evaluation in _BY_COLLECTED:
            (collected,) = chosen_runs(COLLECTING, scale)
            chosen["collected"] = collected.unit.fingerprint
            parents = (*parents, collected.unit)
    else:
        chosen, entry = _lab_settings(config, asked, arm), _lab_entry(asked)
    return _planned(
        scale,
        experiment,
        arm,
        seed=seed,
        chosen={**chosen, "encoder": encoder.unit.fingerprint},
        entry=(*entry, f"crosslab.methods.{_module(method_key(arm))}"),
        parents=parents,
    )


def _module(key: str) -> str:
    return key.replace("-", "_")


def _question_settings(config: StudyConfig, asked: Experiment, arm: str) -> dict[str, Any]:
    """Return what a run of a question depends on: what it is composed of, and what is asked."""
    shared, composition = config.questions, composition_of(arm)
    read = [
        *_ASKED[asked.evaluation],
        *(["contrast", "queries"] if composition.aligned else []),
        *([f"robust_{composition.robust}"] if composition.robust else []),
        *(["confusion"] if composition.confused else []),
        *(["adapting", "domain_sentences", "new_domain"] if composition.text else []),
    ]
    return {
        "task": asked.task,
        "arm": arm,
        "composition": settings(composition),
        "method": method_settings(config, composition.method, asked.task),
        "evaluation": asked.evaluation,
        "lab": settings(config.lab),
        "threads": shared.finetune.threads,
        **{name: settings(getattr(shared, name)) for name in sorted(set(read))},
    }


def _question_entry(asked: Experiment, arm: str) -> tuple[str, ...]:
    return (
        *_aligning_entry(arm),
        *_EVALUATION_ENTRY[asked.evaluation],
        f"crosslab.lab.{_module(asked.task)}",
    )


def _aligning_entry(arm: str) -> tuple[str, ...]:
    composition = composition_of(arm)
    methods = [
        *([composition.aligned] if composition.aligned else []),
        *([CONFUSED] if composition.confused else []),
        *([ADAPTED] if composition.text else []),
    ]
    return tuple(f"crosslab.methods.{_module(key)}" for key in methods)


def _search_settings(
    config: RealStudyConfig, asked: Experiment, arm: str, revisions: Revisions | None
) -> dict[str, Any]:
    """Return what a run of searches in real languages depends on."""
    assert config.searches is not None
    composition = composition_of(arm)
    read = [
        *("languages", "learned", "asked", "longest"),
        *(["contrast"] if composition.aligned else []),
        *([f"robust_{composition.robust}"] if composition.robust else []),
        *(["confusion", "told"] if composition.confused else []),
        *_SEARCHED[asked.evaluation],
    ]
    told = _TOLD_DATA if composition.confused else ()
    every = settings(config.searches)
    return {
        "task": asked.task,
        "arm": arm,
        "composition": settings(composition),
        "method": None,
        "evaluation": asked.evaluation,
        "searches": {name: every[name] for name in sorted(read)},
        "data": {
            card: _revision(card, revisions)
            for card in dict.fromkeys((*_SEARCHED_DATA[asked.evaluation], *told))
        },
        "threads": config.searches.contrast.threads,
    }


def _lab_settings(config: StudyConfig, asked: Experiment, arm: str) -> dict[str, Any]:
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


def _lab_entry(asked: Experiment) -> tuple[str, ...]:
    task = f"crosslab.lab.{_module(asked.task)}"
    return (*_ARM_ENTRY, *_EVALUATION_ENTRY[asked.evaluation], task)


def _real_settings(
    config: RealStudyConfig, asked: Experiment, arm: str, revisions: Revisions | None
) -> dict[str, Any]:
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
        "data": {card: _revision(card, revisions) for card in cards},
        "threads": task.finetune.threads,
        **_from_hub(task),
        **_parts(config, asked),
    }


def _from_hub(task: RealTaskConfig) -> dict[str, Any]:
    """Return the commits of training items that are nowhere but on the hub."""
    card = CARDS[task.training]
    if not card.hub or not any(card.splits[part].absent for part in task.parts):
        return {}
    return {"hub": {card.key: _on_hub(card)}}


def _parts(config: RealStudyConfig, asked: Experiment) -> dict[str, int]:
    """Return in how many parts an update is computed, where the encoder decides."""
    if asked.encoder not in config.checkpoints:
        return {}
    return {"accumulation": config.checkpoints[asked.encoder].accumulation}


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
        searches = config.searches if asked.evaluation in _SEARCHED else None
        return searches.seed_range if searches else config.seed_range
    if asked.evaluation not in _ASKED:
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


def _planned(  # noqa: PLR0913 - the parts of a fingerprint, each named
    scale: str,
    experiment: str,
    arm: str,
    *,
    seed: int,
    chosen: dict[str, Any],
    entry: tuple[str, ...],
    parents: tuple[Unit, ...] = (),
) -> PlannedRun:
    sources, packages = source_digests(entry), dict(_versions())
    identity = {
        "experiment": experiment,
        "arm": arm,
        "seed": seed,
        "settings": chosen,
        "sources": sources,
        "packages": packages,
    }
    unit = Unit(
        scale=scale,
        experiment=experiment,
        arm=arm,
        seed=seed,
        fingerprint=digest_of(identity),
    )
    return PlannedRun(
        unit=unit, settings=chosen, sources=sources, packages=packages, parents=parents
    )


@cache
def _versions() -> Mapping[str, str]:
    """Return the versions of answering packages, looked up once: what is imported stays."""
    return answering_versions()


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
