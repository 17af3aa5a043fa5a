"""Bounds on the chance in a difference of two runs, held against simulated answers."""

from math import ceil, inf, sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from crosslab.stats.singleruns import (
    Noise,
    accuracy_error_points,
    average_error,
    detectable_points,
    difference_noise,
    disagreement,
    half_width,
    largest_rerun_points,
    p_greater,
    paired_error_points,
    power,
    rerun_noise,
    runs_needed,
)

ITEMS, LANGUAGES, STUDIES = 400, 5, 2000
CONTROL, GAIN = 80.0, 2.0


def differences(rng, *, parallel, related):
    """Return simulated gains of a second run, averaged over languages, in points."""
    columns = 1 if parallel else LANGUAGES
    control = rng.random((STUDIES, ITEMS, columns))
    treated = control if related else rng.random(control.shape)
    right = (treated < (CONTROL + GAIN) / 100).astype(float) - (control < CONTROL / 100)
    return 100 * right.mean(axis=(1, 2))


def bounds(agreement):
    disagreeing = getattr(disagreement(CONTROL, GAIN), agreement)
    return average_error([paired_error_points(disagreeing, GAIN, ITEMS)] * LANGUAGES)


def test_the_binomial_error_is_that_of_the_textbook():
    assert accuracy_error_points(50, 100) == pytest.approx(5)
    assert accuracy_error_points(100, 10) == 0


def test_independent_errors_average_out_and_parallel_ones_do_not():
    found = average_error([3.0, 4.0])
    assert (found.low, found.high) == pytest.approx((2.5, 3.5))


@pytest.mark.parametrize("related", [True, False])
@pytest.mark.parametrize("parallel", [True, False])
def test_each_bound_is_the_truth_where_its_assumption_holds(parallel, related):
    spread = differences(np.random.default_rng(1), parallel=parallel, related=related).std()
    found = bounds("least" if related else "unrelated")
    assert spread == pytest.approx(found.high if parallel else found.low, rel=0.06)


def test_no_two_runs_disagree_more_than_the_greatest_bound_says():
    # the second run is wrong wherever the first is right, as far as its accuracy allows
    assert disagreement(80.0, 2.0).greatest == pytest.approx(0.38)
    assert disagreement(30.0, 10.0).greatest == pytest.approx(0.70)
    assert disagreement(50.0, 0.0).greatest == pytest.approx(1.0)


def test_disagreement_has_an_order_and_a_loss_is_as_much_as_a_gain():
    for control in (10.0, 50.0, 65.4, 95.0):
        found = disagreement(control, 3.0)
        assert found.least == pytest.approx(0.03)
        assert found.least < found.unrelated < found.greatest <= 1
    gain, loss = disagreement(60.0, 4.0), disagreement(64.0, -4.0)
    assert (gain.least, gain.unrelated) == pytest.approx((loss.least, loss.unrelated))


@pytest.mark.parametrize(("agreement", "related"), [("least", True), ("unrelated", False)])
def test_intervals_from_test_items_cover_the_true_gain_as_often_as_they_say(agreement, related):
    found = differences(np.random.default_rng(2), parallel=True, related=related)
    reach = half_width(Noise(bounds(agreement).high, inf), 0.95)
    assert (abs(found - GAIN) <= reach).mean() == pytest.approx(0.95, abs=0.015)


def test_the_cautious_interval_covers_more_than_it_says_where_languages_differ():
    found = differences(np.random.default_rng(3), parallel=False, related=False)
    reach = half_width(Noise(bounds("unrelated").high, inf), 0.95)
    assert (abs(found - GAIN) <= reach).mean() > 0.99


