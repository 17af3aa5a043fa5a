"""Evaluation: the answer to every item, in every ordered pair of languages."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from transformers import BertForSequenceClassification

from crosslab.checkpoints import prediction_column
from crosslab.data.batching import Encoded, ordered_batches
from crosslab.methods.base import logits
from crosslab.reading import Reader, pair_batch

Probabilities = NDArray[np.float32]  # (items, labels)
Matrix = Mapping[tuple[str, str], Probabilities]  # by first and second language

_BATCH: Final = 128  # what stays in a processor's cache; larger ones are slower


def probabilities(model: BertForSequenceClassification, inputs: Encoded) -> Probabilities:
    """Return the class probabilities of every input, in the order given."""
    model.eval()
    found = np.zeros((len(inputs), model.config.num_labels), dtype=np.float32)
    with torch.inference_mode():
        for rows in ordered_batches(inputs.lengths, _BATCH):
            batch = pair_batch(inputs.rows(rows), np.zeros(rows.shape, dtype=np.int64))
            found[rows] = logits(model, batch).softmax(dim=1).numpy()
    return found


def matrix_probabilities(
    model: BertForSequenceClassification, reader: Reader, languages: Sequence[str]
) -> Matrix:
    """Return the class probabilities of every item in every ordered pair of languages.

    Each language's sentences are tokenized once, so the matrix costs its forward
    passes and nothing else.
    """
    return {
        (first, second): probabilities(model, reader.pairs(first, second))
        for first, second in product(languages, repeat=2)
    }


def matrix_answers(
    matrices: Mapping[str, Matrix], gold: NDArray[np.integer], split: str = "test"
) -> pa.Table:
    """Return the answers of the checkpoints of one run side by side, one row per item and pair.

    The first checkpoint's prediction is ``prediction``, and its probabilities are kept; of
    every other there is a column ``prediction_<name>``.
    """
    main, *others = matrices
    items = len(gold)
    names = [f"{split}-{number:05d}" for number in range(items)]
    pairs = list(matrices[main])
    answered = np.concatenate([matrices[main][pair] for pair in pairs])
    columns: dict[str, Any] = {
        "item": pa.array(names * len(pairs)).dictionary_encode(),
        "first": pa.array([first for first, _ in pairs for _ in names]).dictionary_encode(),
        "second": pa.array([second for _, second in pairs for _ in names]).dictionary_encode(),
        "prediction": pa.array(answered.argmax(axis=1).astype(np.int8)),
        "gold": pa.array(np.tile(gold, len(pairs)).astype(np.int8)),
    }
    for name in others:
        found = [matrices[name][pair].argmax(axis=1).astype(np.int8) for pair in pairs]
        columns[prediction_column(name)] = pa.array(np.concatenate(found))
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
