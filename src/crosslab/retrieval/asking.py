"""What an encoder finds when each query is asked in every language, as a table of ranks."""

from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
from transformers import PreTrainedModel

from crosslab.config import Pooling, Precision
from crosslab.retrieval.questions import Numbers, Questions
from crosslab.retrieval.search import Places, Vectors, nearest, ranks
from crosslab.retrieval.vectors import embedded


def ranked(
    model: PreTrainedModel,
    questions: Questions,
    pooling: Pooling = "mean",
    precision: Precision = "float32",
) -> pa.Table:
    """Return where the answer to each query comes, one row per query and pair of languages.

    ``rank`` is its place among the passages of one language; ``pooled_rank`` among those of all
    languages together, where the other right answers do not push it back for being equal.
    """
    languages = questions.languages
    asked, answered = (
        {key: embedded(model, each.in_language(key), pooling, precision) for key in languages}
        for each in (questions.queries, questions.passages)
    )
    return rank_table(questions, asked, answered)


def rank_table(
    questions: Questions, asked: dict[str, Vectors], answered: dict[str, Vectors]
) -> pa.Table:
    """Return the table of ranks for vectors that are there already."""
    languages, count = questions.languages, len(questions.names)
    pool = np.concatenate([answered[key] for key in languages])
    begins = np.cumsum([0, *(len(answered[key]) for key in languages[:-1])])
    everywhere = (questions.answer + begins[:, None]).T
    pooled = {key: ranks(asked[key], pool, everywhere) for key in languages}
    cells = list(product(range(len(languages)), repeat=2))
    found: dict[str, list[Any]] = {"prediction": [], "gold": [], "rank": [], "pooled_rank": []}
    for first, second in cells:
        queries, passages = asked[languages[first]], answered[languages[second]]
        answer = questions.answer[second]
        rank = ranks(queries, passages, answer[:, None])[:, 0]
        found["prediction"].append(_first(queries, passages, answer, rank))
        found["gold"].append(answer)
        found["rank"].append(rank)
        found["pooled_rank"].append(pooled[languages[first]][:, second])
    items = pa.DictionaryArray.from_arrays(
        np.tile(np.arange(count, dtype=np.int32), len(cells)), list(questions.names)
    )
    sides = [
        pa.DictionaryArray.from_arrays(
            np.repeat([cell[place] for cell in cells], count).astype(np.int32), list(languages)
        )
        for place in (0, 1)
    ]
    columns: dict[str, Any] = {"item": items, "first": sides[0], "second": sides[1]}
    for name, parts in found.items():
        columns[name] = as_ranks(np.concatenate(parts))
    return pa.table(columns)


def as_ranks(numbers: Numbers) -> pa.Array:
    """Return numbers that are none below zero in sixteen bits, where these hold them."""
    kind = np.uint16 if numbers.max(initial=0) <= np.iinfo(np.uint16).max else np.int32
    return pa.array(numbers.astype(kind))


def _first(queries: Vectors, passages: Vectors, answer: Numbers, rank: Places) -> Places:
    """Return which passage comes first: the answer where its rank says so, else a wrong one."""
    best, _ = nearest(queries, passages, min(2, len(passages)))
    wrong = np.where(best[:, 0] == answer, best[:, -1], best[:, 0])
    first: Places = np.where(rank == 1, answer, wrong)
    return first
