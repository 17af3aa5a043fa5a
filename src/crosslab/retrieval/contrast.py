"""The losses of a dual encoder: a query is to be nearer to its passage than to any other."""

import torch
from torch import Tensor
from torch.nn import functional

from crosslab.errors import RunError


def info_nce(
    queries: Tensor, passages: Tensor, *, temperature: float, margin: float = 0.0
) -> Tensor:
    """Return the cross-entropy of finding each query's passage among all of the batch.

    Vectors are of length one. Passage ``i`` belongs to query ``i``; passages beyond the number
    of queries belong to none of them and are there to be told apart (hard negatives). A margin
    is taken off the score of the right passage (additive margin softmax, as LaBSE has it).

    Raises:
        RunError: There is nothing to tell a passage from.
    """
    if len(passages) < 2:  # noqa: PLR2004 - the right one, and another
        raise RunError(
            "A batch of one item has no other passage to be told from, and its loss would be "
            "zero whatever the encoder does. Batches need at least two items."
        )
    right = torch.arange(len(queries), device=queries.device)
    scores = queries @ passages.T
    scores = scores - margin * functional.one_hot(right, len(passages))
    return functional.cross_entropy(scores / temperature, right)


def both_ways(one: Tensor, other: Tensor, *, temperature: float, margin: float) -> Tensor:
    """Return the loss of finding each translation, from one side and from the other (LaBSE)."""
    there = info_nce(one, other, temperature=temperature, margin=margin)
    back = info_nce(other, one, temperature=temperature, margin=margin)
    return there + back
