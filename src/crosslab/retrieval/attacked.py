"""What a search still finds when its queries are attacked."""

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.attacks.margins import Margin, ahead
from crosslab.config import Pooling
from crosslab.methods.base import PairBatch
from crosslab.retrieval.search import EQUAL, Places, Vectors
from crosslab.retrieval.vectors import vectors


def search_margin(
    model: PreTrainedModel, pool: Vectors, right: Places, pooling: Pooling = "mean"
) -> Margin:
    """Return by how much the nearest right passage of a pool is nearer than any wrong one.

    ``right`` holds, per query, the places of its right passages; passages are not attacked. An
    answer is right as it is for a rank: a wrong one that is as near comes first.
    """
    model.eval()
    passages, places = torch.from_numpy(pool), torch.from_numpy(right)

    def margin(batch: PairBatch, items: Tensor, embeddings: Tensor | None = None) -> Tensor:
        queries = vectors(model, batch, pooling, embeddings).float()
        there = queries.device
        return ahead(queries @ passages.to(there).T, places[items].to(there)) - EQUAL

    return margin
