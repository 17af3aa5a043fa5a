"""Evaluation: the answer to every item, in every ordered pair of languages."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel

from crosslab.checkpoints import prediction_column
from crosslab.config import Precision
from crosslab.data.batching import Encoded, ordered_batches
from crosslab.methods.base import logits, pair_batch
from crosslab.models import precise
from crosslab.reading import Reading

Probabilities = NDArray[np.float32]  # (items, labels)
Matrix = Mapping[tuple[str, str], Probabilities]  # by first and second language

_BATCH: Final = 128  # what stays in a processor's cache; larger ones are slower
_STEPS: Final = 256  # that a probability is kept in: finer ones are noise, and fill the disk


def probabilities(
    model: PreTrainedModel, inputs: Encoded, precision: Precision = "float32"
) -> Probabilities:
    """Return the class probabilities of every input, in the order given."""
    model.eval()
    found = np.zeros((len(inputs), model.config.num_labels), dtype=np.float32)
    with torch.inference_mode(), precise(model, precision):
        for rows in ordered_batches(inputs.lengths, _BATCH):
            batch = pair_batch(inputs.rows(rows), np.zeros(rows.shape, dtype=np.int64))
            found[rows] = logits(model, batch).float().softmax(dim=1).cpu().numpy()
    return found


def matrix_probabilities(
    model: PreTrainedModel,
    reading: Reading,
    languages: Sequence[str],
    precision: Precision = "float32",
) -> Matrix:
    """Return the class probabilities of the items asked in every ordered pair of languages.

    Each language's sentences are tokenized once, so the matrix costs its forward
    passes and nothing else.
    """
    return {
        (first, second): probabilities(model, reading.pairs(first, second), precision)
        for first, second in product(languages, repeat=2)
    }


def matrix_answers(matrices: Mapping[str, Matrix], reading: Reading) -> pa.Table:
    """Return the answers of the checkpoints of one run side by side, one row per item and pair.

    The first checkpoint's prediction is ``prediction``, and its probabilities are kept; of
    every other there is a column ``prediction_<name>``.
    """
    main, *others = matrices
    pairs = list(matrices[main])
    asked = [reading.asked(*pair) for pair in pairs]
    items = np.concatenate(asked)
    answered = np.concatenate([matrices[main][pair] for pair in pairs])

    def sides(place: int) -> list[str]:
        return [pair[place] for pair, rows in zip(pairs, asked, strict=True) for _ in rows]

    columns: dict[str, Any] = {
        "item": pa.DictionaryArray.from_arrays(items.astype(np.int32), list(reading.names)),
        "first": pa.array(sides(0)).dictionary_encode(),
        "second": pa.array(sides(1)).dictionary_encode(),
        "prediction": pa.array(answered.argmax(axis=1).astype(np.int8)),
        "gold": pa.array(reading.labels[items].astype(np.int8)),
    }
    for name in others:
        found = [matrices[name][pair].argmax(axis=1).astype(np.int8) for pair in pairs]
        columns[prediction_column(name)] = pa.array(np.concatenate(found))
    return pa.table({**columns, **probability_columns(answered)})


def probability_columns(answered: Probabilities) -> dict[str, pa.Array]:
    """Return the class probabilities as columns, all but the last, which is what they leave."""
    kept = (np.round(answered * _STEPS) / _STEPS).astype(np.float16)
    return {f"probability_{label}": pa.array(kept[:, label]) for label in range(kept.shape[1] - 1)}


def accuracy(predicted: NDArray[np.integer], gold: NDArray[np.integer]) -> float:
    """Return the share of right answers.

    Example:
        >>> accuracy(np.array([0, 1]), np.array([0, 0]))
        0.5
    """
    return float((predicted == gold).mean())
