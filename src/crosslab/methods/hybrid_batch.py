"""Contrastive training on batches of one language, or of pairs in two, by the toss of a coin."""

from dataclasses import dataclass, replace
from typing import ClassVar

from crosslab.config import ContrastConfig


@dataclass(frozen=True, slots=True)
class HybridBatch:
    """Each batch is all of one language with probability ``alpha``, else all of mixed pairs."""

    key: ClassVar[str] = "hybrid-batch"
    paper: ClassVar[str] = "arXiv 2408.10536"
    section: ClassVar[str] = "hybrid batch sampling"

    alpha: float = 0.5  # as published, from a grid search

    def aligning(self, shared: ContrastConfig) -> ContrastConfig:
        """Return the settings it trains with, from those that all share."""
        return replace(shared, same_share=self.alpha)
