"""What a method is: one object that turns a batch into a loss."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor
from torch.nn import functional
from transformers import BertForSequenceClassification

from crosslab.classification import class_scores
from crosslab.data.batching import Encoded


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Sentence pairs as the model reads them, with their labels."""

    input_ids: Tensor  # (batch, length)
    attention_mask: Tensor  # (batch, length)
    token_type_ids: Tensor  # (batch, length): 1 from the second sentence on
    labels: Tensor  # (batch,)


@dataclass(frozen=True, slots=True)
class WordTable:
    """For each word of a vocabulary, the words it may be replaced by."""

    words: Tensor  # (vocabulary, most choices)
    choices: Tensor  # (vocabulary,): how many of them count; 0 where there is none

    def drawn(self, ids: Tensor, generator: torch.Generator) -> Tensor:
        """Return, for each word, a uniform draw from its choices; the word itself without any."""
        points = torch.rand(ids.shape, generator=generator)
        choices = self.choices[ids]
        place = (points * choices).long()
        return torch.where(choices > 0, self.words[ids, place], ids)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a method may know beside the batch."""

    neighbours: WordTable  # source words for source words; every word is its own first choice
    dictionary: WordTable  # translations into the target languages: only ``code-switch`` looks


@dataclass(frozen=True, slots=True)
class Context:
    """Where an update stands, what it may know, and where its chance comes from."""

    resources: Resources
    generator: torch.Generator
    progress: float  # share of the updates that are done


class Method(Protocol):
    """A way to fine-tune. Frozen: everything that changes during a run is passed in."""

    key: ClassVar[str]
    paper: ClassVar[str]
    section: ClassVar[str]

    def loss(
        self, model: BertForSequenceClassification, batch: PairBatch, context: Context
    ) -> Tensor:
        """Return the loss of one batch, every random draw taken from the context."""
        ...


@runtime_checkable
class Rewriting(Protocol):
    """A method that also rewrites the training set, once, before training begins."""

    @property
    def epochs(self) -> int:
        """How often the rewritten set is gone through."""
        ...

    def training_set(
        self, pairs: Encoded, resources: Resources, generator: torch.Generator
    ) -> Encoded:
        """Return the set to train on: a whole number of copies of the pairs, in their order."""
        ...


def logits(
    model: BertForSequenceClassification, batch: PairBatch, embeddings: Tensor | None = None
) -> Tensor:
    """Return the class scores of a batch, shape ``(batch, labels)``.

    Word embeddings may be given in place of the words: that is how noise gets in.
    """
    words = {"input_ids": batch.input_ids} if embeddings is None else {"inputs_embeds": embeddings}
    return class_scores(
        model,
        attention_mask=batch.attention_mask,
        token_type_ids=batch.token_type_ids,
        **words,
    )


def cross_entropy(
    model: BertForSequenceClassification, batch: PairBatch, embeddings: Tensor | None = None
) -> Tensor:
    """Return the mean cross-entropy of a batch."""
    return functional.cross_entropy(logits(model, batch, embeddings), batch.labels)
