from dataclasses import replace

import pytest
import torch
from safetensors.torch import load

from crosslab.config import EncoderConfig
from crosslab.lab.laboratory import laboratory, pretraining_text
from crosslab.pretraining import pretrained, restored, weights
from crosslab.scales import study_config

SIZE = EncoderConfig(hidden=16, layers=1, heads=2, feed_forward=32)
EMBEDDINGS = "bert.embeddings.word_embeddings.weight"
OUTPUT = "cls.predictions.decoder.weight"


@pytest.fixture(scope="module")
def small_lab():
    config = study_config("smoke").lab
    languages = tuple(replace(each, sentences=200) for each in config.languages[:3])
    return laboratory(replace(config, languages=languages))


@pytest.fixture(scope="module")
def run(small_lab, no_report, one_thread):
    def pretrain(seed=0, steps=20, size=SIZE):
        config = replace(study_config("smoke").pretrain, steps=steps, seed=seed)
        return pretrained(small_lab, size, config, no_report)

    return pretrain


@pytest.fixture(scope="module")
def encoder(run):
    return run()


def differing(one, other):
    return {name for name in one if not torch.equal(one[name], other[name])}


def test_weights_come_back_as_they_were_to_the_last_bit(small_lab, encoder):
    back = restored(small_lab, SIZE, weights(encoder.model))
    assert differing(encoder.model.state_dict(), back.state_dict()) == set()


def test_shared_weights_are_saved_once(encoder):
    saved = load(weights(encoder.model))
    assert (EMBEDDINGS in saved) != (OUTPUT in saved)


def test_restored_layers_still_share_their_weights(small_lab, encoder):
    back = restored(small_lab, SIZE, weights(encoder.model))
    state = back.state_dict()
    assert state[EMBEDDINGS].data_ptr() == state[OUTPUT].data_ptr()


def test_the_same_seed_trains_the_same_encoder_and_another_seed_another(run, encoder):
    again, other = run(), run(seed=1)
    state = encoder.model.state_dict()
    assert differing(state, again.model.state_dict()) == set()
    assert EMBEDDINGS in differing(state, other.model.state_dict())


def test_another_seed_begins_with_another_encoder(run, encoder):
    # no input is as long as the last position, so its vector is as it was drawn
    last = "bert.embeddings.position_embeddings.weight"
    other = run(seed=1).model.state_dict()[last][-1]
    assert not torch.allclose(encoder.model.state_dict()[last][-1], other)


def test_global_randomness_has_no_say(run):
    losses = []
    with torch.random.fork_rng():
        for seed in (1, 2):
            torch.manual_seed(seed)  # dropout draws from the global generator
            losses.append(run(size=replace(SIZE, dropout=0.2)).losses)
    assert losses[0] == losses[1]
    assert losses[0] != run().losses


def test_masked_words_become_easier_to_guess(run):
    losses = run(steps=120).losses
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])


def test_an_encoder_learns_from_the_text_of_every_language(small_lab, encoder):
    assert encoder.text == {key: pretraining_text(small_lab, key) for key in small_lab.lexicons}


def test_word_translations_are_asked_of_every_target(small_lab, encoder):
    assert set(encoder.translations["first"].to_pylist()) == set(small_lab.config.targets)
