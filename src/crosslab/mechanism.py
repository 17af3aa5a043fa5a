"""The paper's argument, measured: is a translation a perturbation that training made harmless?

Three things are measured on a fine-tuned model, in the source and in every target: how
far the words of a sentence lie from the source words that mean the same, how much noise
the answers bear, and how votes over random draws fall, from which certificates follow.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.classification import first_states
from crosslab.config import MechanismConfig
from crosslab.data.batching import Encoded, ordered_batches
from crosslab.evaluation import probability_columns
from crosslab.lab.laboratory import Laboratory
from crosslab.materials.laboratory import Reader
from crosslab.methods.adversarial import worst_noise
from crosslab.methods.base import PairBatch, Resources, logits, pair_batch, replaced
from crosslab.methods.embedding import ball_radii, uniform_in_balls, word_embeddings
from crosslab.models import SPECIAL_IDS, torch_generator

RANDOM: Final = "random"
WORST: Final = "worst"

_BATCH: Final = 128

Scored = Callable[[PairBatch], Tensor]  # class scores of a batch, after some perturbation


def noise_answers(
    model: PreTrainedModel,
    reader: Reader,
    languages: Sequence[str],
    config: MechanismConfig,
    seed: int,
) -> pa.Table:
    """Return the answers under noise of growing radius, random and worst, language by language.

    The same random directions are used at every radius, so that a curve over radii is one of
    radii alone.
    """
    model.eval()
    tables = []
    for language in languages:
        for kind in (RANDOM, WORST):
            for radius in config.radii:
                draws = torch_generator(seed, "noise", language)
                scored = _under(model, kind, radius, config.attack_steps, draws)
                found = _scores(scored, reader, language).softmax(dim=1).numpy()
                tables.append(_noise_rows(found, reader.items.label, language, kind, radius))
    return pa.concat_tables(tables).combine_chunks().unify_dictionaries()


def _under(
    model: PreTrainedModel,
    kind: str,
    radius: float,
    steps: int,
    draws: torch.Generator,
) -> Scored:
    """Return how a batch is scored under noise of this kind."""

    def scored(batch: PairBatch) -> Tensor:
        embedded = word_embeddings(model, batch).detach()
        radii = ball_radii(embedded, batch, radius)
        if kind == WORST and radius > 0:
            noise = worst_noise(model, batch, embedded, radii, steps)
        else:
            noise = uniform_in_balls(radii, embedded.shape[-1], draws)
        return logits(model, batch, embedded + noise)

    return scored


def votes(  # noqa: PLR0913, PLR0917 - what is voted on, and how
    model: PreTrainedModel,
    reader: Reader,
    languages: Sequence[str],
    resources: Resources,
    config: MechanismConfig,
    seed: int,
) -> pa.Table:
    """Return how random draws vote on each item: under Gaussian noise, and under synonyms.

    A first few draws choose the answer; the rest, drawn afresh, are counted for it. Counting
    the draws that chose would certify too much. Synonyms are known in the source language alone.
    """
    model.eval()
    tables = []
    for language in languages:
        draws = torch_generator(seed, "votes", language)
        for scale in config.vote_scales:
            scored = _gaussian(model, scale, draws)
            tables.append(_voted(scored, reader, language, "noise", scale, config))
    source = reader.lab.config.source
    scored = _synonyms(model, resources, torch_generator(seed, "votes", "synonyms"))
    tables.append(_voted(scored, reader, source, "synonyms", 0.0, config))
    return pa.concat_tables(tables).combine_chunks().unify_dictionaries()


def _gaussian(model: PreTrainedModel, scale: float, draws: torch.Generator) -> Scored:
    """Return how a batch is scored under normal noise, per coordinate as large as ``scale`` says.

    The scale is a share of the length of each word's embedding, as radii are.
    """

    def scored(batch: PairBatch) -> Tensor:
        embedded = word_embeddings(model, batch)
        normal = torch.randn(embedded.shape, generator=draws)
        return logits(model, batch, embedded + normal * ball_radii(embedded, batch, scale))

    return scored


def _synonyms(model: PreTrainedModel, resources: Resources, draws: torch.Generator) -> Scored:
    def scored(batch: PairBatch) -> Tensor:
        return logits(model, replaced(batch, resources.neighbours, draws))

    return scored


def _voted(  # noqa: PLR0913, PLR0917 - see votes
    scored: Scored,
    reader: Reader,
    language: str,
    kind: str,
    scale: float,
    config: MechanismConfig,
) -> pa.Table:
    labels, items = reader.items.label, len(reader.items)
    first = _counts(scored, reader, language, config.choosing_draws)
    second = _counts(scored, reader, language, config.counted_draws)
    chosen = first.argmax(axis=1)
    columns: dict[str, Any] = {
        **_named(items, language),
        "kind": pa.array([kind] * items).dictionary_encode(),
        "scale": pa.array(np.full(items, scale, dtype=np.float32)),
        "prediction": pa.array(chosen.astype(np.int8)),
        "gold": pa.array(labels.astype(np.int8)),
        "votes": pa.array(second[np.arange(items), chosen].astype(np.int16)),
        "draws": pa.array(np.full(items, config.counted_draws, dtype=np.int16)),
    }
    return pa.table(columns)


def _counts(scored: Scored, reader: Reader, language: str, draws: int) -> NDArray[np.intp]:
    """Return how often each label is the answer, shape ``(items, labels)``."""
    total: NDArray[np.intp] | None = None
    with torch.inference_mode():
        for _ in range(draws):
            scores = _scores(scored, reader, language)
            one = torch.nn.functional.one_hot(scores.argmax(dim=1), scores.shape[1]).numpy()
            total = one if total is None else total + one
    assert total is not None
    return total


def distances(model: PreTrainedModel, reader: Reader, languages: Sequence[str]) -> pa.Table:
    """Return how far each item lies from the source, at the words and at the answer.

    A word's distance is to the nearest source word for the same concept, in lengths of that
    word: the unit of the balls that training moves words in. ``state_distance`` compares what
    the classifier reads (the first token's last state) with that of the same item in the
    source, in lengths of the latter.
    """
    model.eval()
    nearest = _word_distances(model, reader.lab, reader)
    states = {key: _states(model, reader, key) for key in (reader.lab.config.source, *languages)}
    source = states[reader.lab.config.source]
    tables = []
    for language in languages:
        inputs = reader.pairs(language, language)
        words = np.where(inputs.ids >= SPECIAL_IDS.stop, nearest[inputs.ids], np.nan)
        moved = (states[language] - source).norm(dim=1) / source.norm(dim=1)
        columns: dict[str, Any] = {
            **_named(len(reader.items), language),
            "largest": pa.array(np.nanmax(words, axis=1).astype(np.float32)),
            "mean": pa.array(np.nanmean(words, axis=1).astype(np.float32)),
            "total": pa.array(np.sqrt(np.nansum(words**2, axis=1)).astype(np.float32)),
            "state_distance": pa.array(moved.numpy().astype(np.float32)),
        }
        tables.append(pa.table(columns))
    return pa.concat_tables(tables).combine_chunks().unify_dictionaries()


def _word_distances(model: PreTrainedModel, lab: Laboratory, reader: Reader) -> NDArray[np.float64]:
    """Return, for each word of the vocabulary, how far the nearest source word like it is."""
    vocabulary = reader.tokenizer.get_vocab()
    table = model.bert.embeddings.word_embeddings.weight.detach().numpy().astype(np.float64)
    found = np.full(len(vocabulary), np.inf)
    source = lab.lexicons[lab.config.source].forms
    for lexicon in lab.lexicons.values():
        for concept, forms in enumerate(lexicon.forms):
            centres = table[[vocabulary[form] for form in source[concept]]]
            for form in forms:
                apart = np.linalg.norm(table[vocabulary[form]] - centres, axis=1)
                least = float((apart / np.linalg.norm(centres, axis=1)).min())
                found[vocabulary[form]] = min(found[vocabulary[form]], least)
    return found


def _states(model: PreTrainedModel, reader: Reader, language: str) -> Tensor:
    """Return the last state of the first token of every item."""

    def state(batch: PairBatch) -> Tensor:
        found = first_states(
            model,
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            token_type_ids=batch.token_type_ids,
        )
        return found.squeeze(1)

    with torch.inference_mode():
        return _scores(state, reader, language)


def _scores(scored: Scored, reader: Reader, language: str) -> Tensor:
    """Return what a function says of every item, in the order of the items."""
    inputs = reader.pairs(language, language)
    parts = [(rows, scored(batch).detach()) for rows, batch in _batches(inputs, reader)]
    order = np.argsort(np.concatenate([rows for rows, _ in parts]), kind="stable")
    return torch.cat([part for _, part in parts])[torch.from_numpy(order)]


def _batches(inputs: Encoded, reader: Reader) -> Iterator[tuple[NDArray[np.intp], PairBatch]]:
    for rows in ordered_batches(inputs.lengths, _BATCH):
        yield rows, pair_batch(inputs.rows(rows), reader.items.label[rows])


def _named(items: int, language: str) -> dict[str, Any]:
    names = [f"test-{number:05d}" for number in range(items)]
    pair = pa.array([language] * items).dictionary_encode()
    return {"item": pa.array(names).dictionary_encode(), "first": pair, "second": pair}


def _noise_rows(
    found: NDArray[np.float32],
    gold: NDArray[np.integer],
    language: str,
    kind: str,
    radius: float,
) -> pa.Table:
    items = len(gold)
    columns: dict[str, Any] = {
        **_named(items, language),
        "noise": pa.array([kind] * items).dictionary_encode(),
        "radius": pa.array(np.full(items, radius, dtype=np.float32)),
        "prediction": pa.array(found.argmax(axis=1).astype(np.int8)),
        "gold": pa.array(gold.astype(np.int8)),
    }
    return pa.table({**columns, **probability_columns(found)})
