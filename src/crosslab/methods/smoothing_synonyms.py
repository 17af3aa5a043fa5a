"""Randomized smoothing by synonyms (RS-DA in the paper under study)."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from transformers import PreTrainedModel

from crosslab.config import SynonymsConfig
from crosslab.methods.base import Context, PairBatch, cross_entropy, replaced


@dataclass(frozen=True, slots=True)
class SynonymSmoothing:
    """Cross-entropy on items whose words are swapped for synonyms, afresh at each update.

    A word and its neighbours are equally likely to be drawn in its place. The released
    code draws a fixed number of copies once, before training (``smoothing-synonyms-static``);
    drawing at each update is the limit of infinitely many copies and costs nothing on disk.

    A small encoder that is shown nothing but such copies may never learn the task. So a share
    of the updates can be plain, the first ones, as they are under ``adversarial``.
    """

    config: SynonymsConfig

    key: ClassVar[str] = "smoothing-synonyms"
    paper: ClassVar[str] = "arXiv 2104.08645"
    section: ClassVar[str] = "randomized smoothing with data augmentation"

    def loss(self, model: PreTrainedModel, batch: PairBatch, context: Context) -> Tensor:
        """Return the cross-entropy of a perturbed copy of the batch, once it is time."""
        if context.progress < self.config.plain_share:
            return cross_entropy(model, batch)
        drawn = replaced(batch, context.resources.neighbours, context.generator)
        return cross_entropy(model, drawn)
