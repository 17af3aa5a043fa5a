"""Encoders for real languages: grafted here step by step, or published and fetched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from transformers import PreTrainedModel

from crosslab.bookmarks import EVERY, FileBookmark, bookmark_file, seconds_kept
from crosslab.config import RealStudyConfig
from crosslab.data.catalogue import CARDS
from crosslab.data.loading import dictionary
from crosslab.data.sources import Source
from crosslab.devices import device
from crosslab.errors import StoreError
from crosslab.experiments import GRAFT, GRAFT_PAIRS, GRAFT_TEXT, PRETRAINING, SCRATCH, STEPS
from crosslab.finetuning import Checkpoints
from crosslab.grafting import steps
from crosslab.grafting.english import english_folder
from crosslab.grafting.measures import (
    HELD_OUT,
    sentence_map,
    sentence_retrieval,
    summary,
    word_translations,
)
from crosslab.grafting.saved import (
    ENCODERS,
    Grafted,
    hashes,
    is_saved,
    load_grafted,
    save_grafted,
)
from crosslab.grafting.training_data import measuring_pairs
from crosslab.identity.data import revisions_of
from crosslab.identity.planned import PlannedRun
from crosslab.making.made import Made
from crosslab.models import settle
from crosslab.pretrained import MODELS, checkpoint_folder, checkpoint_hashes, load_pretrained
from crosslab.records import DataCard, Store, Unit, locked, parquet
from crosslab.runs import chosen_runs
from crosslab.scratch import pretrained_from_scratch
from crosslab.training import Report
from crosslab.vocabularies.choosing import lexicon
from crosslab.vocabularies.vocabulary import Vocabulary

WORDS, SENTENCES, MAP = "words", "sentences", "map"  # what is kept of how an encoder lines up


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder, and the vocabulary that it reads by."""

    model: PreTrainedModel
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class Begun:
    """An encoder as it was made or fetched, what is worth noting, and files for its record."""

    encoder: Encoder
    noted: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the runs of a study are written, and where what they read comes from."""

    root: Path
    source: Source
    data: Path | None

    @property
    def models(self) -> Path | None:
        """The folder of published encoders, where there is one."""
        return self.data / MODELS if self.data else None

    def kept(self, unit: Unit) -> Path:
        """The folder of an encoder that was made here, beside the records."""
        return self.root / ENCODERS / unit.fingerprint


def made_encoder(
    config: RealStudyConfig, planned: PlannedRun, place: Place, report: Report
) -> Made:
    """Graft an encoder and keep it beside the records, or fetch one; measure how it lines up."""
    earlier = seconds_kept(bookmark_file(place.root, planned.unit))
    if planned.unit.arm in STEPS:
        begin = _newly_grafted
    else:
        begin = _newly_pretrained if planned.unit.arm == SCRATCH else _fetched
    begun = begin(config, planned, place, report)
    encoder = begun.encoder
    tables = _alignment(config, encoder, planned, place.source)
    sentences, words = tables[SENTENCES], tables.get(WORDS)
    held_out = None if words is None else _held_out(words)
    return Made(
        answers=sentences if held_out is None else held_out,
        metrics={
            **({} if held_out is None else _translated(held_out)),
            **summary(sentences, words),
            **begun.noted,
            "parameters": sum(each.numel() for each in encoder.model.parameters()),
        },
        data=[data_card(card, revision) for card, revision in planned.settings["data"].items()],
        files={
            **{f"{name}.parquet": parquet(each) for name, each in tables.items()},
            **begun.files,
        },
        earlier=earlier,
    )


def _held_out(words: pa.Table) -> pa.Table:
    return words.filter(np.asarray(words["kind"].to_pandas() == HELD_OUT)).combine_chunks()


def _translated(held_out: pa.Table) -> dict[str, Any]:
    """Return the share of words that find their translation, on average and by language."""
    frame = held_out.to_pandas()
    right = frame["prediction"] == frame["gold"]
    by_language = right.groupby(frame["first"], sort=False, observed=True).mean()
    return {
        "word_translation": float(by_language.mean()),
        "word_translation_by_language": by_language.round(4).to_dict(),
    }


def _newly_grafted(
    config: RealStudyConfig, planned: PlannedRun, place: Place, report: Report
) -> Begun:
    grafted, noted = _grafted(config, planned, place, report)
    kept = save_grafted(place.kept(planned.unit), grafted)
    return Begun(Encoder(grafted.encoder, grafted.vocabulary), {**noted, "encoder": kept})


def _newly_pretrained(
    config: RealStudyConfig, planned: PlannedRun, place: Place, report: Report
) -> Begun:
    """Pre-train an encoder from nothing: it is small, so its checkpoint goes into its record."""
    assert config.scratch is not None
    file = bookmark_file(place.root, planned.unit)
    made = pretrained_from_scratch(
        config.scratch,
        place.source,
        report,
        lambda model: FileBookmark(file, EVERY, Checkpoints(model, rules={}), torch.Generator()),
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        made.tokenizer.save_pretrained(folder)
        made.encoder.save_pretrained(folder)
        loaded = load_pretrained(folder)
        return Begun(
            Encoder(loaded.encoder, loaded.vocabulary),
            {"final_loss": float(np.mean(made.losses[-50:])), "encoder": checkpoint_hashes(folder)},
            {path.name: path.read_bytes() for path in sorted(folder.iterdir())},
        )


def _fetched(
    config: RealStudyConfig,
    planned: PlannedRun,
    place: Place,
    report: Report,  # noqa: ARG001 - nothing is trained
) -> Begun:
    asked = config.checkpoints[planned.unit.arm]
    settle(asked.threads)
    folder = checkpoint_folder(asked, place.models)
    loaded = load_pretrained(folder)
    encoder = Encoder(loaded.encoder, loaded.vocabulary)
    return Begun(encoder, {"encoder": checkpoint_hashes(folder)})


def _alignment(
    config: RealStudyConfig, encoder: Encoder, planned: PlannedRun, source: Source
) -> dict[str, pa.Table]:
    """Return which English words and sentences lie nearest to others, and a map of some.

    Words are asked for where the run reads dictionaries.
    """
    languages, most = _measured_on(config, planned.unit.arm)
    pairs = {key: measuring_pairs(source, key) for key in languages}
    found = {}
    if "dictionaries" in planned.settings["data"]:
        lexicons = {key: lexicon(dictionary(source, key)) for key in languages}
        found[WORDS] = word_translations(encoder.model, encoder.vocabulary, lexicons)
    there = encoder.model.to(device())
    return {
        **found,
        SENTENCES: sentence_retrieval(there, encoder.vocabulary, pairs, most),
        MAP: sentence_map(there, encoder.vocabulary, pairs),
    }


def _measured_on(config: RealStudyConfig, recipe: str) -> tuple[tuple[str, ...], int]:
    """Return the languages that an encoder is measured on, and how many sentences of each."""
    if recipe in config.checkpoints:
        asked = {key for task in config.tasks.values() for key in task.targets}
        return tuple(sorted(asked)), config.checkpoints[recipe].measured
    made = config.scratch if recipe == SCRATCH else config.graft
    assert made is not None
    return made.languages, made.measured


def data_card(key: str, revision: str) -> DataCard:
    """Return what a record says of a data set."""
    card = CARDS[key]
    return DataCard(
        name=key,
        revision=revision,
        licence=card.licence,
        description=card.name,
        details=card.details(),
    )


def encoder_of(
    config: RealStudyConfig, asking: PlannedRun, place: Place, report: Report
) -> Encoder:
    """Return the encoder that a run starts from, which is the one that its record tells of.

    Raises:
        StoreError: It has no record, or other weights than the record's.
    """
    parent, recorded = _recorded(asking, place)
    if parent.arm in STEPS:
        grafted = _grafted_before(config, asking, place, report)
        return Encoder(grafted.encoder, grafted.vocabulary)
    if parent.arm == SCRATCH:
        folder = Store(place.root).folder(parent)
    else:
        folder = checkpoint_folder(config.checkpoints[parent.arm], place.models)
    if checkpoint_hashes(folder) != recorded:
        raise StoreError(
            f"{folder} holds other weights than {Store(place.root).folder(parent)} records. Bring "
            "back the checkpoint of that time, or keep runs of your own with --results."
        )
    loaded = load_pretrained(folder)
    return Encoder(loaded.encoder, loaded.vocabulary)


def _recorded(asking: PlannedRun, place: Place) -> tuple[Unit, Mapping[str, str]]:
    """Return the run that made an encoder, and the hashes that its record has of it."""
    (parent,) = asking.parents
    store = Store(place.root)
    if store.state(parent) != "present":
        raise StoreError(
            f"{store.folder(parent)} is missing or damaged: the encoder that "
            f"{asking.unit.label} starts from. Run: crosslab run {PRETRAINING} "
            f"--scale {parent.scale} --results {place.root}"
        )
    return parent, store.record(parent).metrics["encoder"]


# Grafts


def _grafted(
    config: RealStudyConfig, planned: PlannedRun, place: Place, report: Report
) -> tuple[Grafted, dict[str, Any]]:
    """Return the encoder that a step ends with, and what is worth noting about it."""
    assert config.graft is not None
    settle(config.graft.threads)
    english = english_folder(config.graft.english)
    step = planned.unit.arm
    if step == GRAFT:
        return steps.first_step(config.graft, english, place.source)
    before = _grafted_before(config, planned, place, report)
    take = {GRAFT_TEXT: steps.text_step, GRAFT_PAIRS: steps.pairs_step}[step]
    return before, take(before, config.graft, english, place.source, report)


def _grafted_before(
    config: RealStudyConfig, asking: PlannedRun, place: Place, report: Report
) -> Grafted:
    """Return the encoder that a run starts from, made again where only its record is there."""
    assert config.graft is not None
    parent, recorded = _recorded(asking, place)
    folder = place.kept(parent)
    with locked(folder.with_suffix(".lock")):
        if not is_saved(folder):
            revisions = revisions_of(config.scale, str(place.data) if place.data else "")
            (planned,) = chosen_runs(PRETRAINING, config.scale, (parent.arm,), (), revisions)
            grafted, _ = _grafted(config, planned, place, report)
            save_grafted(folder, grafted)
    if (found := hashes(folder)) != recorded:
        other = ", ".join(name for name, each in found.items() if recorded.get(name) != each)
        raise StoreError(
            f"{folder}: {other} is not what {Store(place.root).folder(parent)} records: made on "
            "another machine, or damaged. Remove the folder to make it again; if it comes out the "
            "same, keep runs of your own with --results."
        )
    return load_grafted(folder, english_folder(config.graft.english))
