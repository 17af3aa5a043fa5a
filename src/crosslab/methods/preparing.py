"""What a preparation is: one object that says how an encoder is trained before any task is.

It changes what all preparations share (``QuestionsConfig.contrast``) in what it is about and in
nothing else, so that two of them differ in nothing else either.
"""

from typing import ClassVar, Protocol

from crosslab.config import ContrastConfig


class Aligning(Protocol):
    """A way to align an encoder on pairs of sentences that belong together."""

    key: ClassVar[str]
    paper: ClassVar[str]
    section: ClassVar[str]

    def aligning(self, shared: ContrastConfig) -> ContrastConfig:
        """Return the settings it trains with, from those that all share."""
        ...
