from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from made_up_data import write_made_up_data
from made_up_english import pieces
from transformers import BertConfig, BertForSequenceClassification

from crosslab.arms import PAPER_ARMS, REAL_ARMS, WORD_DATA, method_key, methods_of
from crosslab.data.folder import folder_source
from crosslab.data.loading import labelled_pairs
from crosslab.grafting.english import english_marks
from crosslab.materials.real import MixedDesign, RealMaterial, word_places
from crosslab.methods import method
from crosslab.methods.base import Context, Rewriting, pair_batch, replaced
from crosslab.models import seeded, torch_generator
from crosslab.scales import study_config
from crosslab.vocabularies.grafted import GraftedVocabulary

TARGETS = ("de", "ru")
LANGUAGES = ("en", *TARGETS)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return folder_source(write_made_up_data(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def vocabulary():
    tokenizer = pieces()
    own = {"de": ["degarden", "detailor"], "ru": ["сад"]}
    return GraftedVocabulary(tokenizer, own, english_marks(tokenizer))


@pytest.fixture(scope="module")
def material(source, vocabulary):
    return RealMaterial(
        splits={
            "train": labelled_pairs(source, "nli-en", "mnli-train", ["en"]),
            "test": labelled_pairs(source, "xnli", "test", LANGUAGES),
        },
        vocabulary=vocabulary,
        targets=TARGETS,
        neighbours={"garden": ("orchard",), "tailor": ("smith", "tailor"), "unheard": ("of",)},
        dictionary={"de": {"garden": ["degarden", "unlisted"]}, "ru": {"garden": ["сад"]}},
        longest=200,
        design=MixedDesign(languages=LANGUAGES, pairs_per_item=2),
    )


# Mixed pairs


@pytest.mark.parametrize(("items", "per_item"), [(30, 1), (24, 4), (2000, 8)])
def test_every_item_is_asked_in_so_many_mixed_pairs_and_all_pairs_equally_often(items, per_item):
    languages = ("en", "de", "es", "fr")
    design = MixedDesign(languages=languages, pairs_per_item=per_item)
    asked = Counter()
    sizes = []
    for pair in product(languages, repeat=2):
        if pair[0] != pair[1]:
            rows = design.rows(*pair, items)
            asked.update(rows.tolist())
            sizes.append(len(rows))
    assert set(asked.values()) == {per_item}
    assert len(asked) == items
    assert max(sizes) - min(sizes) <= 1


def test_within_a_language_every_item_is_asked(material):
    reader = material.split("test")
    assert reader.asked("de", "de").tolist() == list(range(len(reader.items)))


def test_a_mixed_pair_takes_its_sentences_by_item_from_two_languages(material, vocabulary):
    reader = material.split("test")
    inputs = reader.pairs("de", "ru")
    for row, ids, start, length in zip(
        reader.asked("de", "ru").tolist(),
        inputs.ids.tolist(),
        inputs.second_starts.tolist(),
        inputs.lengths.tolist(),
        strict=True,
    ):
        first, second = reader.items.first["de"][row], reader.items.second["ru"][row]
        assert ids[1 : start - 1] == vocabulary.ids([first], "de")[0]
        assert ids[start : length - 1] == vocabulary.ids([second], "ru")[0]


def test_long_pairs_are_cut_from_the_longer_sentence(source, vocabulary, material):
    short = RealMaterial(
        splits=material.splits,
        vocabulary=vocabulary,
        targets=TARGETS,
        neighbours={},
        dictionary={},
        longest=22,
        design=material.design,
    )
    inputs = short.split("test").pairs("en", "en")
    assert inputs.lengths.max() <= 22
    firsts = inputs.second_starts - 2
    seconds = inputs.lengths - inputs.second_starts - 1
    cut = inputs.lengths == 22
    assert cut.any()
    assert (np.abs(firsts - seconds)[cut] <= 20).all()


# What a method reads of words


def learning(method_of, material, vocabulary):
    """Return the loss of a small model on some items, and the rows that the method makes."""
    reader = material.split("train")
    pairs = reader.pairs("en", "en").rows(np.arange(16))
    if isinstance(method_of, Rewriting):
        pairs = method_of.training_set(pairs, material.resources, torch_generator(1))
    labels = np.resize(reader.labels[:16], len(pairs))
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=3,
    )
    with seeded(0, "model"):
        model = BertForSequenceClassification(config)
        model.classifier.weight.data *= 50  # a fresh head hardly tells inputs apart
    context = Context(material.resources, torch_generator(2), 0.9)
    return method_of.loss(model.eval(), pair_batch(pairs, labels), context).item()


@pytest.mark.parametrize("arm", sorted({*REAL_ARMS, *PAPER_ARMS}))
def test_a_method_learns_the_same_from_the_words_it_reads_as_from_all(arm, material, vocabulary):
    """So that a run without synonyms needs no synonyms, and one with them is not left without."""
    read = WORD_DATA.get(method_key(arm), ())
    made = method(method_key(arm), methods_of(study_config("bench"), arm, "nli"))
    own = replace(
        material,
        neighbours=material.neighbours if "neighbours" in read else {},
        dictionary=material.dictionary if "dictionaries" in read else {},
    )
    without = replace(material, neighbours={}, dictionary={})
    everything = learning(made, material, vocabulary)
    assert learning(made, own, vocabulary) == everything
    assert (learning(made, without, vocabulary) != everything) == bool(read)


# Words


KNOWN = {"": 0, "cat": 1, "dog": 2}


@pytest.mark.parametrize(
    ("sentence", "handled", "released"),
    [
        ("cat dog", [1, 2], [1, 2]),
        ("Cat dog", [1, 2], [0, 2]),  # keys are in lower case
        ("cat, dog.", [1, 2], [0, 0]),  # split on spaces alone
        ("cat (dog)", [1, 2], [1, 0]),
    ],
)
def test_the_released_lookup_misses_capitals_and_punctuation(sentence, handled, released):
    tokenizer = pieces()
    own = GraftedVocabulary(tokenizer, {}, english_marks(tokenizer))
    found = {
        matching: word_places(own, [sentence], KNOWN, matching)[0]
        for matching in ("handled", "released")
    }
    assert [each for each in found["handled"] if each > 0] == [each for each in handled if each]
    assert [each for each in found["released"] if each > 0] == [each for each in released if each]


def test_later_pieces_of_a_word_are_marked_as_going_on(vocabulary):
    (places,) = word_places(vocabulary, ["the garden"], {"": 0, "garden": 7}, "handled")
    tokens = vocabulary.ids(["the garden"], "en")[0]
    assert len(places) == len(tokens)
    assert places[0] == 0
    assert places[1] == 7
    assert set(places[2:]) <= {-1}


def text(vocabulary, batch):
    """Return what a batch says, pieces joined to words, special tokens left out."""
    names = {number: word for word, number in vocabulary.pieces.get_vocab().items()}
    for language in vocabulary.words_of:
        names |= {number: word for word, number in vocabulary.numbers(language).items()}
    rows = []
    for ids, movable in zip(batch.input_ids, batch.movable, strict=True):
        words = " ".join(names[number] for number in ids[movable].tolist())
        rows.append(words.replace(" ##", ""))
    return rows


@pytest.fixture(scope="module")
def batch(material):
    reader = material.split("train")
    return pair_batch(reader.pairs("en", "en"), reader.labels)


def test_words_marked_in_training_are_those_with_neighbours_or_translations(material, batch):
    numbers = {number: word for word, number in material._numbers.items()}
    marked = {numbers[each] for each in batch.words[batch.words > 0].tolist()}
    assert {"garden", "tailor"} <= marked <= {"garden", "tailor", "smith", "orchard"}


def test_synonyms_are_put_in_place_of_their_words_and_of_nothing_else(material, vocabulary, batch):
    before = text(vocabulary, batch)
    after = text(vocabulary, replaced(batch, material.resources.neighbours, torch_generator(0)))
    swaps = {"garden": {"garden", "orchard"}, "tailor": {"tailor", "smith"}}
    changed = 0
    for one, other in zip(before, after, strict=True):
        pairs = list(zip(one.split(), other.split(), strict=True))
        assert all(new in swaps.get(old, {old}) for old, new in pairs)
        changed += sum(old != new for old, new in pairs)
    assert changed > 0


def test_a_word_may_stay_itself_as_often_as_it_becomes_its_only_neighbour(material, batch):
    numbers = material._numbers
    garden = batch.words == numbers["garden"]
    draws = [
        material.resources.neighbours.drawn(batch.words, torch_generator(seed))[garden]
        for seed in range(60)
    ]
    share = (torch.cat(draws) == numbers["garden"]).float().mean()
    assert share == pytest.approx(0.5, abs=0.08)


def test_translations_come_from_every_target_and_from_the_vocabulary_alone(
    material, vocabulary, batch
):
    found = set()
    for seed in range(20):
        switched = replaced(batch, material.resources.dictionary, torch_generator(seed))
        found |= {word for row in text(vocabulary, switched) for word in row.split()}
    assert {"degarden", "сад"} <= found
    assert "unlisted" not in found
