import pytest
import torch

from crosslab.config import TaskConfig
from crosslab.lab.items import task_items
from crosslab.lab.tasks import TASKS
from crosslab.methods.smoothing_synonyms import SynonymSmoothing, synonyms_drawn
from crosslab.methods.standard import Standard
from crosslab.models import PADDING, SPECIAL_IDS, classifier, torch_generator, word_tokenizer
from crosslab.reading import Reader, lab_tokenizer, pair_batch, resources

# words get the ids 5, 6, ... in alphabetical order
WORDS = ["alone", "one", "other", "three", "two"]
ALONE, ONE, OTHER, THREE, TWO = range(5, 10)


@pytest.fixture
def allowed():
    return resources(
        word_tokenizer(WORDS), {"one": ["two", "three"], "two": ["one"], "three": ["one", "two"]}
    )


@pytest.fixture(scope="module")
def reader(smoke_lab):
    items = task_items(smoke_lab, TASKS["nli"], TaskConfig(train=32, dev=1, test=1))["train"]
    return Reader(smoke_lab, items, "nli/train")


@pytest.fixture(scope="module")
def batch(reader):
    return pair_batch(reader.pairs("ave", "ave"), reader.items.label)


@pytest.fixture(scope="module")
def synonyms(smoke_lab, reader):
    words = smoke_lab.lexicons["ave"].synonyms()
    return resources(reader.tokenizer, {word: [other] for word, other in words.items()})


@pytest.fixture
def model(tiny_encoder):
    return classifier(tiny_encoder, labels=3, seed=0)


def drawn_many_times(word, allowed, seed=0):
    ids = torch.full((100, 90), word)
    return synonyms_drawn(ids, allowed, torch_generator(seed))


def test_padding_is_never_replaced(batch, synonyms):
    drawn = synonyms_drawn(batch.input_ids, synonyms, torch_generator(0))
    assert torch.equal(drawn == PADDING, batch.attention_mask == 0)


def test_special_tokens_are_never_replaced(allowed):
    ids = torch.tensor(list(SPECIAL_IDS)).repeat(200, 1)
    assert torch.equal(synonyms_drawn(ids, allowed, torch_generator(0)), ids)


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


def test_each_call_draws_afresh(batch, synonyms):
    draws = torch_generator(0)
    one, two = (synonyms_drawn(batch.input_ids, synonyms, draws) for _ in range(2))
    assert not torch.equal(one, two)


def test_the_same_seed_repeats_the_draws(batch, synonyms):
    one, two = (synonyms_drawn(batch.input_ids, synonyms, torch_generator(3)) for _ in range(2))
    assert torch.equal(one, two)


def test_global_randomness_has_no_say(batch, synonyms):
    before = torch.random.get_rng_state()
    synonyms_drawn(batch.input_ids, synonyms, torch_generator(3))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_words_are_swapped_within_the_source_language(smoke_lab, batch, synonyms):
    drawn = synonyms_drawn(batch.input_ids, synonyms, torch_generator(0))
    vocabulary = lab_tokenizer(smoke_lab).get_vocab()
    source = {vocabulary[word] for word in smoke_lab.lexicons["ave"].words()}
    assert set(drawn.unique().tolist()) <= source | set(SPECIAL_IDS)


@pytest.mark.parametrize("training", [True, False])
def test_the_perturbation_changes_the_loss_whatever_mode_the_model_is_in(
    model, batch, synonyms, training
):
    # a loaded model is in evaluation mode: a method that asked for the mode would do nothing
    model.train(training)
    losses = [
        method.loss(model, batch, synonyms, torch_generator(0)).item()
        for method in (Standard(), SynonymSmoothing())
    ]
    assert losses[0] != losses[1]


def test_without_neighbours_it_is_plain_fine_tuning_to_the_last_bit(model, batch, reader):
    alone = resources(reader.tokenizer, {})
    losses = [
        method.loss(model, batch, alone, torch_generator(0)).item()
        for method in (Standard(), SynonymSmoothing())
    ]
    assert losses[0] == losses[1]


def test_the_batch_itself_is_left_as_it_was(model, batch, synonyms):
    before = batch.input_ids.clone()
    SynonymSmoothing().loss(model, batch, synonyms, torch_generator(0))
    assert torch.equal(batch.input_ids, before)
