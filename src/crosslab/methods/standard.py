"""Plain fine-tuning: what every other method is compared with."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from transformers import PreTrainedModel

from crosslab.methods.base import Context, PairBatch, cross_entropy


@dataclass(frozen=True, slots=True)
class Standard:
    """Cross-entropy on source-language items as they are."""

    key: ClassVar[str] = "standard"
    paper: ClassVar[str] = "arXiv 1810.04805"
    section: ClassVar[str] = "fine-tuning procedure"

    def loss(
        self,
        model: PreTrainedModel,
        batch: PairBatch,
        context: Context,  # noqa: ARG002 - knows nothing beside the batch
    ) -> Tensor:
        """Return the cross-entropy of the batch."""
        return cross_entropy(model, batch)
