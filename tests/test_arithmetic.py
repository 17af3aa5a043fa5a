import json
from dataclasses import asdict, replace
from math import sqrt

import pytest

from crosslab.arithmetic import (
    VIEWS,
    accuracies,
    average_checks,
    checks,
    errors_by_language,
    gains,
    reruns,
    updates,
)
from crosslab.errors import UsageError
from crosslab.published import published

KNOWN = published()
GAINS = {each.claim_id: each for each in gains(KNOWN)}
CHECKS = {each.claim_id: each for each in checks(KNOWN)}


def with_average(points):
    first, *others = KNOWN.systems
    moved = first.model_copy(update={"average_points": points})
    return KNOWN.model_copy(update={"systems": [moved, *others]})


def test_published_averages_follow_from_their_rows():
    found = average_checks(KNOWN)
    assert len(found) == 6
    assert all(each.holds for each in found)
    (mbert,) = (each for each in found if each.system.key == "mbert-pawsx")
    assert mbert.from_rows_points == pytest.approx(573.7 / 7)


@pytest.mark.parametrize(("printed", "holds"), [(82.0, True), (82.1, False), (81.8, False)])
def test_an_average_that_rounding_cannot_explain_is_found(printed, holds):
    assert average_checks(with_average(printed))[0].holds is holds


def test_incomplete_rows_are_not_averaged():
    checked = {each.system.key for each in average_checks(KNOWN)}
    assert not checked & {"mbert-xnli", "mbert-xnli-wu", "mbert-xnli-six", "xlm-mlm-xnli"}


def test_the_error_of_one_language_is_worked_out_by_hand():
    found = errors_by_language(KNOWN.system("mbert-pawsx"), KNOWN.benchmark("pawsx"))
    assert found.languages["ko"] == pytest.approx(sqrt(69.6 * 30.4 / 1972))
    assert found.average.high == pytest.approx(sum(found.languages.values()) / 7)


def test_an_average_stands_in_where_rows_are_missing_and_makes_errors_no_smaller():
    benchmark = KNOWN.benchmark("xnli")
    rows = KNOWN.system("xlm-xnli")
    flat = rows.model_copy(update={"accuracy_points": {}})
    assert set(accuracies(flat, benchmark).values()) == {75.1}
    by_rows, by_average = (errors_by_language(each, benchmark).average for each in (rows, flat))
    assert by_average.low > by_rows.low
    assert by_average.high > by_rows.high


def test_neither_rows_nor_an_average_is_refused():
    with pytest.raises(UsageError, match="mbert-xnli-six"):
        accuracies(KNOWN.system("mbert-xnli-six"), KNOWN.benchmark("xnli"))


def test_the_error_of_a_gain_is_worked_out_by_hand():
    found = GAINS["gain-nli"]
    gain, control = 0.016, 0.654
    apart = control * (1 - control - gain) + (control + gain) * (1 - control)
    assert found.items_unrelated.high == pytest.approx(100 * sqrt((apart - gain**2) / 5010))
    assert found.items_unrelated.low == pytest.approx(found.items_unrelated.high / sqrt(15))
    assert found.items_least.high == pytest.approx(100 * sqrt((gain - gain**2) / 5010))


def test_the_readings_are_built_from_what_they_name():
    for found in GAINS.values():
        views = found.views()
        assert views["test-items-least"].points == found.items_least.low
        assert views["test-items-cautious"].points == found.items_unrelated.high
        here = reruns(KNOWN, found.benchmark.key)
        assert views["reruns-same-benchmark"].points == pytest.approx(sqrt(2) * here.points)
        assert views["reruns-alone"].points == pytest.approx(sqrt(2) * reruns(KNOWN).points)


def test_the_noise_of_re_runs_is_worked_out_by_hand():
    found = reruns(KNOWN, "pawsx")
    mean = (86.4 + 87.5 + 84.8) / 3
    squares = sum((value - mean) ** 2 for value in (86.4, 87.5, 84.8))
    assert (found.points, found.degrees) == (pytest.approx(sqrt(squares / 2)), 2)
    assert reruns(KNOWN).degrees == found.degrees + reruns(KNOWN, "xnli").degrees


