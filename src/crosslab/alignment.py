"""How well the words of two languages line up in an encoder."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import PreTrainedModel

from crosslab.lab.concepts import CONTENT
from crosslab.lab.laboratory import Laboratory

Vectors = NDArray[np.float32]


def word_translations(encoder: PreTrainedModel, tokenizer: Tokenizer, lab: Laboratory) -> pa.Table:
    """Return, for each content word of each target, the source word nearest to it.

    Vectors are input embeddings, centred per language; nearness is the cosine. A
    word counts as right if it is any synonym of the same concept. Words that a
    language borrowed from the source are left out: they align by being the same.
    """
    source_words, source_concepts = content_words(lab, lab.config.source)
    source = unit_vectors(encoder, tokenizer, source_words)
    tables = []
    for key in lab.config.targets:
        words, concepts = content_words(lab, key)
        own = ~np.isin(words, source_words)
        target = unit_vectors(encoder, tokenizer, words)[own]
        nearness = target @ source.T  # (target words, source words)
        nearest = nearness.argmax(axis=1)
        columns: dict[str, Any] = {
            "item": pa.array(words[own].tolist()),
            "first": pa.array([key] * int(own.sum())),
            "second": pa.array([lab.config.source] * int(own.sum())),
            "prediction": pa.array(source_concepts[nearest].astype(np.int16)),
            "gold": pa.array(concepts[own].astype(np.int16)),
            "similarity": pa.array(nearness.max(axis=1).astype(np.float16)),
        }
        tables.append(pa.table(columns))
    return pa.concat_tables(tables).combine_chunks()


def content_words(lab: Laboratory, key: str) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return every word of a language that has content, and the concept of each."""
    forms = lab.lexicons[key].forms[list(CONTENT)]
    return forms.ravel(), np.repeat(np.asarray(CONTENT), forms.shape[1])


def unit_vectors(encoder: PreTrainedModel, tokenizer: Tokenizer, words: NDArray[Any]) -> Vectors:
    """Return the input embeddings of words, centred, of length one."""
    vocabulary = tokenizer.get_vocab()
    table = encoder.get_input_embeddings().weight.detach().numpy()
    vectors = table[[vocabulary[word] for word in words.tolist()]]
    centred = vectors - vectors.mean(axis=0)
    unit: Vectors = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return unit
