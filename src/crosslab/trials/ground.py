"""What a trial stands on, and what it leaves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa
from tokenizers import Tokenizer

from crosslab.arms import Composition
from crosslab.config import QuestionsConfig
from crosslab.lab.items import SPLITS, task_items
from crosslab.lab.laboratory import Laboratory
from crosslab.lab.pairs import Pairs
from crosslab.lab.retrieval import TASK
from crosslab.materials.laboratory import Reader, lab_tokenizer
from crosslab.retrieval.material import lab_questions
from crosslab.retrieval.questions import Questions
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


_DRAWN: Final[dict[Any, dict[str, Reader]]] = {}
_MOST: Final = 8  # sets of queries that are kept


def queries(
    lab: Laboratory, config: QuestionsConfig, *, apart: Iterable[bytes] = ()
) -> dict[str, Reader]:
    """Return readers of the queries of a laboratory, by split, with none of some passages.

    Arms of one seed are made one after the other and ask the same, so what was drawn and said
    for one of them is there for the next.
    """
    kept = frozenset(apart)
    of_domains = (config.trained_domains, config.new_domain)
    key = (lab.config, lab.domain, lab.formal, config.queries, of_domains, kept)
    if key not in _DRAWN:
        if len(_DRAWN) >= _MOST:
            _DRAWN.clear()
        items = task_items(lab, TASK, config.queries, apart=kept)
        place = f"{TASK.key}/{lab.domain}" if lab.domain else TASK.key
        _DRAWN[key] = {split: Reader(lab, items[split], f"{place}/{split}") for split in SPLITS}
    return _DRAWN[key]


def asked(
    asking: Sequence[Reader],
    ground: Ground,
    *,
    answering: Sequence[Reader] | None = None,
) -> Questions:
    """Return what readers say as queries and passages, in one pool; read once."""
    says = None if answering is None else tuple(answering)
    return _questions(tuple(asking), ground.languages, ground.longest, says)


@lru_cache(maxsize=_MOST)
def _questions(
    asking: tuple[Reader, ...],
    languages: tuple[str, ...],
    longest: int,
    answering: tuple[Reader, ...] | None,
) -> Questions:
    return lab_questions(asking, languages, longest, answering=answering)
