import numpy as np
import pyarrow as pa
import pytest
from conftest import draft
from made_up_questions import (
    SEEDS,
    attacks,
    classified,
    made_up_question_study,
    made_up_settings,
    made_up_unit,
)

from crosslab.comparing import comparison
from crosslab.errors import StoreError, UnknownNameError
from crosslab.provenance import digest
from crosslab.records import Manifest, Store
from crosslab.stats.crossed import crossed

ARMS = {"hybrid-batch": 0.9, "labse": 0.7, "standard": 0.8}
ACCURACY = "accuracy-test-targets"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    store = made_up_question_study(tmp_path_factory.mktemp("s"), {"alignment-consistency": ARMS})
    return comparison(store, "lab", "alignment-consistency")


def test_a_difference_is_that_of_the_arms_seed_by_seed_and_item_by_item(found):
    blocks = {arm: found.points(ACCURACY, arm, SEEDS) for arm in ARMS}
    weights = {"hybrid-batch": 1.0, "labse": -0.5, "standard": -0.5}
    expected = crossed(sum(weight * blocks[arm] for arm, weight in weights.items()))
    assert found.difference(ACCURACY, weights) == expected
    assert expected.mean == pytest.approx(15, abs=4)


def test_without_items_the_chance_of_seeds_alone_is_counted(found):
    level = found.level("spaces-targets", "labse")
    assert level.mean == pytest.approx(70, abs=1e-4)
    assert level.standard_error == pytest.approx(0, abs=1e-6)
    assert level.degrees == len(SEEDS) - 1


def test_arms_are_compared_on_the_seeds_that_all_of_them_have(tmp_path):
    store = made_up_question_study(tmp_path, {"alignment-consistency": ARMS})
    for unit in store.manifest("lab").units:
        if (unit.arm, unit.seed) == ("labse", 201):
            for path in store.folder(unit).iterdir():
                path.unlink()
            store.folder(unit).rmdir()
    found = comparison(store, "lab", "alignment-consistency")
    assert found.seeds(["hybrid-batch"]) == SEEDS
    assert found.seeds(["hybrid-batch", "labse"]) == (200, 202, 203)
    assert [(unit.arm, unit.seed) for unit in found.missing] == [("labse", 201)]


def test_fewer_than_two_seeds_compare_nothing(tmp_path):
    store = made_up_question_study(tmp_path, {"alignment-consistency": ARMS}, seeds=(200,))
    found = comparison(store, "lab", "alignment-consistency")
    assert found.difference(ACCURACY, {"labse": 1.0, "standard": -1.0}) is None


def test_an_experiment_without_runs_is_an_empty_comparison(tmp_path):
    store = made_up_question_study(tmp_path, {}, planned={"scales": ["standard-small"]})
    found = comparison(store, "lab", "scales")
    assert (found.arms, found.seeds(["standard-small"]), len(found.missing)) == ((), (), 4)
    with pytest.raises(StoreError, match="no study at scale"):
        comparison(Store(tmp_path / "nothing"), "lab", "scales")


def test_arms_that_were_asked_other_items_are_not_subtracted(tmp_path):
    store = made_up_question_study(tmp_path, {"alignment-consistency": {"labse": 0.7}})
    units = list(store.manifest("lab").units)
    other = made_up_unit("alignment-consistency", "standard", 200)
    answers = classified(0.7, 200).to_pandas()
    answers["item"] = answers["item"].str.replace("test-", "test-9")
    settings = made_up_settings("alignment-consistency")
    for seed in (200, 201):
        unit = other.model_copy(update={"seed": seed, "fingerprint": digest(str(seed))})
        store.write(draft(unit, settings=settings), pa.Table.from_pandas(answers), {})
        units.append(unit)
    store.write_manifest(Manifest(scale="lab", planned="2026-12-01", lock="l", units=units))
    found = comparison(store, "lab", "alignment-consistency")
    with pytest.raises(StoreError, match="standard and labse were measured on other items"):
        found.difference(ACCURACY, {"labse": 1.0, "standard": -1.0})
    with pytest.raises(StoreError, match=r"has no alignment.parquet; it holds answers.parquet"):
        found.level("words-targets", "standard")


def test_a_run_under_other_settings_is_named_with_what_to_do(tmp_path):
    store = made_up_question_study(tmp_path, {"retrieval-attack": {"labse": 0.63}})
    found = comparison(store, "lab", "retrieval-attack")
    object.__setattr__(
        found.runs["labse", 200], "_tables", {"attacks": attacks(3, 1).to_pandas()[:0]}
    )
    with pytest.raises(StoreError, match=r"labse/200-.*'attacked-noise' cannot be read.*again"):
        found.level("attacked-noise", "labse")


def test_a_measure_that_does_not_exist_is_refused_by_name(found):
    with pytest.raises(UnknownNameError, match="accuracy-test-target"):
        found.level("accuracy-test-target", "labse")


def test_a_run_that_learned_nothing_in_the_source_has_collapsed(tmp_path):
    changed = {("labse", 202): 1 / 3, ("labse", 203): 0.5}
    store = made_up_question_study(tmp_path, {"alignment-consistency": ARMS}, changed=changed)
    found = comparison(store, "lab", "alignment-consistency")
    assert found.collapsed(["hybrid-batch", "labse"]) == {"labse": (202, 203)}
    assert found.collapsed(["hybrid-batch", "standard"]) == {}


def test_a_search_has_collapsed_where_it_finds_less_than_half_of_what_the_typical_one_does(
    tmp_path,
):
    arms = {"hybrid-batch": 0.9, "contrastive-mono": 0.9}
    changed = {("contrastive-mono", 201): 0.0}
    store = made_up_question_study(tmp_path, {"retrieval-attack": arms}, changed=changed)
    found = comparison(store, "lab", "retrieval-attack")
    assert found.collapsed(list(arms)) == {"contrastive-mono": (201,)}


def test_what_an_attack_leaves_is_given_by_budget(tmp_path):
    store = made_up_question_study(tmp_path, {"retrieval-attack": {"labse": 0.8}})
    found = comparison(store, "lab", "retrieval-attack")
    left = found.left("labse")["noise", "worst"]
    assert [round(budget, 3) for budget in left] == [0.0, 0.1]
    clean, attacked = (np.mean(each) for each in left.values())
    assert attacked < clean


def test_accuracy_by_language_has_the_poorest_last(found):
    by_language = found.in_each_language("test", "labse")
    assert list(by_language) == ["ave", "bor", "cym", "dun"]
    blocks = found.points(ACCURACY, "labse", SEEDS)
    targets = [by_language[key].mean for key in ("bor", "cym", "dun")]
    assert np.mean(targets) == pytest.approx(blocks.mean())
