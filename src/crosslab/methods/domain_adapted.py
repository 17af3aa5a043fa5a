"""Further pre-training on text of the domain that a model is to be used in.

What it does to an encoder is ``preparing.adapted``, for masked words are no loss of a task.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class DomainAdapted:
    """Masked words of unlabelled text of the target domain, before fine-tuning."""

    key: ClassVar[str] = "domain-adapted"
    paper: ClassVar[str] = "arXiv 2004.10964"
    section: ClassVar[str] = "domain-adaptive pretraining"
