from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import average_precision_score, ndcg_score

from crosslab.stats.ranking import (
    average_precision,
    discounted_gain,
    found_within,
    rank_spread,
    reciprocal_rank,
)

POOL = 60


@pytest.fixture(scope="module")
def searches():
    """Returns scores of random searches, which candidates are right, and where those came."""
    rng = np.random.default_rng(4)
    scores = rng.standard_normal((200, POOL))
    right = np.argsort(rng.random((200, POOL)), axis=1)[:, :5]
    relevant = np.zeros((200, POOL), dtype=int)
    np.put_along_axis(relevant, right, 1, axis=1)
    ranks = (-scores).argsort(axis=1).argsort(axis=1) + 1
    return scores, relevant, np.take_along_axis(ranks, right, axis=1)


def test_average_precision_is_that_of_scikit_learn(searches):
    scores, relevant, ranks = searches
    expected = [average_precision_score(*each) for each in zip(relevant, scores, strict=True)]
    assert average_precision(ranks) == pytest.approx(expected)


@pytest.mark.parametrize("places", [1, 3, 10, POOL])
def test_discounted_gain_is_that_of_scikit_learn(searches, places):
    scores, relevant, ranks = searches
    expected = [
        ndcg_score(one[None], other[None], k=places)
        for one, other in zip(relevant, scores, strict=True)
    ]
    assert discounted_gain(ranks, places) == pytest.approx(expected)


@pytest.mark.parametrize("places", [1, 10])
def test_a_query_has_found_something_if_one_right_answer_is_there(searches, places):
    scores, relevant, ranks = searches
    best = np.argsort(-scores, axis=1)[:, :places]
    expected = np.take_along_axis(relevant, best, axis=1).any(axis=1)
    assert found_within(ranks, places).astype(bool).tolist() == expected.tolist()


def test_the_spread_is_between_the_first_and_the_last_right_answer():
    assert rank_spread(np.array([[7, 1, 3], [4, 4, 4]])).tolist() == [6.0, 0.0]


some_ranks = arrays(np.int64, (3, 4), elements=st.integers(1, 1000), unique=True)


@given(some_ranks, st.permutations(range(4)))
@pytest.mark.parametrize(
    "metric",
    [
        average_precision,
        reciprocal_rank,
        partial(found_within, places=10),
        discounted_gain,
        rank_spread,
    ],
)
def test_it_does_not_matter_which_right_answer_is_named_first(metric, ranks, order):
    assert metric(ranks) == pytest.approx(metric(ranks[:, list(order)]))


@given(some_ranks)
@pytest.mark.parametrize("metric", [average_precision, reciprocal_rank, discounted_gain])
def test_a_search_that_finds_all_at_once_is_worth_one_and_no_other_more(metric, ranks):
    perfect = np.tile(np.arange(1, 5), (3, 1))
    assert metric(perfect) == pytest.approx(1.0)
    assert (metric(ranks) <= 1 + 1e-12).all()
    assert (metric(ranks) >= 0).all()


@given(some_ranks)
@pytest.mark.parametrize("metric", [average_precision, reciprocal_rank, discounted_gain])
def test_a_right_answer_that_comes_later_is_worth_no_more(metric, ranks):
    later = ranks.copy()
    later[:, 0] += 1000  # behind every other one
    assert (metric(later) <= metric(ranks) + 1e-12).all()
