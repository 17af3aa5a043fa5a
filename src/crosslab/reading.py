"""What a model reads: the items of a task, in any two languages, as token ids."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from crosslab.data.batching import Encoded, encoded_pairs
from crosslab.lab.items import spoken
from crosslab.lab.laboratory import Laboratory
from crosslab.lab.pairs import Pairs
from crosslab.methods.base import PairBatch, Resources, WordTable
from crosslab.models import PADDING, SEPARATOR, START, token_ids, word_tokenizer


class Reader:
    """Reads one split of a task; each sentence is said and tokenized once per language."""

    def __init__(self, lab: Laboratory, items: Pairs, purpose: str) -> None:
        self.lab = lab
        self.items = items
        self.purpose = purpose
        self.tokenizer = lab_tokenizer(lab)
        self._said: dict[tuple[str, str], list[list[int]]] = {}

    def pairs(self, first: str, second: str) -> Encoded:
        """Return the items with the first sentence in one language and the second in another."""
        return encoded_pairs(
            self._ids("first", first),
            self._ids("second", second),
            start=START,
            separator=SEPARATOR,
            padding=PADDING,
        )

    def _ids(self, side: str, language: str) -> list[list[int]]:
        if (side, language) not in self._said:
            sentences = spoken(self.lab, self.items, side, language, self.purpose)
            self._said[side, language] = token_ids(self.tokenizer, sentences)
        return self._said[side, language]


def lab_tokenizer(lab: Laboratory) -> Tokenizer:
    """Return the tokenizer that knows every word of every language of a laboratory."""
    return word_tokenizer(word for lexicon in lab.lexicons.values() for word in lexicon.words())


def pair_batch(inputs: Encoded, labels: NDArray[np.integer]) -> PairBatch:
    """Return encoded pairs as the tensors a model takes."""
    ids = inputs.ids.astype(np.int64)
    attended = ids != PADDING
    places = np.arange(ids.shape[1])[None, :]
    second = (places >= inputs.second_starts[:, None]) & attended
    return PairBatch(
        input_ids=torch.from_numpy(ids),
        attention_mask=torch.from_numpy(attended.astype(np.int64)),
        token_type_ids=torch.from_numpy(second.astype(np.int64)),
        labels=torch.from_numpy(labels.astype(np.int64)),
    )


def lab_resources(lab: Laboratory, tokenizer: Tokenizer) -> Resources:
    """Return what methods may know: synonyms in the source language, a dictionary from it."""
    source = lab.lexicons[lab.config.source]
    return resources(
        tokenizer,
        {word: [other] for word, other in source.synonyms().items()},
        source.translations([lab.lexicons[key] for key in lab.config.targets]),
    )


def resources(
    tokenizer: Tokenizer,
    neighbours: Mapping[str, Sequence[str]],
    dictionary: Mapping[str, Sequence[str]],
) -> Resources:
    """Return what methods may know of the words of a vocabulary."""
    own = {word: [word, *others] for word, others in neighbours.items()}
    return Resources(
        neighbours=word_table(tokenizer, own), dictionary=word_table(tokenizer, dictionary)
    )


def word_table(tokenizer: Tokenizer, replacements: Mapping[str, Sequence[str]]) -> WordTable:
    """Return, for each word of a vocabulary, the ids of the words it may be replaced by."""
    vocabulary = tokenizer.get_vocab()
    widest = max((len(each) for each in replacements.values()), default=1)
    words = torch.zeros((len(vocabulary), widest), dtype=torch.long)
    choices = torch.zeros(len(vocabulary), dtype=torch.long)
    for word, others in replacements.items():
        row = vocabulary[word]
        words[row, : len(others)] = torch.tensor([vocabulary[other] for other in others])
        choices[row] = len(others)
    return WordTable(words, choices)
