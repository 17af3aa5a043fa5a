import json
import shutil

import pytest
from conftest import made_up_study

from crosslab.experiments import (
    COLLECTING,
    MBERT,
    PRETRAINING,
    STEPS,
    experiments_of,
    recipes_of,
)
from crosslab.planning import batches, explained, steps
from crosslab.records import Store
from crosslab.runs import planned_runs

NAMES = tuple(experiments_of("smoke"))
EVERY_ARM = {arm for each in experiments_of("smoke").values() for arm in each.arms}
RUNS = len(planned_runs("smoke"))
ENCODERS = len(recipes_of("smoke"))


def all_of(root, **changed):
    """Write a made-up study of every run there is at scale smoke."""
    shares = dict.fromkeys(EVERY_ARM, 0.5)
    return made_up_study(root, accuracies=shares, experiments=NAMES, items=2, **changed)


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    return all_of(tmp_path_factory.mktemp("complete"))


def test_long_runs_are_batched_by_themselves_but_for_the_steps_of_an_encoder():
    made = batches(planned_runs("bench"))
    steps, scratch = (each for each in made if each.experiment == PRETRAINING)
    assert steps.arms == ("graft", "graft+text", "graft+pairs")
    assert scratch.arms == ("scratch",)
    assert {len(each.arms) for each in made if each != steps} == {1}
    assert len({each.name for each in made}) == len(made)
    assert sum(len(each.arms) for each in made) == len(planned_runs("bench"))


def test_what_counts_most_comes_first_and_an_encoder_just_before_it_is_needed():
    made = batches(planned_runs("bench"))
    assert [each.priority for each in made] == [*range(len(made), 0, -1)]
    assert made[0].arms == STEPS
    barred = made[1:41]  # two tasks, two arms, ten seeds
    assert {each.arms for each in barred} == {("standard",), ("smoothing-synonyms",)}
    assert [each.seed for each in barred] == [seed for seed in range(100, 110) for _ in range(4)]
    others = made[41 : 41 + 5 * (6 + 7)]  # six arms on paraphrases, seven on NLI
    assert {each.experiment for each in others} == {"transfer-paraphrase", "transfer-nli"}
    assert [each.seed for each in others] == sorted(each.seed for each in others)
    assert [each.experiment for each in made[41 + len(others) :]] == [
        *(["transfer-paraphrase-graft"] * 4 + ["transfer-nli-graft"] * 4) * 5,
        *(["retrieval-attack"] * 6 + ["retrieval-domains"] * 5) * 5,
        PRETRAINING,  # from nothing, for the second witness
        *["transfer-nli-scratch"] * 20,
    ]


def test_runs_of_one_seed_share_a_notebook_and_wait_for_their_encoder():
    made = {batch.name: batch for batch in batches(planned_runs("smoke"))}
    encoders = {
        f"pretraining-{recipe}-seed-{int(recipe.endswith('collector'))}"
        for recipe in recipes_of("smoke")
    }
    others = {f"{name}-seed-{seed}" for seed in (0, 1) for name in NAMES if name != COLLECTING}
    assert set(made) == {*encoders, *others, "collecting-seed-1000"}
    for name in others:
        batch = made[name]
        assert batch.arms == experiments_of("smoke")[batch.experiment].arms
        assert f"pretraining-{MBERT}-seed-0" in batch.needs
    assert made["transfer-nli-seed-0"].needs == (f"pretraining-{MBERT}-seed-0",)
    assert "collecting-seed-1000" in made["scales-seed-1"].needs
    assert "collecting-seed-1000" not in made["retrieval-attack-seed-1"].needs


def test_what_bears_on_a_claim_begins_once_its_encoder_is_there():
    names = [batch.name for batch in batches(planned_runs("smoke"))]
    assert names[0] == f"pretraining-{MBERT}-seed-0"
    assert {each.split("-seed")[0] for each in names[1:5]} == {
        "transfer-paraphrase",
        "transfer-nli",
    }


def test_an_encoder_that_is_there_is_not_waited_for():
    runs = [each for each in planned_runs("smoke") if each.parents]
    needs = {need for batch in batches(runs) for need in batch.needs}
    assert needs == {"collecting-seed-1000"}


def test_a_complete_study_has_nothing_to_do(complete):
    assert explained(steps(complete, "smoke")) == [f"All {RUNS} runs are there; nothing to do."]


def test_only_what_is_missing_is_to_be_run_and_the_reason_is_given(tmp_path):
    gone = [("transfer-nli", "standard"), ("mechanism", "adversarial")]
    store = all_of(tmp_path, leave_out=lambda unit: (unit.experiment, unit.arm) in gone)
    assert explained(steps(store, "smoke")) == [
        f"4 of {RUNS} runs to make:",
        "  transfer-nli standard: 2 runs, not run yet",
        "  mechanism adversarial: 2 runs, not run yet",
    ]


def earlier_record(old, root, planned, **changed):
    """Copy the record of a run, under another fingerprint and with these parts different."""
    folder = old.folder(planned.unit)
    record = json.loads((folder / "record.json").read_text())
    record["unit"]["fingerprint"] = "0" * 64
    record.update({"settings": dict(planned.settings), "sources": dict(planned.sources)})
    record.update({"packages": dict(planned.packages), "parents": [], **changed})
    target = root / planned.unit.folder
    target = target.with_name(f"{planned.unit.seed}-{'0' * 12}")
    shutil.copytree(folder, target)
    (target / "record.json").write_text(json.dumps(record))


def run_named(experiment, arm, seed=0):
    (planned,) = [
        each
        for each in planned_runs("smoke")
        if (each.unit.experiment, each.unit.arm, each.unit.seed) == (experiment, arm, seed)
    ]
    return planned


def why(root, planned):
    (step,) = [each for each in steps(Store(root), "smoke") if each.planned.unit == planned.unit]
    return step.why


def test_a_changed_setting_and_a_changed_source_are_given_as_reasons(complete, tmp_path):
    planned = run_named("transfer-paraphrase", "standard")
    earlier_record(
        complete,
        tmp_path,
        planned,
        settings={**planned.settings, "task": "other"},
        sources={**planned.sources, "crosslab.training": "1" * 64},
        packages={**planned.packages, "torch": "2.11.0"},
    )
    reasons = why(tmp_path, planned)
    assert "source crosslab.training changed" in reasons
    assert "setting task: other -> paraphrase" in reasons
    assert any(each.startswith("package torch: 2.11.0 -> ") for each in reasons)


def test_a_changed_setting_of_a_method_is_named_with_both_values(complete, tmp_path):
    planned = run_named("transfer-nli", "consistency")
    method = planned.settings["method"]
    settings = {**planned.settings, "method": {**method, "weight": 77.0}}
    parents = [each.fingerprint for each in planned.parents]
    earlier_record(complete, tmp_path, planned, settings=settings, parents=parents)
    assert why(tmp_path, planned) == (f"setting method.weight: 77.0 -> {method['weight']}",)
