import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from conftest import PROJECT
from sound_study import flip, sound_study

from crosslab.errors import StaleError, UsageError
from crosslab.locking import (
    BARS,
    LOCK,
    file_change,
    lock,
    lock_alterations,
    read_lock,
    violations,
    written_bars,
)
from crosslab.records import Store

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
BEFORE, AFTER = "2026-11-21T11:00:00.000+00:00", "2026-11-21T13:00:00.000+00:00"
GAIN = {"claim_id": "gain", "rung": "lab", "experiment": "transfer-paraphrase", "points": 2.1}
OTHER = {"claim_id": "other", "rung": "lab", "experiments": ["elsewhere"], "points": 1}


def write(*bars, comment=""):
    BARS.write_text(comment + yaml.safe_dump({"bars": list(bars)}))


@pytest.fixture
def store(project):
    LOCK.unlink(missing_ok=True)
    write(GAIN, OTHER)
    return Store(project / "results")


def hours(count):
    return NOON + timedelta(hours=count)


def test_locked_bars_without_records_hold(store):
    said = lock(store, NOON)
    assert [line.split()[-1] for line in said[1:]] == ["new", "new"]
    assert violations(store) == []
    assert file_change() == []


def test_locking_again_says_so_and_writes_nothing(store):
    lock(store, NOON)
    before = LOCK.read_bytes()
    (said,) = lock(store, hours(1))
    assert "nothing to do" in said
    assert LOCK.read_bytes() == before


def test_what_became_of_each_bar_is_said(store):
    lock(store, NOON)
    write({**GAIN, "points": 2.2}, {**OTHER, "claim_id": "third"})
    said = [line.strip() for line in lock(store, hours(1))[1:]]
    assert said == ["gain/lab: changed", "third/lab: new", "other/lab: withdrawn"]
    write({**GAIN, "points": 2.2}, {**OTHER, "claim_id": "third"}, comment="# a word\n")
    said = [line.strip() for line in lock(store, hours(2))[1:]]
    assert said == ["gain/lab: unchanged", "third/lab: unchanged"]


def test_the_order_of_keys_and_bars_is_no_change(store):
    lock(store, NOON)
    write(OTHER, dict(reversed(GAIN.items())))
    assert violations(store) == []


def test_a_changed_bar_is_a_violation_until_it_is_locked_anew(store):
    lock(store, NOON)
    write({**GAIN, "points": 2.2}, OTHER)
    (problem,) = violations(store)
    assert "bar gain/lab was changed after it was locked on 2026-11-21T12:00" in problem
    assert "say why in LOG.md" in problem
    lock(store, hours(1))
    assert violations(store) == []


def test_a_new_and_a_vanished_bar_are_violations(store):
    lock(store, NOON)
    write(GAIN, {**OTHER, "rung": "bench"})
    first, second = violations(store)
    assert "bar other/bench is not locked" in first
    assert "bar other/lab" in second
    assert "gone" in second


def test_a_change_of_comments_alone_is_told_apart_from_one_of_a_bar(store):
    lock(store, NOON)
    write(GAIN, OTHER, comment="# lower the bar?\n")
    assert violations(store) == []
    (problem,) = file_change()
    assert "no bar was" in problem


def test_records_finished_before_the_lock_are_a_violation(store):
    sound_study(store.root, scale="lab", finished=BEFORE)
    said = lock(store, NOON)
    assert "20 records" in said[2]
    assert "are older than this lock" in said[2]
    (problem,) = violations(store)
    assert "bar gain/lab was locked on 2026-11-21T12:00" in problem
    assert "results seen before the bar" in problem


def test_records_finished_after_the_lock_are_what_it_is_for(store):
    lock(store, NOON)
    sound_study(store.root, scale="lab", finished=AFTER)
    assert violations(store) == []


def test_one_early_record_is_enough(store):
    sound_study(store.root, scale="lab", finished=AFTER)
    path = next(store.root.glob("lab/transfer-paraphrase/standard/103-*/record.json"))
    path.write_text(path.read_text().replace(AFTER, BEFORE))
    lock(store, NOON)
    (problem,) = violations(store)
    assert "standard/103-" in problem


@pytest.mark.parametrize("finished", ["soon", NOON.isoformat()])
def test_a_record_is_early_if_it_is_not_known_to_be_later(store, finished):
    sound_study(store.root, scale="lab", finished=finished)
    lock(store, NOON)
    assert len(violations(store)) == 1


def test_times_are_compared_as_times_and_not_as_text(store):
    sound_study(store.root, scale="lab", finished="2026-11-21T09:30:00-03:00")
    lock(store, NOON)
    assert violations(store) == []


