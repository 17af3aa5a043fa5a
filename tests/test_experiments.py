from dataclasses import replace

import pytest

import crosslab.arms
from crosslab import experiments
from crosslab.arms import ARMS, SWEPT, method_key, method_settings, methods_of
from crosslab.claims import bars, claims
from crosslab.config import (
    AdversarialConfig,
    CodeSwitchConfig,
    ConsistencyConfig,
    CopiesConfig,
    NoiseConfig,
    settings,
)
from crosslab.errors import UsageError
from crosslab.experiments import (
    EXPERIMENTS,
    MATRIX,
    MECHANISM,
    SOURCE_DEV,
    experiments_of,
    recipes_of,
)
from crosslab.lab.tasks import TASKS
from crosslab.methods import METHODS
from crosslab.runs import arm_run, changes, chosen_runs, encoder_run, planned_runs
from crosslab.scales import SCALES, study_config


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_an_experiment_names_only_what_exists(experiment):
    assert {method_key(arm) for arm in experiment.arms} <= set(METHODS)
    assert experiment.task in TASKS
    assert experiment.evaluation in {MATRIX, MECHANISM, SOURCE_DEV}
    assert set(experiment.scales) <= set(SCALES)
    assert set(experiment.claims) <= {claim.claim_id for claim in claims()}


@pytest.mark.parametrize("bar", bars(), ids=lambda bar: f"{bar.claim_id}-{bar.rung}")
def test_a_bar_compares_arms_that_its_experiments_run_under_the_seeds_it_asks_for(bar):
    for name in bar.experiments:
        for arm in (bar.treated, bar.control):
            seeds = [each.unit.seed for each in chosen_runs(name, bar.rung, (arm,))]
            assert seeds == list(bar.seed_range)


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


# Which experiments a scale has


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("smoke", ["transfer-paraphrase", "transfer-nli", "mechanism"]),
        ("lab", ["transfer-paraphrase", "transfer-nli", "mechanism"]),
        ("tuning", ["tuning-paraphrase", "tuning-nli"]),
    ],
)
def test_a_scale_runs_its_own_experiments_after_the_encoder_they_share(scale, expected):
    planned = [each.unit.experiment for each in planned_runs(scale)]
    assert list(dict.fromkeys(planned)) == ["pretraining", *expected]
    assert planned.count("pretraining") == len(recipes_of(scale))


@pytest.mark.parametrize("scale", SCALES)
def test_every_arm_of_an_experiment_is_run_under_every_seed(scale):
    planned = [each.unit for each in planned_runs(scale)][len(recipes_of(scale)) :]
    assert {(unit.experiment, unit.arm, unit.seed) for unit in planned} == {
        (name, arm, seed)
        for name, each in experiments_of(scale).items()
        for arm in each.arms
        for seed in seeds_of(scale, arm in each.barred)
    }


def seeds_of(scale, barred):
    config = study_config(scale)
    more = getattr(config, "barred_seeds", 0) if barred else 0
    return range(config.first_seed, config.first_seed + max(config.seeds, more))


def test_an_arm_that_no_bar_compares_has_no_run_under_the_seeds_of_those_that_one_does():
    last = seeds_of("bench", barred=True)[-1]
    assert len(chosen_runs("transfer-nli", "bench", ("standard",), (last,))) == 1
    with pytest.raises(UsageError, match="only standard, smoothing-synonyms have seeds above 104"):
        chosen_runs("transfer-nli", "bench", ("adversarial",), (last,))


def test_settings_are_chosen_on_another_world_by_source_language_dev_items_alone():
    tuning, lab = study_config("tuning"), study_config("lab")
    assert tuning.lab.world != lab.lab.world
    assert tuning.finetune.oracle_items is None
    assert {each.evaluation for each in EXPERIMENTS.values() if "tuning" in each.scales} == {
        SOURCE_DEV
    }


# Variants


def test_an_arm_that_is_no_variant_is_its_own_method_with_the_settings_of_the_study():
    config = study_config("lab")
    for arm in ARMS:
        assert method_key(arm) == arm
        assert methods_of(config, arm) == config.methods


@pytest.mark.parametrize("arm", SWEPT)
def test_a_variant_changes_the_settings_of_its_own_method_and_no_others(arm):
    config, variant = study_config("tuning"), SWEPT[arm]
    section = variant.method.replace("-", "_")
    assert method_key(arm) == variant.method
    assert methods_of(config, arm) == replace(config.methods, **{section: variant.settings})


