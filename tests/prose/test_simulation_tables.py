from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_study, rows

from crosslab.claims import claim_and_bar
from crosslab.errors import UsageError
from crosslab.prose import simulation_tables as tables
from crosslab.records import Store
from crosslab.stats.simulation import Spread

_, BAR = claim_and_bar("gain-paraphrase", rung="lab")
CLAIMED = BAR.claimed_points
SEEDS = (3, BAR.seeds)
STUDIES = 60


@pytest.fixture(scope="module")
def rates():
    return tables.simulated(BAR, studies=STUDIES, seeds=SEEDS)


def changed(rates, value, column, **where):
    """Return the rates with one column replaced where the others are as given."""
    asked = np.logical_and.reduce([np.isclose(rates[name], each) for name, each in where.items()])
    return rates.assign(**{column: rates[column].mask(asked, value)})


def test_the_truths_are_those_the_bar_makes_interesting(rates):
    assert sorted(set(rates["true_points"])) == pytest.approx(
        sorted([-CLAIMED, 0, BAR.smallest_effect_points, CLAIMED / 2, CLAIMED])
    )


def test_the_same_bar_gives_the_same_table_again(rates):
    pd.testing.assert_frame_equal(rates, tables.simulated(BAR, studies=STUDIES, seeds=SEEDS))


def test_a_bar_that_claims_no_value_cannot_be_simulated():
    _, without = claim_and_bar("gain-generalized", rung="lab")
    with pytest.raises(UsageError, match="claims no value"):
        tables.simulated(without, studies=2)


def test_errors_are_exactly_the_outcomes_that_would_be_wrong(rates):
    found = tables.errors(rates, BAR)
    wrong = {
        outcome: sorted(set(part["true_points"])) for outcome, part in found.groupby("outcome")
    }
    assert wrong == {
        "reproduced": pytest.approx([-CLAIMED, 0, BAR.smallest_effect_points, CLAIMED / 2]),
        "direction_found": pytest.approx([-CLAIMED, 0]),
        "contradicted": pytest.approx([BAR.smallest_effect_points, CLAIMED / 2, CLAIMED]),
    }


def test_what_is_promised_follows_from_the_level():
    assert tables.promised("reproduced", BAR.criteria) == pytest.approx(0.05)
    assert tables.promised("direction_found", BAR.criteria) == pytest.approx(0.025)
    assert tables.promised("contradicted", BAR.criteria) == pytest.approx(0.025)


def test_the_answer_names_the_highest_rates_and_is_content_with_a_rule_that_holds(rates):
    calm = rates.assign(reproduced=0.01, direction_found=0.01, contradicted=0.0)
    worse = changed(calm, 0.04, "reproduced", true_points=CLAIMED / 2)
    said = tables.answer_words(worse, BAR)
    assert '"reproduced" in at most 4.0 % (promised: 5.0 %)' in said
    assert '"the direction is there" in at most 1.0 % (promised: 2.5 %)' in said
    assert said.endswith(
        "no rate is higher than promised by more than the simulation's own chance."
    )


def test_a_rule_that_is_wrong_too_often_is_called_out_with_where(rates):
    calm = rates.assign(reproduced=0.0, direction_found=0.01, contradicted=0.0, studies=800)
    broken = changed(calm, 0.2, "contradicted", true_points=CLAIMED, seeds=3)
    said = tables.answer_words(broken, BAR)
    assert "**higher than promised**" in said
    assert '"contradicted" with 3 seeds at a true effect of +2.1.' in said
    # the same rate at a reversed truth would be right, and is no error
    right = changed(calm, 0.2, "contradicted", true_points=-CLAIMED, seeds=3)
    assert "higher than promised**" not in tables.answer_words(right, BAR)


def test_the_real_rule_holds_what_it_promises(rates):
    assert "no rate is higher" in tables.answer_words(rates, BAR)


