import numpy as np
import pytest

from crosslab.stats.agreement import interval_alpha, nominal_alpha

# The worked example of Krippendorff's own paper on computing alpha: four judges, twelve things.
JUDGES = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
THINGS = [list(thing) for thing in zip(*JUDGES, strict=True)]


def counts(thing):
    given = [str(value) for value in thing if value is not None]
    return {label: given.count(label) for label in given}


def test_alpha_is_that_of_the_worked_example():
    assert nominal_alpha(map(counts, THINGS)) == pytest.approx(0.743, abs=0.0005)
    assert interval_alpha(THINGS) == pytest.approx(0.849, abs=0.0005)


def test_judges_who_guess_agree_no_better_than_chance():
    rng = np.random.default_rng(0)
    guesses = rng.integers(1, 4, size=(3_000, 5))
    assert abs(nominal_alpha(map(counts, guesses.tolist()))) < 0.03
    assert abs(interval_alpha(guesses.astype(float).tolist())) < 0.03


def test_disagreement_by_plan_is_worse_than_chance():
    assert nominal_alpha([{"yes": 1, "no": 1}] * 8) < 0


@pytest.mark.parametrize("things", [[], [{"yes": 1}], [{"yes": 3}, {"yes": 2}]])
def test_without_two_labels_given_twice_there_is_no_alpha(things):
    assert nominal_alpha(things) is None


@pytest.mark.parametrize("things", [[], [[1.0]], [[None, 2.0]], [[3.0, 3.0], [3.0, 3.0]]])
def test_without_any_difference_there_is_no_alpha_of_numbers(things):
    assert interval_alpha(things) is None
