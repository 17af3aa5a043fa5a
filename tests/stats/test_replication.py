import numpy as np
import pytest
from scipy import stats

from crosslab.errors import UsageError
from crosslab.stats.crossed import Estimate
from crosslab.stats.replication import replication_bayes_factor

CLAIMED, ORIGINAL, ERROR = 2.1, 1.0, 0.5


def factor(mean, error=ERROR, degrees=9, original=ORIGINAL, claimed=CLAIMED):
    found = Estimate(mean=mean, standard_error=error, degrees=degrees)
    return replication_bayes_factor(found, claimed, original_error=original)


def closed_form(mean, error=ERROR, original=ORIGINAL, claimed=CLAIMED):
    """The same with a normal likelihood, which can be written down."""
    return stats.norm.pdf(mean, claimed, np.hypot(error, original)) / stats.norm.pdf(mean, 0, error)


@pytest.mark.parametrize("mean", [-1.0, 0.0, 0.7, 2.1, 4.0])
@pytest.mark.parametrize(("error", "original"), [(0.5, 1.0), (0.3, 1.9), (2.0, 0.3)])
def test_with_many_degrees_of_freedom_it_is_that_of_the_normal_distribution(mean, error, original):
    found = factor(mean, error, degrees=1e7, original=original)
    assert found == pytest.approx(closed_form(mean, error, original), rel=2e-3)


def test_a_result_far_sharper_than_the_claim_is_not_overlooked():
    # a peak a thousandth as wide as what is integrated over
    found = factor(0.7371, error=0.002, original=1.9, degrees=9)
    prior = stats.norm.pdf(0.7371, CLAIMED, 1.9)
    t = stats.t(9)
    assert found == pytest.approx(prior * 0.002 / t.pdf(0.7371 / 0.002), rel=0.01)


def test_a_claim_without_doubt_compares_two_single_values():
    mean, t = 1.5, stats.t(9)
    expected = t.pdf((mean - CLAIMED) / ERROR) / t.pdf(mean / ERROR)
    assert factor(mean, original=1e-4) == pytest.approx(expected, rel=1e-4)


def test_it_speaks_for_the_claim_at_the_claim_and_against_it_at_zero():
    assert factor(2.1) > 10
    assert factor(0.0) < 0.2
    assert factor(-1.0) < factor(0.0)


def test_more_certain_runs_say_more_either_way():
    assert factor(2.1, error=0.3) > factor(2.1) > factor(2.1, error=1.5) > 1
    assert factor(0.0, error=0.3) < factor(0.0) < factor(0.0, error=1.5) < 1


@pytest.mark.parametrize("mean", [300.0, -300.0])
def test_a_value_far_from_everything_still_gives_a_number(mean):
    assert np.isfinite(factor(mean, error=0.1))


@pytest.mark.parametrize(("error", "original"), [(0.0, 1.0), (0.5, 0.0)])
def test_without_spread_there_is_no_factor(error, original):
    with pytest.raises(UsageError, match="above 0"):
        factor(1.0, error=error, original=original)


def test_it_misleads_no_oftener_than_its_size_allows():
    # with no effect it is 1 on average, so it reaches 10 once in ten times at the very most
    rng = np.random.default_rng(0)
    found = np.array([factor(mean) for mean in ERROR * rng.standard_t(9, 3000)])
    assert found.mean() == pytest.approx(1, abs=0.25)
    assert np.mean(found > 10) < 0.1


def test_it_is_as_fair_the_other_way_round():
    rng = np.random.default_rng(1)
    effects = rng.normal(CLAIMED, ORIGINAL, 3000)
    found = np.array([factor(effect + ERROR * rng.standard_t(9)) for effect in effects])
    assert (1 / found).mean() == pytest.approx(1, abs=0.25)
    assert np.mean(found < 0.1) < 0.1
