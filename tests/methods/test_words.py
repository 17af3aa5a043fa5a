"""Words that have several tokens: replaced whole, with everything around them left in place."""

import numpy as np
import pytest
import torch

from crosslab.data.batching import Marks, encoded_pairs
from crosslab.methods.base import Spelling, WordTable, encoded_batch, pair_batch, replaced
from crosslab.models import torch_generator

MARKS = Marks(before=(1,), between=(2, 2), after=(2,), padding=9, special=(1, 2, 9))

# words of a table by number: 1 is one token, 2 is two, 3 is three; 0 is no word of it
TOKENS = torch.tensor([[0, 0, 0], [11, 0, 0], [21, 22, 0], [31, 32, 33]])
SPELLING = Spelling(TOKENS, torch.tensor([0, 1, 2, 3]))


def table(choices):
    """Return a table in which every word has one choice, itself where none is given."""
    words = torch.tensor([[choices.get(number, number)] for number in range(4)])
    known = torch.tensor([int(number in choices) for number in range(4)])
    return WordTable(words, known, SPELLING)


def batch_of(*pairs):
    """Return a batch from words: numbers of the table, or tokens of no word as ``(token,)``."""

    def spelled(words):
        ids, numbers = [], []
        for word in words:
            tokens = list(word) if isinstance(word, tuple) else TOKENS[word, :word].tolist()
            ids += tokens
            numbers += [0 if isinstance(word, tuple) else word] + [-1] * (len(tokens) - 1)
        return ids, numbers

    sides = [[spelled(pair[side]) for pair in pairs] for side in (0, 1)]
    ids, words = ([[each[part] for each in side] for side in sides] for part in (0, 1))
    encoded = encoded_pairs(*ids, MARKS, tuple(words))
    return pair_batch(encoded, np.arange(len(pairs)))


def rows(batch):
    return [
        ids[mask == 1].tolist()
        for ids, mask in zip(batch.input_ids, batch.attention_mask, strict=True)
    ]


def swapped(batch, choices, where=None):
    return replaced(batch, table(choices), torch_generator(0), where)


def test_a_word_is_replaced_with_all_its_tokens():
    batch = batch_of(([3, (50,)], [1]), ([1], [2, 2]))
    expected = batch_of(([1, (50,)], [2]), ([2], [2, 2]))
    found = swapped(batch, {3: 1, 1: 2})
    assert rows(found) == rows(expected)


@pytest.mark.parametrize("choices", [{1: 3}, {3: 1}, {2: 3, 3: 2}, {1: 2, 2: 1}])
def test_what_is_replaced_is_what_would_have_been_read(choices):
    # every other property of a batch follows its tokens: masks, segments, labels, padding
    pairs = [([1, (50,), 2], [3]), ([2], [(51,), (52,), 1]), ([3, 3], [1, 2])]
    expected = [
        tuple([choices.get(w, w) if w in (1, 2, 3) else w for w in s] for s in p) for p in pairs
    ]
    found, wanted = swapped(batch_of(*pairs), choices), batch_of(*expected)
    for name in ("input_ids", "attention_mask", "token_type_ids", "labels", "movable", "words"):
        assert torch.equal(getattr(found, name), getattr(wanted, name)), name


def test_words_outside_the_places_asked_for_stay():
    batch = batch_of(([2, 2], [2]))
    where = torch.zeros_like(batch.words, dtype=torch.bool)
    where[0, 3] = True  # the second word's first token
    assert rows(swapped(batch, {2: 1}, where)) == rows(batch_of(([2, 1], [2])))


def test_without_choices_nothing_changes():
    batch = batch_of(([1, 2, (50,)], [3]), ([3], [2]))
    found = swapped(batch, {})
    assert torch.equal(found.input_ids, batch.input_ids)
    assert torch.equal(found.attention_mask, batch.attention_mask)


def test_a_word_may_be_replaced_again():
    once = swapped(batch_of(([3], [1])), {3: 2})
    assert rows(swapped(once, {2: 3})) == rows(batch_of(([3], [1])))


def test_a_batch_goes_back_to_the_inputs_it_was_made_of():
    batch = batch_of(([3, (50,)], [1]), ([1], [2, 2]))
    back = pair_batch(encoded_batch(batch, MARKS), batch.labels.numpy())
    for name in ("input_ids", "attention_mask", "token_type_ids", "labels", "movable", "words"):
        assert torch.equal(getattr(back, name), getattr(batch, name)), name


def test_special_tokens_and_padding_are_no_words():
    batch = batch_of(([1], [1]), ([3], [3]))
    special = torch.isin(batch.input_ids, torch.tensor(MARKS.special))
    assert torch.equal(batch.movable, ~special)
    assert (batch.words[special] == 0).all()


def test_draws_are_uniform_over_choices_of_different_lengths():
    words = torch.tensor([[0, 0], [1, 3], [0, 0], [0, 0]])
    either = WordTable(words, torch.tensor([0, 2, 0, 0]), SPELLING)
    batch = batch_of(*[([1], [1])] * 2000)
    found = replaced(batch, either, torch_generator(0))
    longer = (found.attention_mask.sum(dim=1) - 6) / 2  # each word drawn adds two tokens
    assert torch.bincount(longer.long()).tolist() == pytest.approx([500, 1000, 500], abs=80)
