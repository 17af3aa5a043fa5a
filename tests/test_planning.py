import json
import shutil

from conftest import made_up_study

from crosslab.experiments import planned_runs
from crosslab.planning import batches, estimates, explained, steps
from crosslab.records import Store


def test_runs_of_one_seed_share_a_notebook_and_wait_for_their_encoder():
    made = batches(planned_runs("smoke"))
    assert [batch.name for batch in made] == [
        "pretraining-seed-0",
        "transfer-paraphrase-seed-0",
        "transfer-paraphrase-seed-1",
    ]
    assert made[1].arms == ("standard", "smoothing-synonyms")
    assert made[1].needs == ("pretraining-seed-0",)


def test_an_encoder_that_is_there_is_not_waited_for():
    runs = [each for each in planned_runs("smoke") if each.parents]
    assert all(batch.needs == () for batch in batches(runs))


def test_a_complete_study_has_nothing_to_do(tmp_path):
    store = made_up_study(tmp_path)
    assert explained(steps(store, "smoke")) == ["All 5 runs are there; nothing to do."]


def test_only_what_is_missing_is_to_be_run_and_the_reason_is_given(tmp_path):
    store = made_up_study(tmp_path, leave_out=lambda unit: unit.seed == 1)
    lines = explained(steps(store, "smoke"))
    assert lines[0] == "2 of 5 runs to make:"
    assert all("not run yet" in line for line in lines[1:])


def test_a_changed_setting_and_a_changed_source_are_given_as_reasons(tmp_path):
    store = Store(tmp_path)
    old = made_up_study(tmp_path / "old")
    (planned,) = [
        each for each in planned_runs("smoke") if (each.unit.arm, each.unit.seed) == ("standard", 0)
    ]
    folder = old.folder(planned.unit)
    record = json.loads((folder / "record.json").read_text())
    record["unit"]["fingerprint"] = "0" * 64
    record["settings"] = {**planned.settings, "task": "other"}
    record["sources"] = {**planned.sources, "crosslab.training": "1" * 64}
    record["packages"] = {**planned.packages, "torch": "2.11.0"}
    target = tmp_path / "smoke" / "transfer-paraphrase" / "standard" / f"0-{'0' * 12}"
    shutil.copytree(folder, target)
    (target / "record.json").write_text(json.dumps(record))
    (step,) = [each for each in steps(store, "smoke") if each.planned.unit == planned.unit]
    assert "source crosslab.training changed" in step.why
    assert "setting task: other -> paraphrase" in step.why
    assert any(why.startswith("package torch: 2.11.0 -> ") for why in step.why)


def test_the_cost_counts_encoders_alone_and_shares_the_cores_among_the_rest(tmp_path):
    store, empty = made_up_study(tmp_path / "made"), Store(tmp_path / "empty")
    plan = steps(empty, "smoke")
    one, two = (estimates(empty, store, plan, cores)["minutes"] for cores in (1, 2))
    # made-up runs take 1 second each and 4 to start: 5 of them, one after the other or not
    assert one == round(5 * 5 / 60, 1)
    assert two == round(3 * 5 / 60, 1)


def test_nothing_to_do_costs_nothing(tmp_path):
    store = made_up_study(tmp_path)
    assert estimates(store, store, steps(store, "smoke"), 2) == {"minutes": 0.0, "memory_gib": 0.0}
