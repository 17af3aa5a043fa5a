"""Averages over right and wrong answers: which cells, which axis, which arm is ahead."""

from dataclasses import replace

import numpy as np
import pytest

from crosslab.stats.outcomes import Outcomes

LANGUAGES = ("src", "one", "two")


def outcomes(**right):
    blocks = {arm: np.asarray(block, dtype=bool) for arm, block in right.items()}
    seeds = len(next(iter(blocks.values())))
    return Outcomes(
        languages=LANGUAGES, seeds=tuple(range(seeds)), right=blocks, commonest_share=0.5
    )


def nothing_right(seeds=2, items=3):
    return np.zeros((seeds, items, len(LANGUAGES), len(LANGUAGES)), dtype=bool)


def coins(seed, chance, seeds=4, items=30):
    shape = nothing_right(seeds, items).shape
    return np.random.default_rng(seed).random(shape) < chance


def test_the_first_language_is_the_source_and_the_others_are_targets():
    found = outcomes(arm=nothing_right())
    assert found.source == "src"
    assert found.targets == ("one", "two")


def test_same_language_pairs_are_those_of_the_targets_alone():
    cells = outcomes(arm=nothing_right()).same_language()
    assert cells.tolist() == [
        [False, False, False],
        [False, True, False],
        [False, False, True],
    ]


def test_mixed_pairs_are_all_of_two_different_languages():
    cells = outcomes(arm=nothing_right()).mixed_language()
    assert cells.tolist() == [
        [False, True, True],
        [True, False, True],
        [True, True, False],
    ]


def test_a_pair_has_a_first_and_a_second_language():
    right = nothing_right()
    right[:, :, 1, 2] = True  # first sentence in one, second in two
    found = outcomes(arm=right)
    assert found.points("arm", found.pair("one", "two")).mean() == 100
    assert found.points("arm", found.pair("two", "one")).mean() == 0


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="tuple"):
        outcomes(arm=nothing_right()).pair("one", "three")


def test_points_keep_seeds_and_items_apart():
    right = nothing_right(seeds=2, items=3)
    right[1, 2, 1, 1] = True  # second seed, third item, one of the two targets
    found = outcomes(arm=right)
    assert found.points("arm", found.same_language()).tolist() == [[0, 0, 0], [0, 0, 50]]


def test_answers_in_the_source_do_not_raise_zero_shot_accuracy():
    right = nothing_right()
    right[:, :, 0, 0] = True
    found = outcomes(arm=right)
    assert found.points("arm", found.same_language()).mean() == 0


def test_every_language_weighs_the_same():
    right = coins(1, 0.7)
    found = outcomes(arm=right)
    by_language = [100 * right[:, :, number, number].mean() for number in (1, 2)]
    macro = found.points("arm", found.same_language()).mean()
    assert macro == pytest.approx(np.mean(by_language))


def test_the_gain_is_treated_minus_control():
    found = outcomes(better=~nothing_right(), worse=nothing_right())
    cells = found.same_language()
    assert (found.gain("better", "worse", cells) == 100).all()
    assert (found.gain("worse", "better", cells) == -100).all()


def test_what_both_arms_share_leaves_no_trace_in_the_gain():
    # a lucky seed and an easy item help both arms: paired, they cancel
    right = nothing_right(seeds=2, items=3)
    right[0] = True
    right[:, 1] = True
    found = outcomes(treated=right, control=right.copy())
    assert (found.gain("treated", "control", found.same_language()) == 0).all()


def test_the_gain_is_taken_seed_by_seed_and_item_by_item():
    treated, control = nothing_right(seeds=2, items=2), nothing_right(seeds=2, items=2)
    treated[0, 1], control[1, 0] = True, True
    found = outcomes(treated=treated, control=control)
    gain = found.gain("treated", "control", found.same_language())
    assert gain.tolist() == [[0, 100], [-100, 0]]


def test_the_mean_gain_is_the_difference_of_the_two_accuracies():
    found = outcomes(treated=coins(2, 0.8), control=coins(3, 0.6))
    cells = found.mixed_language()
    apart = found.points("treated", cells).mean() - found.points("control", cells).mean()
    assert found.gain("treated", "control", cells).mean() == pytest.approx(apart)


def test_a_setting_is_asked_for_by_the_name_bars_use():
    found = outcomes(arm=nothing_right())
    assert np.array_equal(found.cells("same-language"), found.same_language())
    assert np.array_equal(found.cells("mixed-language"), found.mixed_language())


def test_a_language_takes_part_in_its_own_pair_or_in_mixed_pairs_on_either_side():
    found = outcomes(arm=nothing_right())
    assert np.array_equal(found.of_language("one", found.same_language()), found.pair("one", "one"))
    assert found.of_language("one", found.mixed_language()).tolist() == [
        [False, True, False],
        [True, False, True],
        [False, True, False],
    ]


def in_source(*shares, items=100):
    """Runs that are always right elsewhere, and this often in the source."""
    right = ~nothing_right(len(shares), items)
    for seed, share in enumerate(shares):
        right[seed, :, 0, 0] = np.arange(items) < share * items
    return outcomes(arm=right)


