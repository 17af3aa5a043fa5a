"""The scales of a study: one dial, ``scale``, picks a whole configuration.

How a setting was chosen stands beside it; what was tried is in ``LOG.md``.
"""

from dataclasses import replace
from typing import Final

from crosslab.config import (
    AdversarialConfig,
    AnyStudyConfig,
    AttackConfig,
    CheckpointConfig,
    CodeSwitchConfig,
    CollectingConfig,
    ConsistencyConfig,
    ContrastConfig,
    CopiesConfig,
    DomainAdversaryConfig,
    DomainConfig,
    EncoderConfig,
    EnglishConfig,
    FinetuneConfig,
    GraftConfig,
    LabConfig,
    LanguageConfig,
    MechanismConfig,
    MethodsConfig,
    NoiseConfig,
    OptimizerConfig,
    PretrainConfig,
    QuestionsConfig,
    RealStudyConfig,
    RealTaskConfig,
    ScratchConfig,
    SearchesConfig,
    SizeConfig,
    StepConfig,
    StudyConfig,
    SynonymsConfig,
    TaskConfig,
    WorldConfig,
)
from crosslab.registry import lookup


def _languages(sentences: tuple[int, ...]) -> tuple[LanguageConfig, ...]:
    """Return the seven languages: the source, then targets from near and rich to far and poor."""
    rows = (
        # key  name      order  adjective first, prepositions, fronting, borrowed, mixing
        ("ave", "Avelan", "SVO", True, True, 0.2, 0.0, 0.0),
        ("bor", "Borish", "SVO", True, True, 0.3, 0.06, 0.50),
        ("cym", "Cymbrian", "SVO", False, True, 0.2, 0.05, 0.45),
        ("dun", "Dunari", "SVO", False, False, 0.4, 0.04, 0.40),
        ("esk", "Eskel", "SOV", True, True, 0.3, 0.03, 0.35),
        ("fal", "Falu", "SOV", False, False, 0.2, 0.02, 0.30),
        ("gha", "Ghandar", "OVS", False, False, 0.4, 0.01, 0.20),
    )
    return tuple(
        LanguageConfig(
            key=key,
            name=name,
            order=order,
            adjective_first=adjective_first,
            prepositions=prepositions,
            fronting=fronting,
            borrowed_share=borrowed,
            mixing=mixing,
            sentences=count,
        )
        for (
            key,
            name,
            order,
            adjective_first,
            prepositions,
            fronting,
            borrowed,
            mixing,
        ), count in zip(rows, sentences, strict=True)
    )


# Chosen on the source-language dev items of another world, by a rule that LOG.md states.
_METHODS: Final = MethodsConfig(
    adversarial=AdversarialConfig(radius=0.03),
    smoothing_noise=NoiseConfig(radius=0.3),
    smoothing_synonyms=SynonymsConfig(),
    copies=CopiesConfig(copies=3, epochs=4),
    code_switch=CodeSwitchConfig(),
    consistency=ConsistencyConfig(radius=0.1),
)

# Two languages have no training pairs, as el and vi have none in arXiv 2408.10536: one of those
# with much text and one of those with little, so that the one is not taken for the other.
_PAIRED: Final = ("ave", "bor", "cym", "esk", "fal")

_QUESTIONS: Final = QuestionsConfig(
    encoders={
        "mbert-small": SizeConfig(
            encoder=EncoderConfig(hidden=32, layers=1, heads=2, feed_forward=128)
        ),
        "mbert-large": SizeConfig(
            encoder=EncoderConfig(hidden=96, layers=3, heads=6, feed_forward=384)
        ),
        "mbert-collector": SizeConfig(encoder=EncoderConfig(), seed=1),
    },
    contrast=ContrastConfig(
        steps=250,
        optimizer=OptimizerConfig(learning_rate=2e-3, warm_up_steps=50),
        same_share=0.5,
        languages=_PAIRED,
    ),
    robust_noise=NoiseConfig(radius=0.3),
    robust_adversarial=AdversarialConfig(radius=0.1, plain_share=1 / 3, ramp_share=1 / 3),
    confusion=DomainAdversaryConfig(weight=0.3),
    adapting=PretrainConfig(
        steps=300, optimizer=OptimizerConfig(learning_rate=1e-3, warm_up_steps=50)
    ),
    domain_sentences=4000,
    queries=TaskConfig(train=8000, dev=300, test=300),
    items=TaskConfig(train=12_000, dev=500, test=1000),
    finetune=FinetuneConfig(
        epochs=6,
        optimizer=OptimizerConfig(learning_rate=1e-3, warm_up_steps=100),
        checkpoints=1,
        oracle_items=None,
    ),
    attack=AttackConfig(items=100, radii=(0.0, 0.03, 0.1, 0.3), steps=4, budget=3, tries=8),
    collecting=CollectingConfig(
        rounds=3, candidates=120_000, portion=10_000, tested=70, learned=400
    ),
    trained_domains=(
        DomainConfig(key="court", formal=0.8),
        DomainConfig(key="market", formal=0.2),
    ),
    new_domain=DomainConfig(key="clinic", formal=1.0),
    measured=300,
    seeds=8,
    first_seed=200,  # no run was ever made under these
)

