from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from crosslab.config import OptimizerConfig, PretrainConfig
from crosslab.models import (
    MASK,
    PADDING,
    SEPARATOR,
    SPECIAL_IDS,
    START,
    token_ids,
    word_tokenizer,
)
from crosslab.recipes import masked_batches, masked_word_loss

CONFIG = PretrainConfig(
    steps=1, optimizer=OptimizerConfig(learning_rate=1e-3, warm_up_steps=1), batch=20
)
WORDS = {"a": [f"a{number}" for number in range(20)], "b": [f"b{number}" for number in range(20)]}
SENTENCES = 101  # odd: the last one has no partner


@pytest.fixture(scope="module")
def text():
    rng = np.random.default_rng(0)
    return {
        key: [" ".join(rng.choice(words, size=rng.integers(2, 9))) for _ in range(SENTENCES)]
        for key, words in WORDS.items()
    }


@pytest.fixture(scope="module")
def tokenizer():
    return word_tokenizer([*WORDS["a"], *WORDS["b"]])


@pytest.fixture(scope="module")
def epoch(tokenizer, text):
    """One epoch: five batches of the fifty inputs of each language."""
    return list(islice(masked_batches(tokenizer, text, CONFIG), 5))


def originals(batch):
    """Return the inputs with the hidden words put back, without padding."""
    ids = batch.input_ids.flatten().clone()
    ids[batch.places] = batch.words
    rows = ids.view(batch.input_ids.shape).tolist()
    return [tuple(word for word in row if word != PADDING) for row in rows]


def test_an_input_is_two_consecutive_sentences_of_one_language(tokenizer, text, epoch):
    expected = set()
    for sentences in text.values():
        ids = token_ids(tokenizer, sentences)
        expected |= {
            (START, *ids[row], SEPARATOR, *ids[row + 1], SEPARATOR)
            for row in range(0, SENTENCES - 1, 2)
        }
    # the words put back are the original ones, or the inputs would not be found here
    assert sorted(row for batch in epoch for row in originals(batch)) == sorted(expected)


def test_only_real_words_are_hidden(epoch):
    assert min(batch.words.min().item() for batch in epoch) >= SPECIAL_IDS.stop


def test_only_hidden_places_are_changed(epoch):
    for batch in epoch:
        masked = (batch.input_ids.flatten() == MASK).nonzero().flatten()
        assert set(masked.tolist()) <= set(batch.places.tolist())


def test_about_the_agreed_share_of_words_is_hidden(tokenizer, text):
    batches = list(islice(masked_batches(tokenizer, text, replace(CONFIG, masked_share=0.4)), 50))
    words = sum(sum(len(row) - 3 for row in originals(batch)) for batch in batches)
    assert abs(sum(len(batch.words) for batch in batches) / words - 0.4) < 0.02


def test_hidden_words_are_masked_or_replaced_or_kept_eight_to_one_to_one(tokenizer, text):
    batches = list(islice(masked_batches(tokenizer, text, CONFIG), 100))
    shown = torch.cat([batch.input_ids.flatten()[batch.places] for batch in batches])
    words = torch.cat([batch.words for batch in batches])
    masked = (shown == MASK).float().mean().item()
    kept = (shown == words).float().mean().item()
    assert abs(masked - 0.8) < 0.03
    assert abs(kept - 0.1) < 0.03
    assert shown[shown != MASK].min() >= SPECIAL_IDS.stop


def test_attention_leaves_out_padding_alone(epoch):
    for batch in epoch:
        assert torch.equal(batch.attention_mask, (batch.input_ids != PADDING).long())


def test_every_epoch_hides_other_words(tokenizer, text):
    batches = list(islice(masked_batches(tokenizer, text, CONFIG), 10))
    hidden = [
        {
            (row, place)
            for batch in part
            for row, ids in zip(originals(batch), batch.input_ids.tolist(), strict=True)
            for place, shown in enumerate(ids)
            if shown == MASK
        }
        for part in (batches[:5], batches[5:])
    ]
    assert len(hidden[0] & hidden[1]) < 0.5 * len(hidden[0])


def test_the_same_seed_hides_the_same_words_and_another_seed_others(tokenizer, text):
    one, again, other = (
        next(masked_batches(tokenizer, text, replace(CONFIG, seed=seed))) for seed in (0, 0, 1)
    )
    assert torch.equal(one.input_ids, again.input_ids)
    assert one.input_ids.tolist() != other.input_ids.tolist()


def test_the_loss_is_the_surprise_at_the_hidden_words(tiny_encoder, tokenizer, text):
    batch = next(masked_batches(tokenizer, text, CONFIG))
    with torch.no_grad():
        loss = masked_word_loss(tiny_encoder, batch)
        scores = tiny_encoder(input_ids=batch.input_ids, attention_mask=batch.attention_mask).logits
    surprise = -scores.flatten(0, 1)[batch.places].log_softmax(dim=1)
    expected = surprise[torch.arange(len(batch.words)), batch.words].mean()
    assert loss.item() == pytest.approx(expected.item(), abs=1e-5)
