"""The third step: the vector of a sentence is to meet that of its English translation.

The English vectors are those of the encoder before any grafting (multilingual distillation,
Reimers and Gurevych 2020). First the words of each language are trained by themselves, then
everything together; English sentences are among the pairs there, so that English stays where
it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from transformers import BertModel

from crosslab.config import GraftConfig, StepConfig
from crosslab.data.batching import Encoded, endless_batches
from crosslab.grafting.rows import Rows
from crosslab.grafting.vectors import (
    encoded_sentences,
    mean_vectors,
    sentence_vectors,
    tokens_of,
)
from crosslab.models import precise
from crosslab.seeding import generator
from crosslab.training import Report, train, whole
from crosslab.vocabularies.grafted import GraftedVocabulary
from crosslab.vocabularies.vocabulary import ENGLISH


@dataclass(frozen=True, slots=True)
class Aimed:
    """Sentences, and the vectors that theirs are to become."""

    inputs: Encoded
    aims: Tensor  # (sentences, hidden)

    def part(self, rows: np.ndarray) -> tuple[Encoded, Tensor]:
        """Return some of them."""
        return self.inputs.rows(rows), self.aims[torch.from_numpy(rows)]


def aimed(
    pairs: Mapping[str, tuple[Sequence[str], Sequence[str]]],
    vocabulary: GraftedVocabulary,
    teacher: BertModel,
    step: StepConfig,
) -> dict[str, Aimed]:
    """Return the first so many sentences of each language with the vectors of their English."""
    found = {}
    for language, (foreign, english) in pairs.items():
        own, other = (
            encoded_sentences(
                vocabulary.ids(sentences[: step.items], key), vocabulary.marks, step.longest
            )
            for sentences, key in ((foreign, language), (english, ENGLISH))
        )
        found[language] = Aimed(own, torch.from_numpy(sentence_vectors(teacher, other)))
    return found


def trained_rows(
    encoder: BertModel,
    vocabulary: GraftedVocabulary,
    sentences: Mapping[str, Aimed],
    config: GraftConfig,
    report: Report,
) -> dict[str, list[float]]:
    """Train the words of each language in turn, in place, and return the losses."""
    losses = {}
    for language, each in sentences.items():
        own = vocabulary.numbers(language)
        rows = Rows(encoder, min(own.values()), len(own))

        def loss_of(batch: tuple[Encoded, Tensor], _: float, rows: Rows = rows) -> Tensor:
            ids, mask = tokens_of(batch[0])
            with precise(encoder, "bfloat16"):
                return _apart(rows.states(ids, mask), mask, batch[1])

        losses[language] = train(
            rows,
            whole(_batches({language: each}, config.rows, config.seed)),
            loss_of,
            steps=_steps([each], config.rows),
            optimizer=config.rows.optimizer,
            report=report,
        )
        rows.put_back()
    return losses


def trained_body(
    encoder: BertModel, sentences: Mapping[str, Aimed], config: GraftConfig, report: Report
) -> list[float]:
    """Train everything on all languages together, in place, and return the losses."""
    encoder.requires_grad_(True)

    def loss_of(batch: tuple[Encoded, Tensor], _: float) -> Tensor:
        ids, mask = tokens_of(batch[0])
        with precise(encoder, "bfloat16"):
            states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            return _apart(states, mask, batch[1])

    return train(
        encoder,
        whole(_batches(sentences, config.body, config.seed)),
        loss_of,
        steps=_steps(list(sentences.values()), config.body),
        optimizer=config.body.optimizer,
        report=report,
    )


def _apart(states: Tensor, mask: Tensor, aims: Tensor) -> Tensor:
    """Return how far vectors are from their aims: one minus the cosine, on average."""
    return 1 - (mean_vectors(states, mask) * aims).sum(dim=1).mean()


def _steps(sentences: Sequence[Aimed], step: StepConfig) -> int:
    return step.epochs * sum(-(-len(each.inputs) // step.batch) for each in sentences)


def _batches(
    sentences: Mapping[str, Aimed], step: StepConfig, seed: int
) -> Iterator[tuple[Encoded, Tensor]]:
    """Yield batches of one language each, languages in turn of a random order by their size."""
    rng = generator(seed, "turns")
    streams = {
        language: endless_batches(
            each.inputs.lengths, step.batch, generator(seed, "order", language)
        )
        for language, each in sentences.items()
    }
    turns = np.repeat(
        np.arange(len(sentences)), [_steps([each], step) for each in sentences.values()]
    )
    languages = list(sentences)
    for turn in rng.permutation(turns).tolist():
        language = languages[turn]
        yield sentences[language].part(next(streams[language]))