_SMOKE_QUESTIONS: Final = replace(
    _QUESTIONS,
    encoders={
        "mbert-small": SizeConfig(
            encoder=EncoderConfig(hidden=16, layers=1, heads=2, feed_forward=32)
        ),
        "mbert-large": SizeConfig(
            encoder=EncoderConfig(hidden=48, layers=1, heads=2, feed_forward=96)
        ),
        "mbert-collector": SizeConfig(
            encoder=EncoderConfig(hidden=32, layers=1, heads=2, feed_forward=64), seed=1
        ),
    },
    contrast=replace(_QUESTIONS.contrast, steps=6, batch=16),
    adapting=replace(_QUESTIONS.adapting, steps=5),
    domain_sentences=100,
    queries=TaskConfig(train=200, dev=20, test=20),
    items=TaskConfig(train=300, dev=50, test=40),
    finetune=replace(_QUESTIONS.finetune, epochs=1),
    attack=AttackConfig(items=10, radii=(0.0, 0.1), steps=2, budget=3, tries=3),
    collecting=CollectingConfig(rounds=3, candidates=600, portion=100, tested=4, learned=12),
    measured=40,
    seeds=2,
    first_seed=0,
)

_SMOKE: Final = StudyConfig(
    scale="smoke",
    lab=LabConfig(
        world=WorldConfig(),
        languages=_languages((1200, 1200, 1000, 1000, 800, 600, 400)),
    ),
    encoder=EncoderConfig(hidden=32, layers=1, heads=2, feed_forward=64),
    pretrain=PretrainConfig(
        steps=200, optimizer=OptimizerConfig(learning_rate=5e-3, warm_up_steps=20)
    ),
    task=TaskConfig(train=1000, dev=200, test=60),
    finetune=FinetuneConfig(
        epochs=2, optimizer=OptimizerConfig(learning_rate=3e-3, warm_up_steps=10)
    ),
    methods=replace(_METHODS, copies=CopiesConfig(copies=2, epochs=2)),
    mechanism=MechanismConfig(items=20, voted_items=10, counted_draws=20),
    questions=_SMOKE_QUESTIONS,
    seeds=2,
)

_LAB: Final = StudyConfig(
    scale="lab",
    lab=LabConfig(
        world=WorldConfig(),
        languages=_languages((24_000, 24_000, 20_000, 20_000, 16_000, 12_000, 8_000)),
    ),
    encoder=EncoderConfig(),
    pretrain=PretrainConfig(
        steps=7000, optimizer=OptimizerConfig(learning_rate=3e-3, warm_up_steps=200)
    ),
    task=TaskConfig(train=20_000, dev=1000, test=1000),
    finetune=FinetuneConfig(
        epochs=6, optimizer=OptimizerConfig(learning_rate=1e-3, warm_up_steps=100)
    ),
    methods=_METHODS,
    mechanism=MechanismConfig(items=300, voted_items=100),
    questions=_QUESTIONS,
    seeds=10,
    first_seed=100,  # seeds 0 to 9 were the pilot (LOG.md)
)

# Where settings are chosen: another world, so that the published one stays unseen.
_TUNING: Final = replace(
    _LAB,
    scale="tuning",
    lab=replace(_LAB.lab, world=WorldConfig(seed=1)),
    finetune=replace(_LAB.finetune, oracle_items=None),
    seeds=1,
    first_seed=0,
)

_XNLI: Final = ("ar", "bg", "de", "el", "es", "fr", "hi", "ru", "sw", "th", "tr", "ur", "vi", "zh")
_PAWSX: Final = ("de", "es", "fr", "ja", "ko", "zh")


