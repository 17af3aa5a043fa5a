import pytest

from crosslab.claims import bars, claims
from crosslab.config import SCALES, study_config
from crosslab.errors import UsageError
from crosslab.experiments import (
    EXPERIMENTS,
    arm_run,
    changes,
    chosen_runs,
    encoder_run,
    planned_runs,
)
from crosslab.lab.tasks import TASKS
from crosslab.methods import METHODS


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_an_experiment_names_only_what_exists(experiment):
    assert set(experiment.arms) <= set(METHODS)
    assert experiment.task in TASKS
    assert set(experiment.claims) <= {claim.claim_id for claim in claims()}


@pytest.mark.parametrize("bar", bars(), ids=lambda bar: f"{bar.claim_id}-{bar.rung}")
def test_a_bar_compares_arms_that_its_experiments_run_under_the_seeds_it_asks_for(bar):
    for name in bar.experiments:
        assert {bar.treated, bar.control} <= set(EXPERIMENTS[name].arms)
    assert list(study_config(bar.rung).seed_range) == list(bar.seed_range)


@pytest.mark.parametrize("scale", SCALES)
def test_no_two_runs_of_a_scale_share_a_fingerprint_or_a_folder(scale):
    units = [each.unit for each in planned_runs(scale)]
    assert len({unit.fingerprint for unit in units}) == len(units)
    assert len({unit.folder for unit in units}) == len(units)


def test_the_same_run_at_another_scale_is_another_run():
    smoke, lab = (arm_run(s, "transfer-paraphrase", "standard", 0).unit for s in ("smoke", "lab"))
    assert smoke.fingerprint != lab.fingerprint


def test_a_run_names_the_encoder_it_starts_from():
    run = arm_run("smoke", "transfer-paraphrase", "standard", 0)
    assert run.parents == (encoder_run("smoke").unit,)
    assert run.settings["encoder"] == encoder_run("smoke").unit.fingerprint


def test_narrowing_to_an_arm_and_a_seed_gives_that_one_run():
    (run,) = chosen_runs("transfer-paraphrase", "smoke", ("standard",), (1,))
    assert (run.unit.arm, run.unit.seed) == ("standard", 1)


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (("transfer-paraphrse", "smoke"), "transfer-paraphrase"),
        (("transfer-paraphrase", "smoek"), "smoke"),
        (("transfer-paraphrase", "smoke", ("standrd",)), "standard"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_one(arguments, nearest):
    with pytest.raises(UsageError, match=f"Did you mean '{nearest}'"):
        chosen_runs(*arguments)


def test_unknown_arms_and_seeds_are_reported_together():
    with pytest.raises(UsageError) as refusal:
        chosen_runs("transfer-paraphrase", "smoke", ("standrd", "smothing-synonyms"), (8, 9))
    assert len(refusal.value.problems) == 4


def test_a_recipe_that_does_not_exist_is_not_pre_trained():
    with pytest.raises(UsageError, match="Known: mbert"):
        chosen_runs("pretraining", "smoke", ("xlm",))
    with pytest.raises(UsageError, match="accepted: 0 to 0"):
        chosen_runs("pretraining", "smoke", (), (7,))


def test_a_seed_outside_the_study_is_refused():
    with pytest.raises(UsageError, match="accepted: 0 to 1"):
        chosen_runs("transfer-paraphrase", "smoke", (), (99,))


def test_changes_name_what_came_what_went_and_what_is_different():
    found = changes({"a": 1, "b": {"c": 2}}, {"b": {"c": 3}, "d": 4})
    assert found == ["a: 1 -> absent", "b.c: 2 -> 3", "d: absent -> 4"]