def test_intervals_with_estimated_noise_between_runs_cover_as_often_as_they_say():
    rng = np.random.default_rng(4)
    item_error, rerun, sizes = 1.0, 0.8, (3, 3, 2, 2)
    covered = []
    for _ in range(STUDIES):
        groups = [list(rng.normal(70, rerun, size)) for size in sizes]
        gain = GAIN + rng.normal(0, item_error) + rng.normal(0, rerun) - rng.normal(0, rerun)
        noise = difference_noise(item_error, rerun_noise(groups))
        covered.append(abs(gain - GAIN) <= half_width(noise, 0.95))
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_the_noise_between_runs_is_pooled_within_systems_and_not_between_them():
    found = rerun_noise([[70.0, 71.0, 72.0], [90.0, 92.0]])
    assert found.degrees == 3
    assert found.points == pytest.approx(sqrt((2 + 2) / 3))


def test_without_an_error_from_items_the_degrees_are_those_of_the_runs():
    found = difference_noise(0.0, Noise(1.0, 6))
    assert (found.points, found.degrees) == (pytest.approx(sqrt(2)), pytest.approx(6))
    assert difference_noise(1.0, Noise(0.0, 6)) == Noise(1.0, inf)


def test_degrees_grow_with_the_part_of_the_error_that_is_known():
    # a known variance of 1 beside an estimated one of 2 x 1: 4 x (3 / 2) squared
    found = difference_noise(1.0, Noise(1.0, 4))
    assert (found.points, found.degrees) == pytest.approx((sqrt(3), 9.0))


def test_more_runs_leave_only_the_error_of_the_items():
    found = difference_noise(1.0, Noise(2.0, 8), runs=1_000_000)
    assert found.points == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("degrees", [6, inf])
def test_power_is_the_share_of_simulated_studies_that_find_the_effect(degrees):
    rng = np.random.default_rng(5)
    studies = 20_000
    scale = 1.0 if degrees == inf else np.sqrt(rng.chisquare(degrees, studies) / degrees)
    critical = stats.norm.isf(0.05) if degrees == inf else stats.t.isf(0.05, degrees)
    found = (rng.normal(2.0, 1.0, studies) / scale > critical).mean()
    assert power(2.0, Noise(1.0, degrees), level=0.05) == pytest.approx(found, abs=0.012)


def test_without_an_effect_power_is_the_level():
    for degrees in (4, inf):
        assert power(0.0, Noise(1.0, degrees), level=0.05) == pytest.approx(0.05)


def test_the_detectable_effect_is_found_with_the_wanted_power():
    for noise in (Noise(0.5, inf), Noise(1.3, 8)):
        effect = detectable_points(noise, level=0.05, wanted=0.8)
        assert power(effect, noise, level=0.05) == pytest.approx(0.8)


@pytest.mark.parametrize("effect", [0.7, 1.0, 1.5, 2.0, 3.0])
def test_runs_needed_is_what_a_two_sample_t_test_needs(effect):
    expected = TTestIndPower().solve_power(effect, alpha=0.05, power=0.8, alternative="larger")
    found = runs_needed(effect, item_error=0.0, rerun=Noise(1.0, 8), level=0.05, wanted=0.8)
    assert found == max(2, ceil(expected))


def test_no_number_of_runs_makes_up_for_too_few_test_items():
    rerun = Noise(0.1, 8)
    assert runs_needed(1.0, item_error=0.5, rerun=rerun, level=0.05, wanted=0.8) is None
    assert runs_needed(1.0, item_error=0.3, rerun=rerun, level=0.05, wanted=0.8) == 2


def test_a_gain_at_the_largest_noise_between_runs_just_touches_zero():
    largest = largest_rerun_points(2.0, 0.4, level=0.95)
    reach = half_width(difference_noise(0.4, Noise(largest, inf)), 0.95)
    assert reach == pytest.approx(2.0)
    assert largest_rerun_points(2.0, 1.1, level=0.95) is None


def test_the_p_value_is_that_of_a_one_sided_test():
    assert p_greater(1.6448536, Noise(1.0, inf)) == pytest.approx(0.05)
    assert p_greater(1.8595, Noise(1.0, 8)) == pytest.approx(0.05, abs=1e-4)
