"""Translation ranking: a sentence finds its translation, and is found by it."""

from dataclasses import dataclass, replace
from typing import ClassVar

from crosslab.config import ContrastConfig


@dataclass(frozen=True, slots=True)
class Labse:
    """Bidirectional ranking of translations; a margin is taken off the score of the right one."""

    key: ClassVar[str] = "labse"
    paper: ClassVar[str] = "arXiv 2007.01852"
    section: ClassVar[str] = "translation ranking with additive margin softmax"

    margin: float = 0.3  # as published

    def aligning(self, shared: ContrastConfig) -> ContrastConfig:
        """Return the settings it trains with, from those that all share."""
        return replace(
            shared, same_share=0.0, translations=True, both_ways=True, margin=self.margin
        )
