import io

from rich.console import Console

from crosslab.progress import Bar, FileReport, Heartbeat, clear, heartbeats, left_seconds


def test_a_report_is_read_back_as_a_heartbeat(tmp_path):
    report = FileReport(tmp_path, "e arm seed 1")
    report(done=5, total=10, loss=0.5)
    assert heartbeats(tmp_path) == [Heartbeat("e arm seed 1", 5, 10, 0.5)]
    report.close()
    assert heartbeats(tmp_path) == []


def test_reports_in_quick_succession_are_not_all_written(tmp_path):
    report = FileReport(tmp_path, "r")
    for done in range(1, 10):
        report(done=done, total=10, loss=0.5)
    assert heartbeats(tmp_path)[0].done == 1
    report(done=10, total=10, loss=0.1)
    assert heartbeats(tmp_path)[0].done == 10


def test_a_heartbeat_that_is_not_one_is_passed_over(tmp_path):
    (tmp_path / ".progress").mkdir()
    (tmp_path / ".progress" / "x.json").write_text('{"run": "half')
    (tmp_path / ".progress" / "y.json").write_text('{"other": 1}')
    assert heartbeats(tmp_path) == []


def test_a_report_that_cannot_be_written_does_not_stop_the_run(tmp_path):
    report = FileReport(tmp_path, "r")
    report.path = tmp_path / "gone" / "r.json"
    report(done=10, total=10, loss=0.1)
    assert heartbeats(tmp_path) == []


def test_heartbeats_of_an_interrupted_study_are_forgotten(tmp_path):
    FileReport(tmp_path, "r")(done=1, total=2, loss=0.0)
    clear(tmp_path)
    assert heartbeats(tmp_path) == []


def test_time_left_counts_the_share_of_runs_at_work():
    assert left_seconds(10, 0, 4, []) is None
    assert left_seconds(30, 1, 3, [Heartbeat("r", 1, 2, 0.0)]) == 30 * 2.5 / 1.5


def shown(terminal: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=120)
    with Bar(console, total=4) as bar:
        bar.update(1, [Heartbeat("e standard seed 1", 5, 10, 0.25)])
    return stream.getvalue()


def test_a_terminal_is_shown_runs_done_current_loss_and_time_left():
    text = shown(terminal=True)
    assert "1/4" in text
    assert "loss 0.250" in text
    assert "left" in text


def test_a_pipe_is_shown_nothing():
    assert shown(terminal=False).strip() == ""
