"""The first step: every word of a language starts where its translations are.

The vector of a word is the mean over up to three of its English translations of the mean
of their word pieces. A word that the dictionary lacks takes the vector of the dictionary
words it is most like (another form of them, as a rule); what is like none, the mean of the
English pieces that spell it. Nothing is trained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import BertConfig, BertModel

from crosslab.vocabularies.choosing import Lexicon
from crosslab.vocabularies.grafted import GraftedVocabulary, likeness
from crosslab.vocabularies.vocabulary import pieces_of

_TRANSLATIONS: Final = 3
TRANSLATED, ALIKE, SPELLED = "translated", "alike", "spelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The vectors of the words of a language, and how each came about."""

    vectors: Tensor  # (words, hidden)
    origin: tuple[str, ...]


def grafted_rows(
    words: Sequence[str], known: Lexicon, pieces: GraftedVocabulary, table: Tensor
) -> Rows:
    """Return where the words of a language start, given the vectors of the English pieces."""
    like = likeness(known.english)
    origin, english = [], []
    for word in words:
        nearest = word if word in known.english else like.nearest(word)
        kind = SPELLED if nearest is None else TRANSLATED if nearest == word else ALIKE
        origin.append(kind)
        english.append([word] if nearest is None else known.english[nearest][:_TRANSLATIONS])
    return Rows(vectors=_means(english, pieces, table), origin=tuple(origin))


def _means(
    english: Sequence[Sequence[str]], vocabulary: GraftedVocabulary, table: Tensor
) -> Tensor:
    """Return, for each list of English words, the mean of the means of their pieces."""
    distinct = sorted({word for each in english for word in each})
    spelled = pieces_of(vocabulary.pieces, distinct)
    each_mean = {
        word: table[ids].mean(dim=0) for word, ids in zip(distinct, spelled, strict=True) if ids
    }
    nothing = table[[vocabulary.unknown]][0]
    return torch.stack(
        [
            torch.stack([each_mean.get(word, nothing) for word in words]).mean(dim=0)
            for words in english
        ]
    )


def with_rows(encoder: BertModel, rows: Sequence[Tensor]) -> BertModel:
    """Return an encoder that has these vectors after those of its own vocabulary.

    Its dropout is off from here on: the trials that settings come from had none.
    """
    own = encoder.get_input_embeddings().weight.detach()
    table = torch.cat([own, *rows])
    config = BertConfig(
        **{
            **encoder.config.to_dict(),
            "vocab_size": len(table),
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
        }
    )
    config._attn_implementation = encoder.config._attn_implementation
    made = BertModel(config, add_pooling_layer=False)
    weights = encoder.state_dict()
    made.load_state_dict({**weights, "embeddings.word_embeddings.weight": table})
    return made.eval()


def shares(origin: Sequence[str]) -> dict[str, float]:
    """Return the share of words of each origin.

    Example:
        >>> shares(["translated", "alike", "translated", "spelled"])
        {'translated': 0.5, 'alike': 0.25, 'spelled': 0.25}
    """
    found: NDArray[np.str_] = np.array(origin)
    return {kind: float((found == kind).mean()) for kind in (TRANSLATED, ALIKE, SPELLED)}
