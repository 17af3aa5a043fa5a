"""Crossed estimates: what each part adds, which tail is which, and how often they are right."""

import numpy as np
import pytest
from scipy import stats

from crosslab.errors import UsageError
from crosslab.stats.crossed import Estimate, Interval, averaged, crossed, over_seeds


def drawn(rng, seeds, items, truth=0.0, **sd):
    """Gains whose true mean over all seeds and all items is ``truth``."""
    by_seed = rng.normal(0, sd.get("seed", 0), (seeds, 1))
    by_item = rng.normal(0, sd.get("item", 0), (1, items))
    return truth + by_seed + by_item + rng.normal(0, sd.get("noise", 0), (seeds, items))


def some(mean=0.0, error=1.0, degrees=9, **more):
    return Estimate(mean=mean, standard_error=error, degrees=degrees, **more)


def holds(interval, value):
    return interval.low <= value <= interval.high


def test_the_estimate_is_the_plain_mean():
    assert crossed(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]])).mean == pytest.approx(4.0)


def test_the_standard_error_is_that_of_a_block_worked_out_by_hand():
    # seed means 2 and 6, item means 2.5, 3.5, 6; residuals +-0.5, +-0.5, -+1
    found = crossed(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]]))
    of_seeds, of_items, of_rest = 8 / 2, 6.5 / 6, 3 / 12
    assert found.standard_error == pytest.approx(np.sqrt(of_seeds + of_items - of_rest))
    assert found.seed_error == pytest.approx(2.0)
    assert found.degrees == found.seed_degrees == 1


def test_seeds_that_agree_do_not_hide_the_spread_between_items():
    values = drawn(np.random.default_rng(1), 12, 200, item=20)
    by_hand = values[0].std(ddof=1) / np.sqrt(200)
    assert crossed(values).standard_error == pytest.approx(by_hand)


def test_with_equal_items_the_standard_error_is_that_of_the_seed_means():
    values = np.array([[-2.0], [0.5], [3.0]]) + np.zeros((1, 50))
    by_hand = np.std([-2.0, 0.5, 3.0], ddof=1) / np.sqrt(3)
    assert crossed(values).standard_error == pytest.approx(by_hand)


def test_both_kinds_of_chance_add_up():
    rng = np.random.default_rng(2)
    seeds, items = drawn(rng, 10, 100, seed=2), drawn(rng, 10, 100, item=20)
    apart = np.hypot(crossed(seeds).standard_error, crossed(items).standard_error)
    assert crossed(seeds + items).standard_error == pytest.approx(apart)


def test_the_variance_is_never_below_that_of_seeds_or_items_alone():
    # seed means that agree by luck leave less between them than single answers explain
    lucky = np.array([[3.0, -3.0, 0.0, 0.0], [-3.0, 3.0, 0.0, 0.1]])
    found = crossed(lucky)
    of_items = lucky.mean(axis=0).std(ddof=1) / 2
    assert found.standard_error >= max(found.seed_error, of_items) > 0


def test_the_variance_is_right_on_average_where_everything_varies():
    rng = np.random.default_rng(3)
    found = [
        crossed(drawn(rng, 8, 50, seed=3, item=10, noise=10)).standard_error ** 2
        for _ in range(800)
    ]
    truth = 3**2 / 8 + 10**2 / 50 + 10**2 / 400
    assert np.mean(found) == pytest.approx(truth, rel=0.05)


def test_single_precision_gives_the_same_estimate():
    values = drawn(np.random.default_rng(4), 5, 300, seed=2, item=5, noise=20)
    wide, narrow = crossed(values), crossed(values.astype(np.float32))
    assert narrow.mean == pytest.approx(wide.mean, abs=1e-5)
    assert narrow.standard_error == pytest.approx(wide.standard_error, rel=1e-5)


