"""Grafted encoders on disk: weights as safetensors, the words of each language as JSON.

They are large and can be made again from the data, so they lie beside the records and not in
them: a record keeps the hashes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from safetensors.torch import load_file, save_file
from transformers import BertModel

from crosslab.grafting.english import english_encoder, english_marks, english_pieces
from crosslab.grafting.graft import with_rows
from crosslab.provenance import digest
from crosslab.vocabularies.grafted import GraftedVocabulary

ENCODERS: Final = ".encoders"  # below a folder of records
WEIGHTS: Final = "model.safetensors"
WORDS: Final = "words.json"


@dataclass(frozen=True, slots=True)
class Grafted:
    """An encoder and the vocabulary that it reads by."""

    encoder: BertModel
    vocabulary: GraftedVocabulary


def vocabulary_of(english: Path, words_of: dict[str, Sequence[str]]) -> GraftedVocabulary:
    """Return the vocabulary of the English encoder with these words after it."""
    pieces = english_pieces(english)
    return GraftedVocabulary(pieces, words_of, english_marks(pieces))


def save_grafted(folder: Path, grafted: Grafted) -> dict[str, str]:
    """Write an encoder whole and return the hashes of its files."""
    folder.mkdir(parents=True, exist_ok=True)
    words = json.dumps(
        {key: list(own) for key, own in grafted.vocabulary.words_of.items()}, ensure_ascii=False
    )
    weights = {name: each.contiguous() for name, each in grafted.encoder.state_dict().items()}
    save_file(weights, folder / f".{WEIGHTS}")
    (folder / f".{WORDS}").write_text(words, encoding="utf-8")
    for name in (WORDS, WEIGHTS):  # weights last: an encoder is there when they are
        (folder / f".{name}").replace(folder / name)
    return hashes(folder)


def hashes(folder: Path) -> dict[str, str]:
    """Return the hashes of the files of an encoder."""
    return {name: digest((folder / name).read_bytes()) for name in (WEIGHTS, WORDS)}


def is_saved(folder: Path) -> bool:
    """Whether an encoder was written here."""
    return (folder / WEIGHTS).is_file()


def load_grafted(folder: Path, english: Path) -> Grafted:
    """Return an encoder that was written here, with its vocabulary."""
    words_of = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    vocabulary = vocabulary_of(english, words_of)
    weights = load_file(folder / WEIGHTS)
    known = english_encoder(english)
    own = known.get_input_embeddings().weight.shape[0]
    table = weights["embeddings.word_embeddings.weight"]
    encoder = with_rows(known, [table[own:]])
    encoder.load_state_dict(weights)
    return Grafted(encoder.eval(), vocabulary)
