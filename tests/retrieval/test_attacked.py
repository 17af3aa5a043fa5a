from copy import deepcopy

import numpy as np
import pytest
import torch

from crosslab.attacks.embedding import Attacked, worst
from crosslab.retrieval.attacked import search_margin
from crosslab.retrieval.search import ranks
from crosslab.retrieval.vectors import embedded, sentence_batch


@pytest.fixture
def search(questions, tiny_encoder):
    encoder = tiny_encoder.bert.eval()
    pool = np.concatenate(
        [embedded(encoder, questions.passages.in_language(key)) for key in questions.languages]
    )
    right = (questions.answer + 120 * np.arange(3)[:, None]).T
    asked = questions.queries.in_language("bor")
    return encoder, asked, pool, right


def test_a_margin_above_zero_is_an_answer_that_comes_first(search):
    encoder, asked, pool, right = search
    right = right[:, :1]
    margin = search_margin(encoder, pool, right)
    with torch.no_grad():
        found = margin(sentence_batch(asked), torch.arange(120))
    first = ranks(embedded(encoder, asked), pool, right)[:, 0] == 1
    assert 0 < first.sum() < 120
    assert (found.numpy() > 0).tolist() == first.tolist()


def test_queries_can_be_moved_away_from_their_answers(search):
    encoder, asked, pool, right = search
    attacked = Attacked(
        encoder, search_margin(encoder, pool, right), sentence_batch(asked), torch.arange(120)
    )
    found = worst(attacked, (0.0, 0.1, 0.5), steps=4).margins
    assert (found.diff(dim=0) <= 0).all()
    assert (found[2] > 0).sum() < 0.5 * (found[0] > 0).sum()


def test_a_wrong_passage_that_is_as_near_comes_first_as_it_does_for_a_rank(questions, tiny_encoder):
    encoder = tiny_encoder.bert
    asked = questions.queries.in_language("ave")
    own = embedded(encoder, asked)
    pool, right = np.concatenate([own, own]), np.arange(120)[:, None]  # every passage twice
    with torch.no_grad():
        found = search_margin(encoder, pool, right)(sentence_batch(asked), torch.arange(120))
    assert (found <= 0).all()
    assert (ranks(own, pool, right) == 2).all()


def test_dropout_has_no_say_in_an_attack(search):
    encoder, asked, pool, right = search
    made = deepcopy(encoder)
    for each in made.modules():
        if isinstance(each, torch.nn.Dropout):
            each.p = 0.5
    made.train()  # as training leaves it
    found = [
        worst(
            Attacked(
                model, search_margin(model, pool, right), sentence_batch(asked), torch.arange(120)
            ),
            (0.0, 0.1),
            steps=2,
        ).margins
        for model in (encoder, made)
    ]
    assert torch.allclose(*found, atol=1e-5)


def test_scores_are_exact_however_precisely_sentences_are_read(search):
    encoder, asked, pool, right = search
    margin = search_margin(encoder, pool, right[:, :1], precision="bfloat16")
    with torch.no_grad():
        found = margin(sentence_batch(asked), torch.arange(120)).numpy()
    read = embedded(encoder, asked, precision="bfloat16")
    scores = (read @ pool.T).astype(np.float64)
    own = scores[np.arange(120), right[:, 0]].copy()
    scores[np.arange(120), right[:, 0]] = -np.inf
    ahead = own - scores.max(axis=1)
    # Sentences of other lengths in a batch move a vector by a few steps of a half-precise number;
    # a score that was itself half-precise would lie on a grid of them.
    assert np.abs(found - ahead).mean() < 2e-3
    assert len(np.unique(found)) == 120
