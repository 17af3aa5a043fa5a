"""Plain fine-tuning for as long as the copies would take: the control the paper lacks."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.config import CopiesConfig
from crosslab.data.batching import Encoded
from crosslab.methods.base import Context, PairBatch, Resources, cross_entropy


@dataclass(frozen=True, slots=True)
class CleanMatched:
    """Cross-entropy on as many copies of the items as they are as the static method perturbs.

    The released code trains on ten perturbed copies of PAWS-X, hence six times as many
    updates as the usual baseline. What is left of a gain when the baseline gets them
    too is what the perturbation does.
    """

    config: CopiesConfig

    key: ClassVar[str] = "clean-matched"
    paper: ClassVar[str] = "this study"
    section: ClassVar[str] = "control for the number of updates"

    @property
    def epochs(self) -> int:
        """How often the copies are gone through."""
        return self.config.epochs

    def training_set(
        self,
        pairs: Encoded,
        resources: Resources,  # noqa: ARG002 - nothing is replaced
        generator: torch.Generator,  # noqa: ARG002 - nothing is drawn
    ) -> Encoded:
        """Return the pairs as they are, as many times as there would be copies."""
        return pairs.repeated(self.config.copies)

    def loss(
        self,
        model: PreTrainedModel,
        batch: PairBatch,
        context: Context,  # noqa: ARG002 - knows nothing beside the batch
    ) -> Tensor:
        """Return the cross-entropy of the batch."""
        return cross_entropy(model, batch)
