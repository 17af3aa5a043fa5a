"""Fine-tuning: a method, a pre-trained encoder, and source-language items only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from transformers import BertForMaskedLM

from crosslab.config import FinetuneConfig, TaskConfig
from crosslab.data.batching import endless_batches
from crosslab.evaluation import accuracy, matrix_answers, probabilities
from crosslab.lab.items import task_items
from crosslab.lab.laboratory import Laboratory
from crosslab.lab.pairs import Pairs, Task
from crosslab.methods.base import Method, PairBatch
from crosslab.models import classifier, seeded, settle, torch_generator
from crosslab.reading import Reader, pair_batch, resources
from crosslab.seeding import generator
from crosslab.training import Report, train


@dataclass(frozen=True, slots=True)
class Finetuned:
    """What a run leaves behind: its items, its answers, and how training went."""

    items: Mapping[str, Pairs]
    answers: pa.Table
    losses: list[float]
    source_dev_accuracy: float


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
    """Fine-tune on the source language with a method, then answer in every pair of languages.

    Seeds vary what a practitioner's seed varies: the new head, the order of the
    items, dropout, and the draws of the method. The encoder and the items stay.
    The test items are touched once, when training is over.
    """
    settle(config.threads)
    source = lab.config.source
    items = task_items(lab, task, sizes)
    training = Reader(lab, items["train"], f"{task.key}/train")
    known = {word: [other] for word, other in lab.lexicons[source].synonyms().items()}
    allowed = resources(training.tokenizer, known)
    model = classifier(encoder, len(task.labels), seed)
    draws = torch_generator(seed, "method", method.key)
    with seeded(seed, "dropout"):
        losses = train(
            model,
            _batches(training, items["train"], source, config.batch, seed),
            lambda batch: method.loss(model, batch, allowed, draws),
            steps=config.epochs * -(-len(items["train"]) // config.batch),
            optimizer=config.optimizer,
            report=report,
        )
    dev = Reader(lab, items["dev"], f"{task.key}/dev")
    answered = probabilities(model, dev.pairs(source, source))
    return Finetuned(
        items=items,
        answers=matrix_answers(
            model,
            Reader(lab, items["test"], f"{task.key}/test"),
            (source, *lab.config.targets),
        ),
        losses=losses,
        source_dev_accuracy=accuracy(answered.argmax(axis=1), items["dev"].label),
    )


def _batches(
    reader: Reader, items: Pairs, source: str, size: int, seed: int
) -> Iterator[PairBatch]:
    """Yield batches of source-language pairs, epoch after epoch, in an order of their own."""
    pairs = reader.pairs(source, source)
    for rows in endless_batches(pairs.lengths, size, generator(seed, "order")):
        yield pair_batch(pairs.rows(rows), items.label[rows].astype(np.int64))
