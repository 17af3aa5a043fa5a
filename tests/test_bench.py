import json
import time

import numpy as np
import pytest
import torch
from made_up_bench import TARGETS, tiny
from made_up_data import write_made_up_data
from made_up_english import write_made_up_english

from crosslab.baselines import answers_by_script
from crosslab.bench import __main__ as command
from crosslab.bench import measures, searching
from crosslab.bench.laboratory import lab_bench, lab_text
from crosslab.bench.real import grafting, real_bench
from crosslab.bench.reports import auditing
from crosslab.errors import UsageError
from crosslab.evaluation import probabilities
from crosslab.methods import METHODS
from crosslab.scales import SCALES

SPEEDS = {
    "fine-tuning": measures.fine_tuning,
    "pair-matrix": measures.pair_matrix,
    "updates": measures.updates,
    "bucketing": measures.bucketing,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory, one_thread):
    scratch = tmp_path_factory.mktemp("scratch")
    return lab_bench("smoke", rounds=1, updates=8, scratch=scratch)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_made_up_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def tiny_bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setitem(SCALES, "bench", tiny(write_made_up_english(folder)))
        yield


@pytest.fixture(scope="module")
def real(data, tiny_bench, tmp_path_factory, one_thread):
    scratch = tmp_path_factory.mktemp("real")
    return real_bench("bench", data, rounds=1, updates=8, scratch=scratch)


def run(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["bench", *arguments])
    return command.cli()


@pytest.mark.parametrize("name", SPEEDS)
@pytest.mark.parametrize("where", ["small", "real"])
def test_every_speed_is_measured_in_every_round(request, where, name):
    for speed in SPEEDS[name](request.getfixturevalue(where)):
        assert speed.name == name
        assert len(speed.rounds) == 1
        assert min(speed.rounds) > 0


def test_auditing_is_measured_in_seconds_and_in_how_they_grow(tmp_path):
    found = auditing(20, 1, tmp_path)
    assert [speed.unit for speed in found] == [" s", "x", "x"]
    assert all(min(speed.rounds) > 0 for speed in found)


def test_reading_and_searching_are_measured_beside_another_library(tmp_path):
    read = searching.embedding("smoke", 1, tmp_path)
    assert [speed.at_least for speed in read] == [None, 1, 1]
    found = searching.searching("smoke", 1)
    assert [speed.what.partition(" / ")[0] for speed in found] == [
        *["search among 500"] * 2,
        *["search among 2,000"] * 3,
    ]
    assert all(min(speed.rounds) > 0 for speed in (*read, *found))


@pytest.fixture
def said(monkeypatch):
    """Returns what each work that is timed comes to."""
    found = {}

    def once(works, _):
        found.update({name: work(0) for name, work in works.items()})
        return {name: [1.0] for name in works}

    monkeypatch.setattr(searching, "_timed", lambda work: lambda _: work())
    monkeypatch.setattr(searching, "in_turns", once)
    return found


def test_both_libraries_read_a_sentence_alike(tmp_path, said):
    searching.embedding("smoke", 1, tmp_path)
    assert said["own"].shape == said["32"].shape
    assert abs(said["own"] - said["32"]).max() < 1e-5


def test_both_libraries_find_the_same(said):
    searching.searching("smoke", 1)
    places, _ = said["own"]
    assert places.tolist() == [[hit["corpus_id"] for hit in hits] for hits in said["its blocks"]]
    assert said["its blocks"] == said["our blocks"]


def test_without_the_other_library_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(searching, "_OTHER", "no_such_library")
    with pytest.raises(UsageError, match="no_such_library, which is not installed"):
        searching.searching("smoke", 1)


def test_both_sides_of_a_round_train_on_the_same_items_and_every_round_on_others(small):
    drawn = [measures._drawn(small, turn) for turn in (1, 1, 2)]
    ids = [inputs.ids.tolist() for inputs, _ in drawn]
    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == min(small.updates * small.finetune.batch, len(small.inputs))


