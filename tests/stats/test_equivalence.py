import numpy as np
import pytest

from crosslab.errors import UsageError
from crosslab.stats.crossed import Estimate, crossed
from crosslab.stats.equivalence import equivalence_p


def some(mean, error=0.5, degrees=4):
    return Estimate(mean=mean, standard_error=error, degrees=degrees)


def test_the_nearer_edge_of_the_margin_decides():
    # 2.132 standard errors inside of an edge: the 5 % point of t with 4 degrees of freedom
    inside = 1.0 - 2.132 * 0.4
    for mean in (2.1 + inside, 2.1 - inside):
        assert equivalence_p(some(mean, 0.4), 2.1, margin=1.0) == pytest.approx(0.05, abs=1e-4)


def test_few_seeds_do_not_make_equal():
    assert equivalence_p(some(2.1, error=2.0), 2.1, margin=1.0) > 0.3


@pytest.mark.parametrize("mean", [0.5, 3.7])
def test_outside_of_the_margin_nothing_is_equivalent(mean):
    assert equivalence_p(some(mean), 2.1, margin=1.0) > 0.5


def test_a_margin_of_nothing_is_refused():
    with pytest.raises(UsageError, match="above 0"):
        equivalence_p(some(2.1), 2.1, margin=0)


@pytest.mark.parametrize("truth", [1.1, 3.1])
def test_a_truth_on_the_edge_is_called_equivalent_once_in_twenty_at_most(truth):
    rng, repeats = np.random.default_rng(0), 2000
    called = [
        equivalence_p(
            crossed(truth + rng.normal(0, 0.6, (10, 1)) + rng.normal(0, 3, (10, 60))),
            2.1,
            margin=1.0,
        )
        < 0.05
        for _ in range(repeats)
    ]
    assert 0.025 <= np.mean(called) <= 0.06


def test_a_truth_at_the_value_is_called_equivalent_nearly_always_if_measured_well():
    rng = np.random.default_rng(1)
    called = [
        equivalence_p(crossed(2.1 + rng.normal(0, 0.6, (10, 60))), 2.1, margin=1.0) < 0.05
        for _ in range(100)
    ]
    assert np.mean(called) == 1
