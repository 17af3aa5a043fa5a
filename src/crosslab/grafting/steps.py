"""The three steps, from data to an encoder; what they note about themselves goes into a record."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crosslab.config import GraftConfig
from crosslab.data.loading import dictionary, texts
from crosslab.data.sources import Source
from crosslab.grafting import pairs as by_pairs
from crosslab.grafting import text as by_text
from crosslab.grafting.english import english_encoder
from crosslab.grafting.graft import grafted_rows, shares, with_rows
from crosslab.grafting.saved import Grafted, vocabulary_of
from crosslab.grafting.training_data import training_pairs
from crosslab.seeding import generator
from crosslab.training import Report
from crosslab.vocabularies.choosing import Lexicon, chosen_words, lexicon
from crosslab.vocabularies.vocabulary import ENGLISH


def first_step(
    config: GraftConfig, english: Path, source: Source
) -> tuple[Grafted, dict[str, Any]]:
    """Return the encoder with every language grafted on, nothing trained."""
    words_of: dict[str, Sequence[str]] = {}
    lexicons: dict[str, Lexicon] = {}
    for key in config.languages:
        lexicons[key] = lexicon(dictionary(source, key))
        words_of[key] = chosen_words(texts(source, key).lines(), lexicons[key], config.words)
    vocabulary = vocabulary_of(english, words_of)
    known = english_encoder(english)
    table = known.get_input_embeddings().weight.detach()
    rows = {
        key: grafted_rows(own, lexicons[key], vocabulary, table) for key, own in words_of.items()
    }
    encoder = with_rows(known, [each.vectors for each in rows.values()])
    origin = {
        f"{key}/{kind}": round(share, 4)
        for key, each in rows.items()
        for kind, share in shares(each.origin).items()
    }
    return Grafted(encoder, vocabulary), {
        "origin_by_language": origin,
        "words_by_language": {key: len(own) for key, own in words_of.items()},
    }


def text_step(
    grafted: Grafted, config: GraftConfig, english: Path, source: Source, report: Report
) -> dict[str, Any]:
    """Train the words of every language on raw text, in place."""
    del english  # the head is trained on what the graft itself says of English
    head = by_text.trained_head(
        grafted.encoder, grafted.vocabulary, _lines(source, ENGLISH, config), config, report
    )
    losses = by_text.trained_rows(
        grafted.encoder,
        head,
        grafted.vocabulary,
        {key: _lines(source, key, config) for key in config.languages},
        config,
        report,
    )
    return {"final_loss_by_language": _ends(losses)}


def _lines(source: Source, language: str, config: GraftConfig) -> list[str]:
    """Return lines of raw text drawn at random, as many as the step takes."""
    lines = texts(source, language).lines()
    order = generator(config.seed, "lines", language).permutation(len(lines))
    return [lines[place] for place in order[: config.text.items].tolist()]


def pairs_step(
    grafted: Grafted, config: GraftConfig, english: Path, source: Source, report: Report
) -> dict[str, Any]:
    """Train words, then everything, on translation pairs, in place."""
    teacher = english_encoder(english)
    found = {key: training_pairs(source, key) for key in config.languages}
    pairs = {key: (each.foreign, each.english) for key, each in found.items()}
    sentences = by_pairs.aimed(pairs, grafted.vocabulary, teacher, config.rows)
    losses = by_pairs.trained_rows(grafted.encoder, grafted.vocabulary, sentences, config, report)
    fewer = {key: _some(each, config, key) for key, each in pairs.items()}
    own = tuple(dict.fromkeys(each for _, side in fewer.values() for each in side))
    everything = by_pairs.aimed(
        {**fewer, ENGLISH: (own, own)}, grafted.vocabulary, teacher, config.body
    )
    last = by_pairs.trained_body(grafted.encoder, everything, config, report)
    return {
        "final_loss": float(np.mean(last[-50:])),
        "final_loss_by_language": _ends(losses),
        "pairs_by_language": {key: len(each) for key, each in found.items()},
        "left_out_by_language": {key: each.left_out for key, each in found.items()},
    }


def _some(
    pairs: tuple[Sequence[str], Sequence[str]], config: GraftConfig, language: str
) -> tuple[list[str], list[str]]:
    rng = generator(config.seed, "pairs", language)
    order = rng.permutation(len(pairs[0]))[: config.body.items].tolist()
    return [pairs[0][place] for place in order], [pairs[1][place] for place in order]


def _ends(losses: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {key: round(float(np.mean(each[-20:])), 4) for key, each in losses.items()}
