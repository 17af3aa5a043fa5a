import copy

import numpy as np
import pytest
import torch

from crosslab.alignment import word_translations
from crosslab.lab.concepts import CONCEPT_COUNT, CONTENT
from crosslab.materials.laboratory import lab_tokenizer


@pytest.fixture(scope="module")
def tokenizer(smoke_lab):
    return lab_tokenizer(smoke_lab)


@pytest.fixture
def encoder(tiny_encoder):
    return copy.deepcopy(tiny_encoder)


def spread_out(encoder, tokenizer, lab, shift=0.0, shuffle=None):
    """Give the words of every language the vector of their concept, set off by language."""
    rng = np.random.default_rng(0)
    size = encoder.config.hidden_size
    vectors = rng.standard_normal((CONCEPT_COUNT, size))
    vocabulary = tokenizer.get_vocab()
    table = np.zeros((len(vocabulary), size))
    # the source comes last: a borrowed word is where its source has it
    for key in (*lab.config.targets, lab.config.source):
        place = shift * rng.standard_normal(size)
        for concept, forms in enumerate(lab.lexicons[key].forms):
            for form in forms:
                table[vocabulary[form]] = vectors[concept] + place
    if shuffle is not None:
        table = np.random.default_rng(shuffle).permutation(table)
    with torch.no_grad():
        encoder.bert.embeddings.word_embeddings.weight.copy_(torch.from_numpy(table))


def precision(table):
    return np.mean(table["prediction"].to_numpy() == table["gold"].to_numpy())


def test_words_that_coincide_with_their_translations_are_all_found(smoke_lab, encoder, tokenizer):
    spread_out(encoder, tokenizer, smoke_lab)
    table = word_translations(encoder, tokenizer, smoke_lab)
    assert precision(table) == 1.0
    assert table["similarity"].to_numpy().min() > 0.99


def test_languages_that_lie_apart_still_line_up(smoke_lab, encoder, tokenizer):
    # vectors are centred per language: identity of the language must not hide the word
    spread_out(encoder, tokenizer, smoke_lab, shift=5.0)
    assert precision(word_translations(encoder, tokenizer, smoke_lab)) > 0.9


def test_longer_vectors_are_no_nearer(smoke_lab, encoder, tokenizer):
    spread_out(encoder, tokenizer, smoke_lab)
    with torch.no_grad():
        weight = encoder.bert.embeddings.word_embeddings.weight
        forms = smoke_lab.lexicons["ave"].forms[list(CONTENT)[:5]].ravel()
        weight[[tokenizer.get_vocab()[form] for form in forms]] *= 3.0
    assert precision(word_translations(encoder, tokenizer, smoke_lab)) > 0.9


def test_shuffled_vectors_find_no_more_than_chance(smoke_lab, encoder, tokenizer):
    spread_out(encoder, tokenizer, smoke_lab, shuffle=1)
    assert precision(word_translations(encoder, tokenizer, smoke_lab)) < 0.04


def test_borrowed_words_are_left_out_and_no_others(smoke_lab, encoder, tokenizer):
    table = word_translations(encoder, tokenizer, smoke_lab)
    source = set(smoke_lab.lexicons["ave"].words())
    for key in smoke_lab.config.targets:
        asked = [row["item"] for row in table.to_pylist() if row["first"] == key]
        forms = smoke_lab.lexicons[key].forms[list(CONTENT)].ravel().tolist()
        assert asked == [form for form in forms if form not in source]


def test_the_gold_answer_is_the_concept_of_the_word(smoke_lab, encoder, tokenizer):
    table = word_translations(encoder, tokenizer, smoke_lab).to_pylist()
    for row in table:
        assert row["item"] in smoke_lab.lexicons[row["first"]].forms[row["gold"]]