def test_a_run_within_three_points_of_the_commonest_answer_has_collapsed():
    assert in_source(0.9, 0.53, 0.54, 0.5, 0.2).collapsed("arm") == (1, 3, 4)


def test_what_the_commonest_answer_gets_right_depends_on_the_task():
    assert replace(in_source(0.36, 0.5), commonest_share=1 / 3).collapsed("arm") == (0,)


def both_in_source(one, two):
    """Two arms with these shares right in the source, per seed."""
    blocks = [in_source(*shares).right["arm"] for shares in (one, two)]
    return replace(in_source(*one), right=dict(zip(("one", "two"), blocks, strict=True)))


def test_a_run_not_half_as_far_as_the_typical_one_has_collapsed_too():
    # the typical run is 40 points above the commonest answer: 20 are too few, 21 are enough
    assert in_source(0.9, 0.7, 0.71, 0.9, 0.9).collapsed("arm") == (1,)


def test_the_typical_run_may_be_that_of_the_arm_beside():
    found = both_in_source((0.68, 0.8), (0.9, 0.92))
    assert found.collapsed("one") == ()
    assert found.collapsed("one", "two") == (0,)
    assert found.collapsed("two", "one") == ()


def test_one_lucky_run_makes_no_other_collapse():
    assert in_source(0.62, 0.62, 0.62, 0.99).collapsed("arm") == ()


def test_a_seed_that_is_left_out_is_left_out_of_every_arm():
    right, other = coins(4, 0.5), coins(5, 0.5)
    found = outcomes(arm=right, other=other).without({1, 3})
    assert found.seeds == (0, 2)
    assert np.array_equal(found.right["arm"], right[[0, 2]])
    assert np.array_equal(found.right["other"], other[[0, 2]])
    assert outcomes(arm=right).without(()).seeds == (0, 1, 2, 3)


# Items that are not asked in every pair


def partly(seed, items=60, per_item=2):
    """Return answers of which those to mixed pairs are asked in turns, and the full ones."""
    full = outcomes(arm=coins(seed, 0.6, items=items), other=coins(seed + 1, 0.5, items=items))
    mixed = np.argwhere(full.mixed_language())
    asked = np.zeros((items, 3, 3), dtype=bool)
    asked[:, np.eye(3, dtype=bool)] = True
    for item in range(items):
        for turn in range(per_item):
            first, second = mixed[(item * per_item + turn) % len(mixed)]
            asked[item, first, second] = True
    right = {arm: block & asked for arm, block in full.right.items()}
    return full, replace(full, right=right, asked=asked)


def test_the_mean_over_partly_asked_pairs_is_the_mean_of_their_accuracies():
    full, some = partly(0)
    cells = some.mixed_language()
    expected = [
        full.right["arm"][:, some.asked[:, first, second], first, second].mean(axis=1)
        for first, second in np.argwhere(cells)
    ]
    found = some.points("arm", cells).mean(axis=1)
    assert found == pytest.approx(100 * np.mean(expected, axis=0))


def test_pairs_count_equally_however_often_each_is_asked():
    _, some = partly(0, items=7)  # seven items in turns over six pairs: some are asked more often
    cells = some.mixed_language()
    shares = [
        some.right["arm"][:, some.asked[:, first, second], first, second].mean()
        for first, second in np.argwhere(cells)
    ]
    assert some.points("arm", cells).mean() == pytest.approx(100 * np.mean(shares))


def test_items_not_asked_in_a_pair_are_left_out_and_both_arms_keep_the_same():
    _, some = partly(0)
    cell = some.pair("src", "one")
    asked = some.asked[:, 0, 1]
    assert some.points("arm", cell).shape == (4, asked.sum())
    assert some.gain("arm", "other", cell).shape == (4, asked.sum())


def test_what_is_asked_in_full_is_not_weighed():
    full, some = partly(3)
    cells = some.same_language()
    assert np.array_equal(some.points("arm", cells), full.points("arm", cells))


def test_the_spread_over_items_is_no_larger_than_that_of_the_answers_there_are():
    # the mean over pairs asked of fresh coins has the variance of so many coins
    values = [partly(seed, items=120)[1] for seed in range(40)]
    means = [each.points("arm", each.mixed_language())[0] for each in values]
    claimed = np.mean([each.var(ddof=1) / len(each) for each in means])
    actual = np.var([each.mean() for each in means], ddof=1)
    assert claimed == pytest.approx(actual, rel=0.6)


@pytest.mark.parametrize("which", [0, 1])
def test_the_gain_by_pair_is_that_of_the_answers_there_are(which):
    outcomes = partly(3)[which]
    found = outcomes.gain_by_pair("arm", "other")
    for first, one in enumerate(outcomes.languages):
        for second, other in enumerate(outcomes.languages):
            cell = outcomes.gain("arm", "other", outcomes.pair(one, other))
            assert found[first, second] == cell.mean()  # to the last bit, so that it rounds alike
