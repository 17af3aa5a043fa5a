"""The second step: words learn from raw text of their language, the body as it is.

Hidden words are to be guessed from what stands around them, as in pre-training. The encoder
has no head for that, so one is trained on English first, a linear map from states to the
vectors of words; after that it is fixed, and the vectors of the words of each language move.
A word is told from the other hidden words of its batch and from words drawn at random.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from crosslab.config import GraftConfig, StepConfig
from crosslab.data.batching import Encoded, Marks, endless_batches
from crosslab.grafting.rows import Rows
from crosslab.grafting.vectors import encoded_sentences, tokens_of
from crosslab.models import precise, seeded
from crosslab.seeding import generator
from crosslab.training import Report, train, whole
from crosslab.vocabularies.grafted import GraftedVocabulary
from crosslab.vocabularies.vocabulary import ENGLISH

_HIDDEN_SHARE: Final = 0.15
_OTHERS: Final = 2000  # words drawn at random that a hidden one is told from


@dataclass(frozen=True, slots=True)
class Hidden:
    """Sentences with some words hidden, and the words."""

    ids: Tensor  # (batch, length)
    mask: Tensor  # (batch, length)
    places: Tensor  # (hidden words,) in the flattened batch
    candidates: Tensor  # (candidates,): tokens, each once
    words: Tensor  # (hidden words,): which candidate each is


def trained_head(
    encoder: BertModel,
    vocabulary: GraftedVocabulary,
    english: Sequence[str],
    config: GraftConfig,
    report: Report,
) -> nn.Linear:
    """Return a map from the states of hidden English words to their vectors."""
    hidden = encoder.config.hidden_size
    with seeded(config.seed, "head"):
        head = nn.Linear(hidden, hidden)
    table = encoder.get_input_embeddings().weight.detach()

    def loss_of(batch: Hidden, _: float) -> Tensor:
        with torch.no_grad(), precise(encoder, "bfloat16"):
            states = encoder(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state
        return _guessed(head, states, table[batch.candidates], batch)

    pieces = range(vocabulary.pieces.get_vocab_size())
    inputs = _inputs(vocabulary, english, ENGLISH, config.text)
    train(
        head,
        whole(_batches(inputs, pieces, vocabulary, config, ENGLISH)),
        loss_of,
        steps=_steps(inputs, config.text),
        optimizer=config.text.optimizer,
        report=report,
    )
    return head.requires_grad_(False)


def trained_rows(  # noqa: PLR0913, PLR0917 - what a step is made of
    encoder: BertModel,
    head: nn.Linear,
    vocabulary: GraftedVocabulary,
    text: Mapping[str, Sequence[str]],
    config: GraftConfig,
    report: Report,
) -> dict[str, list[float]]:
    """Train the words of each language in turn, in place, and return the losses."""
    losses = {}
    for language, lines in text.items():
        own = vocabulary.numbers(language)
        numbers = range(min(own.values()), max(own.values()) + 1)
        rows = Rows(encoder, numbers.start, len(numbers))
        inputs = _inputs(vocabulary, lines, language, config.text)

        def loss_of(batch: Hidden, _: float, rows: Rows = rows) -> Tensor:
            with precise(encoder, "bfloat16"):
                states = rows.states(batch.ids, batch.mask)
            return _guessed(head, states, rows.embedded(batch.candidates), batch)

        losses[language] = train(
            rows,
            whole(_batches(inputs, numbers, vocabulary, config, language)),
            loss_of,
            steps=_steps(inputs, config.text),
            optimizer=config.text.optimizer,
            report=report,
        )
        rows.put_back()
    return losses


def _guessed(head: nn.Linear, states: Tensor, candidates: Tensor, batch: Hidden) -> Tensor:
    """Return the cross-entropy of the hidden words among the candidates."""
    guesses = head(states.float().flatten(0, 1)[batch.places])
    return functional.cross_entropy(guesses @ candidates.T, batch.words)


def _inputs(
    vocabulary: GraftedVocabulary, lines: Sequence[str], language: str, step: StepConfig
) -> Encoded:
    ids = vocabulary.ids(lines[: step.items], language)
    return encoded_sentences(ids, vocabulary.marks, step.longest)


def _steps(inputs: Encoded, step: StepConfig) -> int:
    return step.epochs * -(-len(inputs) // step.batch)


def _batches(
    inputs: Encoded,
    numbers: range,
    vocabulary: GraftedVocabulary,
    config: GraftConfig,
    language: str,
) -> Iterator[Hidden]:
    rng = generator(config.seed, "hiding", language)
    mask = vocabulary.mask
    for rows in endless_batches(inputs.lengths, config.text.batch, rng):
        yield _hidden(inputs.rows(rows), numbers, mask, inputs.marks, rng)


def _hidden(
    inputs: Encoded, numbers: range, mask_token: int, marks: Marks, rng: np.random.Generator
) -> Hidden:
    """Return inputs with some of the words that have these numbers hidden, one at the least."""
    ids, mask = tokens_of(inputs)
    flat = inputs.ids.ravel()
    may_hide = np.flatnonzero(
        (flat >= numbers.start) & (flat < numbers.stop) & ~np.isin(flat, marks.special)
    )
    chosen = may_hide[rng.random(len(may_hide)) < _HIDDEN_SHARE]
    places = chosen if len(chosen) else may_hide[:1]
    others = rng.integers(numbers.start, numbers.stop, size=_OTHERS)
    candidates, words = np.unique(flat[places], return_inverse=True)
    more = np.setdiff1d(others, candidates)
    shown = ids.flatten().clone()
    shown[torch.from_numpy(places)] = mask_token
    return Hidden(
        ids=shown.view_as(ids),
        mask=mask,
        places=torch.from_numpy(places),
        candidates=torch.from_numpy(np.concatenate([candidates, more]).astype(np.int64)),
        words=torch.from_numpy(words.astype(np.int64)),
    )
