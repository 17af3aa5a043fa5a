"""Contrastive training on batches of pairs in two languages."""

from dataclasses import dataclass, replace
from typing import ClassVar

from crosslab.config import ContrastConfig


@dataclass(frozen=True, slots=True)
class ContrastiveCross:
    """Query and passage of a pair are in two different languages, always."""

    key: ClassVar[str] = "contrastive-cross"
    paper: ClassVar[str] = "arXiv 2408.10536"
    section: ClassVar[str] = "cross-lingual batches (X-Y)"

    def aligning(self, shared: ContrastConfig) -> ContrastConfig:
        """Return the settings it trains with, from those that all share."""
        return replace(shared, same_share=0.0)
