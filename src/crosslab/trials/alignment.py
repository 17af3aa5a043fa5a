"""How an encoder of the laboratory lines up: sentences, words, and the spaces as wholes."""

from typing import Any, Final

import numpy as np
import pyarrow as pa
from transformers import PreTrainedModel

from crosslab.alignment import content_words, unit_vectors
from crosslab.models import MARKS, token_ids
from crosslab.retrieval.questions import sentences
from crosslab.retrieval.search import nearest_without_hubs, ranks
from crosslab.retrieval.vectors import embedded
from crosslab.seeding import generator
from crosslab.stats.likeness import alignment
from crosslab.trials.ground import Ground

SENTENCE: Final = "sentence"  # the rank of its translation among all sentences of the source
WORD: Final = "word"  # one if the nearest source word says the same, hubs held off, else zero
_AROUND: Final = 10  # nearest words that make a hub, as published


SPACE: Final = "space"  # how alike the spaces of a target and of the source are (CKA)


def alignment_table(encoder: PreTrainedModel, ground: Ground) -> pa.Table:
    """Return one row per sentence, word and space of every target: what was found."""
    rows: list[dict[str, Any]] = []
    spoken = _spoken(encoder, ground)
    source = spoken[ground.lab.config.source]
    numbers = np.arange(len(source))[:, None]
    for key in ground.lab.config.targets:
        target = spoken[key]
        found = ranks(target, source, numbers)[:, 0]
        rows += [_row(SENTENCE, f"{item:05d}", key, value) for item, value in enumerate(found)]
        rows += [_row(WORD, word, key, value) for word, value in _words(encoder, ground, key)]
        rows.append(_row(SPACE, "all", key, alignment(target, source)))
    columns = {name: [row[name] for row in rows] for name in ("kind", "item", "first", "value")}
    columns["value"] = pa.array(columns["value"], pa.float32())
    return pa.table(columns)


def _row(kind: str, item: str, language: str, value: float) -> dict[str, Any]:
    return {"kind": kind, "item": item, "first": language, "value": float(value)}


def _spoken(encoder: PreTrainedModel, ground: Ground) -> dict[str, np.ndarray]:
    """Return the vectors of the same sentences in every language, none of them twice."""
    lab, seed = ground.lab, ground.lab.config.world.seed
    drawn = lab.world.meanings(2 * ground.config.measured, generator(seed, "alignment"))
    _, first = np.unique(drawn.matrix(), axis=0, return_index=True)
    meanings = drawn.take(np.sort(first)[: ground.config.measured])
    ids = {
        key: token_ids(
            ground.tokenizer, lab.sentences(meanings, key, generator(seed, "alignment", key))
        )
        for key in ground.languages
    }
    said = sentences(ids, MARKS, ground.longest)
    return {key: embedded(encoder, said.in_language(key)) for key in ground.languages}


def _words(encoder: PreTrainedModel, ground: Ground, key: str) -> list[tuple[str, float]]:
    """Return, for each content word of a target, whether it finds a word that says the same.

    Words that a language borrowed are left out: they align by being the same.
    """
    known, concepts = content_words(ground.lab, ground.lab.config.source)
    words, meant = content_words(ground.lab, key)
    own = ~np.isin(words, known)
    source, target = (unit_vectors(encoder, ground.tokenizer, each) for each in (known, words))
    place = nearest_without_hubs(target[own], source, around=_AROUND)
    right = concepts[place] == meant[own]
    return list(zip(words[own].tolist(), right.astype(float).tolist(), strict=True))
