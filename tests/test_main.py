import json

import jsonschema
import pytest
from conftest import PROJECT, made_up_study

from crosslab.claims import Verdict
from crosslab.literature.testimony import questions
from crosslab.questions import Answer
from crosslab.runs import planned_runs


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "transfer-paraphrse", "--scale", "smoke"), "Did you mean 'transfer-paraphrase'"),
        (("run", "transfer-paraphrase", "--scale", "smokee"), "Did you mean 'smoke'"),
        (("run", "transfer-paraphrase", "--scale", "smoke", "--arm", "standrd"), "'standard'"),
        (("run", "transfer-paraphrase", "--scale", "smoke", "--seed", "99"), "accepted: 0 to 1"),
        (("run", "transfer-paraphrase", "--seed", "one"), "valid integer"),
        (("plan", "--scale", "whole"), "Known: bench, bench-tuning, lab, paper, smoke"),
        (("study", "--scale", "lub"), "Did you mean 'lab'"),
        (("study", "--scale", "smoke", "--executor", "slrm"), "Known: local, slurm, kubernetes"),
        (("study", "--scale", "smoke", "--data", "somewhere"), "makes its own data"),
        (("verdicts", "--scale", "lab", "--results", "nowhere"), "crosslab study --scale lab"),
        (("book", "--scale", "smoke", "--results", "nowhere"), "crosslab study --scale smoke"),
        (("verdicts", "--scale", "lob"), "Did you mean 'lab'"),
        (("studdy",), "No such command"),
        (("plan", "--sacle", "lab"), "No such option"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_line_with_status_2(project, crosslab, arguments, said):
    done = crosslab(*arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / "nowhere").exists()
    assert not list(project.glob("runs/smoke/*/*/*/record.json"))


def test_a_missing_lock_file_is_one_line_with_the_way_back(project, crosslab):
    (project / "requirements.lock").unlink()
    done = crosslab("study", "--scale", "smoke")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "git checkout -- requirements.lock" in done.stderr


def test_a_results_folder_that_cannot_be_made_is_one_line(project, crosslab):
    (project / "file").write_text("no folder")
    done = crosslab("study", "--scale", "smoke", "--results", "file/runs")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_outside_the_project_nothing_is_done(tmp_path, monkeypatch, crosslab):
    monkeypatch.chdir(tmp_path)
    done = crosslab("study", "--scale", "smoke")
    assert done.returncode == 2
    assert "Run crosslab in the project's folder" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_plan_names_every_run_its_state_and_its_cost(project, crosslab):
    made_up_study(project / "runs", leave_out=lambda unit: unit.seed == 1)
    plan = json.loads(crosslab("plan", "--scale", "smoke", "--json").stdout)
    planned = [each.unit.model_dump() for each in planned_runs("smoke")]
    assert [{key: run[key] for key in planned[0]} for run in plan["runs"]] == planned
    present = [run for run in plan["runs"] if run["state"] == "present"]
    assert [(run["experiment"], run["arm"], run["seed"]) for run in present] == [
        ("pretraining", "mbert", 0),
        ("transfer-paraphrase", "standard", 0),
        ("transfer-paraphrase", "smoothing-synonyms", 0),
    ]
    assert {run["state"] for run in plan["runs"]} == {"present", "absent"}
    assert plan["minutes"] > 0
    assert plan["memory_gib"] > 0


def test_the_plan_of_the_paper_says_what_a_gpu_would_take_before_anything_starts(project, crosslab):
    plan = json.loads(crosslab("plan", "--scale", "paper", "--price", "3", "--json").stdout)
    assert {run["state"] for run in plan["runs"]} == {"absent"}
    assert plan["gpu_hours"] > 0
    assert plan["disk_gib"] > 0
    assert plan["price"] == pytest.approx(3 * plan["gpu_hours"])
    assert not (project / "runs").exists()


def test_a_plan_needs_no_torch_and_changes_nothing(project, crosslab):
    done = crosslab("plan", "--scale", "smoke")
    assert done.returncode == 0
    assert not (project / "runs").exists()


def test_verdicts_follow_the_published_schema(project, crosslab):
    made_up_study(project / "runs")
    done = crosslab("verdicts", "--scale", "smoke", "--results", "runs", "--json", "-")
    assert done.returncode == 0, done.stderr
    schema = json.loads((PROJECT / "claims" / "verdicts.schema.json").read_text())
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema)
    claims = ["gain-paraphrase", "gain-nli", "gain-generalized"]
    about = [row for row in found["verdicts"] if "claim_id" in row]
    assert [(row["rung"], row["claim_id"]) for row in about] == [
        (rung, claim) for rung in ("lab", "arithmetic") for claim in claims
    ]
    asked = [row["question_id"] for row in found["verdicts"] if row not in about]
    assert asked == list(questions())
    assert all(next(iter(row)) in {"claim_id", "question_id"} for row in found["verdicts"])


def test_the_published_schema_is_that_of_the_code():
    schema = json.loads((PROJECT / "claims" / "verdicts.schema.json").read_text())
    kinds = schema["properties"]["verdicts"]["items"]["anyOf"]
    assert [set(each["required"]) for each in kinds] == [
        set(model.model_fields) for model in (Verdict, Answer)
    ]
    assert all(each["additionalProperties"] is False for each in kinds)


def test_verdicts_can_be_written_to_a_file(project, crosslab):
    made_up_study(project / "runs")
    crosslab("verdicts", "--scale", "smoke", "--results", "runs", "--json", "v.json")
    assert json.loads((project / "v.json").read_text())["verdicts"]


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_answer_anywhere(tmp_path, monkeypatch, crosslab, option):
    monkeypatch.chdir(tmp_path)
    done = crosslab(option)
    assert done.returncode == 0
    assert "crosslab" in done.stdout


@pytest.mark.slow
def test_one_unit_can_be_run_by_itself_and_brings_what_it_builds_on(project, crosslab):
    done = crosslab(
        "run", "alignment-consistency", "--scale", "smoke", "--arm", "standard", "--seed", "1"
    )
    assert done.returncode == 0, done.stderr
    records = sorted(path.parts[-4:-1] for path in (project / "runs").glob("*/*/*/*/record.json"))
    assert [parts[:2] for parts in records] == [
        ("alignment-consistency", "standard"),
        ("collecting", "standard"),  # the items, which take an encoder of their own
        ("pretraining", "mbert"),
        ("pretraining", "mbert-collector"),
    ]
    assert records[0][2].startswith("1-")
