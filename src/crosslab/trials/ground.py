"""What a trial stands on, and what it leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from tokenizers import Tokenizer

from crosslab.arms import Composition
from crosslab.config import QuestionsConfig
from crosslab.lab.items import SPLITS, task_items
from crosslab.lab.laboratory import Laboratory
from crosslab.lab.pairs import Pairs
from crosslab.lab.retrieval import TASK
from crosslab.materials.laboratory import Reader, lab_tokenizer
from crosslab.training import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The laboratory of a trial, its settings, what its arm is composed of, and its seed."""

    lab: Laboratory
    config: QuestionsConfig
    composition: Composition
    longest: int  # input of the encoder
    seed: int
    report: Report

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language, the source first."""
        return (self.lab.config.source, *self.lab.config.targets)

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer of the laboratory."""
        return lab_tokenizer(self.lab)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a trial leaves to be recorded."""

    answers: pa.Table
    metrics: Mapping[str, Any]
    items: Mapping[str, Pairs]  # by where they are from
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


def queries(
    lab: Laboratory, config: QuestionsConfig, *, apart: Iterable[bytes] = ()
) -> dict[str, Reader]:
    """Return readers of the queries of a laboratory, by split, with none of some passages."""
    items = task_items(lab, TASK, config.queries, apart=apart)
    place = f"{TASK.key}/{lab.domain}" if lab.domain else TASK.key
    return {split: Reader(lab, items[split], f"{place}/{split}") for split in SPLITS}
