"""The experiments: a question put to an encoder, and the arms that are compared.

Reading order of a run: this table -> ``runs.py`` (which runs each consists of, and what
identifies them) -> ``running.py`` (prepares, trains, answers, records) -> ``training.py``
(the loop).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crosslab.arms import (
    ARMS,
    CLAIMED_ARMS,
    CONTROL,
    PAPER_ARMS,
    REAL_ARMS,
    REAL_SWEPT,
    SWEPT,
    THROUGHOUT,
)
from crosslab.scales import study_config

PRETRAINING: Final = "pretraining"


GRAFT, GRAFT_TEXT, GRAFT_PAIRS = "graft", "graft+text", "graft+pairs"


STEPS: Final = (GRAFT, GRAFT_TEXT, GRAFT_PAIRS)  # each begins where the one before ends


SCRATCH: Final = "scratch"  # pre-trained from nothing, on real text


CHECKPOINTS: Final = ("mbert", "xlm-r-base", "xlm-r-large", "xlm-100")  # as published


RECIPES: Final = (
    *CHECKPOINTS,
    *STEPS,
    SCRATCH,
)  # how an encoder is made; the lab makes its own mbert


MATRIX: Final = "matrix"  # every test item in every ordered pair of languages


MECHANISM: Final = "mechanism"  # distances, noise and votes


SOURCE_DEV: Final = "source-dev"  # source-language dev items alone: what settings are chosen by


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A question put to the lab: a task, the arms compared on it, and how they are evaluated."""

    task: str
    arms: tuple[str, ...]
    claims: tuple[str, ...]
    encoder: str = "mbert"
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


# On real languages the same two questions are put to an encoder whose alignment was trained,
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
    everywhere = (EXPERIMENTS, REAL_EXPERIMENTS, PAPER_EXPERIMENTS)
    return {
        name: each for those in everywhere for name, each in those.items() if scale in each.scales
    }


def recipes_of(scale: str) -> tuple[str, ...]:
    """Return the encoders that the experiments of a scale start from, and those they build on."""
    asked = {each.encoder for each in experiments_of(scale).values()}
    last = max((STEPS.index(each) for each in asked if each in STEPS), default=-1)
    return tuple(each for each in RECIPES if each in asked or each in STEPS[: last + 1])
