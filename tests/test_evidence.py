import numpy as np
import pytest
from conftest import LANGUAGES, draft, made_up_answers, made_up_study

from crosslab.errors import StoreError
from crosslab.evidence import gathered, right_block
from crosslab.records import ANSWERS

EXPERIMENT = "transfer-paraphrase"


def test_right_answers_land_in_the_cell_of_their_pair():
    answers = made_up_answers(0.5, 30, 0).to_pandas()
    block = right_block(answers)
    assert block.languages == LANGUAGES
    cell = answers[(answers["first"] == "bor") & (answers["second"] == "ave")]
    right = (cell["prediction"] == cell["gold"]).to_numpy()
    assert np.array_equal(block.right[:, 1, 0], right)


def test_the_order_of_rows_does_not_matter():
    answers = made_up_answers(0.5, 30, 0).to_pandas()
    shuffled = answers.sample(frac=1, random_state=0)
    shuffled = shuffled.sort_values(["first", "item"], kind="stable")
    shuffled = shuffled.iloc[::-1].sort_values("first", kind="stable")
    assert np.array_equal(right_block(answers).right, right_block(shuffled).right)


def test_a_missing_answer_is_refused_and_so_is_a_second_one():
    answers = made_up_answers(0.5, 5, 0).to_pandas()
    with pytest.raises(StoreError, match="one each"):
        right_block(answers.drop(index=3))
    with pytest.raises(StoreError, match="one each"):
        right_block(answers.loc[[*answers.index, 3]])


def asked_in_turns(items=6):
    """Return answers of which those to mixed pairs are given in one pair an item, in turns."""
    answers = made_up_answers(0.5, items, 0).to_pandas()
    pairs = answers["first"] + " " + answers["second"]
    mixed = [pair for pair in pairs.unique() if len(set(pair.split())) > 1]
    numbers = answers["item"].str.rpartition("-")[2].astype(int)
    turn = [mixed[number % len(mixed)] for number in numbers]
    kept = (answers["first"] == answers["second"]) | (pairs == turn)
    return answers[kept].reset_index(drop=True)


def test_items_may_be_asked_in_some_mixed_pairs_if_all_are_asked_alike():
    answers = asked_in_turns()
    block = right_block(answers)
    assert block.asked.sum() == len(answers) < block.asked.size
    assert not block.right[~block.asked].any()


def test_an_answer_missing_among_those_asked_in_turns_is_refused():
    answers = asked_in_turns()
    for row in (0, answers.index[answers["first"] != answers["second"]][0]):
        with pytest.raises(StoreError, match="one each"):
            right_block(answers.drop(index=row))


def test_a_gold_label_that_differs_between_pairs_is_refused():
    answers = made_up_answers(0.5, 5, 0).to_pandas()
    answers.loc[3, "gold"] = 1 - answers.loc[3, "gold"]
    with pytest.raises(StoreError, match="one gold label"):
        right_block(answers)


def test_runs_that_answered_other_items_are_not_compared(tmp_path):
    store = made_up_study(tmp_path, leave_out=lambda unit: unit.arm == "standard")
    manifest = store.manifest("smoke")
    for unit in manifest.units:
        if unit.arm == "standard":
            store.write(draft(unit), made_up_answers(0.6, 41, 1), {})
    with pytest.raises(StoreError, match="other items"):
        gathered(store, "smoke", EXPERIMENT)


def test_a_seed_that_lacks_an_arm_is_left_out_and_named(tmp_path):
    store = made_up_study(
        tmp_path, leave_out=lambda unit: unit.seed == 1 and unit.arm == "standard"
    )
    evidence = gathered(store, "smoke", EXPERIMENT)
    assert evidence.outcomes.seeds == (0,)
    assert [unit.label for unit in evidence.missing] == ["transfer-paraphrase standard seed 1"]


def test_a_study_without_a_complete_seed_says_what_to_run(tmp_path):
    store = made_up_study(tmp_path, leave_out=lambda unit: unit.arm == "standard")
    with pytest.raises(StoreError, match="crosslab study --scale smoke"):
        gathered(store, "smoke", EXPERIMENT)


def test_a_damaged_record_is_not_averaged_away(tmp_path):
    store = made_up_study(tmp_path)
    path = next(tmp_path.glob(f"smoke/{EXPERIMENT}/standard/0-*/{ANSWERS}"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match="does not match the hash"):
        gathered(store, "smoke", EXPERIMENT)


def test_arms_are_paired_by_seed(tmp_path):
    store = made_up_study(tmp_path)
    outcomes = gathered(store, "smoke", EXPERIMENT).outcomes
    unit = next(
        each
        for each in store.manifest("smoke").units
        if (each.arm, each.seed) == ("smoothing-synonyms", 1)
    )
    expected = right_block(store.answers(unit)).right
    assert np.array_equal(outcomes.right["smoothing-synonyms"][1], expected)


def test_evidence_leads_back_to_the_encoder_and_its_languages(tmp_path):
    evidence = gathered(made_up_study(tmp_path), "smoke", EXPERIMENT)
    assert [record.unit.experiment for record in evidence.parents] == ["pretraining"]
    assert evidence.names() == {"ave": "Avean", "bor": "Boran", "cym": "Cyman"}
    assert [label for label, _ in evidence.lines()][-2:] == ["all targets", "mixed pairs"]


def test_what_the_commonest_answer_gets_right_is_counted_over_the_items(tmp_path):
    store = made_up_study(tmp_path, leave_out=lambda _: True)
    for unit in store.manifest("smoke").units[1:]:
        answers = made_up_answers(0.6, 41, unit.seed)  # 21 of one label, 20 of the other
        store.write(draft(unit), answers, {})
    outcomes = gathered(store, "smoke", EXPERIMENT).outcomes
    assert outcomes.commonest_share == pytest.approx(21 / 41)
