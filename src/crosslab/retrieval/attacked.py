"""What a search still finds when its queries are attacked."""

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.attacks.margins import Margin, ahead
from crosslab.config import Pooling
from crosslab.methods.base import PairBatch
from crosslab.retrieval.dual import vectors
from crosslab.retrieval.search import Places, Vectors


def search_margin(
    model: PreTrainedModel, pool: Vectors, right: Places, pooling: Pooling = "mean"
) -> Margin:
    """Return by how much the nearest right passage of a pool is nearer than any wrong one.

    ``right`` holds, per query, the places of its right passages; passages are not attacked.
    """
    passages, places = torch.from_numpy(pool), torch.from_numpy(right)

    def margin(batch: PairBatch, items: Tensor, embeddings: Tensor | None = None) -> Tensor:
        queries = vectors(model, batch, pooling, embeddings).float()
        return ahead(queries @ passages.T, places[items])

    return margin
