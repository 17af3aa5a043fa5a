"""What a study will take, before anything starts."""

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import made_up_study
from made_up_rungs import made_up_rungs

from crosslab.costs import SEARCHES_SECONDS as SEARCHES
from crosslab.costs import TYPICAL_SECONDS as TYPICAL
from crosslab.costs import core_costs, costs_of, gpu_costs, only_in_folders, planned_updates
from crosslab.experiments import experiments_of, recipes_of
from crosslab.planning import Step, batches, memory_gib, steps
from crosslab.records import Store
from crosslab.runs import chosen_runs, planned_runs
from crosslab.scales import SCALES, study_config

NAMES = tuple(experiments_of("smoke"))
EVERY_ARM = {arm for each in experiments_of("smoke").values() for arm in each.arms}
RUNS = len(planned_runs("smoke"))
ENCODERS = len(recipes_of("smoke"))
PAPER = study_config("paper")


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    shares = dict.fromkeys(EVERY_ARM, 0.5)
    root = tmp_path_factory.mktemp("complete")
    return made_up_study(root, accuracies=shares, experiments=NAMES, items=2)


def costs(scale, store, published, cores=2):
    plan = steps(store, scale)
    return costs_of(scale, store, published, plan, cores=cores, price_per_hour=2.0)


def test_the_cost_counts_encoders_alone_and_shares_the_cores_among_the_rest(complete, tmp_path):
    empty = Store(tmp_path / "empty")
    one, two = (costs("smoke", empty, complete, cores).minutes for cores in (1, 2))
    # made-up runs take 1 second each and 4 to start: one after the other, or two at a time
    assert one == round(RUNS * 5 / 60, 1)
    assert two == round((ENCODERS + (RUNS - ENCODERS) / 2) * 5 / 60, 1)


@pytest.mark.parametrize("scale", SCALES)
def test_the_cost_of_a_scale_that_was_never_run_is_known_about(tmp_path, scale):
    empty = Store(tmp_path)
    found = costs(scale, empty, empty)
    assert all(value > 0 for value in found.numbers().values())
    assert found.words()


def test_nothing_to_do_costs_nothing(complete):
    assert costs("smoke", complete, complete).numbers() == {"minutes": 0.0, "memory_gib": 0.0}
    assert gpu_costs(PAPER, [], 2.0).numbers() == {
        "gpu_hours": 0.0,
        "disk_gib": 0.0,
        "price_per_hour": 2.0,
        "price": 0.0,
    }


def of_real_languages(tmp_path, arm, experiment="transfer-nli"):
    store = made_up_rungs(tmp_path, {("nli", "graft+pairs"): {"standard": 0.7}})
    (planned,) = chosen_runs(experiment, "bench", (arm,), (104,))
    return core_costs([planned], Store(tmp_path / "own"), store, cores=2).minutes


@pytest.mark.parametrize(
    ("arm", "seconds"),
    [
        ("standard", 1 + 4),  # made-up runs take 1 second under other seeds, and 4 to start
        ("code-switch", 1 + 4),  # no run of it: as long as plain fine-tuning
        ("consistency", 2 * (1 + 4)),  # two passes through the model in every update
        ("clean-matched", 2 * (1 + 4)),  # twice as many updates
    ],
)
def test_an_arm_takes_what_it_took_under_other_seeds_or_its_passes_over_the_model(
    tmp_path, arm, seconds
):
    assert of_real_languages(tmp_path, arm) == round(seconds / 60, 1)


def test_an_experiment_without_any_run_takes_what_is_typical(tmp_path):
    found = of_real_languages(tmp_path, "standard", experiment="transfer-paraphrase")
    assert found == round(TYPICAL["bench", False] / 60, 1)


def test_a_damaged_record_is_passed_over(tmp_path):
    store = made_up_rungs(tmp_path, {("nli", "graft+pairs"): {"standard": 0.7}})
    for path in (tmp_path / "bench" / "transfer-nli" / "standard").glob("*/record.json"):
        path.write_text("{")
    (planned,) = chosen_runs("transfer-nli", "bench", ("standard",), (104,))
    found = core_costs([planned], Store(tmp_path / "own"), store, cores=2).minutes
    assert found == round(TYPICAL["bench", False] / 60, 1)


def test_steps_of_grafting_follow_each_other_and_leave_no_core_to_others(tmp_path):
    empty = Store(tmp_path)
    every = chosen_runs("pretraining", "bench")
    found = [core_costs(every, empty, empty, cores).minutes for cores in (1, 8)]
    assert found == [round(len(every) * TYPICAL["bench", True] / 60, 1)] * 2


