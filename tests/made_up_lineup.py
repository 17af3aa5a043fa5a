"""Encoders of scale bench, made up: so many of ten words and sentences found per language."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
from conftest import draft

from crosslab.lineup import EXPERIMENT, SCALE, SETS
from crosslab.provenance import digest
from crosslab.records import Manifest, Store, Unit, parquet
from crosslab.scales import study_config

LANGUAGES = ("de", "sw")
ROWS = 10


def encoder_unit(key: str) -> Unit:
    return Unit(scale=SCALE, experiment=EXPERIMENT, arm=key, seed=0, fingerprint=digest(key))


def _found(language: str, right: int, kind: str) -> pa.Table:
    """Return rows of which the first so many are right."""
    gold = np.arange(ROWS)
    return pa.table(
        {
            "item": [f"{kind}-{row}" for row in range(ROWS)],
            "first": [language] * ROWS,
            "second": ["en"] * ROWS,
            "kind": [kind] * ROWS,
            "prediction": np.where(gold < right, gold, gold + 1),
            "gold": gold,
        }
    )


def _places(languages: Collection[str]) -> pa.Table:
    items = [f"flores-{row:05d}" for row in range(8)]
    rows = [
        (item, language, float(row), float(number), 0.1)
        for row, item in enumerate(items)
        for number, language in enumerate(("en", *languages))
    ]
    names = ("item", "language", "across", "up", "off")
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def made_up_lineup(
    root: Path,
    right: Mapping[str, Mapping[str, int]],
    *,
    leave_out: Collection[str] = (),
    distance: float = 0.5,
) -> Store:
    """Write encoders that find so many of ten words and sentences, by encoder and language."""
    store = Store(root)
    units = [encoder_unit(key) for key in right]
    for unit in units:
        if unit.arm in leave_out:
            continue
        by_language = right[unit.arm]
        words = pa.concat_tables(_found(key, n, "held out") for key, n in by_language.items())
        sentences = pa.concat_tables(
            _found(key, n, name).append_column("distance", pa.array([distance] * ROWS))
            for name in SETS
            for key, n in by_language.items()
        )
        metrics = {
            "parameters": 2_000_000,
            "origin_by_language": {
                f"{key}/{kind}": share
                for key in by_language
                for kind, share in (("translated", 0.75), ("spelled", 0.25))
            },
            "words_by_language": dict.fromkeys(by_language, 1200),
            "final_loss": 4.25,
        }
        files = {
            "words.parquet": parquet(words),
            "sentences.parquet": parquet(sentences),
            "map.parquet": parquet(_places(list(by_language))),
        }
        scratch = asdict(study_config(SCALE).scratch)
        settings = {"recipe": unit.arm, "scratch": scratch}
        store.write(draft(unit, metrics=metrics, settings=settings), words, files)
    store.write_manifest(Manifest(scale=SCALE, planned="d", lock="l", units=units))
    return store
