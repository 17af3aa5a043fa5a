"""Vectors of sentences, of length one: what is searched by, and what contrast moves."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from crosslab.config import Pooling, Precision
from crosslab.data.batching import Encoded, ordered_batches
from crosslab.grafting.vectors import mean_vectors
from crosslab.methods.base import PairBatch, pair_batch
from crosslab.methods.embedding import word_embeddings
from crosslab.models import precise
from crosslab.retrieval.search import Vectors

_BATCH = 256  # sentences read at once where nothing is learned


def vectors(
    model: PreTrainedModel,
    batch: PairBatch,
    pooling: Pooling = "mean",
    embeddings: Tensor | None = None,
) -> Tensor:
    """Return the vectors of sentences, of length one, with what a gradient needs.

    Word embeddings may be given in place of the words: that is how noise gets in.
    """
    mask = batch.attention_mask.to(model.device)
    if embeddings is None:
        embeddings = word_embeddings(model, batch)
    states = model(inputs_embeds=embeddings, attention_mask=mask).last_hidden_state
    if pooling == "first":
        return functional.normalize(states[:, 0].float(), dim=-1)
    return mean_vectors(states, mask)


def sentence_batch(inputs: Encoded) -> PairBatch:
    """Return single sentences as the tensors a model takes; they have no labels."""
    return pair_batch(inputs, np.zeros(len(inputs), dtype=np.int64))


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
            batch = sentence_batch(inputs.rows(rows))
            found[rows] = vectors(model, batch, pooling).cpu().numpy()
    return found