def test_memory_grows_with_the_runs_at_once_and_a_cluster_is_asked_for_more_than_one_takes():
    empty = Store(Path("nowhere"))
    for scale in ("lab", "bench"):
        runs = [each for each in planned_runs(scale) if each.unit.experiment != "pretraining"]
        one, four = (core_costs(runs, empty, empty, cores).memory_gib for cores in (1, 4))
        assert four == pytest.approx(4 * one, abs=0.3)
        assert core_costs(runs[:1], empty, empty, 4).memory_gib == one
        assert all(each.memory_mb == round(1.5 * 1024 * one) for each in batches(runs))


def test_a_larger_published_encoder_is_reckoned_to_take_more_memory():
    asked = {name: of(name, "standard")[0] for name in ("transfer-nli", "transfer-nli-xlm-r-large")}
    small, large = (memory_gib(each) for each in asked.values())
    parameters = PAPER.checkpoints["xlm-r-large"].parameters
    assert 4 * 4 * parameters < 2**30 * large < 4 * 6 * parameters
    assert small < large


def of(experiment, arm, seeds=(7,)):
    return chosen_runs(experiment, "paper", (arm,), seeds)


@pytest.mark.parametrize(
    ("experiment", "arm", "updates"),
    [
        ("transfer-paraphrase", "standard", 5 * 1544),
        ("transfer-paraphrase", "smoothing-synonyms-static-released", 46_314),
        ("transfer-paraphrase", "clean-matched", 46_314),
        ("transfer-nli", "clean-matched", 36_816),
        ("transfer-nli", "standard", 5 * 12_272),
    ],
)
def test_updates_are_those_that_the_literature_derives(experiment, arm, updates):
    (planned,) = of(experiment, arm)
    assert planned_updates(PAPER.tasks[planned.settings["task"]], planned) == updates


def test_twice_the_runs_and_twice_the_price_cost_twice():
    one, two = (gpu_costs(PAPER, of("transfer-nli", "standard", s), 2.0) for s in ((7,), (7, 8)))
    assert two.gpu_hours == pytest.approx(2 * one.gpu_hours)
    dear = gpu_costs(PAPER, of("transfer-nli", "standard"), 4.0)
    assert (dear.gpu_hours, dear.price) == (one.gpu_hours, 2 * one.price)


def test_an_attack_costs_nearly_another_pass_and_a_larger_model_more():
    hours = {
        (experiment, arm): gpu_costs(PAPER, of(experiment, arm), 2.0).gpu_hours
        for experiment in ("transfer-nli", "transfer-nli-xlm-r-large")
        for arm in ("standard", "adversarial")
    }
    ratio = hours["transfer-nli", "adversarial"] / hours["transfer-nli", "standard"]
    assert 1.5 < ratio < 1.7
    small, large = (hours[f"transfer-nli{suffix}", "standard"] for suffix in ("", "-xlm-r-large"))
    assert large > 2 * small


def test_larger_parts_of_an_update_are_faster():
    whole = replace(
        PAPER,
        checkpoints={key: replace(each, accumulation=1) for key, each in PAPER.checkpoints.items()},
    )
    runs = of("transfer-nli", "standard")
    assert gpu_costs(whole, runs, 2.0).gpu_hours < gpu_costs(PAPER, runs, 2.0).gpu_hours


def steps_of(*planned, state="not run yet"):
    return [Step(planned=each, state=state, why=()) for each in planned]


def test_what_only_a_folder_can_give_is_said_with_the_runs_that_read_it():
    arms = ("standard", "adversarial", "smoothing-synonyms", "code-switch")
    runs = [planned for arm in arms for planned in of("transfer-nli", arm)]
    (line,) = only_in_folders("paper", steps_of(*runs))
    assert "neighbours, dictionaries, which 2 of 4 runs read" in line
    assert "(smoothing-synonyms, code-switch)" in line
    assert "--data" in line


def test_nothing_is_said_of_folders_where_no_run_waits_for_one():
    encoders = chosen_runs("pretraining", "paper")
    plain = of("transfer-nli", "standard")
    waiting = of("transfer-nli", "code-switch")
    assert only_in_folders("paper", steps_of(*encoders, *plain)) == []
    assert only_in_folders("paper", steps_of(*waiting, state="present")) == []
    assert only_in_folders("lab", steps_of(*chosen_runs("transfer-nli", "lab"))) == []


def test_searches_in_real_languages_are_reckoned_without_a_task_of_their_own(tmp_path):
    planned = chosen_runs("retrieval-domains", "bench", (), (300,))
    found = core_costs(planned, Store(tmp_path), Store(tmp_path), 1).minutes
    assert found == round(len(planned) * SEARCHES / 60, 1)
    assert 0 < SEARCHES < TYPICAL["bench", False]
