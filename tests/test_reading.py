import numpy as np
import pytest
import torch

from crosslab.config import TaskConfig
from crosslab.lab.items import spoken, task_items
from crosslab.lab.tasks import TASKS
from crosslab.models import PADDING, SEPARATOR, SPECIAL_IDS, START, UNKNOWN, word_tokenizer
from crosslab.reading import Reader, lab_tokenizer, pair_batch, resources

KEYS = ("ave", "bor", "gha")


@pytest.fixture(scope="module")
def reader(smoke_lab):
    items = task_items(smoke_lab, TASKS["paraphrase"], TaskConfig(train=1, dev=1, test=40))["test"]
    return Reader(smoke_lab, items, "paraphrase/test")


def halves(encoded):
    """Return the words of the first and of the second sentence of every input."""
    rows = [row[:length].tolist() for row, length in zip(encoded.ids, encoded.lengths, strict=True)]
    return [
        (row[1 : start - 1], row[start:-1])
        for row, start in zip(rows, encoded.second_starts.tolist(), strict=True)
    ]


def test_each_side_is_read_in_its_own_language(smoke_lab, reader):
    inputs = halves(reader.pairs("bor", "gha"))
    for side, key in enumerate(("bor", "gha")):
        text = [
            " ".join(reader.tokenizer.id_to_token(number) for number in each[side])
            for each in inputs
        ]
        name = ("first", "second")[side]
        assert text == spoken(smoke_lab, reader.items, name, key, "paraphrase/test")


def test_a_sentence_is_the_same_in_every_pair_it_stands_in(reader):
    firsts = [[one for one, _ in halves(reader.pairs("bor", key))] for key in KEYS]
    seconds = [[two for _, two in halves(reader.pairs(key, "bor"))] for key in KEYS]
    assert firsts[0] == firsts[1] == firsts[2]
    assert seconds[0] == seconds[1] == seconds[2]


@pytest.mark.parametrize("key", KEYS)
def test_no_word_of_any_language_is_unknown(reader, key):
    assert UNKNOWN not in reader.pairs(key, key).ids


def test_inputs_begin_and_end_with_their_marks(reader):
    encoded = reader.pairs("ave", "bor")
    assert set(encoded.ids[:, 0].tolist()) == {START}
    assert set(encoded.ids[np.arange(len(encoded)), encoded.lengths - 1].tolist()) == {SEPARATOR}


def test_the_vocabulary_is_every_word_once_and_the_special_words(smoke_lab):
    words = {word for lexicon in smoke_lab.lexicons.values() for word in lexicon.words()}
    assert len(lab_tokenizer(smoke_lab).get_vocab()) == len(words) + len(SPECIAL_IDS)


def test_a_batch_attends_to_everything_but_padding(reader):
    encoded = reader.pairs("ave", "bor")
    batch = pair_batch(encoded, reader.items.label)
    assert torch.equal(batch.attention_mask.sum(dim=1), torch.from_numpy(encoded.lengths))
    assert torch.equal(batch.attention_mask == 0, batch.input_ids == PADDING)


def test_a_batch_marks_the_second_sentence_and_its_separator(reader):
    encoded = reader.pairs("ave", "bor")
    batch = pair_batch(encoded, reader.items.label)
    for row, (start, length) in enumerate(
        zip(encoded.second_starts.tolist(), encoded.lengths.tolist(), strict=True)
    ):
        marked = batch.token_type_ids[row].nonzero().flatten().tolist()
        assert marked == list(range(start, length))


def test_a_batch_keeps_its_labels(reader):
    batch = pair_batch(reader.pairs("ave", "ave"), reader.items.label)
    assert batch.labels.tolist() == reader.items.label.tolist()
    assert batch.labels.dtype == torch.int64


def test_neighbours_are_listed_after_the_word_itself():
    tokenizer = word_tokenizer(["b", "a", "c"])  # ids 5, 6, 7 for a, b, c
    known = resources(tokenizer, {"c": ["a", "b"], "a": ["c"]})
    rows = [
        known.neighbours[word, : known.choices[word]].tolist()
        for word in range(SPECIAL_IDS.stop, 8)
    ]
    assert rows == [[5, 7], [6], [7, 5, 6]]


def test_words_without_neighbours_have_themselves_alone():
    known = resources(word_tokenizer(["a", "b"]), {})
    assert known.choices.tolist() == [1] * 7
    assert known.neighbours[:, 0].tolist() == list(range(7))
