"""What reading sentences and searching among them cost, beside sentence-transformers.

Both sides have the same encoder, sentences and vectors. Ours tokenizes as well, for the other
does; and both are asked for the ten nearest.
"""

import warnings
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from crosslab.baselines import pair_tokenizer
from crosslab.errors import UsageError
from crosslab.grafting.vectors import encoded_sentences
from crosslab.lab.laboratory import laboratory
from crosslab.materials.laboratory import lab_tokenizer
from crosslab.models import MARKS, masked_encoder, token_ids
from crosslab.retrieval.search import Vectors, nearest
from crosslab.retrieval.vectors import embedded
from crosslab.scales import lab_config
from crosslab.seeding import generator
from crosslab.timing import Speed, in_turns, ratios, seconds

QUERIES: Final = 200
TOP: Final = 10
SENTENCES: Final = {"smoke": 400}  # by scale
CANDIDATES: Final = {"smoke": (500, 2000)}
_SENTENCES: Final = 20_000
_CANDIDATES: Final = (10_000, 100_000, 1_000_000)
_WIDTH: Final = 64
_BLOCKS: Final[Mapping[str, dict[str, int]]] = {
    "its blocks": {},
    "our blocks": {"query_chunk_size": 256, "corpus_chunk_size": 8192},
}
_OTHER: Final = "sentence_transformers"


def embedding(scale: str, rounds: int, scratch: Path) -> list[Speed]:
    """Measure how many sentences are read in a second, and against the other library."""
    config = lab_config(scale)
    lab = laboratory(config.lab)
    count = SENTENCES.get(scale, _SENTENCES)
    rng = generator(0, "bench", "sentences")
    sentences = lab.sentences(lab.world.meanings(count, rng), lab.config.source, rng)
    tokenizer = lab_tokenizer(lab)
    encoder = masked_encoder(config.encoder, len(tokenizer.get_vocab()), seed=0).bert
    encoder.save_pretrained(scratch / "encoder")
    pair_tokenizer(tokenizer).save_pretrained(scratch / "encoder")
    longest = config.encoder.longest_input

    def ours() -> Vectors:
        ids = token_ids(tokenizer, sentences)
        return embedded(encoder, encoded_sentences(ids, MARKS, longest))

    other = _sentence_transformer(scratch / "encoder")
    works: dict[str, Callable[[], object]] = {
        "own": ours,
        "32": partial(other.encode, sentences),
        "256": partial(other.encode, sentences, batch_size=256),
    }
    costs = in_turns({name: _timed(work) for name, work in works.items()}, rounds)
    return [
        Speed(
            name="embedding",
            what="sentences read a second",
            rounds=[count / each for each in costs["own"]],
            unit="",
        ),
        *(
            Speed(
                name="embedding",
                what=f"sentences read / sentence-transformers, batches of {size}",
                rounds=ratios(costs[size], costs["own"]),
                at_least=1,
            )
            for size in ("32", "256")
        ),
    ]


def searching(scale: str, rounds: int) -> list[Speed]:
    """Measure what a search costs as candidates grow, and against the other library."""
    found = []
    before: tuple[int, list[float]] | None = None
    for count in CANDIDATES.get(scale, _CANDIDATES):
        queries, candidates = _drawn(QUERIES), _drawn(count)
        works: dict[str, Callable[[], object]] = {
            "own": partial(nearest, queries, candidates, TOP),
            **_others(queries, candidates),
        }
        costs = in_turns({name: _timed(work) for name, work in works.items()}, rounds)
        found += [
            Speed(
                name="searching",
                what=f"search among {count:,} / sentence-transformers, {blocks}",
                rounds=ratios(costs[blocks], costs["own"]),
            )
            for blocks in _BLOCKS
        ]
        if before is not None:
            fewer, cost = before
            growth = [each / (count // fewer) for each in ratios(costs["own"], cost)]
            what = f"search among {count:,} / {count // fewer} times that among {fewer:,}"
            found.append(Speed(name="searching", what=what, rounds=growth, at_most=1.5))
        before = count, costs["own"]
    return found


def _timed(work: Callable[[], object]) -> Callable[[int], float]:
    return lambda _: seconds(work)


def _drawn(count: int) -> Vectors:
    drawn = generator(count, "bench", "vectors").standard_normal((count, _WIDTH), dtype=np.float32)
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def _sentence_transformer(folder: Path) -> Any:
    """Return the encoder in a folder as the other library has it."""
    parts = _library("models")
    words = parts.Transformer(str(folder))
    pooling = parts.Pooling(words.get_embedding_dimension(), pooling_mode="mean")
    modules = [words, pooling, parts.Normalize()]
    return _library().SentenceTransformer(modules=modules, device="cpu")


def _others(queries: Vectors, candidates: Vectors) -> dict[str, Callable[[], object]]:
    """Return the search of the other library, told that vectors are of length one."""
    library = _library("util")
    given = [torch.from_numpy(each) for each in (queries, candidates)]
    search = partial(library.semantic_search, top_k=TOP, score_function=library.dot_score)
    return {name: partial(search, *given, **sizes) for name, sizes in _BLOCKS.items()}


def _library(*parts: str) -> Any:
    """Return the other library, or a part of it; it is installed for development alone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return import_module(".".join((_OTHER, *parts)))
    except ImportError:
        raise UsageError(
            f"Embedding and searching are measured against {_OTHER}, which is not installed. Run: "
            "pip install sentence-transformers"
        ) from None
