"""The experiments: a question put to an encoder, and the arms that are compared.

Reading order of a run: this table -> ``runs.py`` (which runs each consists of) -> ``identity``
(what tells one from another) -> ``running.py`` (prepares, trains, answers, records) ->
``training.py`` (the loop).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crosslab.arms import (
    ADAPTED,
    ALIGNING,
    ALPHAS,
    ARMS,
    CLAIMED_ARMS,
    CONFUSED,
    CONTROL,
    FURTHER,
    PAPER_ARMS,
    REAL_ARMS,
    REAL_SWEPT,
    ROBUST,
    SIZES,
    STATIC_RELEASED,
    SWEPT,
    THROUGHOUT,
    composition_of,
)
from crosslab.scales import study_config

PRETRAINING: Final = "pretraining"


COLLECTING: Final = "collecting"


GRAFT, GRAFT_TEXT, GRAFT_PAIRS = "graft", "graft+text", "graft+pairs"


STEPS: Final = (GRAFT, GRAFT_TEXT, GRAFT_PAIRS)  # each begins where the one before ends


SCRATCH: Final = "scratch"  # pre-trained from nothing, on real text


CHECKPOINTS: Final = ("mbert", "xlm-r-base", "xlm-r-large", "xlm-100")  # as published


MBERT: Final = "mbert"


COLLECTOR: Final = "mbert-collector"  # that no arm begins with


RECIPES: Final = (
    MBERT,
    *(each for each in SIZES.values() if each != MBERT),
    COLLECTOR,
    *CHECKPOINTS[1:],
    *STEPS,
    SCRATCH,
)  # how an encoder is made; the lab makes its own mbert


MATRIX: Final = "matrix"  # every test item in every ordered pair of languages


MECHANISM: Final = "mechanism"  # distances, noise and votes


# What the five questions are answered by.
AGREEMENT: Final = "agreement"  # answers to the same items in all languages
ATTACKED: Final = "attacked"  # searches under attack
ACROSS_DOMAINS: Final = "across-domains"  # searches within domains, and from one to another
IN_DOMAIN: Final = "in-domain"  # answers to items of a domain that was not learned from
OF_SIZES: Final = "of-sizes"  # alignment, and answers to items made hard


COLLECTED: Final = "collected"  # items that fool a model, for others to be asked


SOURCE_DEV: Final = "source-dev"  # source-language dev items alone: what settings are chosen by


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A question put to the lab: a task, the arms compared on it, and how they are evaluated."""

    task: str
    arms: tuple[str, ...]
    claims: tuple[str, ...]
    question: str = ""  # that it is put to, of those that no claim answers
    encoder: str = MBERT
    evaluation: str = MATRIX
    barred: tuple[str, ...] = ()  # arms that a bar compares, which may need more seeds
    scales: tuple[str, ...] = ("smoke", "lab")


EXPERIMENTS: Final[Mapping[str, Experiment]] = {
    "transfer-paraphrase": Experiment(
        task="paraphrase", arms=ARMS, claims=("gain-paraphrase", "gain-generalized")
    ),
    "transfer-nli": Experiment(task="nli", arms=ARMS, claims=("gain-nli", "gain-generalized")),
    "mechanism": Experiment(
        task="paraphrase",
        arms=CLAIMED_ARMS,
        claims=(),
        evaluation=MECHANISM,
    ),
    **{
        f"tuning-{task}": Experiment(
            task=task,
            arms=(CONTROL, *SWEPT),
            claims=(),
            evaluation=SOURCE_DEV,
            scales=("tuning",),
        )
        for task in ("paraphrase", "nli")
    },
}


# The questions that no claim answers; what each is about stands in `claims/questions.yaml`.
QUESTION_EXPERIMENTS: Final[Mapping[str, Experiment]] = {
    COLLECTING: Experiment(
        task="nli",
        arms=(CONTROL,),
        claims=(),
        encoder=COLLECTOR,
        evaluation=COLLECTED,
    ),
    "alignment-consistency": Experiment(
        task="nli",
        arms=(CONTROL, *ALIGNING),
        claims=(),
        question="alignment-consistency",
        evaluation=AGREEMENT,
    ),
    "retrieval-attack": Experiment(
        task="retrieval",
        arms=(
            *ALIGNING,
            *(f"hybrid-batch-{robust}" for robust in ROBUST),
            *(f"hybrid-batch-alpha-{alpha}" for alpha in ALPHAS),
        ),
        claims=(),
        question="retrieval-attack",
        evaluation=ATTACKED,
    ),
    "retrieval-domains": Experiment(
        task="retrieval",
        arms=("contrastive-mono", "hybrid-batch", CONFUSED, f"{CONFUSED}-hybrid-batch"),
        claims=(),
        question="retrieval-domains",
        evaluation=ACROSS_DOMAINS,
    ),
    "adaptation-paraphrase": Experiment(
        task="paraphrase",
        arms=(
            *(CONTROL, "hybrid-batch", "labse"),
            *(ADAPTED, f"{ADAPTED}-hybrid-batch", f"{ADAPTED}-labse"),
            *(f"{FURTHER}-hybrid-batch", f"{FURTHER}-labse"),
        ),
        claims=(),
        question="adaptation-paraphrase",
        evaluation=IN_DOMAIN,
    ),
    "scales": Experiment(
        task="nli",
        arms=tuple(f"{method}-{size}" for size in SIZES for method in CLAIMED_ARMS),
        claims=(),
        question="scales",
        evaluation=OF_SIZES,
    ),
}


