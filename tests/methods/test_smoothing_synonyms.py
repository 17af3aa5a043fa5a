from dataclasses import replace

import pytest
import torch

from crosslab.config import SynonymsConfig
from crosslab.materials.laboratory import lab_tokenizer
from crosslab.methods.base import cross_entropy
from crosslab.methods.smoothing_synonyms import SynonymSmoothing
from crosslab.methods.standard import Standard
from crosslab.models import PADDING, SPECIAL_IDS, torch_generator, word_tokenizer
from crosslab.reading import resources

THROUGHOUT = SynonymSmoothing(SynonymsConfig())  # as published

# words get the ids 5, 6, ... in alphabetical order
WORDS = ["alone", "one", "other", "three", "two"]
ALONE, ONE, OTHER, THREE, TWO = range(5, 10)


@pytest.fixture
def allowed():
    neighbours = {"one": ["two", "three"], "two": ["one"], "three": ["one", "two"]}
    return resources(word_tokenizer(WORDS).get_vocab(), neighbours, {})


def drawn_many_times(word, allowed, seed=0):
    ids = torch.full((100, 90), word)
    return allowed.neighbours.drawn(ids, torch_generator(seed))


def test_padding_is_never_replaced(batch, known):
    drawn = known.neighbours.drawn(batch.input_ids, torch_generator(0))
    assert torch.equal(drawn == PADDING, batch.attention_mask == 0)


def test_special_tokens_are_never_replaced(allowed):
    ids = torch.tensor(list(SPECIAL_IDS)).repeat(200, 1)
    assert torch.equal(allowed.neighbours.drawn(ids, torch_generator(0)), ids)


def test_a_word_without_neighbours_stays(allowed):
    assert set(drawn_many_times(ALONE, allowed).unique().tolist()) == {ALONE}


@pytest.mark.parametrize(
    ("word", "choices"), [(ONE, {ONE, TWO, THREE}), (TWO, {TWO, ONE}), (THREE, {ONE, TWO, THREE})]
)
def test_a_word_becomes_itself_or_a_neighbour_all_equally_likely(allowed, word, choices):
    drawn = drawn_many_times(word, allowed).flatten()
    counts = torch.bincount(drawn, minlength=10)
    assert set(drawn.unique().tolist()) == choices
    assert torch.all((counts[list(choices)] / 9000 - 1 / len(choices)).abs() < 0.03)


def test_two_places_of_the_same_word_are_drawn_apart(allowed):
    drawn = drawn_many_times(TWO, allowed)
    assert abs((drawn[:, 0::2] == drawn[:, 1::2]).float().mean() - 0.5) < 0.05


def test_each_call_draws_afresh(batch, known):
    draws = torch_generator(0)
    one, two = (known.neighbours.drawn(batch.input_ids, draws) for _ in range(2))
    assert not torch.equal(one, two)


def test_the_same_seed_repeats_the_draws(batch, known):
    one, two = (known.neighbours.drawn(batch.input_ids, torch_generator(3)) for _ in range(2))
    assert torch.equal(one, two)


def test_global_randomness_has_no_say(batch, known):
    before = torch.random.get_rng_state()
    known.neighbours.drawn(batch.input_ids, torch_generator(3))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_words_are_swapped_within_the_source_language(smoke_lab, batch, known):
    drawn = known.neighbours.drawn(batch.input_ids, torch_generator(0))
    vocabulary = lab_tokenizer(smoke_lab).get_vocab()
    source = {vocabulary[word] for word in smoke_lab.lexicons["ave"].words()}
    assert set(drawn.unique().tolist()) <= source | set(SPECIAL_IDS)


def test_the_loss_is_that_of_the_drawn_words(model, batch, known, context):
    model.eval()
    drawn = known.neighbours.drawn(batch.input_ids, torch_generator(4))
    by_hand = cross_entropy(model, replace(batch, input_ids=drawn))
    assert THROUGHOUT.loss(model, batch, context(seed=4)).item() == by_hand.item()


def test_without_neighbours_it_is_plain_fine_tuning_to_the_last_bit(model, batch, reader, context):
    alone = resources(reader.tokenizer.get_vocab(), {}, {})
    losses = [
        method.loss(model, batch, context(resources=alone)).item()
        for method in (Standard(), THROUGHOUT)
    ]
    assert losses[0] == losses[1]


def test_before_its_time_it_is_plain_fine_tuning_and_then_synonyms(model, batch, known, context):
    halfway = SynonymSmoothing(SynonymsConfig(plain_share=0.5))
    for progress, same in ((0.0, Standard()), (0.49, Standard()), (0.5, THROUGHOUT)):
        losses = [
            method.loss(model, batch, context(seed=4, progress=progress)).item()
            for method in (halfway, same)
        ]
        assert losses[0] == losses[1]


def test_synonyms_from_the_start_are_what_is_published(model, batch, known, context):
    losses = [
        method.loss(model, batch, context(seed=4, progress=0.0)).item()
        for method in (THROUGHOUT, Standard())
    ]
    assert losses[0] != losses[1]
