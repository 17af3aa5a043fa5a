"""Vectors of sentences and of words: what grafting trains on, and what it is measured by."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from crosslab.config import Precision
from crosslab.data.batching import Encoded, Marks, ordered_batches
from crosslab.models import precise

_BATCH = 128


def encoded_sentences(ids: Sequence[Sequence[int]], marks: Marks, longest: int) -> Encoded:
    """Return single sentences, cut to a length, between the marks they begin and end with."""
    room = longest - len(marks.before) - len(marks.after)
    inputs = [[*marks.before, *each[:room], *marks.after] for each in ids]
    lengths = np.array([len(each) for each in inputs], dtype=np.int32)
    found = np.full((len(inputs), int(lengths.max(initial=1))), marks.padding, dtype=np.int32)
    for row, each in enumerate(inputs):
        found[row, : len(each)] = each
    return Encoded(found, lengths, lengths, marks)


def tokens_of(inputs: Encoded) -> tuple[Tensor, Tensor]:
    """Return inputs as token ids and the mask of those that are no padding."""
    ids = torch.from_numpy(inputs.ids.astype(np.int64))
    return ids, (ids != inputs.marks.padding).long()


def mean_vectors(states: Tensor, mask: Tensor) -> Tensor:
    """Return one vector of length one per sentence: the mean of the states of its tokens."""
    weights = mask.unsqueeze(-1)
    mean = (states.float() * weights).sum(dim=1) / weights.sum(dim=1)
    return functional.normalize(mean, dim=-1)


def sentence_vectors(
    encoder: PreTrainedModel, inputs: Encoded, precision: Precision = "bfloat16"
) -> NDArray[np.float32]:
    """Return the vectors of sentences, in the order given."""
    encoder.eval()
    found = np.zeros((len(inputs), encoder.config.hidden_size), dtype=np.float32)
    with torch.inference_mode(), precise(encoder, precision):
        for rows in ordered_batches(inputs.lengths, _BATCH):
            ids, mask = (each.to(encoder.device) for each in tokens_of(inputs.rows(rows)))
            states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            found[rows] = mean_vectors(states, mask).cpu().numpy()
    return found


def found_first(queries: NDArray[np.float32], candidates: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return which candidate is nearest to each query; vectors are of length one.

    Example:
        >>> same = np.eye(3, dtype=np.float32)
        >>> found_first(same, same)
        array([0, 1, 2])
    """
    nearest: NDArray[np.intp] = (queries @ candidates.T).argmax(axis=1)
    return nearest
