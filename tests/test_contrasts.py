from dataclasses import replace

import numpy as np
import pytest
from conftest import made_up_study

from crosslab.contrasts import SETTINGS, Contrast, answered
from crosslab.errors import StoreError
from crosslab.evidence import gathered
from crosslab.records import ANSWERS, Store

BOTH = ("transfer-paraphrase", "transfer-nli")
ARMS = ("standard", "smoothing-synonyms")
GAIN = Contrast(setting="same-language", treated="smoothing-synonyms", control="standard")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    shares = {"standard": 0.6, "smoothing-synonyms": 0.7, "clean-matched": 0.65}
    return made_up_study(tmp_path_factory.mktemp("s"), accuracies=shares, experiments=BOTH)


def test_a_sample_is_what_the_evidence_says_of_it(store):
    found = answered(store, "smoke", arms=ARMS)
    outcomes = gathered(store, "smoke", "transfer-nli", "best-source-dev", ARMS).outcomes
    sample = found.sample("nli", replace(GAIN, checkpoint="best-source-dev"))
    expected = outcomes.gain("smoothing-synonyms", "standard", outcomes.same_language())
    assert sample.seeds == outcomes.seeds
    assert np.array_equal(sample.values, expected)


def test_without_a_control_it_is_an_accuracy(store):
    found = answered(store, "smoke", arms=ARMS)
    treated, control = (
        found.sample("nli", replace(GAIN, treated=arm, control=None)).values
        for arm in ("smoothing-synonyms", "standard")
    )
    assert np.allclose(treated - control, found.sample("nli", GAIN).values)
    assert treated.min() >= 0


def test_settings_hold_the_pairs_their_names_say(store):
    outcomes = gathered(store, "smoke", "transfer-nli", "last", ARMS).outcomes
    cells = {name: cut(outcomes) for name, cut in SETTINGS.items()}
    assert {name: int(each.sum()) for name, each in cells.items()} == {
        "same-language": 2,
        "targets-and-source": 3,
        "mixed-language": 6,
        "all-pairs": 9,
    }
    assert not (cells["mixed-language"] & cells["targets-and-source"]).any()
    assert not cells["same-language"][0, 0]
    assert cells["targets-and-source"][0, 0]


def test_an_arm_that_was_not_run_gives_nothing_and_takes_nothing_from_the_others(store):
    found = answered(store, "smoke", arms=(*ARMS, "smoothing-synonyms-static"))
    assert found.sample("nli", replace(GAIN, treated="smoothing-synonyms-static")) is None
    assert len(found.sample("nli", GAIN).seeds) == 2


def test_a_task_that_was_not_run_gives_nothing(tmp_path):
    found = answered(made_up_study(tmp_path), "smoke", arms=ARMS)
    assert found.sample("nli", GAIN) is None
    assert found.sample("paraphrase", GAIN) is not None


def test_arms_that_share_no_seed_yet_are_not_compared(tmp_path):
    odd = made_up_study(
        tmp_path, leave_out=lambda unit: (unit.arm == "standard") == (unit.seed == 0)
    )
    assert answered(odd, "smoke", arms=ARMS).sample("paraphrase", GAIN) is None


def test_a_damaged_record_is_not_taken_for_one_that_was_not_run(tmp_path):
    store = made_up_study(tmp_path)
    path = next(tmp_path.glob(f"smoke/*/standard/0-*/{ANSWERS}"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match="does not match the hash"):
        answered(store, "smoke", arms=ARMS)


def test_no_study_is_an_error(tmp_path):
    with pytest.raises(StoreError, match="no study at scale"):
        answered(Store(tmp_path), "smoke", arms=ARMS)


def test_a_run_has_collapsed_if_its_source_accuracy_is_near_the_commonest_share(store):
    found = answered(store, "smoke", arms=ARMS)
    outcomes = found.outcomes["nli", "last"]
    right = {arm: np.ones_like(block) for arm, block in outcomes.right.items()}
    right["standard"][1, ::2, 0, 0] = False  # 50 points in the source, all right elsewhere
    right["smoothing-synonyms"][:, :, 1:, 1:] = False  # lost in the targets is not collapsed
    changed = replace(found, outcomes={("nli", "last"): replace(outcomes, right=right)})
    assert changed.collapsed("nli", GAIN) == {outcomes.seeds[1]}
    assert changed.collapsed("nli", replace(GAIN, control=None)) == set()


@pytest.mark.parametrize(("above", "collapsed"), [(2, True), (4, False)])
def test_the_margin_of_a_collapse_is_three_points(store, above, collapsed):
    found = answered(store, "smoke", arms=ARMS)
    outcomes = found.outcomes["nli", "last"]
    accuracy = found.sample("nli", replace(GAIN, control=None)).values.shape[1]
    right = {arm: np.ones_like(block) for arm, block in outcomes.right.items()}
    for block in right.values():
        block[:, : accuracy // 2, 0, 0] = False  # 50 points
    spoilt = replace(outcomes, right=right, commonest_share=0.5 - above / 100)
    changed = replace(found, outcomes={("nli", "last"): spoilt})
    assert bool(changed.collapsed("nli", GAIN)) is collapsed
