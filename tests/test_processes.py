import os
import subprocess
import sys
import time

from crosslab.processes import alive, end_with, sweep


def test_a_process_is_alive_until_it_has_ended_noticed_or_not():
    child = subprocess.Popen(["sleep", "30"])
    assert alive(child.pid)
    child.kill()
    deadline = time.monotonic() + 5
    while alive(child.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(child.pid)  # ended, but nobody has waited for it yet
    child.wait()
    assert not alive(child.pid)


def test_what_a_study_started_ends_when_the_study_is_gone():
    child = (
        "import sys, time; from crosslab.processes import end_with;"
        " end_with(int(sys.argv[1])); time.sleep(30)"
    )
    parent = subprocess.Popen(["sleep", "30"])
    watcher = subprocess.Popen([sys.executable, "-c", child, str(parent.pid)])
    time.sleep(1)
    assert watcher.poll() is None
    parent.kill()
    assert watcher.wait(timeout=10) == 3
    parent.wait()


def test_watching_a_living_process_ends_nothing():
    end_with(os.getppid())
    time.sleep(0.5)
    assert alive(os.getpid())


def test_what_the_killed_left_behind_is_swept_away_and_nothing_else(tmp_path):
    gone, here = 2**22 - 1, os.getpid()
    for writer in (gone, here):
        (tmp_path / "arm" / f".1-abc.{writer}.tmp").mkdir(parents=True)
        (tmp_path / f".chapter.{writer}.unfinished.ipynb").write_text("{")
    (tmp_path / "chapter.ipynb").write_text("{}")
    sweep(tmp_path)
    left = sorted(path.name for path in tmp_path.rglob("*") if path.name != "arm")
    assert left == [f".1-abc.{here}.tmp", f".chapter.{here}.unfinished.ipynb", "chapter.ipynb"]
