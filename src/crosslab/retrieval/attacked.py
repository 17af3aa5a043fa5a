"""What a search still finds when its queries are attacked."""

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.attacks.margins import Margin, all_ahead
from crosslab.config import Pooling, Precision
from crosslab.methods.base import PairBatch
from crosslab.models import precise
from crosslab.retrieval.search import EQUAL, Places, Vectors
from crosslab.retrieval.vectors import vectors


def search_margin(
    model: PreTrainedModel,
    pool: Vectors,
    right: Places,
    pooling: Pooling = "mean",
    precision: Precision = "float32",
) -> Margin:
    """Return by how much the right passages of a pool are nearer, on average, than any wrong one.

    ``right`` holds, per query, the places of its right passages, alike many; passages are not
    attacked. All of them count, for all are to be found: with the nearest alone an attack
    would leave the others where they are. Of one right passage, above zero means found: as for
    a rank, a wrong one that is as near comes first. ``precision`` is that of reading; scores are
    as exact as those of a search in any case.
    """
    model.eval()
    passages, places = torch.from_numpy(pool), torch.from_numpy(right)

    def margin(batch: PairBatch, items: Tensor, embeddings: Tensor | None = None) -> Tensor:
        with precise(model, precision):
            queries = vectors(model, batch, pooling, embeddings).float()
        there = queries.device
        scores = queries @ passages.to(there).T
        return all_ahead(scores, places[items].to(there)) - EQUAL

    return margin
