"""Randomized smoothing by synonyms (RS-DA in the paper under study)."""

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional
from transformers import BertForSequenceClassification

from crosslab.methods.base import PairBatch, Resources, logits


@dataclass(frozen=True, slots=True)
class SynonymSmoothing:
    """Cross-entropy on items whose words are swapped for synonyms, afresh at each update.

    A word and its neighbours are equally likely to be drawn in its place. The released
    code draws a fixed number of copies once, before training; drawing at each
    update is the limit of infinitely many copies and costs nothing on disk.
    """

    key: ClassVar[str] = "smoothing-synonyms"
    paper: ClassVar[str] = "arXiv 2104.08645"
    section: ClassVar[str] = "randomized smoothing with data augmentation"

    def loss(
        self,
        model: BertForSequenceClassification,
        batch: PairBatch,
        resources: Resources,
        generator: torch.Generator,
    ) -> Tensor:
        """Return the cross-entropy of a perturbed copy of the batch."""
        perturbed = replace(batch, input_ids=synonyms_drawn(batch.input_ids, resources, generator))
        return functional.cross_entropy(logits(model, perturbed), batch.labels)


def synonyms_drawn(input_ids: Tensor, resources: Resources, generator: torch.Generator) -> Tensor:
    """Return the ids with each word replaced by a uniform draw from its neighbours.

    A word is its own first neighbour; special tokens have no other, so they stay.
    """
    points = torch.rand(input_ids.shape, generator=generator)  # (batch, length)
    place = (points * resources.choices[input_ids]).long()
    return resources.neighbours[input_ids, place]