def test_every_truth_and_number_of_seeds_has_a_line_with_its_rates(rates):
    marked = changed(rates, 0.123, "contradicted", true_points=CLAIMED, seeds=BAR.seeds)
    header, _, *body = rows(tables.rate_table(marked, BAR))
    assert len(body) == 5 * len(SEEDS)
    by_key = {(row[0], row[1]): row for row in body}
    asked = by_key["+2.1, as claimed", str(BAR.seeds)]
    assert asked[header.index("contradicted")] == "**12.3 %**"
    reversed_ = by_key["\N{MINUS SIGN}2.1, reversed", str(BAR.seeds)]
    assert not reversed_[header.index("contradicted")].startswith("**")


def test_where_the_size_is_not_at_issue_that_nothing_is_reproduced_is_computed(rates):
    assert '"reproduced" is never said' in tables.size_words(rates, BAR)
    odd = changed(rates, 0.25, "reproduced", size_at_issue=0, seeds=3)
    assert "said in up to 25.0 % of studies" in tables.size_words(odd, BAR)


def test_power_is_compared_for_real_effects_and_overstatement_called_by_its_seeds(rates):
    exact = rates.assign(stated_power=rates["direction_found"])
    assert "None of that is more than" in tables.power_words(exact, BAR)
    hair = rates.assign(direction_found=0.5, stated_power=0.52)
    assert "None of that is more than" in tables.power_words(hair, BAR)
    unlucky = rates.assign(direction_found=0.0, stated_power=0.01)  # none of 60 where 1 % is said
    assert "None of that is more than" in tables.power_words(unlucky, BAR)
    boasting = changed(exact, 0.99, "stated_power", true_points=CLAIMED / 2, seeds=3)
    said = tables.power_words(boasting, BAR)
    assert "With 3 seeds that is more than the simulation's own chance" in said
    body = rows(tables.power_table(boasting, BAR))[2:]
    assert {row[0].split(",")[0] for row in body} == {"+0.5", "+1.1", "+2.1"}


def test_assumptions_are_those_of_the_simulation():
    said = tables.assumption_words(BAR, Spread(seed_points=3.0, answer_points=0.0, items=500))
    assert "500 items" in said
    assert "the mean of one seed varies by 3.00" in said
    assert f"`{BAR.claim_id}`" in said


def test_the_spread_of_real_seeds_is_measured_and_simulated_again(tmp_path, rates):
    store = made_up_study(tmp_path, scale="smoke", seeds=4, items=100)
    said = tables.spread_words(tables.at_real_spread(store, "smoke", BAR), BAR, rates)
    assert "between 4 seeds" in said
    assert f"at the {BAR.seeds} seeds of the bar" in said


def test_a_folder_with_too_few_runs_is_said_to_tell_nothing(tmp_path, rates):
    assert "not known: too few runs" in tables.spread_words(
        tables.at_real_spread(Store(tmp_path), "lab", BAR), BAR, rates
    )
    store = made_up_study(tmp_path / "one", scale="smoke", seeds=1)
    assert "not known: too few runs" in tables.spread_words(
        tables.at_real_spread(store, "smoke", BAR), BAR, rates
    )


def test_what_holds_at_the_measured_spread_is_said_before_what_is_assumed(tmp_path, rates):
    found = tables.at_real_spread(made_up_study(tmp_path, scale="smoke", seeds=4), "smoke", BAR)
    wide = replace(found, again=changed(found.again, 0.3, "direction_found", true_points=CLAIMED))
    said = tables.leading_words(wide, BAR, rates)
    assumed = tables._found_as_claimed(rates, BAR)
    assert f"vary {found.points / tables._of_one_seed(Spread()):.2f} times as much" in said
    assert "is found in 30.0 % of studies" in said
    assert f"where the figures have {100 * assumed:.1f} %" in said
    assert "wrong at the most: " in said


def test_without_runs_it_is_said_that_the_spread_is_assumed(rates):
    assert "rests on an assumed spread" in tables.leading_words(None, BAR, rates)


def test_a_spread_is_turned_into_one_with_the_same_spread_of_seeds():
    wide = tables._as_spread(4.0)
    assert tables._of_one_seed(wide) == pytest.approx(4.0)
    assert tables._as_spread(0.0).seed_points == 0
