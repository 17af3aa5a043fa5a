from copy import deepcopy
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from crosslab.config import AdversarialConfig, ContrastConfig, NoiseConfig, OptimizerConfig
from crosslab.data.batching import Encoded
from crosslab.errors import UnknownNameError, UsageError
from crosslab.models import MARKS, PADDING, SPECIAL_IDS, torch_generator
from crosslab.retrieval import dual
from crosslab.retrieval.asking import ranked
from crosslab.retrieval.dual import _batches, _nearest_wrong, loss, trained
from crosslab.retrieval.vectors import embedded, sentence_batch, vectors

CONFIG = ContrastConfig(
    steps=30,
    optimizer=OptimizerConfig(learning_rate=1e-2, warm_up_steps=3),
    batch=16,
    same_share=0.5,
)


@pytest.fixture
def encoder(tiny_encoder):
    return deepcopy(tiny_encoder.bert)


def words_of(batch):
    ids = batch.ids if isinstance(batch, Encoded) else batch.input_ids.numpy()
    return {word for word in ids.ravel().tolist() if word not in SPECIAL_IDS}


def cost(encoder, batch, config=CONFIG, progress=1.0, seed=0):
    return loss(encoder, batch, config, torch_generator(seed), progress).item()


def batches(encoder, questions, count=20, **changes):
    made = _batches(encoder, questions, replace(CONFIG, **changes), seed=0)
    return list(islice(made, count))


def test_training_brings_queries_to_their_passages(encoder, questions, no_report):
    before = ranked(encoder, questions).to_pandas()["rank"].mean()
    losses = trained(encoder, questions, CONFIG, seed=0, report=no_report)
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    assert ranked(encoder, questions).to_pandas()["rank"].mean() < 0.7 * before


def test_the_same_seed_gives_the_same_weights_and_another_does_not(encoder, questions, no_report):
    found = []
    for seed in (3, 3, 4):
        model = deepcopy(encoder)
        trained(model, questions, replace(CONFIG, steps=3), seed=seed, report=no_report)
        found.append(model.embeddings.word_embeddings.weight.detach())
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_languages_without_training_pairs_are_never_read(encoder, questions):
    unseen = words_of(questions.queries.in_language("cym")) | words_of(
        questions.passages.in_language("cym")
    )
    known = set()
    for key in ("ave", "bor"):
        known |= words_of(questions.queries.in_language(key))
        known |= words_of(questions.passages.in_language(key))
    for batch in batches(encoder, questions, languages=("ave", "bor")):
        assert not (words_of(batch.queries) | words_of(batch.passages)) & (unseen - known)


def test_a_language_that_is_not_there_is_refused_by_name(encoder, questions):
    with pytest.raises(UnknownNameError, match="ave"):
        batches(encoder, questions, languages=("avve", "bor"))


def test_translations_ask_for_the_passage_itself_in_another_language(encoder, questions):
    passages = {key: questions.passages.in_language(key) for key in questions.languages}
    said = {
        tuple(word for word in row if word != PADDING): number
        for each in passages.values()
        for number, row in enumerate(each.ids.tolist())
    }
    for batch in batches(encoder, questions, same_share=0.0, translations=True):
        for one, other in zip(
            batch.queries.input_ids.tolist(), batch.passages.input_ids.tolist(), strict=True
        ):
            first, second = (tuple(word for word in row if word != PADDING) for row in (one, other))
            assert said[first] == said[second]
            assert first != second


def test_hard_negatives_are_the_nearest_wrong_answers_before_training(encoder, questions):
    config = replace(CONFIG, hard_negatives=3)
    found = _nearest_wrong(encoder, questions, config)
    asked, answers = (
        embedded(encoder, each.in_language("ave"))
        for each in (questions.queries, questions.passages)
    )
    scores = asked @ answers.T
    np.fill_diagonal(scores, -2)
    expected = np.argsort(-scores, axis=1)[:, :3]
    assert [set(row) for row in found.tolist()] == [set(row) for row in expected.tolist()]


def test_a_batch_has_the_hard_negatives_of_its_queries_each_once_and_none_that_is_right(
    encoder, questions
):
    changes = {"same_share": 1.0, "languages": ("bor",), "hard_negatives": 2}
    wrong = _nearest_wrong(encoder, questions, replace(CONFIG, **changes))
    said = [said_in(row) for row in questions.passages.in_language("bor").ids]
    for batch in batches(encoder, questions, **changes):
        right, others = (
            [said.index(said_in(row)) for row in each.input_ids.numpy()]
            for each in (batch.passages, batch.others)
        )
        assert set(others) == set(wrong[right].ravel().tolist()) - set(right)
        assert len(set(others)) == len(others)


