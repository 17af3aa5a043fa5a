from dataclasses import replace

import pytest
from conftest import rows
from made_up_sweep import FULL, made_up_sweep

from crosslab.prose import settings_tables as tables
from crosslab.records import Store
from crosslab.sweep import TOLERANCE_POINTS, sweep

NOISE = {"standard": 190, "smoothing-noise-radius-0.1": 180, "smoothing-noise-radius-0.3": 190}
CONSISTENCY = {"consistency-radius-0.1": 181, "consistency-radius-0.3": 160}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return sweep(made_up_sweep(tmp_path_factory.mktemp("s"), {**NOISE, **CONSISTENCY}))


def test_the_rule_is_stated_with_its_number():
    assert f"at most {TOLERANCE_POINTS:g} points below" in tables.rule_words()


def test_the_table_holds_every_setting_its_accuracy_and_what_became_of_it(found):
    body = {tuple(row[:3]): row for row in rows(tables.setting_table(found, "lab"))[2:]}
    assert len(body) == 5
    assert body["standard", "", ""][3:6] == ["95.0", "95.0", "95.00"]
    low, high = body["smoothing-noise", "0.1", ""], body["smoothing-noise", "0.3", ""]
    assert (low[5], low[7]) == ("90.00", "fails")
    assert (high[5], high[7]) == ("95.00", "**taken**, **used**")
    assert low[6].startswith("+5.0 (")
    near = body["consistency", "0.1", "weight 1"]
    assert near[7] == "fails, **used**"


def test_of_one_task_no_average_is_spoken_of(found):
    one = replace(found, control={"nli": found.control["nli"]})
    header, _, control, *_ = rows(tables.setting_table(one, "lab"))
    assert header == ["method", "radius", "otherwise", "nli", "below", "outcome"]
    assert control[3] == "95.00"
    assert "average" not in tables.sweep_words(one)
    assert "reaches 95.0 points, so the threshold is 93.0" in tables.sweep_words(one)


def test_a_method_of_which_nothing_passes_is_said_to_break_the_rule(found):
    lines = tables.choice_words(found, "lab").splitlines()
    (line,) = [line for line in lines if "`consistency`" in line]
    assert "no setting passes" in line
    assert "2.50 points short" in line  # 90.5 where 93 is asked
    assert line.endswith("that one.")
    (other,) = [line for line in lines if "`smoothing-noise`" in line]
    assert other.endswith("The study uses it.")


def test_a_study_that_does_not_keep_to_the_rule_is_told_so(tmp_path):
    right = {"standard": 190, "smoothing-noise-radius-0.3": 190, "smoothing-noise-radius-1.0": 190}
    found = sweep(made_up_sweep(tmp_path, right))
    assert "which is not what the rule takes" in tables.choice_words(found, "lab")
    (row,) = [row for row in rows(tables.method_table(found, "lab")) if row[0] == "smoothing-noise"]
    assert row[2] == "**not by the rule**"


def test_settings_are_listed_with_how_they_were_chosen(found):
    chosen = {row[0]: row[2] for row in rows(tables.method_table(found, "lab"))}
    assert chosen["smoothing-noise"] == "by the rule"
    assert chosen["consistency"] == "**not by the rule**"
    assert chosen["code-switch"] == "fixed beforehand"


def test_doubts_are_counted_and_not_typed(found, tmp_path):
    said = tables.caution_words(found)
    # 5 and 4.5 points below lie clear of two; the setting like the control has no spread at all
    assert "inside their interval: 0 of 4." in said
    assert "For `smoothing-noise` a smaller radius fails and a larger one passes" in said
    close = sweep(made_up_sweep(tmp_path, {"standard": 190, "consistency-radius-0.1": 187}))
    said = tables.caution_words(close)
    assert "inside their interval: 1 of 1." in said
    assert "a smaller radius fails" not in said


def test_rivals_of_the_same_radius_are_told_apart_by_as_little_as_they_are(tmp_path):
    right = {
        "standard": 190,
        f"adversarial-radius-0.03-steps-1-{FULL}": 189,
        f"adversarial-radius-0.03-steps-3-{FULL}": 188,
    }
    said = tables.caution_words(sweep(made_up_sweep(tmp_path, right)))
    assert "2 settings of the chosen radius pass, within 0.5 points" in said


def test_missing_runs_are_named(tmp_path):
    arm = "consistency-radius-0.1"
    store = made_up_sweep(tmp_path, {**NOISE, arm: 180}, leave_out={(arm, "tuning-nli")})
    said = tables.sweep_words(sweep(store))
    assert "**1 run missing**" in said
    assert f"tuning-nli {arm} seed 0" in said
    assert "7 runs: 2 settings of 1 method and" in said


def test_a_folder_without_a_sweep_is_said_to_have_none_and_breaks_nothing(tmp_path):
    found = sweep(Store(tmp_path))
    assert "no records at scale `tuning`" in tables.sweep_words(found)
    assert "nothing here to judge" in tables.choice_words(found, "lab")
    for empty in (
        tables.setting_table(found, "lab"),
        tables.caution_words(found),
        tables.run_table(found),
    ):
        assert empty == ""
    assert ["smoothing-noise", "radius 0.3"] in rows(tables.method_table(found, "lab"))


def test_every_run_is_listed_with_its_fingerprint(found):
    listed = rows(tables.run_table(found))[2:]
    assert {row[-1] for row in listed} == {
        f"`{record.unit.fingerprint[:12]}`" for record in found.records
    }
