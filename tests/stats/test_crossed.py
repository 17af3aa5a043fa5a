"""Two-level intervals: what each level adds, which tail is which, and how often they are right."""

import numpy as np
import pytest
from scipy import stats

from crosslab.errors import UsageError
from crosslab.stats.twolevel import Estimate, Interval, two_level


def drawn(rng, seeds, items, truth=0.0, **sd):
    """Gains whose true mean over all seeds and all items is ``truth``."""
    by_seed = rng.normal(0, sd.get("seed", 0), (seeds, 1))
    by_item = rng.normal(0, sd.get("item", 0), (1, items))
    return truth + by_seed + by_item + rng.normal(0, sd.get("noise", 0), (seeds, items))


def estimated(values, resamples=2000):
    return two_level(
        np.asarray(values, dtype=float), rng=np.random.default_rng(0), resamples=resamples
    )


def test_the_estimate_is_the_plain_mean():
    assert estimated([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]]).mean == pytest.approx(4.0)


def test_seeds_that_agree_do_not_hide_the_spread_between_items():
    values = drawn(np.random.default_rng(1), 12, 200, item=20)
    by_hand = values[0].std(ddof=1) / np.sqrt(200)
    assert estimated(values).standard_error == pytest.approx(by_hand, rel=0.12)


def test_with_equal_items_the_standard_error_is_that_of_the_seed_means():
    # three seeds: without the correction for so few it would be 18 % smaller
    values = np.array([[-2.0], [0.5], [3.0]]) + np.zeros((1, 50))
    by_hand = np.std([-2.0, 0.5, 3.0], ddof=1) / np.sqrt(3)
    assert estimated(values).standard_error == pytest.approx(by_hand, rel=0.06)


def test_both_kinds_of_chance_add_up():
    rng = np.random.default_rng(2)
    seeds, items = drawn(rng, 10, 100, seed=2), drawn(rng, 10, 100, item=20)
    apart = np.hypot(estimated(seeds).standard_error, estimated(items).standard_error)
    assert estimated(seeds + items).standard_error == pytest.approx(apart, rel=0.08)


def test_noise_of_neither_level_is_never_understated_and_at_most_doubled():
    # resampling both levels sees such noise three times over: too careful, not too bold
    rng = np.random.default_rng(3)
    errors = [
        estimated(drawn(rng, 5, 60, noise=10), resamples=500).standard_error for _ in range(40)
    ]
    truth = 10 / np.sqrt(5 * 60)
    assert 1.0 <= np.sqrt(np.mean(np.square(errors))) / truth <= 2.0


@pytest.mark.parametrize(("seeds", "reach"), [(2, 12.706), (3, 4.303), (10, 2.262)])
def test_the_interval_reaches_as_far_as_t_with_one_degree_less_than_seeds(seeds, reach):
    found = estimated(drawn(np.random.default_rng(4), seeds, 30, seed=2, truth=1))
    interval = found.interval(0.95)
    assert found.degrees == seeds - 1
    assert interval.estimate == found.mean
    assert interval.high - found.mean == pytest.approx(reach * found.standard_error, rel=1e-3)
    assert found.mean - interval.low == pytest.approx(reach * found.standard_error, rel=1e-3)


def test_a_higher_level_gives_a_wider_interval():
    found = Estimate(1.0, 0.5, 9)
    assert found.interval(0.99).low < found.interval(0.95).low < found.interval(0.5).low < 1.0


def test_the_p_value_is_small_for_a_gain_and_large_for_a_loss():
    # 2.132 and 4.604 are the upper 5 % and 0.5 % points of t with 4 degrees of freedom
    assert Estimate(2.132, 1.0, 4).p_greater() == pytest.approx(0.05, abs=1e-4)
    assert Estimate(4.604, 1.0, 4).p_greater() == pytest.approx(0.005, abs=1e-4)
    assert Estimate(-2.132, 1.0, 4).p_greater() == pytest.approx(0.95, abs=1e-4)
    assert Estimate(0.0, 1.0, 4).p_greater() == pytest.approx(0.5)


@pytest.mark.parametrize("mean", [2.25, 2.27])
def test_the_interval_clears_zero_exactly_when_p_is_below_half_of_what_it_leaves_out(mean):
    found = Estimate(mean, 1.0, 9)  # the two meet at 2.262
    assert (found.interval(0.95).low > 0) == (found.p_greater() < 0.025)


@pytest.mark.parametrize(("gain", "p"), [(1.0, 0.0), (0.0, 1.0), (-1.0, 1.0)])
def test_without_any_spread_the_sign_alone_decides(gain, p):
    found = estimated(np.full((3, 4), gain))
    assert found.p_greater() == p
    assert found.interval(0.95) == Interval(gain, gain, gain)


def test_shifting_every_gain_shifts_the_mean_and_nothing_else():
    values = drawn(np.random.default_rng(5), 4, 30, seed=2, item=10, noise=10)
    here, there = estimated(values), estimated(values + 7)
    assert there.mean == pytest.approx(here.mean + 7)
    assert there.standard_error == pytest.approx(here.standard_error)


def test_the_same_values_always_get_the_same_interval():
    values = drawn(np.random.default_rng(6), 4, 30, seed=2, item=10)
    assert estimated(values) == estimated(values)


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_a_single_seed_or_item_is_refused(shape):
    with pytest.raises(UsageError, match="at least 2 seeds and 2 items"):
        estimated(np.ones(shape))


def _holds(interval, value):
    return interval.low <= value <= interval.high


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seeds", "items", "spreads"),
    [
        pytest.param(4, 40, {"seed": 4, "item": 5, "noise": 2}, id="seeds matter most"),
        pytest.param(10, 40, {"seed": 1, "item": 20, "noise": 5}, id="items matter most"),
        pytest.param(10, 40, {"seed": 3, "item": 15, "noise": 10}, id="both matter"),
    ],
)
def test_nineteen_intervals_in_twenty_hold_the_truth_or_a_few_more(seeds, items, spreads):
    # the truth is the mean over all seeds and all items that could have been drawn
    rng, repeats, truth = np.random.default_rng(7), 800, 1.3
    found = [
        estimated(drawn(rng, seeds, items, truth=truth, **spreads), resamples=300)
        for _ in range(repeats)
    ]
    covered = np.mean([_holds(each.interval(0.95), truth) for each in found])
    assert 0.93 <= covered <= 0.99


@pytest.mark.slow
def test_where_there_is_no_gain_one_is_claimed_no_oftener_than_stated():
    rng, repeats = np.random.default_rng(8), 800
    p_values = np.array(
        [
            estimated(drawn(rng, 5, 60, seed=3, item=6, noise=6), resamples=300).p_greater()
            for _ in range(repeats)
        ]
    )
    allowed = 0.05 + 2 * stats.binom.std(repeats, 0.05) / repeats
    assert 0.01 <= np.mean(p_values < 0.05) <= allowed
    assert 0.4 <= np.median(p_values) <= 0.6


@pytest.mark.slow
def test_a_gain_of_the_size_in_question_is_seen_when_the_spread_is_small():
    rng = np.random.default_rng(9)
    low = [
        estimated(drawn(rng, 10, 300, seed=1, item=6, noise=6, truth=2.1), resamples=300)
        .interval(0.95)
        .low
        for _ in range(100)
    ]
    assert np.mean(np.array(low) > 0) >= 0.9
