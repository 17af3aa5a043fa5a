"""Training that keeps an encoder from telling domains apart, beside whatever aligns it."""

from dataclasses import dataclass, replace
from typing import ClassVar

from crosslab.config import ContrastConfig, DomainAdversaryConfig


@dataclass(frozen=True, slots=True)
class DomainAdversarial:
    """A classifier of domains whose gradient reaches the encoder reversed."""

    key: ClassVar[str] = "domain-adversarial"
    paper: ClassVar[str] = "arXiv 1505.07818"
    section: ClassVar[str] = "gradient reversal, schedule of section 5"

    config: DomainAdversaryConfig

    def aligning(self, shared: ContrastConfig) -> ContrastConfig:
        """Return the settings it trains with, from those that all share."""
        return replace(shared, domains=self.config)
