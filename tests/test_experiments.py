from dataclasses import replace

import pytest

import crosslab.arms
from crosslab import experiments
from crosslab.arms import (
    ALIGNING,
    ARMS,
    COMPOSITIONS,
    SIZES,
    SWEPT,
    composition_of,
    method_key,
    method_settings,
    methods_of,
)
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
    COLLECTED,
    COLLECTING,
    EXPERIMENTS,
    MATRIX,
    MBERT,
    MECHANISM,
    QUESTION_EXPERIMENTS,
    SOURCE_DEV,
    encoder_of,
    experiments_of,
    recipes_of,
)
from crosslab.identity.encoders import encoder_run
from crosslab.identity.planned import changes
from crosslab.lab.retrieval import TASK as RETRIEVAL
from crosslab.lab.tasks import TASKS
from crosslab.literature.testimony import questions
from crosslab.making.questions import TRIALS
from crosslab.methods import ALIGNING_METHODS, METHODS
from crosslab.runs import arm_run, chosen_runs, planned_runs
from crosslab.scales import SCALES, study_config


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_an_experiment_names_only_what_exists(experiment):
    assert {method_key(arm) for arm in experiment.arms} <= set(METHODS)
    assert experiment.task in TASKS
    assert experiment.evaluation in {MATRIX, MECHANISM, SOURCE_DEV}
    assert set(experiment.scales) <= set(SCALES)
    assert set(experiment.claims) <= {claim.claim_id for claim in claims()}


@pytest.mark.parametrize("experiment", QUESTION_EXPERIMENTS.values(), ids=QUESTION_EXPERIMENTS)
def test_an_experiment_on_a_question_names_only_what_exists(experiment):
    assert {method_key(arm) for arm in experiment.arms} <= set(METHODS)
    aligning = {composition_of(arm).aligned for arm in experiment.arms}
    assert aligning <= {"", *ALIGNING_METHODS}
    assert experiment.task in {*TASKS, RETRIEVAL.key}
    assert experiment.evaluation in TRIALS
    assert (experiment.question in questions()) != (experiment.evaluation == COLLECTED)


def test_every_question_has_an_experiment_of_its_name():
    asked = {each.question for each in QUESTION_EXPERIMENTS.values() if each.question}
    assert asked == set(questions()) == set(QUESTION_EXPERIMENTS) - {COLLECTING}


def test_every_composition_is_compared_somewhere():
    compared = {arm for each in QUESTION_EXPERIMENTS.values() for arm in each.arms}
    assert set(COMPOSITIONS) <= compared
    assert set(ALIGNING) <= compared


def test_an_arm_of_a_size_begins_with_the_encoder_of_that_size_and_all_others_with_the_usual_one():
    for name, each in QUESTION_EXPERIMENTS.items():
        for arm in each.arms:
            size = arm.rpartition("-")[2]
            if name == COLLECTING:
                assert encoder_of(each, arm) not in {MBERT, *SIZES.values()}
            else:
                assert encoder_of(each, arm) == SIZES.get(size, MBERT)


def test_only_runs_that_are_asked_collected_items_wait_for_them():
    collecting = arm_run("smoke", COLLECTING, "standard", 1000).unit
    waiting = {each.unit.experiment for each in planned_runs("smoke") if collecting in each.parents}
    assert waiting == {"alignment-consistency", "scales"}


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
        *(
            (scale, ["transfer-paraphrase", "transfer-nli", "mechanism", *QUESTION_EXPERIMENTS])
            for scale in ("smoke", "lab")
        ),
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
        for seed in (
            (1000,)
            if name == COLLECTING
            else seeds_of(scale, arm in each.barred, question=bool(each.question))
        )
    }


def seeds_of(scale, barred, *, question=False):
    config = study_config(scale)
    if question:
        config = config.questions if hasattr(config, "questions") else config.searches
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


def runs_of(*methods, those=None):
    """Return every experiment of scale smoke with each arm that fine-tunes with these methods."""
    return {
        (name, arm)
        for name, each in experiments_of("smoke").items()
        if those is None or name in those
        for arm in each.arms
        if method_key(arm) in methods
    }


OF_CLAIMS = runs_of(*ARMS, those=EXPERIMENTS)
OF_QUESTIONS = runs_of(*ARMS, those=QUESTION_EXPERIMENTS)
ENCODERS = {("pretraining", recipe) for recipe in recipes_of("smoke")}
ALIGNED = {run for run in OF_QUESTIONS if composition_of(run[1]).aligned}
UNDER_ATTACK = {run for run in OF_QUESTIONS if run[0] in {"retrieval-attack", "scales"}}
ASKED_COLLECTED = {
    run for run in OF_QUESTIONS if run[0] in {COLLECTING, "alignment-consistency", "scales"}
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
        ("mechanism", {"attack_steps": 9}, {run for run in OF_CLAIMS if run[0] == MECHANISM}),
        ("finetune", {"checkpoints": 9}, OF_CLAIMS),
        ("task", {"seed": 9}, OF_CLAIMS),
        ("pretrain", {"steps": 9}, ENCODERS | OF_CLAIMS | OF_QUESTIONS),
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


@pytest.mark.parametrize(
    ("part", "other", "expected"),
    [
        ("contrast", {"steps": 9}, ALIGNED),
        ("robust_noise", {"radius": 9.0}, {("retrieval-attack", "hybrid-batch-noise")}),
        ("robust_adversarial", {"radius": 9.0}, {("retrieval-attack", "hybrid-batch-adversarial")}),
        ("confusion", {"weight": 9.0}, {run for run in ALIGNED if "adversarial" in run[1][:18]}),
        ("adapting", {"steps": 9}, {run for run in OF_QUESTIONS if composition_of(run[1]).text}),
        ("collecting", {"tested": 9}, ASKED_COLLECTED),
        (
            "attack",
            {"steps": 9},
            {r for r in OF_QUESTIONS if r[0] in {"retrieval-attack", "scales"}},
        ),
    ],
)
def test_changed_settings_of_a_question_change_the_runs_that_read_them(
    monkeypatch, part, other, expected
):
    before = fingerprints("smoke")
    config = study_config("smoke")
    asked = replace(config.questions, **{part: replace(getattr(config.questions, part), **other)})
    monkeypatch.setitem(SCALES, "smoke", replace(config, questions=asked))
    assert changed(before, fingerprints("smoke")) == expected


def test_how_a_run_is_evaluated_is_part_of_what_it_is(monkeypatch):
    before = fingerprints("smoke")
    other = replace(EXPERIMENTS["transfer-nli"], evaluation=SOURCE_DEV)
    monkeypatch.setattr(experiments, "EXPERIMENTS", {**EXPERIMENTS, "transfer-nli": other})
    found = changed(before, fingerprints("smoke"))
    assert found == {run for run in OF_CLAIMS if run[0] == "transfer-nli"}


def test_an_experiment_is_refused_at_a_scale_it_is_not_part_of():
    # settings must not be tuned on the world that is published
    with pytest.raises(UsageError, match="not part of scale 'lab'; accepted: tuning, bench-tuning"):
        chosen_runs("tuning-nli", "lab")
