import numpy as np
import pytest
from scipy import stats

from crosslab.errors import UsageError
from crosslab.stats.crossed import Estimate, crossed
from crosslab.stats.power import detectable, power


def some(error=0.5, degrees=9):
    return Estimate(mean=0.0, standard_error=error, degrees=degrees)


def test_without_an_effect_power_is_half_of_what_the_interval_leaves_out():
    assert power(0.0, some(), level=0.95) == pytest.approx(0.025)
    assert power(0.0, some(), level=0.9) == pytest.approx(0.05)


@pytest.mark.parametrize("degrees", [2, 9])
def test_power_is_how_often_a_t_value_around_the_effect_clears_the_threshold(degrees):
    rng = np.random.default_rng(1)
    means = rng.normal(1.5, 0.5, 400_000)
    errors = 0.5 * np.sqrt(rng.chisquare(degrees, means.size) / degrees)
    found = np.mean(means - stats.t.ppf(0.975, degrees) * errors > 0)
    assert power(1.5, some(0.5, degrees), level=0.95) == pytest.approx(found, abs=0.003)


def test_power_grows_with_the_effect_and_falls_with_the_spread():
    assert power(2.0, some(), level=0.95) > power(1.0, some(), level=0.95)
    assert power(1.0, some(0.2), level=0.95) > power(1.0, some(), level=0.95)
    assert power(-2.0, some(), level=0.95) < 0.001


@pytest.mark.parametrize("degrees", [1, 2, 4, 9, 13.7, 40])
def test_power_is_a_number_at_every_distance(degrees):
    found = [power(effect, some(1.0, degrees), level=0.95) for effect in np.linspace(0, 60, 601)]
    assert np.isfinite(found).all()
    assert (np.diff(found) > -1e-9).all()


@pytest.mark.parametrize("degrees", [1, 2, 9, 18.5, 200])
def test_the_least_detectable_effect_is_found_with_the_wanted_chance(degrees):
    found = some(0.7, degrees)
    least = detectable(found, level=0.95)
    assert power(least, found, level=0.95) == pytest.approx(0.8, abs=1e-6)
    assert detectable(found, level=0.95, wanted=0.999) > least


def test_without_spread_there_is_no_power_to_speak_of():
    with pytest.raises(UsageError, match="same answers"):
        power(1.0, some(0.0), level=0.95)


def test_studies_find_the_effect_as_often_as_the_true_spread_says():
    rng, effect, seeds = np.random.default_rng(0), 1.5, 6
    blocks = (
        effect + rng.normal(0, 1.5, (seeds, 1)) + rng.normal(0, 3, (seeds, 80)) for _ in range(3000)
    )
    found = np.mean([crossed(block).interval(0.95).low > 0 for block in blocks])
    truth = some(np.sqrt(1.5**2 / seeds + 3**2 / (seeds * 80)), seeds - 1)
    assert found == pytest.approx(power(effect, truth, level=0.95), abs=0.03)
