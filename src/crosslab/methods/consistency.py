"""Consistency between two noisy passes (R-Drop, xTune)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from crosslab.config import ConsistencyConfig
from crosslab.methods.base import Context, PairBatch, logits
from crosslab.methods.embedding import ball_radii, uniform_in_balls, word_embeddings


@dataclass(frozen=True, slots=True)
class Consistency:
    """Cross-entropy of two noisy passes, and the divergence between their answers.

    R-Drop lets dropout make the two passes differ; here each word is moved to a random
    place in its ball as well, as in xTune, so that it works without dropout.
    """

    config: ConsistencyConfig

    key: ClassVar[str] = "consistency"
    paper: ClassVar[str] = "arXiv 2106.08226, arXiv 2106.14448"
    section: ClassVar[str] = "consistency regularization"

    def loss(self, model: PreTrainedModel, batch: PairBatch, context: Context) -> Tensor:
        """Return the mean cross-entropy of both passes plus the weighted divergence."""
        one, other = (self._noisy(model, batch, context) for _ in range(2))
        both = torch.cat([one, other])
        entropy = functional.cross_entropy(both, batch.labels.repeat(2))
        return entropy + self.config.weight * divergence(one, other)

    def _noisy(self, model: PreTrainedModel, batch: PairBatch, context: Context) -> Tensor:
        embedded = word_embeddings(model, batch)
        radii = ball_radii(embedded, batch, self.config.radius)
        noise = uniform_in_balls(radii, embedded.shape[-1], context.generator)
        return logits(model, batch, embedded + noise)


def divergence(one: Tensor, other: Tensor) -> Tensor:
    """Return the symmetric Kullback-Leibler divergence of two sets of class scores.

    Example:
        >>> scores = torch.tensor([[1.0, 2.0]])
        >>> divergence(scores, scores).item()
        0.0
    """
    first, second = one.log_softmax(dim=-1), other.log_softmax(dim=-1)
    there = functional.kl_div(first, second, log_target=True, reduction="batchmean")
    back = functional.kl_div(second, first, log_target=True, reduction="batchmean")
    return (there + back) / 2
