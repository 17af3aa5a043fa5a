import re
from dataclasses import replace

import pytest
from conftest import rows
from made_up_rungs import made_up_rungs

from crosslab.arms import CLAIMED_ARMS
from crosslab.claims import bars
from crosslab.numerals import with_interval
from crosslab.prose import rung_tables as tables
from crosslab.records import Manifest, Store
from crosslab.rungs import ABOVE_CHANCE, rungs
from crosslab.scales import SCALES, study_config

SHARES = {
    ("paraphrase", "graft"): {**dict.fromkeys(CLAIMED_ARMS, 0.85), "adversarial": 0.99},
    ("paraphrase", "graft+pairs"): dict.fromkeys(CLAIMED_ARMS, 0.85),
    ("nli", "graft+pairs"): dict.fromkeys(CLAIMED_ARMS, 0.8),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return made_up_rungs(tmp_path_factory.mktemp("s"), SHARES)


@pytest.fixture(scope="module")
def found(store):
    return rungs(store)


def test_every_claim_with_a_bar_has_a_line_and_a_rung_that_was_not_run_says_so(store):
    verdicts = tables.verdicts_by_rung(store)
    assert set(verdicts) == {"bench"}
    body = rows(tables.claim_table(verdicts))[2:]
    assert len(body) == len({bar.claim_id for bar in bars()})
    assert {row[2] for row in body} == {"not run"}  # no study of the lab in this folder
    assert all(row[3].startswith("inconclusive") for row in body)  # three seeds of ten
    assert {row[4] for row in body} == {"not run: needs-gpu"}


def test_a_verdict_on_two_tasks_is_told_by_task_and_is_their_mean(store):
    (line,) = tables.pooled_words(store).splitlines()  # no study of the lab in this folder
    assert line.startswith("- Gain on pairs of two languages, rung `bench`, is the mean of 2 tasks")
    found = re.findall(r"(PAWS-X|XNLI) (\S+) \(\S+ to \S+\)", line)
    assert [task for task, _ in found] == ["PAWS-X", "XNLI"]
    gains = [float(gain.replace("\N{MINUS SIGN}", "-")) for _, gain in found]
    pooled = tables.verdicts_by_rung(store)["bench"]["gain-generalized"].estimate
    assert pooled == pytest.approx(sum(gains) / 2, abs=0.06)


def test_a_task_with_one_seed_has_no_interval(tmp_path):
    seeds = dict.fromkeys(CLAIMED_ARMS, (100,))
    store = made_up_rungs(
        tmp_path, {("nli", "graft+pairs"): SHARES["nli", "graft+pairs"]}, seeds=seeds
    )
    assert tables.pooled_words(store).endswith(" (one seed, no interval).")


def test_where_no_task_was_run_that_is_said(tmp_path):
    assert tables.pooled_words(made_up_rungs(tmp_path, {})).endswith("tasks: neither was run.")


def test_gains_are_shown_by_task_and_encoder(found):
    body = rows(tables.gain_table(found))[2:]
    assert [row[:2] for row in body] == [
        ["PAWS-X", "`graft+pairs`"],
        ["PAWS-X", "`graft`"],
        ["XNLI", "`graft+pairs`"],
    ]
    assert all(cell.endswith(", 3 seeds") for row in body for cell in row[2:])


def test_what_cannot_be_compared_says_why(tmp_path):
    shares = {"standard": 0.8, "smoothing-synonyms": 0.52}
    store = made_up_rungs(tmp_path, {("nli", "graft"): shares})
    header, _, row = rows(tables.gain_table(rungs(store)))
    assert dict(zip(header, row, strict=True))["`adversarial`"] == "fewer than two seeds"
    assert row[-1].startswith("not compared: 3 of 3 seeds collapsed (5")


def test_a_control_that_has_not_learned_the_task_is_no_gain_of_the_arm(tmp_path):
    shares = {"standard": 0.52, "smoothing-synonyms": 0.8}
    found = rungs(made_up_rungs(tmp_path, {("nli", "graft"): shares}))
    assert rows(tables.gain_table(found))[2][-1].startswith("not compared: 3 of 3 seeds")


EVERY_ARM = {**dict.fromkeys(CLAIMED_ARMS, 0.75), "code-switch": 0.95, "consistency": 0.52}


@pytest.fixture(scope="module")
def every_arm(tmp_path_factory):
    return rungs(made_up_rungs(tmp_path_factory.mktemp("s"), {("nli", "graft+pairs"): EVERY_ARM}))


def test_every_arm_that_was_run_has_a_line_with_its_gains_and_seeds(every_arm):
    header, _, *body = rows(tables.arms_table(every_arm, "nli"))
    assert header == [
        *("XNLI: arm minus `standard`", "source", "zero-shot", "mixed pairs"),
        *("seeds", "p, Holm, zero-shot"),
    ]
    lines = {row[0]: row[1:] for row in body}
    assert set(lines) == {f"`{arm}`" for arm in EVERY_ARM if arm != "standard"}
    gain = every_arm.of("nli", "graft+pairs").gain("code-switch")
    assert lines["`code-switch`"][1] == with_interval(gain.interval(0.95))
    assert lines["`code-switch`"][3] == "3"


def test_an_arm_that_did_not_learn_the_task_has_no_number_and_no_part_in_the_correction(every_arm):
    lines = {row[0]: row[1:] for row in rows(tables.arms_table(every_arm, "nli"))[2:]}
    lost = ["not compared"] * 3 + ["3; 3 of 3 seeds collapsed", ""]
    assert lines["`consistency`"] == lost
    assert "after Holm over 4 arms" in tables.arms_words(every_arm, "nli")


def test_arms_that_are_ahead_are_named_and_arms_that_are_missing_too(every_arm):
    said = tables.arms_words(every_arm, "nli")
    assert "`code-switch` ahead of `standard` beyond chance" in said
    absent = ("smoothing-synonyms-released", "clean-matched", "smoothing-synonyms-throughout")
    assert said.endswith(f"Not there yet: {', '.join(f'`{arm}`' for arm in absent)}.")


def test_where_no_arm_was_run_no_table_is_shown(every_arm):
    assert tables.arms_table(every_arm, "paraphrase") == ""
    assert tables.arms_words(every_arm, "paraphrase") == "PAWS-X: no arm can be compared yet."


def test_arms_on_another_encoder_are_compared_among_themselves_and_named_by_it(tmp_path):
    learned = {**dict.fromkeys(CLAIMED_ARMS, 0.7), "smoothing-noise": 0.9}
    made = {("nli-scratch", "scratch"): learned, ("nli", "graft+pairs"): EVERY_ARM}
    found = rungs(made_up_rungs(tmp_path, made))
    said = tables.arms_words(found, "nli", "scratch")
    ahead = "`smoothing-noise` ahead of `standard` beyond chance."
    assert said == f"XNLI with `scratch`, zero-shot, after Holm over 3 arms: {ahead}"
    header, _, *body = rows(tables.arms_table(found, "nli", "scratch"))
    assert header[0] == "XNLI with `scratch`: arm minus `standard`"
    gain = found.of("nli", "scratch").gain("smoothing-noise")
    assert dict(row[::2][:2] for row in body)["`smoothing-noise`"] == with_interval(
        gain.interval(0.95)
    )
    absent = tables.arms_words(found, "nli", "graft")
    assert absent == "XNLI with `graft`: no arm can be compared yet."


def test_seeds_that_did_not_learn_the_task_are_named_where_encoders_are_compared(tmp_path):
    keys = [("nli", "graft"), ("nli", "graft+pairs")]
    shares = dict.fromkeys(keys, dict.fromkeys(CLAIMED_ARMS, 0.8))
    said = tables.poor_words(rungs(made_up_rungs(tmp_path, shares, slow={101})))
    lost = "1 of 3 seeds collapsed"
    assert f"; {lost} on `graft` and {lost} on `graft+pairs`, kept." in said


def test_with_a_single_seed_no_gain_is_said(tmp_path):
    seeds = dict.fromkeys(CLAIMED_ARMS, (100,))
    shares = {("nli", "graft"): dict.fromkeys(CLAIMED_ARMS, 0.8)}
    found = rungs(made_up_rungs(tmp_path, shares, seeds=seeds))
    assert tables.gain_table(found) == ""


def test_whether_more_is_gained_where_languages_line_up_badly_follows_from_the_interval(found):
    lines = tables.poor_words(found).splitlines()
    assert len([each for each in lines if each.startswith("- ")]) == 3  # one task on both encoders
    assert "`adversarial`: gains more where languages line up badly" in lines[0]
    assert "after Holm over these 3 lines" in lines[0]
    assert all("PAWS-X" in each and "no difference" in each for each in lines[1:3])
    assert lines[-1].startswith("Not compared: XNLI `adversarial`")


def test_what_was_not_run_is_named(found):
    said = tables.missing_words(found)
    assert "`transfer-nli-graft`" in said
    assert "`transfer-nli-scratch`" in said
    assert "runs are there" not in said


def test_an_experiment_that_was_begun_says_how_far_it_is(tmp_path):
    store = made_up_rungs(tmp_path, {("nli", "graft"): {"standard": 0.7}})
    assert "`transfer-nli-graft` (3 of 12 runs are there)" in tables.missing_words(rungs(store))


def test_the_rung_that_needs_a_gpu_says_what_it_would_take_and_by_which_command(store):
    said = tables.paper_words(store)
    assert "crosslab study --scale paper" in said
    assert "nobody measured" in said
    assert said.count("GPU hours") == 2


def test_once_rung_paper_was_begun_its_column_speaks_and_nobody_says_it_was_not_run(tmp_path):
    store = Store(tmp_path)
    store.write_manifest(Manifest(scale="paper", planned="d", lock="l", units=[]))
    said = tables.paper_words(store)
    assert "was not run" not in said
    assert "its column says what came of it" in said
    verdicts = tables.verdicts_by_rung(store)
    assert set(verdicts) == {"paper"}
    body = rows(tables.claim_table(verdicts))[2:]
    assert all(row[4].startswith("inconclusive") for row in body)  # no run of ten is there
    assert {row[3] for row in body} == {"not run"}


# What an encoder near chance can say, and what was left out


def test_an_encoder_well_above_chance_leaves_room_and_one_near_it_says_that_it_does_not(tmp_path):
    shares = {
        ("nli", "graft+pairs"): {"standard": 0.8},
        ("nli-scratch", "scratch"): {"standard": 0.54},
    }
    found = rungs(made_up_rungs(tmp_path, shares))
    far, near = (found.of("nli", each).above_chance for each in ("graft+pairs", "scratch"))
    assert far == pytest.approx(30, abs=3)  # half of the made-up labels are the commonest one
    assert near == pytest.approx(4, abs=3)
    assert near < ABOVE_CHANCE < far
    said = tables.chance_words(found, "nli", "graft+pairs")
    assert f"is {far:.1f} points above always giving the commonest answer" in said
    assert said.endswith("which leaves room for a gain and for a loss.")
    said = tables.chance_words(found, "nli", "scratch")
    assert f"`scratch` is {near:.1f} points above" in said
    assert "too near chance to confirm or deny" in said
    assert tables.chance_words(found, "nli", "graft") == ""  # which was not run


def test_what_was_cut_is_said_by_encoder_task_and_pair(monkeypatch):
    said = tables.cut_words()
    assert "`graft+text` is not fine-tuned" in said
    assert "`graft` is not fine-tuned" not in said
    assert "PAWS-X on `graft` is without `smoothing-synonyms-released`" in said
    assert "XNLI on `scratch` is without" in said
    assert "PAWS-X on `graft+pairs`" not in said  # where every arm is run
    assert "an item of XNLI is asked in 4 of 210 mixed pairs" in said
    assert "5 seeds, and 10 where a bar compares them" in said
    bench = study_config("bench")
    tasks = {**bench.tasks, "nli": replace(bench.tasks["nli"], pairs_per_item=30)}
    monkeypatch.setitem(SCALES, "bench", replace(bench, tasks=tasks, seeds=6))
    said = tables.cut_words()
    assert (
        "an item of XNLI is asked in 30 of 210 mixed pairs, each of which holds 142 items" in said
    )
    assert "6 seeds" in said


def test_without_any_run_nothing_is_claimed(tmp_path):
    empty = rungs(Store(tmp_path))
    assert "Nothing can be compared" in tables.poor_words(empty)
    assert tables.verdicts_by_rung(Store(tmp_path)) == {}
