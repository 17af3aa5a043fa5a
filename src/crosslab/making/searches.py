"""Runs of the research questions in real languages: a trial each, and what is written of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow as pa
from transformers import PreTrainedModel

from crosslab.arms import composition_of
from crosslab.config import RealStudyConfig
from crosslab.data.languages import NAMES
from crosslab.devices import device
from crosslab.experiments import ACROSS_DOMAINS, ATTACKED
from crosslab.identity.planned import PlannedRun
from crosslab.making.encoders import Place, data_card, encoder_of
from crosslab.making.made import Made
from crosslab.methods import aligning
from crosslab.methods.preparing import Aligning
from crosslab.models import settle
from crosslab.records import DataCard, parquet
from crosslab.training import Report
from crosslab.trials.real import TEST, WITHIN, RealGround, Searched, across_domains, attacked
from crosslab.vocabularies.vocabulary import ENGLISH

Trial = Callable[[PreTrainedModel, RealGround, tuple[Aligning, ...]], Searched]


TRIALS: Final[Mapping[str, Trial]] = {ATTACKED: attacked, ACROSS_DOMAINS: across_domains}


def searched(config: RealStudyConfig, planned: PlannedRun, place: Place, report: Report) -> Made:
    """Align an encoder as an arm is composed of, and let it search."""
    assert config.searches is not None  # an experiment of this kind is of a scale that has them
    settle(config.searches.contrast.threads)
    encoder = encoder_of(config, planned, place, report)
    composition = composition_of(planned.unit.arm)
    found = TRIALS[str(planned.settings["evaluation"])](
        encoder.model.to(device()),
        RealGround(
            source=place.source,
            vocabulary=encoder.vocabulary,
            config=config.searches,
            composition=composition,
            seed=planned.unit.seed,
            report=report,
        ),
        aligning(composition, config.searches),
    )
    return Made(
        answers=found.answers,
        metrics={"final_loss": found.final_loss, **_summary(found.answers)},
        data=[
            _searches_card(found, planned),
            *(data_card(card, revision) for card, revision in planned.settings["data"].items()),
        ],
        files={f"{name}.parquet": parquet(table) for name, table in found.tables.items()},
    )


def _summary(answers: pa.Table) -> dict[str, Any]:
    """Return the averages a person looks at first; statistics come from the answers.

    They are of questions alone: a sentence that searches for translations finds itself.
    """
    frame = answers.select(["item", "first", "second", "rank"]).to_pandas()
    kind = frame["item"].astype(str).str.split("-").str[0]
    frame = frame[kind.isin([TEST, WITHIN])]
    precision = 1 / frame["rank"]
    same = frame["first"].astype(str) == frame["second"].astype(str)
    english = frame["first"].astype(str) == ENGLISH
    return {
        "within_languages": float(precision[same].mean()),
        "across_languages": float(precision[~same].mean()),
        "within_english": float(precision[same & english].mean()),
    }


def _searches_card(found: Searched, planned: PlannedRun) -> DataCard:
    """Return the card of what was learned from and asked: how much, in which languages."""
    keys = planned.settings["searches"]["languages"]
    return DataCard(
        name="real-searches",
        revision=planned.unit.fingerprint,
        licence="that of each data set",
        description="Questions of LAReQA, apart by paragraph, and sentences of other domains.",
        details={
            "languages": [{"key": key, "name": NAMES[key]} for key in keys],
            **found.counts,
        },
    )