def _bench_step(learning_rate: float, *, epochs: int, items: int) -> StepConfig:
    optimizer = OptimizerConfig(
        learning_rate=learning_rate, warm_up_steps=20, weight_decay=0.0
    )  # decay would pull at words that no batch holds
    return StepConfig(optimizer=optimizer, epochs=epochs, items=items)


_BENCH_FINETUNE: Final = FinetuneConfig(
    epochs=1,
    optimizer=OptimizerConfig(learning_rate=1e-4, warm_up_steps=40),
    batch=32,
    precision="bfloat16",
    frozen_embeddings=True,
    checkpoints=2,
    oracle_items=None,
)

_BENCH_SCRATCH: Final = ScratchConfig(
    languages=_XNLI,  # what it is asked about; a language more takes room from every other
    encoder=EncoderConfig(hidden=128, layers=3, heads=4, feed_forward=512, longest_input=512),
    optimizer=OptimizerConfig(learning_rate=2e-3, warm_up_steps=300),
    steps=12_000,
    vocabulary=16_000,
    lines=60_000,
    pairs=20_000,
)

_BENCH_NLI: Final = RealTaskConfig(
    card="xnli",
    training="nli-en",
    parts=("train",),
    targets=_XNLI,
    train=50_758,
    test=1000,
    pairs_per_item=4,
    finetune=replace(
        _BENCH_FINETUNE, optimizer=OptimizerConfig(learning_rate=1e-4, warm_up_steps=160)
    ),
    copies=CopiesConfig(copies=2, epochs=1),
)

# A small encoder that knows little learns its words' own vectors as well; faster, it stays at
# chance, and after two epochs it has learned what it learns in three (English dev, LOG.md).
_BENCH_SCRATCH_FINETUNE: Final = replace(
    _BENCH_FINETUNE,
    epochs=2,
    optimizer=OptimizerConfig(learning_rate=2e-4, warm_up_steps=100),
    precision="float32",
    frozen_embeddings=False,
)

# By the rule, from the records of bench-tuning; with 384 numbers to a word the attack of the lab
# leaves too little. Synonyms in every update keep paraphrases from being learned (LOG.md).
_BENCH_METHODS: Final = replace(
    _METHODS,
    adversarial=AdversarialConfig(radius=0.01),
    consistency=ConsistencyConfig(radius=0.3),
    smoothing_synonyms=SynonymsConfig(plain_share=0.5),
)

# The languages of LAReQA; two have no training pairs, the same as in arXiv 2408.10536. Noise and
# attack in training are those chosen for the claims; rate and updates by English questions about
# paragraphs that are learned from (LOG.md).
_LAREQA: Final = ("en", "ar", "de", "el", "es", "hi", "ru", "th", "tr", "vi", "zh")

_BENCH_SEARCHES: Final = SearchesConfig(
    languages=_LAREQA,
    learned=120,
    asked=(120, 240),
    contrast=ContrastConfig(
        steps=100,
        optimizer=OptimizerConfig(learning_rate=5e-5, warm_up_steps=20),
        same_share=0.5,
        languages=tuple(key for key in _LAREQA if key not in {"el", "vi"}),
        batch=32,
        precision="bfloat16",
    ),
    robust_noise=_BENCH_METHODS.smoothing_noise,
    robust_adversarial=_BENCH_METHODS.adversarial,
    confusion=_QUESTIONS.confusion,
    attack=AttackConfig(items=50, radii=(0.0, 0.03, 0.1), steps=3, budget=3, tries=8),
    attacked_at_once=25,
    told=300,
    probed=300,
    sentences=250,
    longest=64,
    seeds=5,
    first_seed=300,  # no run was ever made under these
)

_BENCH: Final = RealStudyConfig(
    scale="bench",
    searches=_BENCH_SEARCHES,
    scratch=_BENCH_SCRATCH,
    graft=GraftConfig(
        languages=tuple(sorted({*_XNLI, *_PAWSX})),
        english=EnglishConfig(),
        text=_bench_step(1e-3, epochs=1, items=20_000),
        rows=_bench_step(1e-3, epochs=2, items=20_000),
        body=_bench_step(5e-5, epochs=1, items=10_000),
    ),
    tasks={
        "paraphrase": RealTaskConfig(
            card="pawsx",
            training="paws-wiki",
            parts=("train", "train-shared"),
            targets=_PAWSX,
            train=11_994,
            test=1000,
            pairs_per_item=4,
            finetune=replace(
                _BENCH_FINETUNE,
                epochs=3,
                # Paraphrase has a plateau that a slow start leaves under every seed (LOG.md).
                optimizer=OptimizerConfig(learning_rate=8e-5, warm_up_steps=450),
            ),
            copies=CopiesConfig(copies=2, epochs=3),
        ),
        "nli": _BENCH_NLI,
        "nli-scratch": replace(_BENCH_NLI, finetune=_BENCH_SCRATCH_FINETUNE),
    },
    methods=_BENCH_METHODS,
    seeds=5,
    first_seed=100,
    barred_seeds=10,  # by the power calculation in LOG.md
)