def test_both_sides_compute_in_the_precision_of_the_study(real, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(measures, "answers_by_script", lambda *_, **how: asked.append(how))
    measures._script_seconds(real, tmp_path, 8)
    assert {how["precision"] for how in asked} == {"bfloat16"}
    made = []
    kept = measures.trainer

    def noted(*given, **how):
        made.append(kept(*given, **how))
        return made[-1]

    monkeypatch.setattr(measures, "trainer", noted)
    measures._trainer_seconds(real, "batch", 0)
    assert made[0].args.bf16


def test_the_command_knows_every_speed():
    beside = {"lab-text", "embedding", "searching", "auditing", "grafting", "epoch"}
    assert set(command.MEASUREMENTS) == {*beside, *SPEEDS}
    (text,) = lab_text("smoke", rounds=1)
    assert min(text.rounds) > 0


def test_every_method_is_held_against_plain_fine_tuning(small, monkeypatch):
    costs = {key: float(number) for number, key in enumerate(METHODS, start=1)}
    monkeypatch.setattr(measures, "_update_seconds", lambda _, key, __: costs[key])
    base = costs["standard"]
    found = {speed.what: set(speed.rounds) for speed in measures.updates(small)}
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
    monkeypatch.setattr(measures, own, lambda *_: 2.0)
    monkeypatch.setattr(measures, baseline, lambda *_: 6.0)
    for speed in SPEEDS[measure](small):
        assert list(speed.rounds) == [3.0]
        assert speed.met is (speed.at_least < 3)


def test_a_script_is_charged_for_every_ordered_pair(small, monkeypatch):
    monkeypatch.setattr(measures, "seconds", lambda _: 1.0)
    checkpoint = small.scratch / "none"
    assert measures._script_seconds(small, checkpoint, 8) == len(small.languages) ** 2


def test_the_clock_counts_updates_and_not_what_comes_before(small, monkeypatch):
    monkeypatch.setattr(measures.Pace, "seconds", property(lambda pace: len(pace.times)))
    assert measures._update_seconds(small, "standard", 0) == small.updates
    assert measures._trainer_seconds(small, "batch", 0) == small.updates


def test_a_table_is_printed_and_nothing_is_left_behind(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    only = {"lab-text": command.MEASUREMENTS["lab-text"]}
    monkeypatch.setattr(command, "MEASUREMENTS", only)
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


def test_speeds_on_real_languages_are_printed(monkeypatch, tmp_path, capsys, data, tiny_bench):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "_REAL_UPDATES", 8)
    asked = ("--scale", "bench", "--data", str(data), "--rounds", "1", "--only", "fine-tuning")
    assert run(monkeypatch, *asked) == 0
    assert "fine-tuning throughput / Trainer" in capsys.readouterr().out


def test_grafting_is_measured_in_seconds_over_every_language(data, tiny_bench, one_thread):
    (speed,) = grafting("bench", data, rounds=2)
    assert f"grafting {len(TARGETS)} languages" in speed.what
    assert (len(speed.rounds), speed.unit, speed.at_most) == (2, " s", 120)
    assert min(speed.rounds) > 0


def test_an_epoch_is_as_many_updates_as_the_trial_had(real, monkeypatch):
    threads = []

    def update(*_, clock):
        assert clock is time.perf_counter
        threads.append(torch.get_num_threads())
        return 0.25

    monkeypatch.setattr(measures, "_update_seconds", update)
    before = torch.get_num_threads()
    (speed,) = measures.epoch(real)
    assert set(threads) == {2}  # as the trial had
    assert torch.get_num_threads() == before
    assert list(speed.rounds) == [0.25 * -(-16_000 // real.finetune.batch)] * real.rounds
    assert speed.met is (speed.median <= 133)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--scale", "lab", "--only", "grafting"), "'grafting'"),
        (("--scale", "bench"), "--data DIR"),
        (("--scale", "lab", "--data", "x"), "takes no --data"),
        (("--scale", "bench", "--data", "x", "--only", "auditing"), "'auditing'"),
    ],
)
def test_what_cannot_be_measured_is_refused(monkeypatch, tmp_path, capsys, arguments, word):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments) == 2
    assert word in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_script_on_real_languages_answers_as_the_matrix_does(real, tmp_path):
    model = real.model()
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(4)  # an untrained model answers everything alike
    model.save_pretrained(tmp_path)
    sides = [real.script.sentences(*side) for side in (("first", "de"), ("second", "zh"))]
    encode = real.script.encode("de", "zh")
    found = answers_by_script(tmp_path, encode, *sides, batch=3)
    expected = probabilities(model, real.asked().pairs("de", "zh"))
    assert np.ptp(expected[:, 0]) > 1e-3
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_fewer_languages_than_the_study_has_are_enough(
    data, tiny_bench, tmp_path, monkeypatch, one_thread
):
    monkeypatch.setattr("crosslab.bench.real.LANGUAGES", 1)
    made = real_bench("bench", data, rounds=1, updates=8, scratch=tmp_path)
    assert made.languages == ("en", "de")
    assert all(min(speed.rounds) > 0 for speed in measures.updates(made))


def test_words_of_real_languages_stay_as_they_are_in_training(real):
    assert not real.model().get_input_embeddings().weight.requires_grad


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
