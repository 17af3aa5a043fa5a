"""Randomized smoothing by random perturbation (RS-RP in the paper under study)."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from transformers import PreTrainedModel

from crosslab.config import NoiseConfig
from crosslab.methods.base import Context, PairBatch, cross_entropy
from crosslab.methods.embedding import ball_radii, uniform_in_balls, word_embeddings


@dataclass(frozen=True, slots=True)
class NoiseSmoothing:
    """Cross-entropy with every word moved to a random place in a ball around it.

    The draw is uniform in the ball, afresh for each word at each update.
    """

    config: NoiseConfig

    key: ClassVar[str] = "smoothing-noise"
    paper: ClassVar[str] = "arXiv 2104.08645"
    section: ClassVar[str] = "randomized smoothing with random perturbation"

    def loss(self, model: PreTrainedModel, batch: PairBatch, context: Context) -> Tensor:
        """Return the cross-entropy of a batch of moved words."""
        embedded = word_embeddings(model, batch)
        radii = ball_radii(embedded, batch, self.config.radius)
        noise = uniform_in_balls(radii, embedded.shape[-1], context.generator)
        return cross_entropy(model, batch, embedded + noise)
