from dataclasses import replace

import numpy as np
import pytest

from crosslab.stats.crossed import Estimate, crossed
from crosslab.stats.decision import Criteria, joint_outcome, outcome

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


def together(*means, error=0.3):
    found = [Estimate(mean=mean, standard_error=error, degrees=7) for mean in means]
    return joint_outcome(found, 1.0, 0.95)


def test_all_of_several_effects_must_be_there():
    assert together(2.0, 3.0) == "direction-only"
    assert together(2.0, 0.5) == "inconclusive"


def test_one_effect_that_is_not_worth_having_contradicts_all():
    assert together(5.0, -1.0) == "contradicted"


def test_alone_an_effect_is_judged_as_a_claim_without_a_size():
    for mean in np.linspace(-2, 3, 21):
        alone = Estimate(mean=mean, standard_error=0.3, degrees=7)
        none = replace(
            CRITERIA, claimed_points=None, equivalence_points=None, smallest_effect_points=1.0
        )
        assert joint_outcome([alone], 1.0, 0.95) == outcome(alone, none)


def test_the_more_effects_the_surer_one_must_be_to_contradict():
    # 2.365 is the 2.5 % point of t with 7 degrees of freedom, 2.841 the 1.25 % point
    between = 1.0 - 0.3 * (2.365 + 2.841) / 2
    assert together(between) == "contradicted"
    assert together(between, 9.0) == "inconclusive"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truths", "mistake"),
    [
        ((0.0, 6.0), "direction-only"),
        ((0.0, 0.0), "direction-only"),
        ((1.0, 1.0), "contradicted"),
        ((1.0, 1.0, 1.0), "contradicted"),
    ],
)
def test_on_simulated_studies_the_joint_decision_is_seldom_wrong(truths, mistake):
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(1500):
        seeds, items = rng.normal(0, 1.0, (8, 1)), rng.normal(0, 8.0, 200)
        found = [
            crossed(truth + seeds * 0.5 + rng.normal(0, 0.8, (8, 1)) + items
                    + rng.normal(0, 20.0, (8, 200)))
            for truth in truths
        ]  # fmt: skip
        wrong += joint_outcome(found, 1.0, 0.95) == mistake
    assert wrong / 1500 <= 0.035  # 2.5 % and what chance adds to 1,500 studies
