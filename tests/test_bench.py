import json

import pytest

from crosslab import bench
from crosslab.methods import METHODS


@pytest.fixture(scope="module")
def small(tmp_path_factory, one_thread):
    scratch = tmp_path_factory.mktemp("scratch")
    return bench.bench_of("smoke", rounds=1, updates=8, scratch=scratch)


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["bench", *arguments])
    return bench.cli()


@pytest.mark.parametrize("name", bench.MEASUREMENTS)
def test_every_speed_is_measured_in_every_round(small, name):
    for speed in bench.MEASUREMENTS[name](small):
        assert speed.name == name
        assert len(speed.rounds) == 1
        assert min(speed.rounds) > 0


def test_every_method_is_held_against_plain_fine_tuning(small, monkeypatch):
    costs = {key: float(number) for number, key in enumerate(METHODS, start=1)}
    monkeypatch.setattr(bench, "_update_seconds", lambda _, key, __: costs[key])
    base = costs["standard"]
    found = {speed.what: set(speed.rounds) for speed in bench.updates(small)}
    assert found == {
        f"{key} update / standard update": {cost / base}
        for key, cost in costs.items()
        if key != "standard"
    }


@pytest.mark.parametrize(
    ("measure", "own", "baseline"),
    [
        ("fine-tuning", "_update_seconds", "_trainer_seconds"),
        ("pair-matrix", "_matrix_seconds", "_script_seconds"),
    ],
)
def test_a_baseline_that_takes_three_times_as_long_is_a_ratio_of_three(
    small, monkeypatch, measure, own, baseline
):
    monkeypatch.setattr(bench, own, lambda *_: 2.0)
    monkeypatch.setattr(bench, baseline, lambda *_: 6.0)
    for speed in bench.MEASUREMENTS[measure](small):
        assert list(speed.rounds) == [3.0]
        assert speed.met is (speed.at_least < 3)


def test_a_script_is_charged_for_every_ordered_pair(small, monkeypatch):
    monkeypatch.setattr(bench, "seconds", lambda _: 1.0)
    checkpoint = small.scratch / "none"
    assert bench._script_seconds(small, checkpoint, 8) == len(small.languages) ** 2


def test_the_clock_counts_updates_and_not_what_comes_before(small, monkeypatch):
    monkeypatch.setattr(bench.Pace, "seconds", property(lambda pace: len(pace.times)))
    assert bench._update_seconds(small, "standard", small.inputs) == small.updates
    assert bench._trainer_seconds(small, "batch") == small.updates


def test_a_table_is_printed_and_nothing_is_left_behind(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bench, "MEASUREMENTS", {"lab-text": bench.lab_text})
    assert run(monkeypatch, "--scale", "smoke", "--rounds", "1") == 0
    assert "sentences of pre-training text a minute" in capsys.readouterr().out
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == [".cache"]


def test_json_goes_to_the_file_that_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    arguments = ("--scale", "smoke", "--rounds", "1", "--only", "lab-text", "--json", "a.json")
    assert run(monkeypatch, *arguments) == 0
    said = json.loads((tmp_path / "a.json").read_text())
    assert [each["name"] for each in said["speeds"]] == ["lab-text"]
    assert len(said["speeds"][0]["rounds"]) == 1
    assert said["scale"] == "smoke"
    assert "processor" in said["machine"]
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("--only", "fine-tunning"), "'fine-tuning'"), (("--scale", "labb"), "'lab'")],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(
    monkeypatch, tmp_path, capsys, arguments, word
):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments) == 2
    assert f"Did you mean {word}?" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
