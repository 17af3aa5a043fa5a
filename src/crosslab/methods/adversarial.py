"""Adversarial training in embedding space."""

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.config import AdversarialConfig
from crosslab.methods.base import Context, PairBatch, cross_entropy
from crosslab.methods.embedding import (
    ball_radii,
    directions,
    dropout_held,
    projected,
    word_embeddings,
)

_OVERSHOOT: Final = 1.5  # steps add up to this many radii, so that the edge can be reached


@dataclass(frozen=True, slots=True)
class Adversarial:
    """Cross-entropy at the worst place that projected gradient steps find in the words' balls.

    A small model attacked from its first update never leaves the plateau on which it
    answers the commonest label. So training begins plain, and the radius then grows.
    """

    config: AdversarialConfig

    key: ClassVar[str] = "adversarial"
    paper: ClassVar[str] = "arXiv 2104.08645, arXiv 1706.06083"
    section: ClassVar[str] = "adversarial training; projected gradient descent"

    def loss(self, model: PreTrainedModel, batch: PairBatch, context: Context) -> Tensor:
        """Return the cross-entropy of the batch under attack."""
        radius = self.radius(context.progress)
        if radius == 0:
            return cross_entropy(model, batch)
        embedded = word_embeddings(model, batch)
        radii = ball_radii(embedded, batch, radius)
        noise = worst_noise(model, batch, embedded, radii, self.config.steps)
        return cross_entropy(model, batch, embedded + noise)

    def radius(self, progress: float) -> float:
        """Return the radius at this share of the updates: zero, then growing, then full."""
        grown = (progress - self.config.plain_share) / self.config.ramp_share
        return self.config.radius * min(1.0, max(0.0, grown))


def worst_noise(
    model: PreTrainedModel,
    batch: PairBatch,
    embedded: Tensor,
    radii: Tensor,
    steps: int,
) -> Tensor:
    """Return the noise that gradient steps from the middle of the balls end at."""
    fixed = embedded.detach()
    noise = torch.zeros_like(fixed)
    for _ in range(steps):
        moved = (fixed + noise).requires_grad_()
        with dropout_held():
            loss = cross_entropy(model, batch, moved)
        (gradient,) = torch.autograd.grad(loss, moved)
        noise = projected(noise + _OVERSHOOT / steps * radii * directions(gradient), radii)
    return noise