def test_a_run_says_what_its_method_is_set_to():
    config = study_config("lab")
    methods = config.methods
    assert {arm: method_settings(config, arm) for arm in ARMS} == {
        "standard": None,
        "adversarial": settings(methods.adversarial),
        "smoothing-noise": settings(methods.smoothing_noise),
        "smoothing-synonyms": {"plain_share": 0.0},
        "smoothing-synonyms-static": settings(methods.copies),
        "clean-matched": settings(methods.copies),
        "code-switch": settings(methods.code_switch),
        "consistency": settings(methods.consistency),
    }
    for arm, variant in SWEPT.items():
        run = arm_run("tuning", "tuning-nli", arm, 0)
        assert run.settings["method"] == settings(variant.settings)


def test_a_name_of_a_variant_tells_its_settings_apart():
    kinds = {(each.method, each.settings) for each in SWEPT.values()}
    assert len(kinds) == len(SWEPT)


def test_a_variant_is_another_run_than_its_method_as_the_study_has_it():
    for arm, variant in SWEPT.items():
        mine, own = (
            arm_run("tuning", "tuning-nli", name, 0).unit.fingerprint
            for name in (arm, variant.method)
        )
        assert mine != own


# Which runs a setting is part of


def fingerprints(scale):
    units = [each.unit for each in planned_runs(scale)]
    return {(unit.experiment, unit.arm, unit.seed): unit.fingerprint for unit in units}


def changed(before, after):
    """Return the experiments and arms of the runs whose fingerprints differ, under any seed."""
    return {run[:2] for run in before if before[run] != after[run]}


def runs_of(*arms):
    """Return every experiment of scale smoke with each of these arms that it compares."""
    return {
        (name, arm)
        for name, each in EXPERIMENTS.items()
        if "smoke" in each.scales
        for arm in each.arms
        if arm in arms
    }


def test_the_settings_of_a_variant_are_part_of_its_fingerprint_and_of_no_other(monkeypatch):
    before = fingerprints("tuning")
    arm = next(arm for arm in SWEPT if arm.startswith("consistency"))
    other = replace(SWEPT[arm], settings=ConsistencyConfig(radius=0.77))
    monkeypatch.setattr(crosslab.arms, "VARIANTS", {**SWEPT, arm: other})
    found = changed(before, fingerprints("tuning"))
    assert found == {("tuning-paraphrase", arm), ("tuning-nli", arm)}


@pytest.mark.parametrize(
    ("section", "other", "arms"),
    [
        ("adversarial", AdversarialConfig(radius=0.77), ["adversarial"]),
        ("smoothing_noise", NoiseConfig(radius=0.77), ["smoothing-noise"]),
        (
            "copies",
            CopiesConfig(copies=7, epochs=1),
            ["smoothing-synonyms-static", "clean-matched"],
        ),
        ("code_switch", CodeSwitchConfig(word_share=0.77), ["code-switch"]),
        ("consistency", ConsistencyConfig(radius=0.77), ["consistency"]),
    ],
)
def test_changed_settings_of_a_method_change_its_own_runs_and_no_others(
    monkeypatch, section, other, arms
):
    before = fingerprints("smoke")
    config = study_config("smoke")
    methods = replace(config.methods, **{section: other})
    monkeypatch.setitem(SCALES, "smoke", replace(config, methods=methods))
    assert changed(before, fingerprints("smoke")) == runs_of(*arms)


@pytest.mark.parametrize(
    ("part", "other", "expected"),
    [
        ("mechanism", {"attack_steps": 9}, {run for run in runs_of(*ARMS) if run[0] == MECHANISM}),
        ("finetune", {"checkpoints": 9}, runs_of(*ARMS)),
        ("task", {"seed": 9}, runs_of(*ARMS)),
        ("pretrain", {"steps": 9}, {("pretraining", "mbert"), *runs_of(*ARMS)}),
    ],
)
def test_changed_settings_of_a_part_change_the_runs_that_it_is_part_of(
    monkeypatch, part, other, expected
):
    before = fingerprints("smoke")
    config = study_config("smoke")
    changes_made = {part: replace(getattr(config, part), **other)}
    monkeypatch.setitem(SCALES, "smoke", replace(config, **changes_made))
    assert changed(before, fingerprints("smoke")) == expected


def test_how_a_run_is_evaluated_is_part_of_what_it_is(monkeypatch):
    before = fingerprints("smoke")
    other = replace(EXPERIMENTS["transfer-nli"], evaluation=SOURCE_DEV)
    monkeypatch.setattr(experiments, "EXPERIMENTS", {**EXPERIMENTS, "transfer-nli": other})
    found = changed(before, fingerprints("smoke"))
    assert found == {run for run in runs_of(*ARMS) if run[0] == "transfer-nli"}


def test_an_experiment_is_refused_at_a_scale_it_is_not_part_of():
    # settings must not be tuned on the world that is published
    with pytest.raises(UsageError, match="not part of scale 'lab'; accepted: tuning, bench-tuning"):
        chosen_runs("tuning-nli", "lab")
