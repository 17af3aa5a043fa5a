"""What the chapters on transfer say follows from the numbers, whatever they are."""

import numpy as np
import pytest
from conftest import made_up_study
from made_up_evidence import made_up_evidence, made_up_outcomes

from crosslab import claims
from crosslab.book import transfer_tables
from crosslab.book.render import with_interval
from crosslab.evidence import estimate_of, gathered, gathered_by_checkpoint

_, BAR = claims.claim_and_bar("gain-paraphrase", rung="lab")


def evidence_of(gain, **options):
    return made_up_evidence(made_up_outcomes(gain, **options))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    shares = {"standard": 0.6, "adversarial": 0.5, "smoothing-synonyms": 0.75}
    return made_up_study(tmp_path_factory.mktemp("s"), scale="lab", accuracies=shares, items=200)


@pytest.fixture(scope="module")
def evidence(store):
    return gathered(store, "lab", "transfer-paraphrase")


def test_methods_are_sorted_by_the_side_of_zero_their_interval_lies_on(evidence):
    words = transfer_tables.arms_words(evidence)
    ahead, behind = words.split("It lies below")
    assert "`smoothing-synonyms`" in ahead
    assert "`adversarial`" in behind
    assert "holds zero" not in words


def test_an_open_outcome_is_called_open():
    words = transfer_tables.arms_words(evidence_of(0.0, items=60))
    assert words == "It holds zero for `smoothing-synonyms`."


def test_every_method_but_the_control_has_a_line_with_its_zero_shot_gain(evidence):
    table = transfer_tables.arms_table(evidence).splitlines()[2:]
    assert len(table) == 2
    outcomes = evidence.outcomes
    gain = estimate_of(outcomes.gain("adversarial", "standard", outcomes.same_language()))
    (line,) = [line for line in table if "adversarial" in line]
    assert with_interval(gain.interval(0.95)) in line


def test_p_values_are_adjusted_for_the_number_of_methods(evidence):
    outcomes = evidence.outcomes
    alone = estimate_of(
        outcomes.gain("adversarial", "standard", outcomes.same_language())
    ).p_greater()
    (line,) = [
        line
        for line in transfer_tables.arms_table(evidence).splitlines()
        if line.startswith("| `adversarial`")
    ]
    assert float(line.split(" | ")[4]) >= round(alone, 3)


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
