"""Pre-training recipes: how an encoder learns from raw text.

``mbert`` is masked words over the text of all languages, nothing else: no
translation pairs, no language ids, no parallel sentences (Devlin et al. 2019;
the multilingual release used the same objective on 104 Wikipedias).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from transformers import BertForMaskedLM

from crosslab.config import PretrainConfig
from crosslab.data.batching import Encoded, encoded_pairs, endless_batches
from crosslab.models import MARKS, MASK, PADDING, SPECIAL_IDS, token_ids
from crosslab.seeding import generator


@dataclass(frozen=True, slots=True)
class MaskedBatch:
    """Inputs with some words hidden, and the hidden words."""

    input_ids: Tensor  # (batch, length)
    attention_mask: Tensor  # (batch, length)
    places: Tensor  # (hidden words,): positions in the flattened batch
    words: Tensor  # (hidden words,)


def masked_batches(
    tokenizer: Tokenizer, text: Mapping[str, Sequence[str]], config: PretrainConfig
) -> Iterator[MaskedBatch]:
    """Yield batches of masked inputs for ever; each input is of one language."""
    inputs = _inputs(tokenizer, text)
    rng = generator(config.seed, "masking")
    for rows in endless_batches(inputs.lengths, config.batch, rng):
        yield masked(inputs.rows(rows), config.masked_share, len(tokenizer.get_vocab()), rng)


def masked_word_loss(model: BertForMaskedLM, batch: MaskedBatch) -> Tensor:
    """Return the mean cross-entropy of the hidden words.

    The head is applied to hidden places alone: at a quarter of the words it would
    otherwise do four times the work for nothing.
    """
    states = model.bert(
        input_ids=batch.input_ids, attention_mask=batch.attention_mask
    ).last_hidden_state
    hidden = states.flatten(0, 1)[batch.places]  # (hidden words, hidden size)
    return functional.cross_entropy(model.cls(hidden), batch.words)


def _inputs(tokenizer: Tokenizer, text: Mapping[str, Sequence[str]]) -> Encoded:
    """Return all sentences as inputs of two consecutive sentences of one language."""
    first: list[list[int]] = []
    second: list[list[int]] = []
    for sentences in text.values():
        ids = token_ids(tokenizer, sentences)
        first += ids[0 : len(ids) // 2 * 2 : 2]
        second += ids[1::2]
    return encoded_pairs(first, second, MARKS)


def masked(inputs: Encoded, share: float, vocabulary: int, rng: np.random.Generator) -> MaskedBatch:
    """Return inputs with a share of the words hidden: 80 % masked, 10 % random, 10 % kept."""
    ids = inputs.ids
    hidden = (rng.random(ids.shape) < share) & (ids >= SPECIAL_IDS.stop)
    dice = rng.random(ids.shape)
    random_words = rng.integers(SPECIAL_IDS.stop, vocabulary, size=ids.shape)
    shown = np.where(hidden & (dice < 0.8), MASK, ids)  # noqa: PLR2004 - Devlin et al. 2019
    shown = np.where(hidden & (dice >= 0.9), random_words, shown)  # noqa: PLR2004
    return MaskedBatch(
        input_ids=torch.from_numpy(shown.astype(np.int64)),
        attention_mask=torch.from_numpy((ids != PADDING).astype(np.int64)),
        places=torch.from_numpy(np.flatnonzero(hidden)),
        words=torch.from_numpy(ids[hidden].astype(np.int64)),
    )
