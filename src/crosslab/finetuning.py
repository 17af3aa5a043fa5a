"""Fine-tuning: a method, a pre-trained encoder, and source-language items only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from transformers import BertForMaskedLM, BertForSequenceClassification

from crosslab.checkpoints import BEST_SOURCE_DEV, ORACLE
from crosslab.config import FinetuneConfig, TaskConfig
from crosslab.data.batching import Encoded, endless_batches
from crosslab.evaluation import accuracy, probabilities
from crosslab.lab.items import task_items
from crosslab.lab.laboratory import Laboratory
from crosslab.lab.pairs import Pairs, Task
from crosslab.methods.base import Context, Method, PairBatch, Rewriting
from crosslab.models import classifier, seeded, settle, torch_generator
from crosslab.reading import Reader, lab_resources, pair_batch
from crosslab.seeding import generator
from crosslab.training import Report, train


@dataclass(slots=True)
class Kept:
    """The best checkpoint by one rule: when it was, how good, and its weights."""

    update: int
    score: float
    weights: Mapping[str, Tensor]


@dataclass(slots=True)
class Checkpoints:
    """Looks at a model as it trains and keeps the best by each rule; the first of equals."""

    model: BertForSequenceClassification
    rules: Mapping[str, Callable[[], float]]
    kept: dict[str, Kept] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)

    def look(self, update: int) -> None:
        """Score the model as it is now by every rule; keep a copy where it is the best yet."""
        scores = {name: rule() for name, rule in self.rules.items()}
        self.history.append({"update": update, **scores})
        for name, score in scores.items():
            if name not in self.kept or score > self.kept[name].score:
                weights = {key: value.clone() for key, value in self.model.state_dict().items()}
                self.kept[name] = Kept(update, score, weights)
        self.model.train()


@dataclass(frozen=True, slots=True)
class Finetuned:
    """What training leaves behind: the model, its items, its checkpoints, how it went."""

    model: BertForSequenceClassification
    items: Mapping[str, Pairs]
    losses: list[float]
    kept: Mapping[str, Kept]
    history: list[dict[str, float]]


def finetuned(  # noqa: PLR0913 - what a run consists of, each part named
    encoder: BertForMaskedLM,
    method: Method,
    lab: Laboratory,
    *,
    task: Task,
    sizes: TaskConfig,
    config: FinetuneConfig,
    seed: int,
    report: Report,
) -> Finetuned:
    """Fine-tune on the source language with a method.

    Seeds vary what a practitioner's seed varies: the new head, the order of the
    items, dropout, and the draws of the method. The encoder and the items stay.
    No test item is touched here.
    """
    settle(config.threads)
    items = task_items(lab, task, sizes)
    training = Reader(lab, items["train"], f"{task.key}/train")
    pairs = training.pairs(lab.config.source, lab.config.source)
    known = lab_resources(lab, training.tokenizer)
    epochs = config.epochs
    if isinstance(method, Rewriting):
        epochs = method.epochs
        pairs = method.training_set(pairs, known, torch_generator(seed, "copies"))
    steps = epochs * -(-len(pairs) // config.batch)
    model = classifier(encoder, len(task.labels), seed)
    draws = torch_generator(seed, "method", method.key)
    checkpoints = Checkpoints(model, _rules(model, lab, items["dev"], task, config.oracle_items))
    looks = {round(steps * (look + 1) / config.checkpoints) for look in range(config.checkpoints)}
    with seeded(seed, "dropout"):
        losses = train(
            model,
            _batches(pairs, items["train"].label, config.batch, seed),
            lambda batch, progress: method.loss(model, batch, Context(known, draws, progress)),
            steps=steps,
            optimizer=config.optimizer,
            report=report,
            after=lambda done: checkpoints.look(done) if done in looks else None,
        )
    return Finetuned(model, items, losses, checkpoints.kept, checkpoints.history)


def _rules(
    model: BertForSequenceClassification,
    lab: Laboratory,
    dev: Pairs,
    task: Task,
    oracle_items: int | None,
) -> dict[str, Callable[[], float]]:
    """Return what checkpoints are compared by; every rule sees dev items alone."""

    def right(keys: Sequence[str], items: Pairs) -> Callable[[], float]:
        reader = Reader(lab, items, f"{task.key}/dev")

        def mean() -> float:
            shares = [_right(model, reader, key) for key in keys]
            return float(np.mean(shares))

        return mean

    rules = {BEST_SOURCE_DEV: right([lab.config.source], dev)}
    if oracle_items is not None:
        few = dev.take(np.arange(min(oracle_items, len(dev))))
        rules[ORACLE] = right(lab.config.targets, few)
    return rules


def _right(model: BertForSequenceClassification, reader: Reader, key: str) -> float:
    answered = probabilities(model, reader.pairs(key, key)).argmax(axis=1)
    return accuracy(answered, reader.items.label)


def _batches(
    pairs: Encoded, labels: NDArray[np.integer], size: int, seed: int
) -> Iterator[PairBatch]:
    """Yield batches of source-language pairs, epoch after epoch, in an order of their own."""
    repeated = np.resize(labels, len(pairs))  # copies follow one another, labels with them
    for rows in endless_batches(pairs.lengths, size, generator(seed, "order")):
        yield pair_batch(pairs.rows(rows), repeated[rows])