@pytest.mark.parametrize(("seeds", "reach"), [(2, 12.706), (3, 4.303), (10, 2.262)])
def test_the_interval_reaches_as_far_as_t_with_one_degree_less_than_seeds(seeds, reach):
    found = crossed(drawn(np.random.default_rng(4), seeds, 30, seed=2, truth=1))
    interval = found.interval(0.95)
    assert found.degrees == seeds - 1
    assert interval.estimate == found.mean
    assert interval.high - found.mean == pytest.approx(reach * found.standard_error, rel=1e-3)
    assert found.mean - interval.low == pytest.approx(reach * found.standard_error, rel=1e-3)


def test_a_higher_level_gives_a_wider_interval():
    found = some(1.0, 0.5)
    assert found.interval(0.99).low < found.interval(0.95).low < found.interval(0.5).low < 1.0


def test_the_p_value_is_small_for_a_gain_and_large_for_a_loss():
    # 2.132 and 4.604 are the upper 5 % and 0.5 % points of t with 4 degrees of freedom
    assert some(2.132, 1.0, 4).p_greater() == pytest.approx(0.05, abs=1e-4)
    assert some(4.604, 1.0, 4).p_greater() == pytest.approx(0.005, abs=1e-4)
    assert some(-2.132, 1.0, 4).p_greater() == pytest.approx(0.95, abs=1e-4)
    assert some(3.132, 1.0, 4).p_greater(1.0) == pytest.approx(0.05, abs=1e-4)
    assert some(-1.132, 1.0, 4).p_less(1.0) == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize("mean", [2.25, 2.27])
def test_the_interval_clears_zero_exactly_when_p_is_below_half_of_what_it_leaves_out(mean):
    found = some(mean)  # the two meet at 2.262
    assert (found.interval(0.95).low > 0) == (found.p_greater() < 0.025)


@pytest.mark.parametrize(("gain", "p"), [(1.0, 0.0), (0.0, 1.0), (-1.0, 1.0)])
def test_without_any_spread_the_sign_alone_decides(gain, p):
    found = crossed(np.full((3, 4), gain))
    assert found.p_greater() == p
    assert found.interval(0.95) == Interval(gain, gain, gain)


def test_shifting_every_gain_shifts_the_mean_and_nothing_else():
    values = drawn(np.random.default_rng(5), 4, 30, seed=2, item=10, noise=10)
    here, there = crossed(values), crossed(values + 7)
    assert there.mean == pytest.approx(here.mean + 7)
    assert there.standard_error == pytest.approx(here.standard_error)


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_a_single_seed_or_item_is_refused(shape):
    with pytest.raises(UsageError, match="at least 2 seeds and 2 items"):
        crossed(np.ones(shape))


def test_a_value_that_is_no_number_is_refused():
    with pytest.raises(UsageError, match="not a number"):
        crossed(np.array([[1.0, np.nan], [1.0, 2.0]]))


def test_an_average_of_one_is_that_one():
    one = some(1.2, 0.4, 9, seed_error=0.3, seed_degrees=9)
    found = averaged([one])
    for name in ("mean", "standard_error", "degrees", "seed_error", "seed_degrees"):
        assert getattr(found, name) == pytest.approx(getattr(one, name))


def test_an_average_weighs_its_parts_the_same_however_certain_they_are():
    found = averaged([some(1.0, 0.1), some(3.0, 2.0)])
    assert found.mean == 2.0
    assert found.standard_error == pytest.approx(np.hypot(0.1, 2.0) / 2)


def test_degrees_add_up_when_parts_are_equally_certain_and_do_not_when_one_is_all_the_doubt():
    assert averaged([some(), some()]).degrees == pytest.approx(18)
    assert averaged([some(error=1e-6), some()]).degrees == pytest.approx(9)
    assert averaged([some(error=0), some(error=0, degrees=4)]).degrees == 4


def test_the_seed_part_of_an_average_has_degrees_of_its_own():
    parts = [
        some(seed_error=1.0, seed_degrees=9),
        some(error=1.0, seed_error=0.001, seed_degrees=9),
    ]
    found = averaged(parts)
    assert found.degrees == pytest.approx(18)
    assert found.seed_degrees == pytest.approx(9, rel=1e-3)
    assert found.seed_error == pytest.approx(0.5, rel=1e-3)


