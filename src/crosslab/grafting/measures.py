"""How well the words and the sentences of each language line up with English."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedModel

from crosslab.data.batching import Encoded
from crosslab.grafting.vectors import encoded_sentences, found_first, sentence_vectors
from crosslab.vocabularies.choosing import Lexicon
from crosslab.vocabularies.vocabulary import ENGLISH, Vocabulary

HELD_OUT, GRAFTED = "held out", "grafted"  # words that a graft is not made with, or is

MAPPED: Final = "flores"  # the set of which some sentences are put on a map

_LONGEST: Final = 96  # tokens of a sentence
_MAPPED_SENTENCES: Final = 30

Vectors = NDArray[np.float32]
Pairs = Mapping[str, tuple[Sequence[str], Sequence[str]]]


def word_translations(
    encoder: PreTrainedModel, vocabulary: Vocabulary, lexicons: Mapping[str, Lexicon]
) -> pa.Table:
    """Return, for words of each language, the English word nearest to each.

    Candidates are all English words of the language's dictionary; vectors are input
    embeddings, the mean over the tokens of a word, centred per language; nearness is the
    cosine. ``gold`` is the candidate found where it is a translation, else the first one.
    """
    table = encoder.get_input_embeddings().weight.detach()
    found = [
        _nearest_words(table, vocabulary, each, language) for language, each in lexicons.items()
    ]
    return pa.concat_tables(found).combine_chunks().unify_dictionaries()


def _nearest_words(
    table: Tensor, vocabulary: Vocabulary, known: Lexicon, language: str
) -> pa.Table:
    held, grafted = (
        [word for word in entries if vocabulary.knows(word, language)]
        for entries in (known.held_out, known.english)
    )
    translations = {**known.english, **known.held_out}
    candidates = sorted({each for entry in translations.values() for each in entry})
    place = {word: number for number, word in enumerate(candidates)}
    english = _centred(table, vocabulary.ids(candidates, ENGLISH))
    kinds = {HELD_OUT: held, GRAFTED: grafted[: len(held)]}
    words = [word for those in kinds.values() for word in those]
    kind_of = [kind for kind, those in kinds.items() for _ in those]
    queries = _centred(table, [vocabulary.tokens(word, language) for word in words])
    nearest = found_first(queries, english)
    right = [{place[each] for each in translations[word]} for word in words]
    gold = [
        int(one) if one in those else place[translations[word][0]]
        for one, those, word in zip(nearest.tolist(), right, words, strict=True)
    ]
    columns: dict[str, Any] = {
        "item": pa.array(words),
        "first": pa.array([language] * len(words)).dictionary_encode(),
        "second": pa.array([ENGLISH] * len(words)).dictionary_encode(),
        "kind": pa.array(kind_of).dictionary_encode(),
        "prediction": pa.array(nearest.astype(np.int32)),
        "gold": pa.array(np.array(gold, dtype=np.int32)),
    }
    return pa.table(columns)


def _centred(table: Tensor, tokens: Sequence[Sequence[int]]) -> Vectors:
    vectors = np.zeros((len(tokens), table.shape[1]), dtype=np.float32)
    for row, each in enumerate(tokens):
        vectors[row] = table[list(each) or [0]].mean(dim=0).numpy()
    moved = vectors - vectors.sum(axis=0) / max(1, len(vectors))
    unit: Vectors = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
    return unit


def sentence_retrieval(
    encoder: PreTrainedModel,
    vocabulary: Vocabulary,
    pairs: Mapping[str, Pairs],
    most: int,
) -> pa.Table:
    """Return, for sentences of each language and set, which English sentence is nearest.

    ``distance`` is how far a sentence lies from its own translation, both of length one.
    """

    @cache  # English sentences are the same for many languages
    def vectors(sentences: tuple[str, ...], language: str) -> Vectors:
        inputs: Encoded = encoded_sentences(
            vocabulary.ids(sentences[:most], language), vocabulary.marks, _LONGEST
        )
        return sentence_vectors(encoder, inputs)

    found = []
    for language, sets in pairs.items():
        for name, (foreign, english) in sets.items():
            own, other = vectors(tuple(foreign), language), vectors(tuple(english), ENGLISH)
            columns: dict[str, Any] = {
                "item": pa.array([f"{name}-{row:05d}" for row in range(len(own))]),
                "first": pa.array([language] * len(own)).dictionary_encode(),
                "second": pa.array([ENGLISH] * len(own)).dictionary_encode(),
                "kind": pa.array([name] * len(own)).dictionary_encode(),
                "prediction": pa.array(found_first(own, other).astype(np.int32)),
                "gold": pa.array(np.arange(len(own), dtype=np.int32)),
                "distance": pa.array(np.linalg.norm(own - other, axis=1).astype(np.float16)),
            }
            found.append(pa.table(columns))
    return pa.concat_tables(found).combine_chunks().unify_dictionaries()


def sentence_map(
    encoder: PreTrainedModel, vocabulary: Vocabulary, pairs: Mapping[str, Pairs]
) -> pa.Table:
    """Return where some sentences of one set lie in every language, on a plane.

    The plane is the one on which the English sentences lie farthest apart; ``off`` is how far
    a sentence lies from it.
    """
    english = next(iter(pairs.values()))[MAPPED][1][:_MAPPED_SENTENCES]
    said = {ENGLISH: english} | {
        language: sets[MAPPED][0][:_MAPPED_SENTENCES] for language, sets in pairs.items()
    }
    vectors = {
        language: sentence_vectors(
            encoder,
            encoded_sentences(vocabulary.ids(each, language), vocabulary.marks, _LONGEST),
        )
        for language, each in said.items()
    }
    middle = vectors[ENGLISH].mean(axis=0)
    _, _, axes = np.linalg.svd(vectors[ENGLISH] - middle, full_matrices=False)
    plane = axes[:2] * np.sign(axes[:2].sum(axis=1, keepdims=True))  # of both ways, the same one
    found = []
    for language, each in vectors.items():
        places = (each - middle) @ plane.T
        off = np.linalg.norm(each - middle - places @ plane, axis=1)
        columns: dict[str, Any] = {
            "item": pa.array([f"{MAPPED}-{row:05d}" for row in range(len(each))]),
            "language": pa.array([language] * len(each)).dictionary_encode(),
            "across": pa.array(places[:, 0].astype(np.float32)),
            "up": pa.array(places[:, 1].astype(np.float32)),
            "off": pa.array(off.astype(np.float32)),
        }
        found.append(pa.table(columns))
    return pa.concat_tables(found).combine_chunks().unify_dictionaries()


def summary(sentences: pa.Table, words: pa.Table | None = None) -> dict[str, Any]:
    """Return the shares and distances a person looks at first, averaged over languages."""
    frames = [sentences.to_pandas(), *([] if words is None else [words.to_pandas()])]
    right = pd.concat([each.assign(right=each["prediction"] == each["gold"]) for each in frames])
    per_language = right.groupby(["kind", "first"], observed=True)["right"].mean()
    apart = frames[0].groupby(["kind", "first"], observed=True)["distance"].mean()
    return {
        **{f"found: {kind}": float(each.mean()) for kind, each in per_language.groupby("kind")},
        **{f"distance: {kind}": float(each.mean()) for kind, each in apart.groupby("kind")},
        "by_language": {
            f"{kind}/{language}": round(float(value), 4)
            for (kind, language), value in per_language.items()
        },
    }
