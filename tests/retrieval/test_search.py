import subprocess
import sys

import numpy as np
import pytest

from crosslab.errors import RunError
from crosslab.retrieval import search
from crosslab.retrieval.search import nearest, nearest_without_hubs, ranks


def unit(rows, width, seed):
    drawn = np.random.default_rng(seed).standard_normal((rows, width)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(search, "_QUERIES", 7)
    monkeypatch.setattr(search, "_CANDIDATES", 13)


def by_sorting(queries, candidates, right):
    """Return ranks the simple way: all scores, sorted."""
    order = np.argsort(-(queries.astype(np.float64) @ candidates.T.astype(np.float64)), axis=1)
    place = np.argsort(order, axis=1) + 1
    return np.take_along_axis(place, right, axis=1)


@pytest.mark.usefixtures("small_blocks")
def test_ranks_are_those_of_sorting_everything():
    queries, candidates = unit(40, 16, 0), unit(100, 16, 1)
    right = np.stack([np.random.default_rng(row).permutation(100)[:3] for row in range(40)])
    assert (
        ranks(queries, candidates, right).tolist()
        == by_sorting(queries, candidates, right).tolist()
    )


@pytest.mark.usefixtures("small_blocks")
def test_the_nearest_are_those_of_sorting_everything():
    queries, candidates = unit(40, 16, 2), unit(100, 16, 3)
    places, scores = nearest(queries, candidates, 5)
    every = queries @ candidates.T
    assert places.tolist() == np.argsort(-every, axis=1)[:, :5].tolist()
    assert scores == pytest.approx(np.sort(every, axis=1)[:, ::-1][:, :5], abs=1e-6)


@pytest.mark.usefixtures("small_blocks")
def test_nearness_without_hubs_is_as_it_is_written_down():
    queries, candidates = unit(40, 16, 2), unit(60, 16, 3)
    scores = queries @ candidates.T
    of_query = np.sort(scores, axis=1)[:, -10:].mean(axis=1, keepdims=True)
    of_candidate = np.sort(scores, axis=0)[-10:].mean(axis=0, keepdims=True)
    expected = (2 * scores - of_query - of_candidate).argmax(axis=1)
    assert nearest_without_hubs(queries, candidates, around=10).tolist() == expected.tolist()


def test_a_hub_takes_queries_from_their_own_candidates_and_is_kept_from_it():
    rng = np.random.default_rng(0)
    centre = np.full(16, 3.0)
    away = rng.standard_normal((50, 16))
    candidates = np.concatenate([centre + away, centre[None]])
    queries = centre + 0.3 * away + 0.15 * rng.standard_normal((50, 16))
    queries, candidates = (
        (each / np.linalg.norm(each, axis=1, keepdims=True)).astype(np.float32)
        for each in (queries, candidates)
    )
    plain, _ = nearest(queries, candidates, 1)
    assert (plain[:, 0] == 50).mean() > 0.5
    apart = nearest_without_hubs(queries, candidates, around=10)
    assert (apart == 50).mean() < 0.7 * (plain[:, 0] == 50).mean()
    assert (apart == np.arange(50)).mean() > 1.5 * (plain[:, 0] == np.arange(50)).mean()


def test_an_encoder_that_says_the_same_of_everything_has_found_nothing():
    same = np.tile(unit(1, 8, 0), (50, 1))
    right = np.arange(50)[:, None]
    assert (ranks(same, same, right) == 50).all()


def test_a_copy_of_the_right_answer_comes_before_it():
    candidates = unit(20, 8, 1)
    candidates[11] = candidates[4]
    found = ranks(candidates[[4]], candidates, np.array([[4]]))
    assert found.tolist() == [[2]]


def test_right_answers_that_are_equal_share_the_first_places():
    candidates = unit(20, 8, 1)
    candidates[[11, 17]] = candidates[4]
    found = ranks(candidates[[4]], candidates, np.array([[4, 11, 17]]))
    assert sorted(found[0].tolist()) == [1, 2, 3]


def test_a_vector_that_is_no_number_is_refused():
    broken = unit(3, 4, 0)
    broken[1, 2] = np.nan
    with pytest.raises(RunError, match="queries have vectors that are no numbers"):
        ranks(broken, unit(3, 4, 1), np.arange(3)[:, None])
    with pytest.raises(RunError, match="candidates have vectors that are no numbers"):
        nearest(unit(3, 4, 1), broken, 1)


def test_a_right_answer_that_is_named_twice_is_refused():
    with pytest.raises(RunError, match="same right answer twice"):
        ranks(unit(1, 4, 0), unit(3, 4, 1), np.array([[2, 2]]))


@pytest.mark.parametrize("count", [0, 4])
def test_more_candidates_than_there_are_cannot_be_asked_for(count):
    with pytest.raises(RunError, match=f"{count} of 3 candidates"):
        nearest(unit(1, 4, 0), unit(3, 4, 1), count)


IN_A_PROCESS = """
import resource, sys
import numpy as np
from crosslab.retrieval.search import nearest, ranks

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10

rng = np.random.default_rng(0)
queries, candidates = (rng.random((rows, 4), dtype=np.float32) for rows in (1000, 150_000))
right = np.arange(1000)[:, None]
nearest(queries[:2], candidates[:10], 1)
before = peak()
nearest(queries, candidates, 10), ranks(queries, candidates, right)
print(peak() - before)
"""


def test_the_whole_table_of_scores_is_never_there():
    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 1000 * 150_000 * 4 / 2**20 / 8  # MiB: an eighth of the table
