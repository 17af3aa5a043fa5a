from pathlib import Path

import pyarrow as pa
import pytest
from conftest import draft, made_up_answers
from sound_study import sound_study

from crosslab.records import Store, Unit, read_record
from crosslab.verification.rerun import chosen, compared, rerun_check


def unit(arm="a", seed=0, experiment="e"):
    return Unit(
        scale="smoke", experiment=experiment, arm=arm, seed=seed, fingerprint=f"{seed}" * 64
    )


UNITS = [unit(arm, seed) for arm in ("a", "b", "c") for seed in range(5)]


def test_arms_take_turns():
    for head in ("one", "two", "three"):
        picked = chosen(UNITS, 6, head)
        assert sorted(each.arm for each in picked[:3]) == ["a", "b", "c"]
        assert [each.arm for each in picked[3:]] == [each.arm for each in picked[:3]]
        assert len(set(picked)) == 6


def test_the_choice_is_that_of_the_head_and_of_nothing_else():
    assert chosen(UNITS, 4, "one") == chosen(list(reversed(UNITS)), 4, "one")
    assert len({tuple(chosen(UNITS, 4, str(head))) for head in range(20)}) > 15


def test_every_run_can_be_picked():
    picked = {each for head in range(200) for each in chosen(UNITS, 1, str(head))}
    assert picked == set(UNITS)


def test_more_than_there_are_is_all_there_are():
    assert sorted(chosen(UNITS, 99, "one"), key=str) == sorted(UNITS, key=str)


def answers_with(wrong, *, unsure=False):
    """Answers of which some predictions differ from those of ``made_up_answers(0.7, 40, 0)``."""
    table = made_up_answers(0.7, 40, 0)
    prediction = table["prediction"].to_numpy().copy()
    prediction[:wrong] = 1 - prediction[:wrong]
    table = table.set_column(3, "prediction", pa.array(prediction))
    if unsure:
        half = pa.array(table["probability_0"].to_numpy() * 0.9)
        table = table.set_column(5, "probability_0", half)
    return table


def made(root, table, **changed):
    store = Store(root)
    store.write(draft(unit(), **changed), table, {})
    return read_record(store.folder(unit())), store.folder(unit())


ELSEWHERE = {"python": "3.11", "system": "s", "processor": "another", "threads": "1"}


@pytest.mark.parametrize(
    ("table", "machine", "outcome", "holds"),
    [
        (answers_with(0), {}, "identical", True),
        (answers_with(0), {"machine": ELSEWHERE}, "identical", True),
        (answers_with(0, unsure=True), {}, "same-predictions", False),
        (answers_with(0, unsure=True), {"machine": ELSEWHERE}, "same-predictions", True),
        (answers_with(1), {}, "different", False),
        (answers_with(18), {"machine": ELSEWHERE}, "different", True),  # 5 % of 360
        (answers_with(19), {"machine": ELSEWHERE}, "different", False),
    ],
)
def test_other_answers_fail_on_the_same_machine_and_in_number_elsewhere(
    tmp_path, table, machine, outcome, holds
):
    record, folder = made(tmp_path / "one", made_up_answers(0.7, 40, 0))
    again, other = made(tmp_path / "two", table, **machine)
    found = compared(record, folder, again, other)
    assert (found.outcome, found.holds) == (outcome, holds)


def test_answers_to_fewer_questions_are_not_the_same(tmp_path):
    record, folder = made(tmp_path / "one", made_up_answers(0.7, 40, 0))
    again, other = made(tmp_path / "two", made_up_answers(0.7, 40, 0).slice(0, 180))
    assert compared(record, folder, again, other).share == 0.5


def test_a_run_that_the_code_no_longer_plans_is_reported_with_the_commit(project):
    store = Store(Path("runs"))
    store.write(draft(unit(), commit="c0ffee"), made_up_answers(0.7, 4, 0), {})
    check = rerun_check(store, [unit()], "head", 1, lambda _: None)
    assert check.problems == ()
    assert check.counted == 0
    assert "check out c0ffee" in check.notes[0]


@pytest.mark.slow
def test_a_made_up_record_does_not_stand_up_to_a_rerun(project):
    store = sound_study(Path("runs"))
    encoder = next(each for each in map(read_record, store.folders()) if not each.parents)
    said = []
    check = rerun_check(store, [encoder.unit], "head", 1, said.append)
    (problem,) = check.problems
    assert "different" in problem
    assert said
    assert list(Path(".cache").glob("verify-*")) == []
