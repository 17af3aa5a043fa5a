import numpy as np
import pytest
import torch

from crosslab.config import TaskConfig
from crosslab.lab.items import spoken, task_items
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import Reader, lab_resources, lab_tokenizer
from crosslab.methods.base import pair_batch
from crosslab.models import (
    PADDING,
    SEPARATOR,
    SPECIAL_IDS,
    START,
    UNKNOWN,
    torch_generator,
    word_tokenizer,
)
from crosslab.reading import resources

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


LETTERS = word_tokenizer(["b", "a", "c"])  # ids 5, 6, 7 for a, b, c
A, B, C = range(SPECIAL_IDS.stop, SPECIAL_IDS.stop + 3)


def choices(table, word):
    return table.words[word, : table.choices[word]].tolist()


def test_neighbours_are_listed_after_the_word_itself():
    known = resources(LETTERS.get_vocab(), {"c": ["a", "b"], "a": ["c"]}, {}).neighbours
    assert choices(known, A) == [A, C]
    assert choices(known, C) == [C, A, B]


def test_a_dictionary_lists_translations_and_not_the_word_itself():
    known = resources(LETTERS.get_vocab(), {}, {"c": ["a", "b"], "a": ["c"]}).dictionary
    assert choices(known, A) == [C]
    assert choices(known, C) == [A, B]


def drawn(table, ids, seed=0):
    return table.drawn(torch.tensor(ids), torch_generator(seed))


def test_words_that_are_not_listed_and_special_words_stay_themselves():
    known = resources(LETTERS.get_vocab(), {"c": ["a"]}, {"c": ["b"]})
    ids = [[*SPECIAL_IDS, A, B]] * 20
    for table in (known.neighbours, known.dictionary):
        assert drawn(table, ids).tolist() == ids


def test_no_words_at_all_are_no_trouble():
    known = resources(LETTERS.get_vocab(), {}, {})
    assert drawn(known.neighbours, [[A, B, C]]).tolist() == [[A, B, C]]


def test_every_choice_is_drawn_equally_often():
    known = resources(LETTERS.get_vocab(), {"c": ["a", "b"]}, {}).neighbours
    counts = torch.bincount(drawn(known, [C] * 6000), minlength=8)[A:].tolist()
    assert counts == pytest.approx([2000] * 3, abs=150)  # four standard deviations


def test_draws_belong_to_the_generator():
    known = resources(LETTERS.get_vocab(), {"c": ["a", "b"]}, {}).neighbours
    one, again, other = (drawn(known, [C] * 50, seed).tolist() for seed in (0, 0, 1))
    assert one == again != other


def test_methods_may_know_source_synonyms_and_translations_into_targets_alone(smoke_lab):
    tokenizer = lab_tokenizer(smoke_lab)
    names = {number: word for word, number in tokenizer.get_vocab().items()}
    known = lab_resources(smoke_lab, tokenizer)
    source = smoke_lab.lexicons["ave"]
    listed = {
        names[word]: {names[other] for other in choices(known.neighbours, word)}
        for word in known.neighbours.choices.nonzero().flatten().tolist()
    }
    assert listed == {word: {word, other} for word, other in source.synonyms().items()}
    targets = {
        word
        for key, lexicon in smoke_lab.lexicons.items()
        if key != "ave"
        for word in lexicon.words()
    }
    asked = known.dictionary.choices.nonzero().flatten().tolist()
    given = {names[other] for word in asked for other in choices(known.dictionary, word)}
    assert {names[word] for word in asked} <= set(source.words())
    assert given <= targets
