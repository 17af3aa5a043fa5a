"""What runs of the research questions depend on, in the laboratory and in real languages."""

from collections.abc import Mapping
from typing import Any, Final

from crosslab.arms import ADAPTED, CONFUSED, composition_of, method_settings
from crosslab.config import RealStudyConfig, StudyConfig, settings
from crosslab.experiments import (
    ACROSS_DOMAINS,
    AGREEMENT,
    ATTACKED,
    COLLECTED,
    IN_DOMAIN,
    OF_SIZES,
    Experiment,
)
from crosslab.identity.arms import reader_of
from crosslab.identity.data import SEARCHED_DATA, TOLD_DATA, Revisions, revision
from crosslab.identity.planned import module_name

_TRIAL_ENTRY: Final[Mapping[str, tuple[str, ...]]] = {
    COLLECTED: ("crosslab.trials.collecting",),
    AGREEMENT: ("crosslab.trials.agreement",),
    ATTACKED: ("crosslab.trials.attacked",),
    ACROSS_DOMAINS: ("crosslab.trials.domains",),
    IN_DOMAIN: ("crosslab.trials.adaptation",),
    OF_SIZES: ("crosslab.trials.sizes",),
}


# What a question reads of the settings that all of them share, by how it is answered.
ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    COLLECTED: ("collecting", "items", "finetune"),
    AGREEMENT: ("collecting", "items", "finetune", "queries", "measured"),
    ATTACKED: ("attack", "queries"),
    ACROSS_DOMAINS: ("queries", "trained_domains", "new_domain", "measured"),
    IN_DOMAIN: ("items", "finetune", "queries", "new_domain"),
    OF_SIZES: ("attack", "collecting", "items", "finetune", "measured"),
}


# The same in real languages, and the data that is read.
SEARCHED: Final[Mapping[str, tuple[str, ...]]] = {
    ATTACKED: ("attack", "attacked_at_once"),
    ACROSS_DOMAINS: ("sentences", "probed"),
}


BY_COLLECTED: Final = (AGREEMENT, OF_SIZES)  # asked about items that were collected


def question_settings(config: StudyConfig, asked: Experiment, arm: str) -> dict[str, Any]:
    """Return what a run of a question depends on: what it is composed of, and what is asked."""
    shared, composition = config.questions, composition_of(arm)
    read = [
        *ASKED[asked.evaluation],
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


def question_entry(asked: Experiment, arm: str) -> tuple[str, ...]:
    """Return the modules that a run of a question enters by."""
    return (
        *_aligning_entry(arm),
        *_TRIAL_ENTRY[asked.evaluation],
        f"crosslab.lab.{module_name(asked.task)}",
    )


def _aligning_entry(arm: str) -> tuple[str, ...]:
    composition = composition_of(arm)
    methods = [
        *([composition.aligned] if composition.aligned else []),
        *([CONFUSED] if composition.confused else []),
        *([ADAPTED] if composition.text else []),
    ]
    return tuple(f"crosslab.methods.{module_name(key)}" for key in methods)


def search_entry(asked: Experiment, arm: str) -> tuple[str, ...]:
    """Return the modules that a run of searches in real languages enters by."""
    return ("crosslab.trials.real", reader_of(asked), *_aligning_entry(arm))


def search_settings(
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
        *SEARCHED[asked.evaluation],
    ]
    told = TOLD_DATA if composition.confused else ()
    every = settings(config.searches)
    return {
        "task": asked.task,
        "arm": arm,
        "composition": settings(composition),
        "method": None,
        "evaluation": asked.evaluation,
        "searches": {name: every[name] for name in sorted(read)},
        "data": {
            card: revision(card, revisions)
            for card in dict.fromkeys((*SEARCHED_DATA[asked.evaluation], *told))
        },
        "threads": config.searches.contrast.threads,
    }
