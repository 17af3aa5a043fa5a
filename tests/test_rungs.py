import shutil
from dataclasses import replace

import numpy as np
import pytest
from conftest import PROJECT
from made_up_questions import made_up_question_study
from made_up_rungs import SEEDS, made_up_rungs

from crosslab.arms import CLAIMED_ARMS, CONTROL
from crosslab.errors import StoreError
from crosslab.experiments import GRAFT, GRAFT_PAIRS, SCRATCH
from crosslab.layout import PUBLISHED
from crosslab.lineup import lineup
from crosslab.prose.rung_tables import gain_table
from crosslab.records import Manifest, Store
from crosslab.rungs import ABOVE_CHANCE, ROBUST, SCALE, by_alignment, rungs, where_poor
from crosslab.scales import study_config

PLAIN = dict.fromkeys(CLAIMED_ARMS, 0.8)
BETTER = {**PLAIN, "adversarial": 0.98}
SHARES = {
    ("paraphrase", "graft"): BETTER,
    ("paraphrase", "graft+pairs"): PLAIN,
    ("nli", "graft"): PLAIN,
    ("nli", "graft+pairs"): PLAIN,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return made_up_rungs(tmp_path_factory.mktemp("s"), SHARES)


def test_every_experiment_with_a_seed_is_there_and_the_others_are_named(store):
    found = rungs(store)
    assert {(each.task, each.encoder) for each in found.asked} == set(SHARES)
    assert found.missing == {"transfer-nli-scratch": (0, len(SEEDS) * len(CLAIMED_ARMS))}
    assert found.of("nli", "scratch") is None


def test_without_a_study_everything_is_missing(tmp_path):
    found = rungs(Store(tmp_path))
    assert found.asked == ()
    assert "transfer-nli" in found.missing
    assert "retrieval-attack" not in found.missing  # a question, with a chapter of its own


def test_searches_in_the_same_folder_are_left_to_their_own_chapters(tmp_path):
    store = made_up_rungs(tmp_path, SHARES)
    before = rungs(store).missing
    searched = made_up_question_study(
        tmp_path / "s", {"retrieval-attack": {"labse": 0.8}}, seeds=(300, 301), scale="bench"
    )
    units = [*store.manifest("bench").units, *searched.manifest("bench").units]
    shutil.copytree(tmp_path / "s" / "bench", tmp_path / "bench", dirs_exist_ok=True)
    store.write_manifest(Manifest(scale="bench", planned="2026-12-01", lock="l", units=units))
    assert rungs(store).missing == before


def test_a_gain_is_that_of_the_target_languages(store):
    each = rungs(store).of("paraphrase", "graft")
    outcomes = each.against["adversarial"]
    by_hand = [
        100 * (outcomes.right["adversarial"] * 1.0 - outcomes.right[CONTROL])[:, :, n, n]
        for n in (1, 2)
    ]
    assert each.gain("adversarial").mean == pytest.approx(np.mean(by_hand))


def test_what_lines_up_stands_beside_what_is_gained(store):
    rows = by_alignment(rungs(store), lineup(store))
    assert len(rows) == 4 * 2 * len(ROBUST)  # experiments, languages, arms
    one = rows[(rows["encoder"] == "graft") & (rows["language"] == "sw")]
    assert set(one["found"]) == {20.0}
    assert (rows["low"] <= rows["estimate"]).all()


def test_gaining_more_where_languages_line_up_badly_is_found_where_it_is_so(store):
    found = rungs(store)
    interval = where_poor(found, "paraphrase", "adversarial").estimate.interval(0.95)
    assert interval.low > 0
    assert interval.estimate == pytest.approx(18, abs=8)


def test_a_seed_that_one_encoder_lacks_is_neither_compared_nor_named(tmp_path):
    both = {("nli", "graft"): PLAIN, ("nli", "graft+pairs"): PLAIN}
    store = made_up_rungs(tmp_path, both, slow={102})
    for unit in store.manifest("bench").units:
        if (unit.experiment, unit.seed) == ("transfer-nli-graft", 102):
            shutil.rmtree(store.folder(unit))
    found = where_poor(rungs(store), "nli", "adversarial")
    assert found.seeds == SEEDS[:2]
    assert found.collapsed == {}
    assert rungs(store).of("nli", "graft+pairs").collapsed("adversarial") == (102,)


def test_nothing_is_said_where_one_of_the_encoders_was_not_asked(tmp_path):
    store = made_up_rungs(tmp_path, {("nli", "graft"): PLAIN})
    assert where_poor(rungs(store), "nli", "adversarial") is None


def test_the_difference_between_encoders_covers_the_truth_as_often_as_it_says(tmp_path):
    # both encoders gain nothing: the interval is to hold zero in most of many comparisons
    holds = []
    for number in range(6):
        folder = tmp_path / str(number)
        shares = {key: dict.fromkeys(CLAIMED_ARMS, 0.75 + 0.04 * number) for key in SHARES}
        found = rungs(made_up_rungs(folder, shares))
        for task in ("paraphrase", "nli"):
            for arm in ROBUST:
                interval = where_poor(found, task, arm).estimate.interval(0.95)
                holds.append(interval.low <= 0 <= interval.high)
    assert np.mean(holds) > 0.8
    assert len(holds) == 36


def test_other_items_are_not_compared_even_if_as_many(store):
    found = rungs(store)
    graft = found.of("paraphrase", "graft")
    items = tuple(f"other {name}" for name in graft.against["adversarial"].items)
    against = {arm: replace(each, items=items) for arm, each in graft.against.items()}
    others = [each for each in found.asked if each is not graft]
    changed = replace(found, asked=(replace(graft, against=against), *others))
    with pytest.raises(StoreError, match="other items"):
        where_poor(changed, "paraphrase", "adversarial")


def test_a_run_that_did_not_learn_the_task_is_kept_and_named(tmp_path):
    found = rungs(made_up_rungs(tmp_path, {("nli", "graft"): PLAIN}, slow={101}))
    asked = found.of("nli", "graft")
    assert asked.collapsed("adversarial") == (101,)
    assert asked.gain("adversarial") is not None
    assert "1 of 3 seeds collapsed, kept" in gain_table(found)


def test_seeds_are_paired(store):
    asked = rungs(store).asked[0]
    assert asked.plain.seeds == SEEDS
    assert all(each.seeds == SEEDS for each in asked.against.values())


def test_an_arm_is_compared_on_the_seeds_it_has_and_the_control_is_shown_on_its_own(tmp_path):
    seeds = {"smoothing-synonyms": SEEDS[1:], "adversarial": SEEDS[:1], "smoothing-noise": ()}
    found = rungs(made_up_rungs(tmp_path, {("nli", "graft"): PLAIN}, seeds=seeds))
    asked = found.of("nli", "graft")
    assert asked.plain.seeds == SEEDS
    assert {arm: each.seeds for arm, each in asked.against.items()} == {
        "smoothing-synonyms": SEEDS[1:]
    }
    assert asked.gain("adversarial") is None  # one seed says nothing of how seeds differ
    assert found.missing["transfer-nli-graft"] == (6, 12)


def test_an_arm_that_has_not_learned_the_task_is_not_compared(tmp_path):
    slow = {**PLAIN, "smoothing-synonyms": 0.55}
    keys = [("nli", "graft"), ("nli", "graft+pairs")]
    store = made_up_rungs(tmp_path, dict.fromkeys(keys, slow))
    found = rungs(store)
    assert found.of("nli", "graft").gain("smoothing-synonyms") is None
    assert where_poor(found, "nli", "smoothing-synonyms") is None
    assert "smoothing-synonyms" not in set(by_alignment(found, lineup(store))["arm"])
    assert found.of("nli", "graft").gain("adversarial") is not None


# What is published


@pytest.fixture(scope="module")
def published():
    return rungs(Store(PROJECT / PUBLISHED))


@pytest.mark.parametrize("encoder", [GRAFT, GRAFT_PAIRS])
@pytest.mark.parametrize(("task", "least"), [("nli", 70), ("paraphrase", 80)])
def test_plain_fine_tuning_learned_the_task_in_english_and_carries_over(
    published, task, encoder, least
):
    found = published.of(task, encoder)
    assert len(found.plain.seeds) >= 5
    assert found.plain.in_source(CONTROL).mean() >= least
    assert found.above_chance >= ABOVE_CHANCE


def test_every_arm_was_run_under_five_seeds_in_every_language(published):
    assert published.missing == {}
    assert {found.encoder for found in published.asked} == {GRAFT, GRAFT_PAIRS, SCRATCH}
    for found in published.asked:
        config = study_config(SCALE).tasks[found.task]
        assert found.plain.languages == ("en", *config.targets)
        assert all(len(each.seeds) >= 5 for each in found.against.values())