# Settings of methods are chosen on the source language's dev items alone, on other seeds.
_BENCH_TUNING: Final = replace(
    _BENCH, scale="bench-tuning", seeds=1, first_seed=0, barred_seeds=0, searches=None
)

# The paper's encoders, its data and what its released scripts set: rate, length, batch, schedule,
# clipping, looks, copies and seed. They set no baseline, so plain fine-tuning lasts as long as
# in the script that theirs were made from, five epochs; their radii are not known.
_PAPER_FINETUNE: Final = FinetuneConfig(
    epochs=5,
    optimizer=OptimizerConfig(learning_rate=2e-5, warm_up_steps=0, weight_decay=0.0, clip_norm=1.0),
    batch=32,
    precision="bfloat16",
    look_every=500,
    oracle_items=None,
    threads=2,
)


def _paper_task(  # noqa: PLR0913 - one row of the table of settings
    card: str,
    targets: tuple[str, ...],
    *,
    train: int,
    test: int,
    look_every: int,
    copies: CopiesConfig,
) -> RealTaskConfig:
    return RealTaskConfig(
        card=card,
        training=card,
        parts=("train",),
        targets=targets,
        train=train,
        test=test,
        pairs_per_item=len(targets) * (len(targets) + 1),
        finetune=replace(_PAPER_FINETUNE, look_every=look_every),
        copies=copies,
    )


_PAPER: Final = RealStudyConfig(
    scale="paper",
    checkpoints={
        "mbert": CheckpointConfig(
            name="bert-base-multilingual-cased",
            model_type="bert",
            parameters=177_853_440,
            body_parameters=86_041_344,
            accumulation=4,
        ),
        "xlm-r-base": CheckpointConfig(
            name="xlm-roberta-base",
            model_type="xlm-roberta",
            parameters=278_043_648,
            body_parameters=86_042_112,
            accumulation=4,
        ),
        "xlm-r-large": CheckpointConfig(
            name="xlm-roberta-large",
            model_type="xlm-roberta",
            parameters=559_890_432,
            body_parameters=303_888_384,
            accumulation=16,
        ),
        "xlm-100": CheckpointConfig(
            name="xlm-mlm-100-1280",
            model_type="xlm",
            parameters=571_496_960,
            body_parameters=315_496_960,
            accumulation=16,
        ),
    },
    tasks={
        "paraphrase": _paper_task(
            "pawsx",
            _PAWSX,
            train=49_401,
            test=2000,
            look_every=500,
            copies=CopiesConfig(copies=10, epochs=3),
        ),
        "nli": _paper_task(
            "xnli",
            _XNLI,
            train=392_702,
            test=5010,
            look_every=1000,
            copies=CopiesConfig(copies=3, epochs=1),
        ),
    },
    methods=_METHODS,
    seeds=5,
    first_seed=7,  # the one seed of the released scripts, and those after it
    barred_seeds=10,  # nine find the claimed 2.1 on PAWS-X with a power of 80 % (LOG.md)
)

SCALES: Final[dict[str, AnyStudyConfig]] = {
    "smoke": _SMOKE,
    "lab": _LAB,
    "tuning": _TUNING,
    "bench": _BENCH,
    "bench-tuning": _BENCH_TUNING,
    "paper": _PAPER,
}


def study_config(scale: str) -> AnyStudyConfig:
    """Return the configuration of a scale, or refuse with the nearest known one.

    Example:
        >>> study_config("smoke").seeds
        2
    """
    return lookup(SCALES, scale, kind="scale")


def lab_config(scale: str) -> StudyConfig:
    """Return the configuration of a scale that is made in the laboratory, or refuse it by name."""
    invented = {key: each for key, each in SCALES.items() if isinstance(each, StudyConfig)}
    study_config(scale)
    return lookup(invented, scale, kind="scale of the laboratory")
