from dataclasses import replace

import pytest
import torch

from crosslab.config import EncoderConfig
from crosslab.models import (
    PADDING,
    SPECIAL_IDS,
    SPECIAL_WORDS,
    UNKNOWN,
    classifier,
    masked_encoder,
    seeded,
    token_ids,
    torch_generator,
    word_tokenizer,
)

SMALL = EncoderConfig(hidden=8, layers=1, heads=2, feed_forward=16)
HEAD = ("classifier.", "bert.pooler.")


def weights(model):
    return model.state_dict()


def same(one, other):
    return {name for name in one if torch.equal(one[name], other[name])}


def test_words_read_back_from_their_ids():
    tokenizer = word_tokenizer(["tavo", "Miro", "sha"])
    (ids,) = token_ids(tokenizer, ["sha Miro tavo sha"])
    assert [tokenizer.id_to_token(number) for number in ids] == ["sha", "Miro", "tavo", "sha"]


def test_every_sentence_of_the_laboratory_is_known_word_by_word(smoke_lab):
    tokenizer = word_tokenizer(
        word for lexicon in smoke_lab.lexicons.values() for word in lexicon.words()
    )
    words = [word for lexicon in smoke_lab.lexicons.values() for word in lexicon.words()]
    (ids,) = token_ids(tokenizer, [" ".join(words)])
    assert [tokenizer.id_to_token(number) for number in ids] == words


def test_a_word_it_was_not_told_is_unknown():
    assert token_ids(word_tokenizer(["tavo"]), ["tavos"]) == [[UNKNOWN]]


def test_special_words_come_first_whatever_the_words():
    tokenizer = word_tokenizer(["zu", "a", "A"])
    assert [tokenizer.id_to_token(number) for number in SPECIAL_IDS] == list(SPECIAL_WORDS)


def test_the_order_and_number_of_words_do_not_change_their_ids():
    one, other = word_tokenizer(["b", "a", "c"]), word_tokenizer(["c", "a", "b", "a"])
    assert one.get_vocab() == other.get_vocab()


def test_a_classifier_starts_from_the_weights_of_its_encoder(tiny_encoder):
    encoder = weights(tiny_encoder.bert)
    assert same(encoder, weights(classifier(tiny_encoder, labels=3, seed=0).bert)) == set(encoder)


def test_classifiers_of_two_seeds_differ_in_the_head_alone(tiny_encoder):
    one, other = (weights(classifier(tiny_encoder, labels=3, seed=seed)) for seed in (0, 1))
    differing = set(one) - same(one, other)
    assert {name for name in differing if not name.startswith(HEAD)} == set()
    assert {"classifier.weight", "bert.pooler.dense.weight"} <= differing


def test_classifiers_of_one_seed_are_the_same(tiny_encoder):
    one, other = (weights(classifier(tiny_encoder, labels=3, seed=4)) for _ in range(2))
    assert same(one, other) == set(one)


def test_a_classifier_has_a_copy_and_leaves_the_encoder_alone(tiny_encoder):
    before = tiny_encoder.bert.embeddings.word_embeddings.weight.clone()
    with torch.no_grad():
        model = classifier(tiny_encoder, labels=3, seed=0)
        model.bert.embeddings.word_embeddings.weight.add_(1.0)
    assert torch.equal(tiny_encoder.bert.embeddings.word_embeddings.weight, before)


@pytest.mark.parametrize("labels", [2, 3])
def test_a_classifier_has_a_score_for_every_label(tiny_encoder, labels):
    model = classifier(tiny_encoder, labels=labels, seed=0)
    assert model(input_ids=torch.tensor([[2, 7, 3]])).logits.shape == (1, labels)


def test_encoders_of_one_seed_are_the_same_and_of_two_seeds_differ():
    one, again, other = (weights(masked_encoder(SMALL, 30, seed)) for seed in (0, 0, 1))
    assert same(one, again) == set(one)
    assert "bert.embeddings.word_embeddings.weight" not in same(one, other)


def test_an_encoder_has_the_size_it_is_told():
    config = masked_encoder(replace(SMALL, layers=2, dropout=0.3), 30, seed=0).config
    assert (config.hidden_size, config.num_hidden_layers, config.num_attention_heads) == (8, 2, 2)
    assert (config.intermediate_size, config.vocab_size) == (16, 30)
    assert config.hidden_dropout_prob == config.attention_probs_dropout_prob == 0.3
    assert (config.max_position_embeddings, config.pad_token_id) == (48, PADDING)


def test_seeding_leaves_the_global_generator_as_it_was():
    before = torch.random.get_rng_state()
    with seeded(0, "purpose"):
        torch.rand(3)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_seeding_leaves_the_global_generator_as_it_was_even_after_a_failure():
    before = torch.random.get_rng_state()
    with pytest.raises(RuntimeError), seeded(0, "purpose"):
        torch.rand(2) @ torch.rand(3)
    assert torch.equal(torch.random.get_rng_state(), before)


def drawn_with(seed, purpose):
    with seeded(seed, purpose):
        return torch.rand(4).tolist()


def test_seeding_belongs_to_a_seed_and_a_purpose():
    assert drawn_with(0, "head") == drawn_with(0, "head")
    assert drawn_with(0, "head") != drawn_with(1, "head")
    assert drawn_with(0, "head") != drawn_with(0, "dropout")


def test_a_torch_generator_belongs_to_a_seed_and_a_purpose():
    one, again, other, elsewhere = (
        torch.rand(4, generator=torch_generator(*key)).tolist()
        for key in [(0, "a"), (0, "a"), (1, "a"), (0, "b")]
    )
    assert one == again
    assert one not in (other, elsewhere)
