"""Evaluation: the answer to every item, in every ordered pair of languages."""

from collections.abc import Sequence
from itertools import product
from typing import Any, Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from transformers import BertForSequenceClassification

from crosslab.data.batching import Encoded, ordered_batches
from crosslab.methods.base import logits
from crosslab.reading import Reader, pair_batch

Probabilities = NDArray[np.float32]  # (items, labels)

_BATCH: Final = 256


def probabilities(model: BertForSequenceClassification, inputs: Encoded) -> Probabilities:
    """Return the class probabilities of every input, in the order given."""
    model.eval()
    found = np.zeros((len(inputs), model.config.num_labels), dtype=np.float32)
    with torch.inference_mode():
        for rows in ordered_batches(inputs.lengths, _BATCH):
            batch = pair_batch(inputs.rows(rows), np.zeros(rows.shape, dtype=np.int64))
            found[rows] = logits(model, batch).softmax(dim=1).numpy()
    return found


def matrix_answers(
    model: BertForSequenceClassification,
    reader: Reader,
    languages: Sequence[str],
) -> pa.Table:
    """Return the answers to the items of a reader in every ordered pair of languages.

    Each language's sentences are tokenized once, so the matrix costs its forward
    passes and nothing else.
    """
    tables = []
    for first, second in product(languages, repeat=2):
        answered = probabilities(model, reader.pairs(first, second))
        tables.append(_answers(answered, reader.items.label, first, second))
    return pa.concat_tables(tables).combine_chunks().unify_dictionaries()


def _answers(
    answered: Probabilities, gold: NDArray[np.integer], first: str, second: str
) -> pa.Table:
    items = len(gold)
    columns: dict[str, Any] = {
        "item": pa.array([f"test-{number:05d}" for number in range(items)]),
        "first": pa.array([first] * items),
        "second": pa.array([second] * items),
        "prediction": pa.array(answered.argmax(axis=1).astype(np.int8)),
        "gold": pa.array(gold.astype(np.int8)),
    }
    for label in range(answered.shape[1]):
        columns[f"probability_{label}"] = pa.array(answered[:, label].astype(np.float16))
    return pa.table(columns)


def accuracy(predicted: NDArray[np.integer], gold: NDArray[np.integer]) -> float:
    """Return the share of right answers.

    Example:
        >>> accuracy(np.array([0, 1]), np.array([0, 0]))
        0.5
    """
    return float((predicted == gold).mean())