def test_the_updates_are_those_of_the_scripts():
    pawsx, xnli = updates(KNOWN)
    assert (round(pawsx.robust), round(pawsx.plain)) == (46_313, 7_719)
    assert (round(xnli.robust), round(xnli.plain)) == (36_816, 61_360)
    assert (pawsx.ratio, xnli.ratio) == (pytest.approx(6.0), pytest.approx(0.6))


@pytest.mark.parametrize("gain", GAINS.values(), ids=GAINS)
def test_every_reading_has_the_gain_in_its_middle_and_both_together_are_widest_but_one(gain):
    assert set(gain.views()) == set(VIEWS)
    for noise in gain.views().values():
        low, high = gain.interval(noise)
        assert (low + high) / 2 == pytest.approx(gain.points)
    views = gain.views()
    parts = ("test-items-cautious", "reruns-alone")
    whole = sqrt(sum(views[name].points ** 2 for name in parts))
    assert views["reruns-and-test-items"].points == pytest.approx(whole)


def test_the_answers_a_gain_needs_are_counted_over_all_languages():
    found = GAINS["gain-paraphrase"]
    assert found.answers == pytest.approx(0.021 * (2000 + 11_844))
    assert found.mended_share == pytest.approx(2.1 / (100 - 573.7 / 7))


def test_a_figure_that_cannot_be_recomputed_is_taken_at_its_word_and_says_so():
    for claim_id, claimed in (("gain-paraphrase", 2.1), ("gain-nli", 1.6)):
        found = CHECKS[claim_id]
        assert found.estimate_points == found.claimed_points == claimed
        assert found.obstacle == "data-unavailable"
        assert "cannot be recomputed" in found.reason
        assert found.interval == (found.tests["reruns-and-test-items"]["low"], pytest.approx(
            found.tests["reruns-and-test-items"]["high"]
        ))  # fmt: skip
        assert found.power == found.tests["reruns-and-test-items"]["power"]


def test_the_reason_says_whether_the_interval_holds_zero():
    assert all("holds zero" in CHECKS[claim_id].reason for claim_id in GAINS)
    larger = [each.model_copy(update={"gain_points": 9.0}) for each in KNOWN.claimed[:2]]
    found = checks(KNOWN.model_copy(update={"claimed": larger}))
    assert all("leaves out zero" in each.reason for each in found)
    assert all(each.interval[0] > 0 for each in found)


def test_a_claim_without_a_figure_gets_none():
    found = CHECKS["gain-generalized"]
    assert (found.estimate_points, found.interval, found.claimed_points) == (None, None, None)
    assert (found.power, found.tests, found.obstacle) == (None, {}, "data-unavailable")
    assert "names no figure" in found.reason


def test_the_reading_that_leaves_no_null_to_test_has_an_interval_and_no_p_value():
    for claim_id in GAINS:
        tests = CHECKS[claim_id].tests
        assert set(tests["test-items-least"]) == {"standard_error", "low", "high"}
        assert "p_one_sided" in tests["test-items-cautious"]


def test_what_no_number_of_runs_can_give_is_left_out_of_the_needs():
    smaller = [KNOWN.claimed[0].model_copy(update={"gain_points": 1.0})]
    changed = KNOWN.model_copy(update={"claimed": smaller})
    for known in (KNOWN, changed):
        for found, check in zip(gains(known), checks(known), strict=False):
            needs = check.tests["needs"]
            assert "runs_test_items_cautious" not in needs
            assert needs["runs_same_test_set"] == found.runs_needed(0.0)
            assert needs["runs_test_items_least"] == found.runs_needed(found.items_least.low)
            largest = 2 * needs["largest_rerun_points"] ** 2
            reach = 1.959964 * sqrt(found.items_least.low**2 + largest)
            assert reach == pytest.approx(found.points, rel=1e-5)


def test_counting_test_items_never_makes_fewer_runs_enough():
    for found in GAINS.values():
        needed = [found.runs_needed(error) for error in (0.0, 0.2, 0.4)]
        assert needed == sorted(needed)
        assert found.runs_needed(found.item_error) is None


def test_a_check_can_be_written_as_json():
    for check in CHECKS.values():
        json.dumps(asdict(check), allow_nan=False)


def test_a_check_cannot_be_changed():
    check = CHECKS["gain-nli"]
    assert replace(check, power=0.5).power == 0.5
    with pytest.raises(AttributeError):
        check.power = 0.5
