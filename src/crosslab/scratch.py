"""An encoder pre-trained from nothing: masked words of raw text, and of sentences in two languages.

It is small, has seen little and knows no English beforehand, so what it shares with the
grafted encoder it does not share by descent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tokenizers import Tokenizer, normalizers
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Metaspace, Punctuation
from tokenizers.pre_tokenizers import Sequence as InTurn
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer
from transformers import BertModel, PreTrainedModel, PreTrainedTokenizerFast

from crosslab.config import ScratchConfig
from crosslab.data.batching import Encoded, encoded_pairs, endless_batches
from crosslab.data.loading import texts
from crosslab.data.sources import Source
from crosslab.grafting.training_data import training_pairs
from crosslab.models import (
    MARKS,
    MASK,
    PADDING,
    SEPARATOR,
    SPECIAL_WORDS,
    START,
    UNKNOWN,
    masked_encoder,
    seeded,
    settle,
    token_ids,
)
from crosslab.recipes import MaskedBatch, masked, masked_word_loss
from crosslab.seeding import generator
from crosslab.training import Bookmark, Report, train, whole
from crosslab.vocabularies.vocabulary import ENGLISH

_LINES_FOR_PIECES: Final = 20_000  # per language, that the word pieces are learned from

Pair = tuple[Sequence[str], Sequence[str]]
Bookmarking = Callable[[PreTrainedModel], Bookmark]


@dataclass(frozen=True, slots=True)
class FromScratch:
    """An encoder, its tokenizer, and how its training went."""

    encoder: BertModel
    tokenizer: PreTrainedTokenizerFast
    losses: list[float]


def pretrained_from_scratch(
    config: ScratchConfig,
    source: Source,
    report: Report,
    bookmarking: Bookmarking | None = None,
) -> FromScratch:
    """Return an encoder pre-trained on the raw text and the translations of a source.

    Raises:
        DataError: A part of the data cannot be had, or fails a check.
    """
    settle(config.threads)
    text = {key: _drawn(source, key, config) for key in (ENGLISH, *config.languages)}
    few = {key: lines[:_LINES_FOR_PIECES] for key, lines in text.items()}
    pieces = shared_pieces(few, config.vocabulary)
    inputs = {
        "text": _inputs(pieces, [(each[0::2], each[1::2]) for each in text.values()], config),
        "pairs": _inputs(pieces, list(_translated(source, config)), config),
    }
    model = masked_encoder(config.encoder, pieces.get_vocab_size(), config.seed)
    with seeded(config.seed, "dropout"):
        losses = train(
            model,
            whole(_batches(inputs, pieces.get_vocab_size(), config)),
            lambda batch, _: masked_word_loss(model, batch),
            steps=config.steps,
            optimizer=config.optimizer,
            report=report,
            bookmark=bookmarking(model) if bookmarking else None,
        )
    with seeded(config.seed, "pooler"):
        encoder = BertModel(model.config)
    encoder.load_state_dict(model.bert.state_dict(), strict=False)
    return FromScratch(encoder.eval(), _wrapped(pieces), losses)


def shared_pieces(text: Mapping[str, Sequence[str]], size: int) -> Tokenizer:
    """Return word pieces that serve all languages, learned from their text.

    Pieces are merged by how often they meet, ties by their number, so that the same text gives
    the same pieces to the last byte. Learned as a unigram model they came out in another order
    each time, and no encoder could have been made twice (LOG.md).
    """
    made = Tokenizer(BPE(unk_token=SPECIAL_WORDS[UNKNOWN]))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = InTurn([Metaspace(), Punctuation()])
    trainer = BpeTrainer(vocab_size=size, special_tokens=list(SPECIAL_WORDS), show_progress=False)
    made.train_from_iterator((line for lines in text.values() for line in lines), trainer)
    start, end = SPECIAL_WORDS[START], SPECIAL_WORDS[SEPARATOR]
    made.post_processor = TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} $B:1 {end}:1",
        special_tokens=[(start, START), (end, SEPARATOR)],
    )
    return made


def _wrapped(pieces: Tokenizer) -> PreTrainedTokenizerFast:
    """Return the pieces as the tokenizer of a checkpoint."""
    names = {
        "pad_token": PADDING,
        "unk_token": UNKNOWN,
        "cls_token": START,
        "sep_token": SEPARATOR,
        "mask_token": MASK,
    }
    special = {name: SPECIAL_WORDS[number] for name, number in names.items()}
    return PreTrainedTokenizerFast(tokenizer_object=pieces, **special)


def _drawn(source: Source, language: str, config: ScratchConfig) -> list[str]:
    """Return lines of raw text drawn at random, an even number of them."""
    lines = texts(source, language).lines()
    order = generator(config.seed, "lines", language).permutation(len(lines))
    chosen = order[: min(config.lines, len(lines)) // 2 * 2]
    return [lines[place] for place in chosen.tolist()]


def _translated(source: Source, config: ScratchConfig) -> Iterator[Pair]:
    """Yield the translation pairs of each language, English first in half of them."""
    for language in config.languages:
        found = training_pairs(source, language)
        rng = generator(config.seed, "pairs", language)
        order = rng.permutation(len(found))[: config.pairs].tolist()
        one = [found.foreign[place] for place in order]
        other = [found.english[place] for place in order]
        half = len(order) // 2
        yield [*one[:half], *other[half:]], [*other[:half], *one[half:]]


def _inputs(pieces: Tokenizer, pairs: Sequence[Pair], config: ScratchConfig) -> Encoded:
    """Return inputs of two sentences each, cut to a length."""
    first, second = (
        [ids[: config.longest] for pair in pairs for ids in token_ids(pieces, pair[side])]
        for side in (0, 1)
    )
    return encoded_pairs(first, second, MARKS)


def _batches(
    inputs: Mapping[str, Encoded], vocabulary: int, config: ScratchConfig
) -> Iterator[MaskedBatch]:
    """Yield batches of text and of translations in turn, some words hidden."""
    streams = {
        name: endless_batches(each.lengths, config.batch, generator(config.seed, "order", name))
        for name, each in inputs.items()
    }
    rng = generator(config.seed, "masking")
    while True:
        for name, each in inputs.items():
            yield masked(each.rows(next(streams[name])), config.masked_share, vocabulary, rng)
