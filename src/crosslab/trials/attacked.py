"""What a search still finds when its queries are attacked: in their embeddings, in their words.

Queries of every language are attacked; the pool holds the passages of all languages, as in
LAReQA, and is left alone. Words are exchanged for synonyms, or for words of other languages that
say the same, so that the answer stays what it was.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor
from transformers import BertForMaskedLM, PreTrainedModel

from crosslab.attacks import embedding, words
from crosslab.attacks.margins import Found, Margin
from crosslab.config import AttackConfig, Precision
from crosslab.data.batching import Encoded, ordered_batches
from crosslab.methods.base import PairBatch, WordTable
from crosslab.methods.embedding import word_embeddings
from crosslab.methods.preparing import Aligning
from crosslab.models import precise, torch_generator
from crosslab.retrieval.asking import as_ranks, ranked
from crosslab.retrieval.attacked import search_margin
from crosslab.retrieval.material import lab_questions
from crosslab.retrieval.questions import Numbers, Questions
from crosslab.retrieval.search import Vectors, ranks
from crosslab.retrieval.vectors import embedded, sentence_batch, vectors
from crosslab.stats.ranking import average_precision
from crosslab.trials.exchanging import RANDOM, WORST, word_tables
from crosslab.trials.ground import Ground, Tried, asked, queries
from crosslab.trials.preparing import prepared

NOISE: Final = "noise"


Attack = tuple[str, str]  # what is changed, and how it is sought: worst or random
Tables = Mapping[str, WordTable]  # what words may be exchanged for, by what the exchange is


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacking:
    """How queries are attacked, and what their words may be exchanged for, language by language."""

    config: AttackConfig
    seed: int
    tables: Callable[[str], Tables]
    precision: Precision = "float32"
    at_once: int | None = None  # queries, those of like length; all where nothing is said


def attacked(encoder: BertForMaskedLM, ground: Ground, aligning: tuple[Aligning, ...]) -> Tried:
    """Align an encoder, let it search, and let its queries be attacked."""
    model = prepared(encoder, ground, aligning)
    readers = queries(ground.lab, ground.config)
    everything = asked([readers["test"]], ground)
    few = lab_questions(
        readers["test"].few(ground.config.attack.items), ground.languages, ground.longest
    )
    how = Attacking(
        config=ground.config.attack,
        seed=ground.seed,
        tables=lambda language: word_tables(ground.lab, language),
    )
    return Tried(
        answers=ranked(model, everything),
        metrics={},
        items={split: each.items for split, each in readers.items()},
        tables={"attacks": attack_table(model, everything, few, how)},
    )


def attack_table(
    model: PreTrainedModel, pool: Questions, few: Questions, how: Attacking
) -> pa.Table:
    """Return where each answer comes in the pool of all languages, by attack and budget.

    The few queries that are attacked have their answers at the same places as in the pool.
    """
    model.eval()
    answered = [
        embedded(model, pool.passages.in_language(key), precision=how.precision)
        for key in pool.languages
    ]
    passages = np.concatenate(answered)
    begins = np.cumsum([0, *map(len, answered[:-1])])
    right = (few.answer + begins[:, None]).T
    tables = []
    for language in pool.languages:
        asking = few.queries.in_language(language)
        for number, rows in enumerate(_at_once(asking, how.at_once)):
            names = tuple(few.names[row] for row in rows.tolist())
            batch = sentence_batch(asking.rows(rows))
            draws = (language, number) if number else (language,)
            found = _searches(model, passages, right[rows], batch, how, draws)
            for (kind, sought), budget, places in found:
                tables.append(_rows(names, language, kind, sought, budget, places, pool))
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _at_once(asking: Encoded, count: int | None) -> list[Numbers]:
    if count is None:
        return [np.arange(len(asking))]
    return ordered_batches(asking.lengths, count)


def _searches(  # noqa: PLR0913, PLR0917 - what a search under attack depends on
    model: PreTrainedModel,
    passages: Vectors,
    right: Numbers,
    batch: PairBatch,
    how: Attacking,
    draws: tuple[str | int, ...],
) -> Iterator[tuple[Attack, float, np.ndarray]]:
    """Yield every attack at each of its budgets, and where the answers come then.

    ``draws`` begins with the language, and tells apart what chance does to these queries and to
    others.
    """
    margin = search_margin(model, passages, right, precision=how.precision)
    for attack, budgets, found in _attacks(model, margin, batch, how, draws):
        least = None
        for budget, moved in zip(budgets, found, strict=True):
            least = _worse(least, ranks(moved, passages, right))
            yield attack, budget, least


def _worse(before: np.ndarray | None, now: np.ndarray) -> np.ndarray:
    """Return ranks query by query, those of a smaller budget where they were the less precise.

    Whoever may change more may also change less, and an attack looks for small margins, which
    are not quite small precision.
    """
    if before is None:
        return now
    kept = average_precision(before) < average_precision(now)
    return np.where(kept[:, None], before, now)


def _attacks(
    model: PreTrainedModel,
    margin: Margin,
    batch: PairBatch,
    how: Attacking,
    draws: tuple[str | int, ...],
) -> Iterator[tuple[Attack, tuple[float, ...], list[np.ndarray]]]:
    """Yield every attack: its budgets, and the vectors of the queries at each of them."""
    config = how.config
    items = torch.arange(len(batch.labels))
    field = embedding.Attacked(model, margin, batch, items)
    own = word_embeddings(model, batch).detach()

    def moved(found: Found) -> list[np.ndarray]:
        return [_read(model, batch, how.precision, own + noise) for noise in found.changed]

    yield (NOISE, WORST), config.radii, moved(embedding.worst(field, config.radii, config.steps))
    chance = torch_generator(how.seed, "attack", NOISE, *draws)
    drawn = embedding.at_random(field, config.radii, config.steps, chance)
    yield (NOISE, RANDOM), config.radii, moved(drawn)

    budgets = tuple(map(float, range(config.budget + 1)))
    for kind, table in how.tables(str(draws[0])).items():
        exchange = words.Exchange(margin, batch, items, table)

        def said(found: Found, exchange: words.Exchange = exchange) -> list[np.ndarray]:
            changed = (words.exchanged(exchange, each) for each in found.changed)
            return [_read(model, each, how.precision) for each in changed]

        chance = torch_generator(how.seed, "attack", kind, *draws)
        sought = words.worst(exchange, config.budget, tries=config.tries, generator=chance)
        yield (kind, WORST), budgets, said(sought)
        drawn = words.at_random(exchange, config.budget, generator=chance)
        yield (kind, RANDOM), budgets, said(drawn)


def _read(
    model: PreTrainedModel,
    batch: PairBatch,
    precision: Precision,
    embeddings: Tensor | None = None,
) -> np.ndarray:
    with torch.inference_mode(), precise(model, precision):
        found: np.ndarray = vectors(model, batch, embeddings=embeddings).float().cpu().numpy()
    return found


def _rows(  # noqa: PLR0913, PLR0917 - the columns of a table
    names: tuple[str, ...],
    language: str,
    kind: str,
    sought: str,
    budget: float,
    places: np.ndarray,
    asked: Questions,
) -> pa.Table:
    """Return one row per query and language of its answer."""
    queries_asked, answers = places.shape
    total = queries_asked * answers

    def same(value: Any) -> pa.Array:
        return pa.array([value] * total).dictionary_encode()

    return pa.table(
        {
            "item": pa.array(np.repeat(list(names), answers)).dictionary_encode(),
            "first": same(language),
            "second": pa.array(list(asked.languages) * queries_asked).dictionary_encode(),
            "attack": same(kind),
            "sought": same(sought),
            "budget": pa.array(np.full(total, budget, dtype=np.float32)),
            "pooled_rank": as_ranks(places.ravel()),
        }
    )
