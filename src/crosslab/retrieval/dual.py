"""A dual encoder: one encoder that reads queries and passages alike, and how it is trained."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from crosslab.attacks.embedding import climbed
from crosslab.config import ContrastConfig
from crosslab.data.batching import Encoded
from crosslab.errors import UsageError
from crosslab.methods.adversarial import Adversarial
from crosslab.methods.base import PairBatch
from crosslab.methods.embedding import (
    ball_radii,
    dropout_held,
    uniform_in_balls,
    word_embeddings,
)
from crosslab.models import precise, seeded, settle, torch_generator
from crosslab.registry import lookup
from crosslab.retrieval.batches import drawn_batches
from crosslab.retrieval.contrast import both_ways, info_nce
from crosslab.retrieval.domains import DomainClassifier, Told
from crosslab.retrieval.questions import Numbers, Questions
from crosslab.retrieval.search import nearest
from crosslab.retrieval.vectors import embedded, sentence_batch, vectors
from crosslab.seeding import generator
from crosslab.training import Report, train, whole

Step = tuple["Contrast", tuple[Encoded, Tensor] | None]  # with sentences of known domains


@dataclass(frozen=True, slots=True)
class Contrast:
    """A batch: queries, their passages in the same order, and passages that are nobody's."""

    queries: PairBatch
    passages: PairBatch
    others: PairBatch | None = None


def trained(  # noqa: PLR0913 - what a run consists of, each part named
    encoder: PreTrainedModel,
    questions: Questions,
    config: ContrastConfig,
    *,
    seed: int,
    report: Report,
    told: Told | None = None,
) -> list[float]:
    """Train an encoder in place so that a query meets its passage; return the losses.

    Seeds vary which items meet, in which order and in which languages. Where domains are to be
    confused, ``told`` says which sentences are of which.

    Raises:
        UsageError: Domains are to be confused, and none are given, or the other way round.
    """
    settle(config.threads)
    batches = _batches(encoder, questions, config, seed)
    adversary, of_domains = _adversary(encoder, config, told, seed, questions.languages)
    draws = torch_generator(seed, "contrast", "noise")

    def loss_of(step: Step, progress: float) -> Tensor:
        contrast, sentences = step
        found = loss(encoder, contrast, config, draws, progress)
        if adversary is None or sentences is None:
            return found
        inputs, domains = sentences
        with dropout_held():  # what the next update draws is what it would have drawn without
            read = _read(encoder, sentence_batch(inputs), config)
        return found + adversary.loss(read, domains, progress)

    with seeded(seed, "dropout"):
        losses = train(
            encoder if adversary is None else nn.ModuleList([encoder, adversary]),
            whole(zip(batches, of_domains, strict=False)),
            loss_of,
            steps=config.steps,
            optimizer=config.optimizer,
            report=report,
        )
    encoder.eval()
    return losses


def _adversary(
    encoder: PreTrainedModel,
    config: ContrastConfig,
    told: Told | None,
    seed: int,
    languages: tuple[str, ...],
) -> tuple[DomainClassifier | None, Iterator[tuple[Encoded, Tensor] | None]]:
    """Return what the encoder is to mislead about domains, and on which sentences; if anything."""
    if (config.domains is None) != (told is None):
        raise UsageError(
            "Domains are confused where the settings say so and sentences of several are given; "
            "here there is one without the other."
        )
    if config.domains is None or told is None:
        return None, repeat(None)
    width = encoder.config.hidden_size
    made = DomainClassifier(width, told.count, config.domains, seed).to(encoder.device)
    return made, told.batches(config.batch, config.languages or languages, seed)


def _known(questions: Questions, config: ContrastConfig) -> Numbers:
    """Return the numbers of the languages that have training pairs."""
    there = dict(zip(questions.languages, range(len(questions.languages)), strict=True))
    languages = config.languages or questions.languages
    return np.array([lookup(there, key, kind="language") for key in languages])


def loss(
    encoder: PreTrainedModel,
    batch: Contrast,
    config: ContrastConfig,
    draws: torch.Generator,
    progress: float,
) -> Tensor:
    """Return the contrastive loss of a batch, its queries moved where the settings say so."""
    passages = _read(encoder, batch.passages, config)
    if batch.others is not None:
        passages = torch.cat([passages, _read(encoder, batch.others, config)])
    noise = _noise(encoder, batch.queries, passages.detach(), config, draws, progress)
    embedded = word_embeddings(encoder, batch.queries)
    moved = embedded if noise is None else embedded + noise
    return _loss(_read(encoder, batch.queries, config, moved), passages, config)


