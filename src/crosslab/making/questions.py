"""Runs of the research questions in the laboratory: a trial each, and what is written of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from transformers import BertForMaskedLM

from crosslab.arms import composition_of, method_key
from crosslab.config import LabConfig, StudyConfig
from crosslab.experiments import (
    ACROSS_DOMAINS,
    AGREEMENT,
    ATTACKED,
    COLLECTED,
    IN_DOMAIN,
    OF_SIZES,
)
from crosslab.identity.encoders import lab_encoder
from crosslab.identity.planned import PlannedRun
from crosslab.lab.laboratory import Laboratory, laboratory
from crosslab.lab.pairs import Pairs, Task
from crosslab.lab.retrieval import TASK as RETRIEVAL
from crosslab.lab.tasks import TASKS
from crosslab.making.laboratory import encoder_of_run, items_card, known_encoder
from crosslab.making.made import Made, summary
from crosslab.methods import aligning, method
from crosslab.methods.base import Method
from crosslab.methods.preparing import Aligning
from crosslab.records import parquet
from crosslab.registry import lookup
from crosslab.training import Report
from crosslab.trials.adaptation import adaptation
from crosslab.trials.agreement import agreement
from crosslab.trials.attacked import attacked
from crosslab.trials.collecting import ITEMS, collected, from_table
from crosslab.trials.domains import domains
from crosslab.trials.ground import Ground, Tried
from crosslab.trials.sizes import sizes

COLLECTED_ITEMS: Final = f"{ITEMS}.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the trials are made from; each takes what it needs."""

    encoder: BertForMaskedLM
    ground: Ground
    aligning: tuple[Aligning, ...]
    method: Method
    collected: Pairs | None

    @property
    def hard(self) -> Pairs:
        """The items that were collected, for trials that ask about them."""
        assert self.collected is not None  # runs.py names their record as a parent
        return self.collected


TRIALS: Final[Mapping[str, Callable[[Parts], Tried]]] = {
    COLLECTED: lambda of: collected(of.encoder, of.ground, of.method),
    AGREEMENT: lambda of: agreement(of.encoder, of.ground, of.aligning, of.method, of.hard),
    ATTACKED: lambda of: attacked(of.encoder, of.ground, of.aligning),
    ACROSS_DOMAINS: lambda of: domains(of.encoder, of.ground, of.aligning),
    IN_DOMAIN: lambda of: adaptation(of.encoder, of.ground, of.aligning, of.method),
    OF_SIZES: lambda of: sizes(of.encoder, of.ground, of.method, of.hard),
}


def tried(
    config: StudyConfig,
    planned: PlannedRun,
    weights: bytes,
    collected_items: bytes | None,
    report: Report,
) -> Made:
    """Make one run of a question, from the encoder's weights and the items it builds on."""
    lab, task = _laboratory(config.lab), _task(planned)
    composition = composition_of(planned.unit.arm)
    size, _ = lab_encoder(config, encoder_of_run(config, planned))
    known = None
    if collected_items is not None:
        known = from_table(pq.read_table(pa.BufferReader(collected_items)))
    found = TRIALS[str(planned.settings["evaluation"])](
        Parts(
            encoder=known_encoder(config, planned, weights),
            ground=Ground(
                lab=lab,
                config=config.questions,
                composition=composition,
                longest=size.longest_input,
                seed=planned.unit.seed,
                report=report,
            ),
            aligning=aligning(composition, config.questions),
            method=method(method_key(planned.unit.arm), config.methods),
            collected=known,
        )
    )
    return Made(
        answers=found.answers,
        metrics={**found.metrics, **_summary(found.answers, lab.config.source)},
        data=[items_card(lab, task, found.items)],
        files={f"{name}.parquet": parquet(table) for name, table in found.tables.items()},
    )


@lru_cache(maxsize=1)
def _laboratory(config: LabConfig) -> Laboratory:
    """Return a laboratory; runs that follow one another share it, and what was said in it."""
    return laboratory(config)


def _task(planned: PlannedRun) -> Task:
    key = str(planned.settings["task"])
    return lookup({**TASKS, RETRIEVAL.key: RETRIEVAL}, key, kind="task")


def _summary(answers: pa.Table, source: str) -> dict[str, Any]:
    """Return the averages a person looks at first; statistics come from the answers."""
    frame = answers.to_pandas()
    if "rank" not in frame:
        return dict(summary(frame, source))
    same = frame["first"].astype(str) == frame["second"].astype(str)
    precision = 1 / frame["rank"]
    return {
        "within_languages": float(precision[same].mean()),
        "across_languages": float(precision[~same].mean()),
    }
