"""The rule of choice, on sweeps whose accuracies were made up."""

import numpy as np
import pytest
from conftest import draft
from made_up_sweep import (
    FULL,
    ITEMS,
    TASKS,
    dev_answers,
    made_up_sweep,
    settings_of,
    tuning_unit,
)

from crosslab.errors import StoreError
from crosslab.records import Manifest, Store
from crosslab.sweep import SCALE, curves, sweep

ADVERSARIAL = {
    "standard": 190,  # 95 points; two points are four items
    f"adversarial-radius-0.03-steps-1-{FULL}": 187,
    f"adversarial-radius-0.03-steps-3-{FULL}": 189,
    f"adversarial-radius-0.1-steps-1-{FULL}": 185,
    f"adversarial-radius-0.01-steps-1-{FULL}": 190,
}


def test_the_rule_takes_the_largest_radius_that_passes_and_the_most_accurate_of_it(tmp_path):
    found = sweep(made_up_sweep(tmp_path, ADVERSARIAL))
    choice = found.choice("adversarial", "lab")
    assert choice.by_rule.arm == f"adversarial-radius-0.03-steps-3-{FULL}"
    assert choice.nearest.arm == f"adversarial-radius-0.01-steps-1-{FULL}"


@pytest.mark.parametrize(("right", "passes"), [(186, True), (185, False)])
def test_two_points_below_passes_and_a_hair_more_does_not(tmp_path, right, passes):
    arm = f"adversarial-radius-0.1-steps-1-{FULL}"
    (setting,) = sweep(made_up_sweep(tmp_path, {"standard": 190, arm: right})).tried
    assert setting.passes is passes


def test_where_nothing_passes_the_rule_takes_nothing_and_the_nearest_is_known(tmp_path):
    right = {"standard": 190, "consistency-radius-0.1": 180, "consistency-radius-1.0": 100}
    choice = sweep(made_up_sweep(tmp_path, right)).choice("consistency", "lab")
    assert choice.by_rule is None
    assert choice.nearest.arm == "consistency-radius-0.1"
    assert choice.used_setting == choice.nearest


def test_the_setting_the_study_uses_is_found_by_its_values(tmp_path):
    found = sweep(made_up_sweep(tmp_path, ADVERSARIAL))
    assert found.choice("adversarial", "lab").used_setting.arm == (
        f"adversarial-radius-0.03-steps-1-{FULL}"
    )
    other = sweep(made_up_sweep(tmp_path / "b", {"standard": 190, "smoothing-noise-radius-1.0": 1}))
    assert other.choice("smoothing-noise", "lab").used_setting is None


def test_accuracy_comes_from_the_answers_and_is_the_mean_over_tasks(tmp_path):
    store = made_up_sweep(tmp_path, {"standard": 190, "consistency-radius-0.1": 180})
    found = sweep(store)  # the stored metric says 90 % of everything
    assert found.standard_points == pytest.approx(95)
    assert found.threshold_points == pytest.approx(93)
    (setting,) = found.tried
    assert setting.accuracy.mean == pytest.approx(90)
    assert setting.below.mean == pytest.approx(5)
    assert set(setting.by_task) == set(TASKS)


def test_the_gap_is_paired_by_item(tmp_path):
    found = sweep(made_up_sweep(tmp_path, {"standard": 100, "consistency-radius-0.1": 100}))
    (setting,) = found.tried  # the very same items are right, so nothing is left to chance
    assert setting.below.standard_error == 0
    assert setting.accuracy.standard_error > 0


def test_the_interval_over_items_is_the_binomial_one(tmp_path):
    (setting,) = sweep(
        made_up_sweep(tmp_path, {"standard": 190, "consistency-radius-0.1": 150})
    ).tried
    one_task = 100 * np.sqrt(0.75 * 0.25 / (ITEMS - 1))
    assert setting.accuracy.standard_error == pytest.approx(one_task / np.sqrt(2))


def test_a_setting_without_a_run_on_every_task_is_left_out_and_its_run_named(tmp_path):
    arm = "consistency-radius-0.1"
    right = {"standard": 190, arm: 180, "consistency-radius-0.3": 180}
    found = sweep(made_up_sweep(tmp_path, right, leave_out={(arm, "tuning-nli")}))
    assert [each.arm for each in found.tried] == ["consistency-radius-0.3"]
    assert [each.label for each in found.missing] == [f"tuning-nli {arm} seed 0"]


def test_without_the_control_nothing_is_judged(tmp_path):
    right = {"standard": 190, "consistency-radius-0.1": 180}
    found = sweep(made_up_sweep(tmp_path, right, leave_out={("standard", "tuning-nli")}))
    assert found.tried == ()
    assert np.isnan(found.threshold_points)


def test_a_folder_without_a_sweep_gives_an_empty_one(tmp_path):
    found = sweep(Store(tmp_path))
    assert (found.tried, found.records, found.missing) == ((), (), ())
    assert curves(found, "lab").empty


def test_runs_that_answered_other_items_are_not_compared(tmp_path):
    store = made_up_sweep(tmp_path, {"standard": 190})
    others = [tuning_unit("consistency-radius-0.1", task) for task in TASKS]
    for each in others:
        store.write(draft(each, settings=settings_of(each.arm)), dev_answers(50, ITEMS - 1), {})
    units = [*store.manifest(SCALE).units, *others]
    store.write_manifest(Manifest(scale=SCALE, planned="d", lock="l", units=units))
    with pytest.raises(StoreError, match="answered other items"):
        sweep(store)


def test_runs_that_are_not_in_the_manifest_do_not_count(tmp_path):
    store = made_up_sweep(tmp_path, {"standard": 190, "consistency-radius-0.1": 180})
    old = tuning_unit("consistency-radius-0.1", "nli", seed=1)
    store.write(draft(old, settings=settings_of(old.arm)), dev_answers(0), {})
    (setting,) = sweep(store).tried
    assert setting.accuracy.mean == pytest.approx(90)


def test_settings_that_differ_in_radius_alone_make_one_curve(tmp_path):
    rows = curves(sweep(made_up_sweep(tmp_path, ADVERSARIAL)), "lab")
    assert rows.groupby("curve").size().to_dict() == {
        "1 step, full radius at 67 % of the updates": 3,
        "3 steps, full radius at 67 % of the updates": 1,
    }
    assert rows.loc[rows["used"], "radius"].tolist() == [0.03]
