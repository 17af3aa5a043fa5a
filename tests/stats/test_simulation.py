"""The rule of decision on studies whose truth is known: wrong no oftener than promised."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crosslab.errors import UsageError
from crosslab.stats.decision import Criteria
from crosslab.stats.simulation import OUTCOMES, Spread, error_rates

CRITERIA = Criteria(
    claimed_points=2.1,
    size_at_issue=True,
    smallest_effect_points=0.5,
    equivalence_points=1.0,
    level=0.95,
)
STUDIES = 800
ALLOWED = 0.05 + 2 * stats.binom.std(STUDIES, 0.05) / STUDIES


@pytest.fixture(scope="module")
def rates():
    return error_rates(CRITERIA, seed=0, studies=STUDIES)


def at(rates, **where):
    for name, value in where.items():
        rates = rates[np.isclose(rates[name], value)]
    return rates


def test_every_study_ends_in_exactly_one_outcome(rates):
    assert len(rates) == 4 * 4 * 2
    assert np.allclose(rates[list(OUTCOMES)].sum(axis=1), 1)


@pytest.mark.parametrize("truth", [0.0, 1.05, -2.1])
def test_a_claim_that_is_not_true_is_called_reproduced_once_in_twenty_at_most(rates, truth):
    assert (at(rates, true_points=truth)["reproduced"] <= ALLOWED).all()


def test_the_margin_is_used_up_at_half_the_claimed_effect(rates):
    # were the rule stricter than it says, true claims would be missed for nothing
    assert at(rates, true_points=1.05, seeds=20, size_at_issue=1)["reproduced"].item() >= 0.02


def test_where_the_size_is_not_at_issue_nothing_is_ever_reproduced(rates):
    assert (at(rates, size_at_issue=0)["reproduced"] == 0).all()


def test_a_direction_that_is_not_there_is_found_in_one_of_forty_at_most(rates):
    allowed = 0.025 + 2 * stats.binom.std(STUDIES, 0.025) / STUDIES
    assert (at(rates, true_points=0.0)["direction_found"] <= allowed).all()
    assert (at(rates, true_points=-2.1)["direction_found"] <= 0.005).all()


def test_a_true_claim_is_contradicted_hardly_ever_and_a_reversed_one_with_ten_seeds_nearly_always(
    rates,
):
    assert (at(rates, true_points=2.1)["contradicted"] <= 0.01).all()
    assert (at(rates, true_points=-2.1, seeds=10)["contradicted"] >= 0.95).all()


@pytest.mark.parametrize("truth", [0.0, 1.05, 2.1, -2.1])
@pytest.mark.parametrize("seeds", [10, 20])
def test_the_direction_is_found_as_often_as_the_stated_power_promises(rates, truth, seeds):
    found = at(rates, true_points=truth, seeds=seeds)
    assert (found["stated_power"] - found["direction_found"]).abs().max() <= 0.05


def test_with_three_seeds_more_power_is_stated_than_held(rates):
    found = at(rates, true_points=2.1, seeds=3)
    assert (found["stated_power"] > found["direction_found"] + 0.05).all()


def test_a_claim_that_is_true_is_reproduced_ever_oftener_with_more_seeds(rates):
    shares = at(rates, true_points=2.1, size_at_issue=1)["reproduced"].tolist()
    assert shares == sorted(shares)
    assert shares[-1] > 0.5


def test_the_same_seed_gives_the_same_table_and_another_one_another():
    small = {"studies": 20, "seeds": (3,), "spread": Spread(items=50)}
    first, again, other = (error_rates(CRITERIA, seed=seed, **small) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_without_a_claimed_value_the_truths_must_be_given():
    null = Criteria(
        claimed_points=None,
        size_at_issue=False,
        smallest_effect_points=0.5,
        equivalence_points=None,
        level=0.95,
    )
    with pytest.raises(UsageError, match="must be given"):
        error_rates(null, seed=0)
    found = error_rates(null, seed=0, truths=(0.0, 0.5), seeds=(3,), studies=20)
    assert found["true_points"].tolist() == [0.0, 0.0, 0.5, 0.5]