# On real languages the claims are put to an encoder whose alignment was trained,
# and again, with fewer arms, to one whose words were only put in place.
REAL_EXPERIMENTS: Final[Mapping[str, Experiment]] = (
    {
        f"transfer-{task}{suffix}": Experiment(
            task=task,
            arms=arms,
            claims=(f"gain-{task}", "gain-generalized") if not suffix else (),
            encoder=encoder,
            barred=(CONTROL, "smoothing-synonyms") if not suffix else (),
            scales=("bench",),
        )
        for task in ("paraphrase", "nli")
        for suffix, encoder, arms in (
            # What synonyms throughout cost is asked where they are learned at all (LOG.md).
            ("", GRAFT_PAIRS, (*REAL_ARMS, THROUGHOUT) if task == "nli" else REAL_ARMS),
            (f"-{GRAFT}", GRAFT, CLAIMED_ARMS),
        )
    }
    | {
        # The second witness: too small for paraphrases, at chance in a trial (LOG.md).
        f"transfer-nli-{SCRATCH}": Experiment(
            task=f"nli-{SCRATCH}", arms=CLAIMED_ARMS, claims=(), encoder=SCRATCH, scales=("bench",)
        )
    }
    | {
        "retrieval-attack": Experiment(
            task="retrieval",
            arms=(*ALIGNING, *(f"hybrid-batch-{robust}" for robust in ROBUST)),
            claims=(),
            question="retrieval-attack",
            encoder=GRAFT,
            evaluation=ATTACKED,
            scales=("bench",),
        ),
        # Beside the arms of the bar the one that reads translations, for what is searched here.
        "retrieval-domains": Experiment(
            task="retrieval",
            arms=(
                *("contrastive-mono", "hybrid-batch", CONFUSED, f"{CONFUSED}-hybrid-batch"),
                "labse",
            ),
            claims=(),
            question="retrieval-domains",
            encoder=GRAFT,
            evaluation=ACROSS_DOMAINS,
            scales=("bench",),
        ),
    }
    | {
        f"tuning-{task}": Experiment(
            task=task,
            arms=(CONTROL, *swept),
            claims=(),
            encoder=GRAFT,  # of which English is as it was before any grafting
            evaluation=SOURCE_DEV,
            scales=("bench-tuning",),
        )
        for task, swept in (("nli", REAL_SWEPT), ("paraphrase", ()))  # an update costs most there
    }
)


# With the paper's own encoders the claims are about mbert.
PAPER_EXPERIMENTS: Final[Mapping[str, Experiment]] = {
    f"transfer-{task}{suffix}": Experiment(
        task=task,
        arms=PAPER_ARMS,
        claims=(f"gain-{task}", "gain-generalized") if not suffix else (),
        encoder=encoder,
        barred=(CONTROL, STATIC_RELEASED) if not suffix else (),
        scales=("paper",),
    )
    for task in ("paraphrase", "nli")
    for encoder, suffix in (
        (CHECKPOINTS[0], ""),
        *((each, f"-{each}") for each in CHECKPOINTS[1:]),
    )
}


def experiments_of(scale: str) -> Mapping[str, Experiment]:
    """Return the experiments that a scale has, by name."""
    study_config(scale)  # a scale that does not exist is refused by name
    everywhere = (EXPERIMENTS, QUESTION_EXPERIMENTS, REAL_EXPERIMENTS, PAPER_EXPERIMENTS)
    return {
        name: each for those in everywhere for name, each in those.items() if scale in each.scales
    }


def encoder_of(experiment: Experiment, arm: str) -> str:
    """Return the encoder that an arm of an experiment begins with."""
    own = composition_of(arm).encoder
    return experiment.encoder if own == MBERT else own


def recipes_of(scale: str) -> tuple[str, ...]:
    """Return the encoders that the experiments of a scale start from, and those they build on."""
    asked = {encoder_of(each, arm) for each in experiments_of(scale).values() for arm in each.arms}
    last = max((STEPS.index(each) for each in asked if each in STEPS), default=-1)
    return tuple(each for each in RECIPES if each in asked or each in STEPS[: last + 1])
