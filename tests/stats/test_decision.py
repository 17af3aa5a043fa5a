from dataclasses import replace

import pytest

from crosslab.stats.crossed import Estimate
from crosslab.stats.decision import Criteria, outcome

CRITERIA = Criteria(
    claimed_points=2.1,
    size_at_issue=True,
    smallest_effect_points=0.5,
    equivalence_points=1.0,
    level=0.95,
)


def reached(mean, error=0.2, **changed):
    found = Estimate(mean=mean, standard_error=error, degrees=9)
    return outcome(found, replace(CRITERIA, **changed))


def test_a_gain_of_the_claimed_size_reproduces_it():
    assert reached(2.1) == "reproduced"
    assert reached(2.6) == reached(1.6) == "reproduced"


def test_where_the_size_is_not_at_issue_only_the_direction_is_confirmed():
    assert reached(2.1, size_at_issue=False) == "direction-only"


def test_without_a_claimed_size_only_the_direction_is_confirmed():
    none = {"claimed_points": None, "equivalence_points": None}
    assert reached(2.1, **none) == "direction-only"


@pytest.mark.parametrize("mean", [1.0, 3.2])
def test_another_size_than_claimed_confirms_the_direction_alone(mean):
    assert reached(mean) == "direction-only"


def test_the_margin_must_be_shown_and_not_merely_hold_the_estimate():
    # 1.833 is the 5 % point of t with 9 degrees of freedom
    assert reached(2.1, error=0.99 / 1.833) == "reproduced"
    assert reached(2.1, error=1.01 / 1.833) == "direction-only"


def test_the_whole_interval_must_lie_above_zero():
    # 2.262 is the 2.5 % point
    assert reached(1.0, error=0.99 / 2.262) == "direction-only"
    assert reached(1.0, error=1.01 / 2.262) == "inconclusive"


def test_equivalence_alone_does_not_reproduce_where_zero_is_not_excluded():
    assert reached(0.4, error=0.3, claimed_points=0.4) == "inconclusive"


@pytest.mark.parametrize("mean", [-2.0, 0.0])
def test_where_every_gain_worth_having_is_excluded_the_claim_is_contradicted(mean):
    assert reached(mean) == "contradicted"


def test_a_loss_that_leaves_room_for_a_gain_decides_nothing():
    assert reached(-1.0, error=1.51 / 2.262) == "inconclusive"
    assert reached(-1.0, error=1.49 / 2.262) == "contradicted"


def test_a_gain_too_small_to_matter_is_still_a_gain():
    assert reached(0.2, error=0.05) == "direction-only"
