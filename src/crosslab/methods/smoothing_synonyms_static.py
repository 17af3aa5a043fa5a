"""Randomized smoothing by synonyms as the released code does it: copies drawn once."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.config import CopiesConfig
from crosslab.data.batching import Encoded
from crosslab.methods.base import (
    Context,
    PairBatch,
    Resources,
    cross_entropy,
    encoded_batch,
    pair_batch,
    replaced,
)


@dataclass(frozen=True, slots=True)
class StaticSynonymSmoothing:
    """Cross-entropy on a training set made of perturbed copies, the same ones in every epoch.

    As in the released code the copies replace the training set; the items as they were
    are not added. Unlike there, the draws are seeded.
    """

    config: CopiesConfig

    key: ClassVar[str] = "smoothing-synonyms-static"
    paper: ClassVar[str] = "github.com/uclanlp/Robust-XLT"
    section: ClassVar[str] = "perturb.py"

    @property
    def epochs(self) -> int:
        """How often the copies are gone through."""
        return self.config.epochs

    def training_set(
        self, pairs: Encoded, resources: Resources, generator: torch.Generator
    ) -> Encoded:
        """Return the perturbed copies, one after the other."""
        copies = pairs.repeated(self.config.copies)
        unlabelled = pair_batch(copies, np.zeros(len(copies), dtype=np.int64))
        return encoded_batch(replaced(unlabelled, resources.neighbours, generator), pairs.marks)

    def loss(
        self,
        model: PreTrainedModel,
        batch: PairBatch,
        context: Context,  # noqa: ARG002 - chance had its say before training
    ) -> Tensor:
        """Return the cross-entropy of the batch, which comes from the copies."""
        return cross_entropy(model, batch)
