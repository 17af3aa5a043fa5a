from itertools import islice

import numpy as np
import pytest

from crosslab.errors import RunError
from crosslab.retrieval.batches import drawn_batches

ANSWER = np.repeat(np.arange(30), 3)  # three queries to every passage


def batches(count, *, same_share, languages=4, size=10):
    rng = np.random.default_rng(0)
    drawn = drawn_batches(ANSWER, languages, size=size, same_share=same_share, rng=rng)
    return list(islice(drawn, count))


def of_one_language(batch):
    return len({*batch.asked.tolist(), *batch.answered.tolist()}) == 1


def test_no_passage_stands_in_a_batch_twice():
    for batch in batches(200, same_share=0.5):
        assert len(set(ANSWER[batch.rows].tolist())) == len(batch.rows) == 10


def test_every_item_is_drawn_about_as_often_as_any_other():
    drawn = np.concatenate([each.rows for each in batches(900, same_share=1.0)])
    counts = np.bincount(drawn, minlength=len(ANSWER))
    assert counts.min() > 80  # 100 on average
    assert counts.max() < 120


def test_all_batches_are_of_one_language_or_none_is():
    assert all(of_one_language(each) for each in batches(100, same_share=1.0))
    for each in batches(100, same_share=0.0):
        assert (each.asked != each.answered).all()


def test_a_batch_is_of_one_language_throughout_or_mixed_throughout():
    for each in batches(200, same_share=0.5):
        assert of_one_language(each) or (each.asked != each.answered).all()


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_the_share_of_batches_of_one_language_is_as_asked(share):
    found = np.mean([of_one_language(each) for each in batches(2000, same_share=share)])
    assert abs(found - share) < 4 * np.sqrt(share * (1 - share) / 2000)


def test_every_language_and_every_pair_of_two_comes_up_alike():
    same = np.array([each.asked[0] for each in batches(2000, same_share=1.0)])
    assert (abs(np.bincount(same, minlength=4) - 500) < 100).all()
    mixed = batches(500, same_share=0.0)
    asked, answered = (
        np.concatenate([getattr(each, side) for each in mixed]) for side in ("asked", "answered")
    )
    counts = np.bincount(4 * asked + answered, minlength=16).reshape(4, 4)
    assert (counts.diagonal() == 0).all()
    assert (abs(counts[~np.eye(4, dtype=bool)] - 5000 / 12) < 100).all()


def test_more_items_than_passages_cannot_be_apart():
    with pytest.raises(RunError, match="as many passages, and there are 30"):
        batches(1, same_share=1.0, size=31)


def test_one_language_has_no_pairs_of_two():
    assert batches(1, same_share=1.0, languages=1)
    with pytest.raises(RunError, match="at least two languages"):
        batches(1, same_share=0.5, languages=1)
