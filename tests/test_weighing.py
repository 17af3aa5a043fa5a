import numpy as np
import pytest
from made_up_evidence import ARMS, made_up_evidence, made_up_outcomes

from crosslab.claims import bars
from crosslab.weighing import estimate, weighed

BARS = {bar.claim_id: bar for bar in bars() if bar.rung == "lab"}
PARAPHRASE, GENERALIZED = BARS["gain-paraphrase"], BARS["gain-generalized"]
CONTROL, TREATED = ARMS


def test_the_estimate_is_treated_minus_control_in_the_pairs_the_bar_names():
    outcomes = made_up_outcomes(3, seed_points=1)
    same, mixed = (
        float(outcomes.gain(TREATED, CONTROL, outcomes.cells(bar.cells)).mean())
        for bar in (PARAPHRASE, GENERALIZED)
    )
    assert same != mixed
    assert estimate(PARAPHRASE, {"transfer-paraphrase": outcomes}).mean == pytest.approx(same)
    both = dict.fromkeys(GENERALIZED.experiments, outcomes)
    assert estimate(GENERALIZED, both).mean == pytest.approx(mixed)


def test_a_part_of_what_a_bar_asks_for_is_never_taken_for_the_whole():
    outcomes = made_up_outcomes(3)
    assert estimate(GENERALIZED, {"transfer-paraphrase": outcomes}) is None


def test_experiments_that_a_bar_does_not_name_change_nothing():
    asked = made_up_evidence(made_up_outcomes(3))
    other = made_up_evidence(made_up_outcomes(-9, draw=1), experiment="transfer-nli")
    alone, together = (weighed(PARAPHRASE, each, scale="lab") for each in ([asked], [other, asked]))
    assert alone == together
    assert alone.obstacles == ()


def test_each_target_language_has_an_estimate_of_its_own_and_the_source_has_none():
    result = weighed(PARAPHRASE, [made_up_evidence(made_up_outcomes(3))], scale="lab")
    assert set(result.by_language) == {"bor", "cym"}
    parts = [each.mean for each in result.by_language.values()]
    assert np.mean(parts) == pytest.approx(result.found.mean)


def test_where_nothing_collapsed_there_is_no_second_estimate():
    result = weighed(PARAPHRASE, [made_up_evidence(made_up_outcomes(3))], scale="lab")
    assert result.collapsed == ()
    assert result.without_collapsed is None