def test_a_prediction_has_the_degrees_of_the_seeds_and_the_doubt_of_two_means():
    found = some(1.0, error=9.0, degrees=18, seed_error=0.5, seed_degrees=4)
    reach = stats.t.ppf(0.975, 4) * np.sqrt(2) * 0.5
    assert found.prediction(0.95).high == pytest.approx(1 + reach)
    assert found.prediction(0.95).low == pytest.approx(1 - reach)


def test_an_average_of_nothing_is_refused():
    with pytest.raises(UsageError, match="at least one"):
        averaged([])


@pytest.mark.parametrize(
    ("seeds", "items", "spreads"),
    [
        pytest.param(4, 40, {"seed": 4, "item": 5, "noise": 2}, id="seeds matter most"),
        pytest.param(10, 40, {"seed": 1, "item": 20, "noise": 5}, id="items matter most"),
        pytest.param(10, 40, {"seed": 3, "item": 15, "noise": 10}, id="both matter"),
        pytest.param(10, 1000, {"seed": 1.5, "item": 2, "noise": 23}, id="as in the lab"),
    ],
)
def test_nineteen_intervals_in_twenty_hold_the_truth_or_a_few_more(seeds, items, spreads):
    # the truth is the mean over all seeds and all items that could have been drawn
    rng, truth = np.random.default_rng(7), 1.3
    covered = np.mean(
        [
            holds(crossed(drawn(rng, seeds, items, truth=truth, **spreads)).interval(0.95), truth)
            for _ in range(1500)
        ]
    )
    assert 0.94 <= covered <= 0.985


@pytest.mark.parametrize("seeds", [2, 3])
def test_with_very_few_seeds_the_interval_is_wide_rather_than_wrong(seeds):
    rng, spreads = np.random.default_rng(12), {"seed": 1.5, "item": 2, "noise": 23}
    found = [crossed(drawn(rng, seeds, 400, **spreads)).interval(0.95) for _ in range(600)]
    assert np.mean([holds(each, 0) for each in found]) >= 0.95


def test_intervals_of_an_average_of_two_tasks_are_right_as_often():
    rng, covered = np.random.default_rng(8), 0
    for _ in range(1500):
        wild = crossed(drawn(rng, 5, 60, truth=2, seed=4, item=5, noise=10))
        calm = crossed(drawn(rng, 5, 60, truth=0, seed=1, item=5, noise=10))
        covered += holds(averaged([wild, calm]).interval(0.95), 1.0)
    assert 0.94 <= covered / 1500 <= 0.985


@pytest.mark.parametrize("item", [0, 60])
def test_nineteen_re_runs_in_twenty_end_where_predicted(item):
    # fresh seeds, the same items: what the items are worth cancels, so it must not widen it
    rng, ended = np.random.default_rng(11), 0
    for _ in range(4000):
        by_item = rng.normal(0, item, (1, 40))
        first, again = (by_item + drawn(rng, 6, 40, seed=2, noise=10) for _ in range(2))
        ended += holds(crossed(first).prediction(0.95), again.mean())
    assert 0.94 <= ended / 4000 <= 0.96


def test_where_there_is_no_gain_one_is_claimed_no_oftener_than_stated():
    rng, repeats = np.random.default_rng(10), 1500
    p_values = np.array(
        [crossed(drawn(rng, 5, 60, seed=3, item=6, noise=6)).p_greater() for _ in range(repeats)]
    )
    allowed = 0.05 + 2 * stats.binom.std(repeats, 0.05) / repeats
    assert 0.03 <= np.mean(p_values < 0.05) <= allowed
    assert 0.45 <= np.median(p_values) <= 0.55


def test_without_items_it_is_the_t_interval_over_seeds():
    values = np.random.default_rng(3).normal(1, 2, 6)
    found = over_seeds(values).interval(0.95)
    low, high = stats.t.interval(0.95, 5, values.mean(), stats.sem(values))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_without_items_one_seed_is_too_few():
    with pytest.raises(UsageError, match="at least 2 seeds"):
        over_seeds(np.array([1.0]))
