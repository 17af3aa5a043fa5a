"""Contrastive training on batches of one language each."""

from dataclasses import dataclass, replace
from typing import ClassVar

from crosslab.config import ContrastConfig


@dataclass(frozen=True, slots=True)
class ContrastiveMono:
    """Query and passage are in one language, the same for a whole batch."""

    key: ClassVar[str] = "contrastive-mono"
    paper: ClassVar[str] = "arXiv 2408.10536"
    section: ClassVar[str] = "monolingual batches (X-X-mono)"

    def aligning(self, shared: ContrastConfig) -> ContrastConfig:
        """Return the settings it trains with, from those that all share."""
        return replace(shared, same_share=1.0)
