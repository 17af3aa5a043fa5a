"""Every setting of a study is a field of one of these classes, and nowhere else.

One dial, ``scale``, picks a whole configuration from ``SCALES``. Settings are
frozen and check themselves; a bad one is refused with every problem named.
``settings`` turns any of them into plain data, derived values included, which is
what a run is fingerprinted by.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from crosslab.errors import UsageError
from crosslab.registry import lookup

WORD_ORDERS: Final = ("SVO", "SOV", "VSO", "VOS", "OVS", "OSV")


def _refuse(config: Any, *checks: tuple[bool, str]) -> None:
    """Raise once, with every check that fails and the values that failed it."""
    problems = [message for failed, message in checks if failed]
    if problems:
        kind = type(config).__name__
        raise UsageError([f"{kind}: {problem} (got {config!r})." for problem in problems])


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldConfig:
    """The world of concepts: what goes with what, and how sharply."""

    seed: int = 20_210_417  # the day the first version of the paper appeared
    latent_size: int = 6
    sharpness: float = 3.0

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.latent_size < 1, "latent_size must be at least 1"),
            (self.sharpness <= 0, "sharpness must be above 0"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageConfig:
    """How one language speaks, and how much text of it there is."""

    key: str
    name: str
    order: str
    adjective_first: bool
    prepositions: bool
    fronting: float  # share of sentences that begin with their adjunct
    borrowed_share: float  # share of content words taken over from the source
    mixing: float  # how readily its speakers mix in words of the source
    sentences: int  # pre-training text: the resource level

    def __post_init__(self) -> None:
        shares = (self.fronting, self.borrowed_share, self.mixing)
        _refuse(
            self,
            (self.order not in WORD_ORDERS, f"order must be one of {', '.join(WORD_ORDERS)}"),
            (any(not 0 <= share <= 1 for share in shares), "shares must lie between 0 and 1"),
            (self.sentences < 1, "sentences must be at least 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LabConfig:
    """The world and the languages spoken in it; the first one is the source."""

    world: WorldConfig
    languages: tuple[LanguageConfig, ...]
    mixed_sentence_share: float = 0.5
    coherence: float = 0.5  # share of phrases a sentence takes over from the one before

    def __post_init__(self) -> None:
        keys = [language.key for language in self.languages]
        _refuse(
            self,
            (len(keys) < 2, "needs a source and at least one target language"),  # noqa: PLR2004
            (len(set(keys)) < len(keys), "language keys must differ"),
        )

    @property
    def source(self) -> str:
        """The language that fine-tuning sees."""
        return self.languages[0].key

    @property
    def targets(self) -> tuple[str, ...]:
        """The languages that fine-tuning never sees."""
        return tuple(language.key for language in self.languages[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """The size of the encoder (a BERT, randomly initialized)."""

    hidden: int = 64
    layers: int = 2
    heads: int = 4
    feed_forward: int = 256
    dropout: float = 0.0  # at this size dropout halves how well words line up (LOG.md)
    longest_input: int = 48

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.hidden % self.heads != 0, "hidden must be a multiple of heads"),
            (not 0 <= self.dropout < 1, "dropout must lie in [0, 1)"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerConfig:
    """AdamW with linear warm-up and linear decay."""

    learning_rate: float
    warm_up_steps: int
    weight_decay: float = 0.01
    clip_norm: float = 1.0

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.learning_rate <= 0, "learning_rate must be above 0"),
            (self.warm_up_steps < 0, "warm_up_steps must not be negative"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainConfig:
    """Pre-training: masked words over the text of all languages."""

    steps: int
    optimizer: OptimizerConfig
    batch: int = 64
    masked_share: float = 0.25
    threads: int = 1  # two that wait for each other stand still on a busy machine (LOG.md)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskConfig:
    """How many items a task has, and the seed they are drawn with."""

    train: int
    dev: int
    test: int
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneConfig:
    """Fine-tuning on source-language items."""

    epochs: int
    optimizer: OptimizerConfig
    batch: int = 64
    threads: int = 1  # on two cores, two runs at a time beat one run on both

    def __post_init__(self) -> None:
        _refuse(self, (self.epochs < 1, "epochs must be at least 1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyConfig:
    """Everything one scale of the study is made of."""

    scale: str
    lab: LabConfig
    encoder: EncoderConfig
    pretrain: PretrainConfig
    task: TaskConfig
    finetune: FinetuneConfig
    seeds: int

    @property
    def seed_range(self) -> range:
        """The fine-tuning seeds of this scale."""
        return range(self.seeds)


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


_SMOKE: Final = StudyConfig(
    scale="smoke",
    lab=LabConfig(
        world=WorldConfig(),
        languages=_languages((1200, 1200, 1000, 1000, 800, 600, 400)),
    ),
    encoder=EncoderConfig(hidden=32, layers=1, heads=2, feed_forward=64),
    pretrain=PretrainConfig(
        steps=300, optimizer=OptimizerConfig(learning_rate=5e-3, warm_up_steps=20)
    ),
    task=TaskConfig(train=2000, dev=200, test=60),
    finetune=FinetuneConfig(
        epochs=4, optimizer=OptimizerConfig(learning_rate=3e-3, warm_up_steps=10)
    ),
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
    seeds=10,
)

SCALES: Final = {"smoke": _SMOKE, "lab": _LAB}


def study_config(scale: str) -> StudyConfig:
    """Return the configuration of a scale, or refuse with the nearest known one.

    Example:
        >>> study_config("smoke").seeds
        2
    """
    return lookup(SCALES, scale, kind="scale")


def settings(config: Any) -> Any:
    """Return a configuration as plain data: every field and every derived value.

    Derived values are included because a change in how one is computed changes the
    study as much as a change of a field does.
    """
    if is_dataclass(config) and not isinstance(config, type):
        return {name: settings(getattr(config, name)) for name in _names(config)}
    if isinstance(config, tuple | list | range):
        return [settings(item) for item in config]
    return config


def _names(config: Any) -> Iterator[str]:
    yield from (field.name for field in fields(config))
    yield from (name for name, value in vars(type(config)).items() if isinstance(value, property))