def said_in(row):
    return tuple(word for word in row.tolist() if word != PADDING)


def test_looking_for_hard_negatives_leaves_training_as_it_is(questions, tiny_encoder, no_report):
    seen = []

    def watched(encoder, batch, config, draws, progress):
        seen.append(encoder.training)
        return loss(encoder, batch, config, draws, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dual, "loss", watched)
        for count in (0, 2):
            encoder = deepcopy(tiny_encoder.bert)
            config = replace(CONFIG, steps=3, hard_negatives=count)
            trained(encoder, questions, config, seed=0, report=no_report)
            assert not encoder.training  # and what comes after is no longer training
    assert seen == [True] * 6


def test_more_hard_negatives_than_wrong_answers_are_refused(encoder, questions):
    with pytest.raises(UsageError, match="there are 119"):
        batches(encoder, questions, hard_negatives=120)
    assert batches(encoder, questions, count=1, hard_negatives=119)


def test_queries_that_share_an_answer_are_no_hard_negatives_of_one_another(encoder, questions):
    shared = replace(questions, answer=questions.answer // 2)  # two queries to every passage
    wrong = _nearest_wrong(encoder, shared, replace(CONFIG, hard_negatives=5))
    together = shared.together()
    assert (together[wrong] != together[:, None]).all()
    assert wrong.shape == (120, 5)


def test_queries_that_are_moved_cost_more_the_worse_they_are_moved(encoder, questions):
    (batch,) = batches(encoder, questions, count=1)
    noisy = replace(CONFIG, noise=NoiseConfig(radius=0.5))
    attacked = replace(CONFIG, adversarial=AdversarialConfig(radius=0.5, steps=3))
    plain = cost(encoder, batch)
    assert cost(encoder, batch, noisy) != plain
    assert cost(encoder, batch, noisy, seed=0) != cost(encoder, batch, noisy, seed=1)
    assert cost(encoder, batch, attacked) > max(plain, cost(encoder, batch, noisy))
    assert cost(encoder, batch, attacked, progress=0.1) == plain  # it begins plain


def test_no_noise_is_no_change(encoder, questions):
    (batch,) = batches(encoder, questions, count=1)
    still = replace(CONFIG, noise=NoiseConfig(radius=0.0))
    assert cost(encoder, batch, still) == pytest.approx(cost(encoder, batch), rel=1e-6)


@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_padding_has_no_say_in_a_vector(pooling, encoder, questions):
    inputs = questions.queries.in_language("bor")
    wide = np.full((len(inputs), inputs.ids.shape[1] + 5), PADDING, dtype=np.int32)
    wide[:, : inputs.ids.shape[1]] = inputs.ids
    encoder.eval()
    with torch.inference_mode():
        found = vectors(encoder, sentence_batch(inputs), pooling)
        wider = Encoded(wide, inputs.lengths, inputs.lengths, MARKS)
        padded = vectors(encoder, sentence_batch(wider), pooling)
    assert torch.allclose(found, padded, atol=1e-6)
    assert torch.allclose(found.norm(dim=1), torch.ones(len(inputs)))


def test_the_two_poolings_are_two_things(encoder, questions):
    inputs = questions.queries.in_language("bor")
    assert not np.allclose(embedded(encoder, inputs), embedded(encoder, inputs, "first"))


def test_sentences_come_back_in_the_order_given(encoder, questions):
    inputs = questions.queries.in_language("ave")
    some = np.array([5, 2, 9])
    assert np.allclose(
        embedded(encoder, inputs)[some], embedded(encoder, inputs.rows(some)), atol=1e-6
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"same_share": 1.5}, "same_share must lie between 0 and 1"),
        ({"same_share": -0.1}, "same_share must lie between 0 and 1"),
        ({"batch": 1}, "batch must be at least 2"),
        ({"temperature": 0.0}, "temperature must be above 0"),
        ({"translations": True}, "same_share must be 0"),
        ({"languages": ("ave",)}, "one language has no mixed pairs"),
        ({"hard_negatives": -1}, "hard_negatives must not be negative"),
        ({"hard_negatives": 1, "both_ways": True}, "hard_negatives are of queries"),
        ({"languages": ("ave", "ave")}, "languages must differ"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, said):
    with pytest.raises(UsageError, match=said):
        replace(CONFIG, **changes)
