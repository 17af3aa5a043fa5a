"""What a method is: one object that turns a batch into a loss."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor
from transformers import BertForSequenceClassification


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Sentence pairs as the model reads them, with their labels."""

    input_ids: Tensor  # (batch, length)
    attention_mask: Tensor  # (batch, length)
    token_type_ids: Tensor  # (batch, length): 1 from the second sentence on
    labels: Tensor  # (batch,)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a method may know beside the batch; all of it comes from the source language."""

    neighbours: Tensor  # (vocabulary, most choices): words each word may be replaced by
    choices: Tensor  # (vocabulary,): how many of them count, at least 1 (the word itself)


class Method(Protocol):
    """A way to fine-tune. Frozen: everything that changes during a run is passed in."""

    key: ClassVar[str]
    paper: ClassVar[str]
    section: ClassVar[str]

    def loss(
        self,
        model: BertForSequenceClassification,
        batch: PairBatch,
        resources: Resources,
        generator: torch.Generator,
    ) -> Tensor:
        """Return the loss of one batch, every random draw taken from ``generator``."""
        ...


def logits(model: BertForSequenceClassification, batch: PairBatch) -> Tensor:
    """Return the class scores of a batch, shape ``(batch, labels)``."""
    scores: Tensor = model(
        input_ids=batch.input_ids,
        attention_mask=batch.attention_mask,
        token_type_ids=batch.token_type_ids,
    ).logits
    return scores
