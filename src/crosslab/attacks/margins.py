"""What attacks lower: by how much the right answer is ahead, item by item."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.methods.base import PairBatch, logits


class Margin(Protocol):
    """Says how far ahead the right answers are; above zero where they come first."""

    def __call__(self, batch: PairBatch, items: Tensor, embeddings: Tensor | None = None) -> Tensor:
        """Return one number per row; ``items`` says which item each row is about."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What an attack found at every budget, the smallest first."""

    margins: Tensor  # (budgets, rows): the least
    changed: Tensor  # (budgets, rows, length, ...): the noise on the words there, or the words


def class_margin(model: PreTrainedModel) -> Margin:
    """Return the margin of a classifier: the score of the right label over the best other one."""
    model.eval()  # under dropout the least of many margins would be a matter of chance

    def margin(batch: PairBatch, items: Tensor, embeddings: Tensor | None = None) -> Tensor:  # noqa: ARG001 - the batch has its labels
        scores = logits(model, batch, embeddings).float()
        right = batch.labels.to(scores.device)[:, None]
        return ahead(scores, right)

    return margin


def ahead(scores: Tensor, right: Tensor) -> Tensor:
    """Return by how much the best of the right columns of each row is ahead of all others."""
    return scores.gather(1, right).amax(dim=1) - _best_wrong(scores, right)


def all_ahead(scores: Tensor, right: Tensor) -> Tensor:
    """Return by how much the right columns of each row are ahead of all others, on average."""
    return scores.gather(1, right).mean(dim=1) - _best_wrong(scores, right)


def _best_wrong(scores: Tensor, right: Tensor) -> Tensor:
    return scores.scatter(1, right, -torch.inf).amax(dim=1)