@pytest.mark.parametrize(
    ("scale", "experiment"), [("smoke", "transfer-paraphrase"), ("lab", "another")]
)
def test_records_of_other_rungs_and_experiments_do_not_count(store, scale, experiment):
    write({**GAIN, "experiment": experiment})
    sound_study(store.root, scale=scale, finished=BEFORE)
    lock(store, NOON)
    assert violations(store) == []


def test_changing_a_bar_and_back_does_not_bring_its_old_lock_back(store):
    lock(store, NOON)
    sound_study(store.root, scale="lab", finished=AFTER)
    write({**GAIN, "points": 9.9}, OTHER)
    lock(store, hours(2))
    write(GAIN, OTHER)
    lock(store, hours(3))
    (problem,) = violations(store)
    assert "locked on 2026-11-21T15:00" in problem


def test_a_new_entry_leaves_the_lock_of_an_unchanged_bar_as_old_as_it_is(store):
    lock(store, NOON)
    sound_study(store.root, scale="lab", finished=AFTER)
    write(GAIN, {**OTHER, "points": 3})
    said = lock(store, hours(2))
    assert not any("older" in line for line in said)
    assert violations(store) == []


def test_every_changed_byte_of_the_lock_is_found(store):
    lock(store, NOON)
    write({**GAIN, "points": 2.2})
    lock(store, hours(1))
    for place in range(len(LOCK.read_bytes())):
        before = flip(LOCK, place)
        with suppress(UsageError):  # no longer readable, which is found as well
            assert lock_alterations(read_lock()), place
        LOCK.write_bytes(before)
    assert lock_alterations(read_lock()) == []


@pytest.mark.parametrize("alter", [lambda text: text + "\n", lambda text: text.replace(" ", "")])
def test_a_lock_whose_layout_alone_was_altered_is_found(store, alter):
    lock(store, NOON)
    LOCK.write_text(alter(LOCK.read_text()))
    assert any("layout" in problem for problem in violations(store))


def test_an_entry_cannot_be_cut_out_or_backdated(store):
    for number in range(3):
        write({**GAIN, "points": number})
        lock(store, hours(number))
    held = json.loads(LOCK.read_text())
    for spoilt in (held["entries"][1:], [held["entries"][0], held["entries"][2]]):
        LOCK.write_text(json.dumps({"entries": spoilt}, indent=1) + "\n")
        assert any("does not follow" in problem for problem in violations(store))
        with pytest.raises(StaleError, match="does not follow"):
            lock(store, hours(9))


def test_a_clock_behind_the_last_entry_is_refused(store):
    lock(store, NOON)
    write(GAIN)
    with pytest.raises(UsageError, match="set the clock right"):
        lock(store, hours(-1))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"entries": []}', '{"entries": [{}]}'])
def test_an_unreadable_lock_is_one_line_with_the_way_back(store, content):
    LOCK.write_text(content)
    for reading in (read_lock, lambda: lock(store, NOON), lambda: violations(store)):
        with pytest.raises(UsageError) as refusal:
            reading()
        (problem,) = refusal.value.problems
        assert "git checkout -- claims/bars.lock" in problem


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("bars: [", "cannot be read"),
        ("bars:\n  - claim_id: a\n    rung: lab\n", "experiment"),
        ("bars:\n  - {claim_id: a, rung: lab, experiment: e, on: 2026-11-21}\n", "cannot be read"),
        ("bars:\n  - {claim_id: a, rung: lab, experiments: e}\n", "not a list"),
        ("- a\n", "cannot be read"),
    ],
)
def test_bars_that_cannot_be_locked_are_refused_in_a_line(store, content, said):
    BARS.write_text(content)
    with pytest.raises(UsageError, match=said) as refusal:
        written_bars()
    assert len(refusal.value.problems) == 1


def test_the_same_bar_twice_is_refused(store):
    write(GAIN, GAIN)
    with pytest.raises(UsageError, match="gain/lab is there more than once"):
        written_bars()


def test_the_published_bars_are_locked_as_they_are_written(monkeypatch):
    monkeypatch.chdir(PROJECT)
    entries = read_lock()
    assert lock_alterations(entries) == []
    assert {bar.key: bar.checksum for bar in written_bars()} == entries[-1].bars


def test_the_commands_end_as_promised(project, crosslab):
    LOCK.unlink(missing_ok=True)
    assert crosslab("lock").returncode == 0
    again = crosslab("lock")
    assert again.returncode == 0
    assert "nothing to do" in again.stdout
    BARS.unlink()
    gone = crosslab("lock")
    assert gone.returncode == 2
    assert gone.stderr.count("\n") == 1
