from itertools import islice

import numpy as np
import pytest

from crosslab.data.batching import (
    Encoded,
    Marks,
    encoded_pairs,
    endless_batches,
    ordered_batches,
    shuffled_batches,
)

MARKS = Marks(before=(1,), between=(2,), after=(2,), padding=0, special=(0, 1, 2))


@pytest.fixture
def lengths():
    return np.random.default_rng(0).integers(6, 30, size=5003)


def padding_share(lengths, batches):
    room = sum(len(rows) * lengths[rows].max() for rows in batches)
    return 1 - lengths.sum() / room


def test_every_row_comes_exactly_once_an_epoch(lengths):
    batches = shuffled_batches(lengths, 32, np.random.default_rng(1))
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))


def test_no_batch_is_larger_than_asked_and_one_at_most_is_smaller(lengths):
    sizes = [len(rows) for rows in shuffled_batches(lengths, 32, np.random.default_rng(1))]
    assert max(sizes) == 32
    assert sum(size < 32 for size in sizes) == 1


def test_batches_of_like_length_are_nearly_free_of_padding(lengths):
    shuffled = shuffled_batches(lengths, 32, np.random.default_rng(1))
    as_they_come = np.array_split(np.arange(len(lengths)), len(lengths) // 32)
    assert padding_share(lengths, shuffled) < 0.04
    assert padding_share(lengths, as_they_come) > 0.3


def test_batches_do_not_come_in_order_of_length(lengths):
    means = [
        lengths[rows].mean() for rows in shuffled_batches(lengths, 32, np.random.default_rng(1))
    ]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.3


def test_the_same_seed_gives_the_same_batches_and_another_seed_others(lengths):
    one, again, other = (
        np.concatenate(shuffled_batches(lengths, 32, np.random.default_rng(seed)))
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_endless_batches_go_through_every_row_again_in_another_order():
    lengths = np.full(100, 7)
    batches = list(islice(endless_batches(lengths, 10, np.random.default_rng(0)), 20))
    first, second = np.concatenate(batches[:10]), np.concatenate(batches[10:])
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(100))
    assert not np.array_equal(first, second)


def test_rows_meet_others_in_every_epoch():
    lengths = np.full(100, 7)
    batches = list(islice(endless_batches(lengths, 10, np.random.default_rng(0)), 20))
    first, second = (
        {frozenset(rows.tolist()) for rows in part} for part in (batches[:10], batches[10:])
    )
    assert first.isdisjoint(second)


def test_ordered_batches_hold_every_row_once_shortest_first(lengths):
    rows = np.concatenate(ordered_batches(lengths, 256))
    assert sorted(rows.tolist()) == list(range(len(lengths)))
    assert np.all(np.diff(lengths[rows]) >= 0)


def test_pairs_are_laid_out_as_start_first_separator_second_separator():
    encoded = encoded_pairs([[7], [7, 8]], [[8, 9], [9]], MARKS)
    assert encoded.ids.tolist() == [[1, 7, 2, 8, 9, 2], [1, 7, 8, 2, 9, 2]]


def test_shorter_pairs_are_padded_at_the_end():
    encoded = encoded_pairs([[7], [7]], [[8], [8, 9, 9]], MARKS)
    assert encoded.ids[0].tolist() == [1, 7, 2, 8, 2, 0, 0]
    assert encoded.lengths.tolist() == [5, 7]


def test_the_second_sentence_begins_after_the_first_separator():
    encoded = encoded_pairs([[7], [7, 8, 9]], [[5], [6]], MARKS)
    starts = encoded.second_starts
    assert encoded.ids[np.arange(2), starts].tolist() == [5, 6]


def test_chosen_rows_are_cut_to_the_longest_of_them():
    encoded = encoded_pairs([[7]] * 3, [[8], [8, 9], [8] * 9], MARKS)
    few = encoded.rows(np.array([1, 0]))
    assert few.ids.tolist() == [[1, 7, 2, 8, 9, 2], [1, 7, 2, 8, 2, 0]]
    assert few.lengths.tolist() == [6, 5]


def test_chosen_rows_keep_their_own_second_starts():
    encoded = Encoded(
        np.ones((3, 9), dtype=np.int32), np.array([5, 7, 9]), np.array([3, 4, 5]), MARKS
    )
    assert encoded.rows(np.array([2, 0])).second_starts.tolist() == [5, 3]


def test_sides_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        encoded_pairs([[7], [8]], [[9]], MARKS)
