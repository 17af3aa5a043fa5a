"""How the words and sentences of each real language line up with English, encoder by encoder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from crosslab.data.languages import NAMES
from crosslab.records import Record, Store, Unit

SCALE: Final = "bench"
EXPERIMENT: Final = "pretraining"
ENGLISH: Final = "en"
HELD_OUT: Final = "held out"
SETS: Final = ("flores", "tatoeba")  # of sentences
WORDS: Final = "words"

_FILES: Final = ("words.parquet", "sentences.parquet", "map.parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """What was measured on one encoder, a row per word, sentence, or place on the map."""

    record: Record
    words: pd.DataFrame
    sentences: pd.DataFrame
    places: pd.DataFrame

    @property
    def key(self) -> str:
        """How the encoder was made."""
        return self.record.unit.arm

    @property
    def metrics(self) -> Mapping[str, Any]:
        """What the run noted about itself."""
        return self.record.metrics

    def found(self) -> pd.DataFrame:
        """Return the share that is found, in %, a row per language and a column per measure.

        ``words`` are words that no graft was made with; the other columns are sets of sentences.
        """
        held = self.words[self.words["kind"] == HELD_OUT]
        shares = {WORDS: _shares(held)}
        for name in SETS:
            shares[name] = _shares(self.sentences[self.sentences["kind"] == name])
        return pd.DataFrame(shares)

    def distance(self, name: str = SETS[0]) -> "pd.Series[float]":
        """Return how far a sentence lies from its English, by language."""
        rows = self.sentences[self.sentences["kind"] == name]
        far: pd.Series[float] = rows.groupby("first", observed=True)["distance"].mean()
        return far.astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """The encoders there are, in the order they are made in, and those that are missing."""

    encoders: tuple[Aligned, ...]
    missing: tuple[Unit, ...]

    def encoder(self, key: str) -> Aligned | None:
        """Return an encoder by the way it was made; nothing where it is not there."""
        return next((each for each in self.encoders if each.key == key), None)

    @property
    def languages(self) -> list[str]:
        """The languages that the first encoder was asked about."""
        return in_order(self.encoders[0].found().index) if self.encoders else []


def lineup(store: Store, scale: str = SCALE) -> Lineup:
    """Return what the records of a scale say; an empty line-up where there are none.

    Raises:
        StoreError: A record does not match its files.
    """
    if not store.has_study(scale):
        return Lineup(encoders=(), missing=())
    units = [each for each in store.manifest(scale).units if each.experiment == EXPERIMENT]
    there = [unit for unit in units if store.state(unit) != "absent"]
    return Lineup(
        encoders=tuple(_aligned(store, unit) for unit in there),
        missing=tuple(unit for unit in units if unit not in there),
    )


def in_order(languages: Iterable[str]) -> list[str]:
    """Return real languages as every figure and table lists them: English first, then by code.

    Answers are recorded in this order, so what is read from them stands in it as well; invented
    languages stand as the settings list them, the source first, then the targets by how much text.

    Example:
        >>> in_order({"sw", "en", "de"})
        ['en', 'de', 'sw']
    """
    return sorted(languages, key=lambda each: (each != ENGLISH, each))


def name_of(language: str) -> str:
    """Return what a language is called.

    Example:
        >>> name_of("sw")
        'Swahili'
    """
    return NAMES[language]


def _aligned(store: Store, unit: Unit) -> Aligned:
    record = store.record(unit)  # its files are held to their hashes
    words, sentences, places = (
        pq.read_table(store.folder(unit) / name).to_pandas() for name in _FILES
    )
    return Aligned(record=record, words=words, sentences=sentences, places=places)


def _shares(rows: pd.DataFrame) -> "pd.Series[float]":
    right = 100.0 * (rows["prediction"] == rows["gold"])
    share: pd.Series[float] = right.groupby(rows["first"], observed=True).mean()
    return share
