"""A dual encoder: one encoder that reads queries and passages alike, and how it is trained."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from crosslab.config import ContrastConfig, Pooling, Precision
from crosslab.data.batching import Encoded, ordered_batches
from crosslab.grafting.vectors import mean_vectors, tokens_of
from crosslab.models import precise, seeded, settle
from crosslab.registry import lookup
from crosslab.retrieval.batches import Drawn, drawn_batches
from crosslab.retrieval.contrast import both_ways, info_nce
from crosslab.retrieval.questions import Numbers, Questions, Sentences
from crosslab.retrieval.search import Vectors, nearest
from crosslab.seeding import generator
from crosslab.training import Report, train, whole

_BATCH = 256  # sentences read at once where nothing is learned


@dataclass(frozen=True, slots=True)
class Contrast:
    """A batch: queries, their passages in the same order, and passages that are nobody's."""

    queries: Encoded
    passages: Encoded
    others: Encoded | None = None


def vectors(model: PreTrainedModel, inputs: Encoded, pooling: Pooling = "mean") -> Tensor:
    """Return the vectors of some sentences, of length one, with what a gradient needs."""
    ids, mask = (each.to(model.device) for each in tokens_of(inputs))
    states = model(input_ids=ids, attention_mask=mask).last_hidden_state
    if pooling == "first":
        return functional.normalize(states[:, 0].float(), dim=-1)
    return mean_vectors(states, mask)


def embedded(
    model: PreTrainedModel,
    inputs: Encoded,
    pooling: Pooling = "mean",
    precision: Precision = "float32",
) -> Vectors:
    """Return the vectors of sentences in the order given, for searching."""
    model.eval()
    found = np.zeros((len(inputs), model.config.hidden_size), dtype=np.float32)
    with torch.inference_mode(), precise(model, precision):
        for rows in ordered_batches(inputs.lengths, _BATCH):
            found[rows] = vectors(model, inputs.rows(rows), pooling).cpu().numpy()
    return found


def trained(
    encoder: PreTrainedModel,
    questions: Questions,
    config: ContrastConfig,
    *,
    seed: int,
    report: Report,
) -> list[float]:
    """Train an encoder in place so that a query meets its passage; return the losses.

    Seeds vary which items meet, in which order and in which languages.
    """
    settle(config.threads)
    batches = _batches(encoder, questions, config, seed)
    with seeded(seed, "dropout"):
        return train(
            encoder,
            whole(batches),
            lambda batch, _: loss(encoder, batch, config),
            steps=config.steps,
            optimizer=config.optimizer,
            report=report,
        )


def loss(encoder: PreTrainedModel, batch: Contrast, config: ContrastConfig) -> Tensor:
    """Return the contrastive loss of a batch."""
    with precise(encoder, config.precision):
        queries, passages = (
            vectors(encoder, each, config.pooling) for each in (batch.queries, batch.passages)
        )
        if config.both_ways:
            return both_ways(
                queries, passages, temperature=config.temperature, margin=config.margin
            )
        if batch.others is not None:
            others = vectors(encoder, batch.others, config.pooling)
            passages = torch.cat([passages, others])
    return info_nce(queries, passages, temperature=config.temperature, margin=config.margin)


def _batches(
    encoder: PreTrainedModel, questions: Questions, config: ContrastConfig, seed: int
) -> Iterator[Contrast]:
    """Yield batches of the languages that have training pairs."""
    asking, answering = questions.queries, questions.passages
    answer = questions.answer
    if config.translations:  # a passage asks for itself in another language
        asking, answer = answering, np.arange(len(answering))
    languages = config.languages or questions.languages
    there = dict(zip(questions.languages, range(len(questions.languages)), strict=True))
    known = np.array([lookup(there, key, kind="language") for key in languages])
    wrong = _nearest_wrong(encoder, questions, config) if config.hard_negatives else None
    rng = generator(seed, "contrast")
    for each in drawn_batches(
        answer, len(known), size=config.batch, same_share=config.same_share, rng=rng
    ):
        yield Contrast(
            asking.said(each.rows, known[each.asked]),
            answering.said(answer[each.rows], known[each.answered]),
            None if wrong is None else _others(answering, wrong, each, known, answer),
        )


def _others(
    passages: Sentences, wrong: Numbers, drawn: Drawn, known: Numbers, answer: Numbers
) -> Encoded | None:
    """Return the hard negatives of a batch, each once, and none that is right for another query."""
    rows = wrong[drawn.rows].ravel()
    spoken = np.repeat(known[drawn.answered], wrong.shape[1])
    _, first = np.unique(rows, return_index=True)
    kept = first[~np.isin(rows[first], answer[drawn.rows])]
    return passages.said(rows[kept], spoken[kept]) if len(kept) else None


def _nearest_wrong(
    encoder: PreTrainedModel, questions: Questions, config: ContrastConfig
) -> Numbers:
    """Return the wrong passages nearest to each query before training, in the first language."""
    key = (config.languages or questions.languages)[0]
    asking, answering = (
        embedded(encoder, each.in_language(key), config.pooling, config.precision)
        for each in (questions.queries, questions.passages)
    )
    places, _ = nearest(asking, answering, config.hard_negatives + 1)
    right = places == questions.answer[:, None]
    # Where the right passage is not among them, the last one is left out in its place.
    right[~right.any(axis=1), -1] = True
    found: Numbers = places[~right].reshape(len(places), config.hard_negatives)
    return found
