"""What the chapters on transfer say follows from the numbers, whatever they are."""

import numpy as np
import pytest
from conftest import made_up_study

from crosslab import claims
from crosslab.evidence import estimate_of, gathered, gathered_by_checkpoint
from crosslab.numerals import with_interval
from crosslab.prose import transfer_tables

_, BAR = claims.claim_and_bar("gain-paraphrase", rung="lab")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    shares = {"standard": 0.6, "adversarial": 0.5, "smoothing-synonyms": 0.75}
    return made_up_study(tmp_path_factory.mktemp("s"), scale="lab", accuracies=shares, items=200)


@pytest.fixture(scope="module")
def evidence(store):
    return gathered(store, "lab", "transfer-paraphrase")


def test_the_three_checkpoints_stand_side_by_side_and_one_is_marked(store):
    found = gathered_by_checkpoint(store, "lab", "transfer-paraphrase", (BAR.control, BAR.treated))
    lines = transfer_tables.checkpoint_table(found, BAR).splitlines()[2:]
    assert [line.split(" | ")[0].strip("| ") for line in lines] == [
        "last",
        "best-source-dev",
        "oracle (not selectable)",
    ]
    # the made-up oracle is the last checkpoint, the other one is not
    assert lines[0].split(" | ")[1:] == lines[2].split(" | ")[1:]
    assert lines[0].split(" | ")[1:] != lines[1].split(" | ")[1:]


def test_the_slope_is_that_of_a_straight_line_through_the_gains(evidence):
    # word translation of the made-up encoder: bor 0.6, cym 0.4
    slope = transfer_tables.distance_slope(evidence, BAR)
    outcomes = evidence.outcomes
    gains = [
        outcomes.gain(BAR.treated, BAR.control, outcomes.pair(key, key)).mean()
        for key in ("bor", "cym")
    ]
    expected = np.polyfit([0.4, 0.6], gains, 1)[0] * 0.1
    assert slope.mean == pytest.approx(expected)


def test_a_gain_that_does_not_change_with_distance_is_not_said_to(evidence):
    words = transfer_tables.distance_words(evidence, BAR)
    interval = transfer_tables.distance_slope(evidence, BAR).interval(BAR.level)
    assert ("is not shown to change" in words) == (interval.low <= 0 <= interval.high)


def test_mixed_pairs_are_compared_with_pairs_of_one_language(evidence):
    table = transfer_tables.generalized_table([evidence], BAR)
    outcomes = evidence.outcomes
    difference = outcomes.gain(BAR.treated, BAR.control, outcomes.mixed_language()) - outcomes.gain(
        BAR.treated, BAR.control, outcomes.same_language()
    )
    assert with_interval(estimate_of(difference).interval(BAR.level)) in table