def _read(
    encoder: PreTrainedModel,
    batch: PairBatch,
    config: ContrastConfig,
    embeddings: Tensor | None = None,
) -> Tensor:
    """Return the vectors of a batch, computed as precisely as the settings say."""
    with precise(encoder, config.precision):
        return vectors(encoder, batch, config.pooling, embeddings)


def _loss(queries: Tensor, passages: Tensor, config: ContrastConfig) -> Tensor:
    measure = both_ways if config.both_ways else info_nce
    return measure(queries, passages, temperature=config.temperature, margin=config.margin)


def _noise(  # noqa: PLR0913, PLR0917 - what noise depends on
    encoder: PreTrainedModel,
    queries: PairBatch,
    passages: Tensor,
    config: ContrastConfig,
    draws: torch.Generator,
    progress: float,
) -> Tensor | None:
    """Return by how much the words of the queries are moved: at random, for the worst, or not."""
    if config.noise is None and config.adversarial is None:
        return None
    embedded = word_embeddings(encoder, queries).detach()
    if config.noise is not None:
        radii = ball_radii(embedded, queries, config.noise.radius)
        return uniform_in_balls(radii, embedded.shape[-1], draws)
    assert config.adversarial is not None
    radius = Adversarial(config.adversarial).radius(progress)
    if radius == 0:
        return None
    radii = ball_radii(embedded, queries, radius)

    def cost(moved: Tensor) -> Tensor:
        with dropout_held():  # the mask that the pass on the noise found will have
            return _loss(_read(encoder, queries, config, moved), passages, config)

    return climbed(cost, embedded, radii, config.adversarial.steps)


def _batches(
    encoder: PreTrainedModel, questions: Questions, config: ContrastConfig, seed: int
) -> Iterator[Contrast]:
    """Return batches of the languages that have training pairs, for ever.

    Hard negatives are looked for here and now, before any training.
    """
    wrong = _nearest_wrong(encoder, questions, config) if config.hard_negatives else None
    return _drawn(questions, config, wrong, seed)


def _drawn(
    questions: Questions, config: ContrastConfig, wrong: Numbers | None, seed: int
) -> Iterator[Contrast]:
    known, together, answer = _known(questions, config), questions.together(), questions.answer
    rng = generator(seed, "contrast")
    for each in drawn_batches(
        together, len(known), size=config.batch, same_share=config.same_share, rng=rng
    ):
        asked, answered = known[each.asked], known[each.answered]
        if config.translations:  # a passage asks for itself in another language
            queries = questions.passages.said(answer[asked, each.rows], asked)
        else:
            queries = questions.queries.said(each.rows, asked)
        yield Contrast(
            sentence_batch(queries),
            sentence_batch(questions.passages.said(answer[answered, each.rows], answered)),
            None if wrong is None else _others(questions, together, wrong, each.rows, answered),
        )


def _others(
    questions: Questions, together: Numbers, wrong: Numbers, rows: Numbers, answered: Numbers
) -> PairBatch | None:
    """Return the hard negatives of a batch, each once, and none that is right for another query."""
    others = wrong[rows].ravel()
    spoken = np.repeat(answered, wrong.shape[1])
    _, first = np.unique(together[others], return_index=True)
    kept = first[~np.isin(together[others[first]], together[rows])]
    if not len(kept):
        return None
    passages = questions.passages.said(questions.answer[spoken[kept], others[kept]], spoken[kept])
    return sentence_batch(passages)


def _nearest_wrong(
    encoder: PreTrainedModel, questions: Questions, config: ContrastConfig
) -> Numbers:
    """Return, per query, the queries whose answers are wrong for it and nearest before training.

    They are looked for in the first language. Answers of other queries are to be had in all.

    Raises:
        UsageError: There are fewer wrong answers than are asked for.
    """
    number = int(_known(questions, config)[0])
    key, together = questions.languages[number], questions.together()
    passages = questions.passages.in_language(key).rows(questions.answer[number])
    asking, answering = (
        embedded(encoder, each, config.pooling, config.precision)
        for each in (questions.queries.in_language(key), passages)
    )
    most = int(np.bincount(together).max())  # that share an answer
    if len(together) < config.hard_negatives + most:
        raise UsageError(
            f"{config.hard_negatives} hard negatives a query need as many wrong answers; there "
            f"are {len(together) - most}."
        )
    places, _ = nearest(asking, answering, config.hard_negatives + most)
    right = together[places] == together[:, None]
    order = np.argsort(right, axis=1, kind="stable")[:, : config.hard_negatives]  # wrong ones first
    found: Numbers = np.take_along_axis(places, order, axis=1)
    return found
