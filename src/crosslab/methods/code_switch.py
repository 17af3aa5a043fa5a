"""Dictionary code-switching of source sentences (CoSDA-ML): the strongest cheap rival."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.config import CodeSwitchConfig
from crosslab.methods.base import Context, PairBatch, cross_entropy, replaced


@dataclass(frozen=True, slots=True)
class CodeSwitch:
    """Cross-entropy on items some of whose words are translated, afresh at each update.

    It sees what no other method here sees: a dictionary into the target languages. A
    gain over ``standard`` is therefore a gain of supervision too.
    """

    config: CodeSwitchConfig

    key: ClassVar[str] = "code-switch"
    paper: ClassVar[str] = "arXiv 2006.06402"
    section: ClassVar[str] = "dynamic augmentation"

    def loss(self, model: PreTrainedModel, batch: PairBatch, context: Context) -> Tensor:
        """Return the cross-entropy of a code-switched copy of the batch."""
        shape, generator = batch.input_ids.shape, context.generator
        sentences = torch.rand((shape[0], 1), generator=generator) < self.config.item_share
        words = torch.rand(shape, generator=generator) < self.config.word_share
        switched = replaced(batch, context.resources.dictionary, generator, sentences & words)
        return cross_entropy(model, switched)
