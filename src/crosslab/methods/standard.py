"""Plain fine-tuning: what every other method is compared with."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional
from transformers import BertForSequenceClassification

from crosslab.methods.base import PairBatch, Resources, logits


@dataclass(frozen=True, slots=True)
class Standard:
    """Cross-entropy on source-language items as they are."""

    key: ClassVar[str] = "standard"
    paper: ClassVar[str] = "arXiv 1810.04805"
    section: ClassVar[str] = "fine-tuning procedure"

    def loss(
        self,
        model: BertForSequenceClassification,
        batch: PairBatch,
        resources: Resources,  # noqa: ARG002 - knows nothing beside the batch
        generator: torch.Generator,  # noqa: ARG002 - draws nothing
    ) -> Tensor:
        """Return the cross-entropy of the batch."""
        return functional.cross_entropy(logits(model, batch), batch.labels)
