"""Tokenizer, encoder and classifier: ordinary ``transformers`` parts, initialized by seed."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    BertForMaskedLM,
    PreTrainedModel,
)

from crosslab.config import EncoderConfig, Precision
from crosslab.data.batching import Marks
from crosslab.seeding import derived_seed

PADDING, UNKNOWN, START, SEPARATOR, MASK = range(5)
SPECIAL_WORDS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SPECIAL_IDS: Final = range(len(SPECIAL_WORDS))
MARKS: Final = Marks(
    before=(START,),
    between=(SEPARATOR,),
    after=(SEPARATOR,),
    padding=PADDING,
    special=tuple(SPECIAL_IDS),
)


def word_tokenizer(words: Iterable[str]) -> Tokenizer:
    """Return a tokenizer that knows these words whole, special words first.

    Example:
        >>> word_tokenizer(["miro", "tavo"]).encode("tavo what").ids
        [6, 1]
    """
    vocabulary = {word: number for number, word in enumerate([*SPECIAL_WORDS, *sorted(set(words))])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=SPECIAL_WORDS[UNKNOWN]))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer


def token_ids(tokenizer: Tokenizer, sentences: Sequence[str]) -> list[list[int]]:
    """Return the word ids of each sentence, without special tokens."""
    encodings = tokenizer.encode_batch(list(sentences), add_special_tokens=False)
    return [encoding.ids for encoding in encodings]


def masked_encoder(config: EncoderConfig, vocabulary: int, seed: int) -> BertForMaskedLM:
    """Return an encoder with a masked-word head, freshly initialized."""
    with seeded(seed, "encoder"):
        return BertForMaskedLM(_bert_config(config, vocabulary))


def classifier(encoder: PreTrainedModel, labels: int, seed: int) -> PreTrainedModel:
    """Return a classifier on a copy of a pre-trained encoder, its head freshly initialized."""
    known = encoder.config.to_dict()
    del known["id2label"], known["label2id"]  # of two labels, which is the default
    config = type(encoder.config)(**{**known, "num_labels": labels})
    with seeded(seed, "head"):
        model: PreTrainedModel = AutoModelForSequenceClassification.from_config(
            config, attn_implementation=encoder.config._attn_implementation
        )
    weights = encoder.base_model.state_dict()
    missing, unexpected = model.base_model.load_state_dict(weights, strict=False)
    # A classifier may read the pooled first token, and a masked-word encoder has no pooler.
    assert not unexpected
    assert all(name.startswith("pooler.") for name in missing)
    return model


def _bert_config(config: EncoderConfig, vocabulary: int) -> BertConfig:
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=config.hidden,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        intermediate_size=config.feed_forward,
        hidden_dropout_prob=config.dropout,
        attention_probs_dropout_prob=config.dropout,
        max_position_embeddings=config.longest_input,
        pad_token_id=PADDING,
    )


def settle(threads: int) -> None:
    """Make what follows repeatable: a fixed number of threads sums in a fixed order."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # the same on a GPU
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


def precise(model: PreTrainedModel, precision: Precision) -> torch.autocast:
    """Return the context in which a model computes in this precision, where it is."""
    return torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=precision == "bfloat16")


@contextmanager
def seeded(seed: int, *purpose: str | int) -> Iterator[None]:
    """Run with torch's global generator seeded for this purpose, and put it back after.

    Initialization and dropout know no other generator; this is the one place where
    global randomness is touched.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, *purpose))
        yield


def torch_generator(seed: int, *purpose: str | int) -> torch.Generator:
    """Return the torch generator that belongs to this seed and purpose."""
    return torch.Generator().manual_seed(derived_seed(seed, *purpose))
