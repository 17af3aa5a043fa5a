"""Fine-tuning: a method, a pre-trained encoder, and source-language items only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.checkpoints import BEST_SOURCE_DEV, ORACLE
from crosslab.config import FinetuneConfig, Precision
from crosslab.data.batching import Encoded, endless_batches
from crosslab.evaluation import accuracy, probabilities
from crosslab.methods.base import Context, Method, PairBatch, Rewriting, pair_batch
from crosslab.models import classifier, precise, seeded, settle, torch_generator
from crosslab.reading import Material, Reading
from crosslab.seeding import generator
from crosslab.training import Bookmark, Crew, Report, train


@dataclass(slots=True)
class Kept:
    """The best checkpoint by one rule: when it was, how good, and its weights."""

    update: int
    score: float
    weights: Mapping[str, Tensor]


@dataclass(slots=True)
class Checkpoints:
    """Looks at a model as it trains and keeps the best by each rule; the first of equals."""

    model: PreTrainedModel
    rules: Mapping[str, Callable[[], float]]
    kept: dict[str, Kept] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)

    def look(self, update: int) -> None:
        """Score the model as it is now by every rule; keep a copy where it is the best yet."""
        scores = {name: rule() for name, rule in self.rules.items()}
        learning = {name for name, each in self.model.named_parameters() if each.requires_grad}
        self.history.append({"update": update, **scores})
        for name, score in scores.items():
            if name not in self.kept or score > self.kept[name].score:
                weights = {
                    key: value.to("cpu", copy=True)
                    for key, value in self.model.state_dict().items()
                    if key in learning
                }
                self.kept[name] = Kept(update, score, weights)
        self.model.train()


Bookmarking = Callable[[Checkpoints, torch.Generator], Bookmark]  # what else there is to keep


@dataclass(frozen=True, slots=True)
class Finetuned:
    """What training leaves behind: the model, its checkpoints, how it went."""

    model: PreTrainedModel
    losses: list[float]
    kept: Mapping[str, Kept]
    history: list[dict[str, float]]


def finetuned(  # noqa: PLR0913 - what a run consists of, each part named
    encoder: PreTrainedModel,
    method: Method,
    material: Material,
    *,
    config: FinetuneConfig,
    seed: int,
    report: Report,
    device: str = "cpu",
    crew: Crew | None = None,
    bookmarking: Bookmarking | None = None,
) -> Finetuned:
    """Fine-tune on the source language with a method.

    Seeds vary what a practitioner's seed varies: the new head, the order of the
    items, dropout, and the draws of the method. The encoder and the items stay.
    No test item is touched here.
    """
    settle(config.threads)
    training, known = material.split("train"), material.resources
    pairs = training.pairs(material.source, material.source)
    epochs = config.epochs
    if isinstance(method, Rewriting):
        epochs = method.epochs
        pairs = method.training_set(pairs, known, torch_generator(seed, "copies"))
    steps = epochs * -(-len(pairs) // config.batch)
    model = classifier(encoder, len(material.labels), seed).to(device)
    model.get_input_embeddings().requires_grad_(not config.frozen_embeddings)
    place = (crew.rank,) if crew and crew.rank else ()  # each process draws for itself
    draws = torch_generator(seed, "method", method.key, *place)
    checkpoints = Checkpoints(model, _rules(model, material, config))
    looks = _looks(steps, config)

    def loss_of(batch: PairBatch, progress: float) -> Tensor:
        with precise(model, config.precision):
            return method.loss(model, batch, Context(known, draws, progress))

    with seeded(seed, "dropout", *place):
        losses = train(
            model,
            _updates(pairs, training.labels, config, seed),
            loss_of,
            steps=steps,
            optimizer=config.optimizer,
            report=report,
            after=lambda done: checkpoints.look(done) if done in looks else None,
            crew=crew,
            bookmark=bookmarking(checkpoints, draws) if bookmarking else None,
        )
    return Finetuned(model, losses, checkpoints.kept, checkpoints.history)


def _looks(steps: int, config: FinetuneConfig) -> set[int]:
    """Return the updates after which the model is looked at, the last one among them."""
    if config.look_every is not None:
        return {*range(config.look_every, steps, config.look_every), steps}
    return {round(steps * (look + 1) / config.checkpoints) for look in range(config.checkpoints)}


def _rules(
    model: PreTrainedModel, material: Material, config: FinetuneConfig
) -> dict[str, Callable[[], float]]:
    """Return what checkpoints are compared by; every rule sees dev items alone."""
    dev = material.split("dev")

    def right(keys: Sequence[str], reading: Reading) -> Callable[[], float]:
        def mean() -> float:
            shares = [_right(model, reading, key, config.precision) for key in keys]
            return float(np.mean(shares))

        return mean

    rules = {BEST_SOURCE_DEV: right([material.source], dev)}
    if config.oracle_items is not None:
        rules[ORACLE] = right(material.targets, dev.few(config.oracle_items))
    return rules


def _right(model: PreTrainedModel, reading: Reading, key: str, precision: Precision) -> float:
    answered = probabilities(model, reading.pairs(key, key), precision).argmax(axis=1)
    return accuracy(answered, reading.labels[reading.asked(key, key)])


def _updates(
    pairs: Encoded, labels: NDArray[np.integer], config: FinetuneConfig, seed: int
) -> Iterator[list[tuple[PairBatch, float]]]:
    """Yield updates on source-language pairs, epoch after epoch, in an order of their own."""
    repeated = np.resize(labels, len(pairs))  # copies follow one another, labels with them
    for rows in endless_batches(pairs.lengths, config.batch, generator(seed, "order")):
        parts = np.array_split(rows, min(config.accumulation, len(rows)))
        yield [
            (pair_batch(pairs.rows(part), repeated[part]), len(part) / len(rows)) for part in parts
        ]
