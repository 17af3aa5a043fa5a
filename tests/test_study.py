import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crosslab.errors import BusyError, UsageError
from crosslab.provenance import PACKAGE_FOLDER
from crosslab.records import ANSWERS, Store
from crosslab.runs import planned_runs
from crosslab.study import only_study, study

RUNS = len(planned_runs("smoke"))
ENCODER = "pretraining/mbert/0-*"
SOME_ARMS = tuple(
    f"transfer-paraphrase/{arm}/{seed}-*" for arm in ("standard", "code-switch") for seed in (0, 1)
)


def unfinished(finished: Path, *missing: str) -> None:
    """Begin with what a finished study recorded, without these runs."""
    shutil.copytree(finished, Path("runs"))
    for pattern in missing:
        (folder,) = Path("runs/smoke").glob(pattern)
        shutil.rmtree(folder)


def answers_of(results: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(results)): path.read_bytes()
        for path in sorted(results.glob(f"*/*/*/*/{ANSWERS}"))
    }


def started(*arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "crosslab", "study", "--scale", "smoke", *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=_hear_interrupts,  # noqa: PLW1509 - no threads here
    )


def _hear_interrupts() -> None:
    """Take Ctrl-C as a terminal's child does; what runs in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_a_second_study_in_a_folder_is_refused(tmp_path):
    second = only_study(tmp_path)
    with only_study(tmp_path), pytest.raises(BusyError, match=str(os.getpid())):
        second.__enter__()


def test_the_folder_is_free_again_after_a_study(tmp_path):
    for _ in range(2):
        with only_study(tmp_path):
            assert (tmp_path / ".study.lock").read_text() == str(os.getpid())


def test_an_unknown_executor_is_refused_and_one_without_its_plugin_says_what_to_install(tmp_path):
    with pytest.raises(UsageError, match="Known: local, slurm, kubernetes"):
        study(Store(tmp_path), "smoke", cores=1, executor="slurn", console=None)
    with pytest.raises(UsageError, match="snakemake-executor-plugin-slurm"):
        study(Store(tmp_path), "smoke", cores=1, executor="slurm", console=None)


@pytest.mark.slow
def test_a_finished_study_ends_at_once_and_leaves_every_byte(finished_study, project, crosslab):
    shutil.copytree(finished_study, project / "runs")
    # what the runs were made under is not what happens to be locked today
    with (project / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    done = crosslab("study", "--scale", "smoke")
    assert done.returncode == 0
    assert "nothing to do" in done.stdout
    for path in filter(Path.is_file, (finished_study / "smoke").rglob("*.*")):
        assert (
            project / "runs" / path.relative_to(finished_study)
        ).read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_a_study_killed_again_and_again_ends_in_the_same_bytes(finished_study, project, crosslab):
    unfinished(finished_study, ENCODER, *SOME_ARMS)
    # early, while the encoder trains, while arms train: wherever the clock falls
    for seconds in (0.7, 4.0, 7.5):
        process = started()
        time.sleep(seconds)
        process.kill()
        process.communicate()
    done = crosslab("study", "--scale", "smoke")
    assert done.returncode == 0, done.stderr
    assert answers_of(project / "runs") == answers_of(finished_study)


@pytest.mark.slow
def test_an_interrupted_study_says_so_and_goes_on_from_there(finished_study, project, crosslab):
    unfinished(finished_study, ENCODER, *SOME_ARMS)
    process = started()
    while not list((project / "runs").glob("smoke/pretraining/mbert/*/record.json")):
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 3
    assert b"interrupted with 1 of 5 runs made" in said
    encoder = next((project / "runs").glob("smoke/pretraining/mbert/*/record.json"))
    written = encoder.stat().st_mtime_ns
    done = crosslab("study", "--scale", "smoke")
    assert done.returncode == 0, done.stderr
    assert f"4 of {RUNS} runs to make" in done.stdout
    assert encoder.stat().st_mtime_ns == written
    assert answers_of(project / "runs") == answers_of(finished_study)


@pytest.mark.slow
def test_a_damaged_record_is_set_aside_and_made_again(
    finished_study, project, crosslab, tmp_path, monkeypatch
):
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    unfinished(finished_study)
    path = next((project / "runs").glob(f"smoke/transfer-paraphrase/standard/1-*/{ANSWERS}"))
    path.write_bytes(path.read_bytes()[:100])
    done = crosslab("study", "--scale", "smoke")
    assert done.returncode == 0, done.stderr
    assert f"1 of {RUNS} runs to make" in done.stdout
    assert f"{path.parent}: damaged" in done.stdout.replace("runs/", f"{project}/runs/", 1)
    kept = list(path.parent.parent.glob("*.damaged-*/answers.parquet"))
    assert [each.stat().st_size for each in kept] == [100]
    assert list((tmp_path / "home").iterdir()) == []  # nothing is written outside the project
    fresh = answers_of(project / "runs")
    assert {name: fresh[name] for name in answers_of(finished_study)} == answers_of(finished_study)


@pytest.mark.slow
def test_a_run_that_fails_is_named_with_its_reason_and_the_others_are_kept(
    finished_study, project, crosslab
):
    failing = [f"transfer-paraphrase/standard/{seed}-*" for seed in (0, 1)]
    unfinished(finished_study, *failing, "transfer-nli/code-switch/0-*")
    # a file where the record's folder should go
    (project / "runs/smoke/transfer-paraphrase/standard").rename(project / "gone")
    (project / "runs/smoke/transfer-paraphrase/standard").write_text("in the way")
    done = crosslab("study", "--scale", "smoke")
    assert done.returncode == 1
    assert {f"transfer-paraphrase-seed-{seed}" for seed in (0, 1)} == {
        line.split(": ")[1] for line in done.stderr.splitlines() if "could not be written" in line
    }
    assert "Traceback" not in done.stderr
    lost = [name for name in answers_of(finished_study) if "/transfer-paraphrase/standard/" in name]
    kept = answers_of(project / "runs")
    assert len(lost) == 2
    assert kept == {
        name: content for name, content in answers_of(finished_study).items() if name not in lost
    }


@pytest.mark.slow
def test_a_changed_source_file_reruns_what_depends_on_it_and_says_why(
    finished_study, project, crosslab, tmp_path, monkeypatch
):
    unfinished(finished_study)
    source = tmp_path / "src"
    shutil.copytree(PACKAGE_FOLDER, source / "crosslab")
    method = source / "crosslab" / "methods" / "code_switch.py"
    text = method.read_text()
    assert "< self.config.word_share" in text
    method.write_text(text.replace("< self.config.word_share", "< 0.9 * self.config.word_share"))
    monkeypatch.setenv("PYTHONPATH", str(source))
    before = answers_of(project / "runs")
    done = crosslab("study", "--scale", "smoke")
    assert done.returncode == 0, done.stderr
    assert f"4 of {RUNS} runs to make" in done.stdout
    assert "source crosslab.methods.code_switch changed" in done.stdout
    added = set(answers_of(project / "runs")) - set(before)
    assert len(added) == 4
    assert all("/code-switch/" in name for name in added)
    assert {name: answers_of(project / "runs")[name] for name in before} == before


@pytest.mark.slow
def test_runs_made_again_to_check_them_are_the_same_to_the_byte(finished_study, project, crosslab):
    shutil.copytree(finished_study, project / "runs")
    done = crosslab("verify", "--scale", "smoke", "--results", "runs", "--rerun", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": identical") >= 2
