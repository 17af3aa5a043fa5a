from dataclasses import replace

import numpy as np
import pytest
from conftest import made_up_study

from crosslab.contrasts import Contrast, answered
from crosslab.evidence import estimate_of
from crosslab.multiverse import (
    ARMS,
    CHOICES,
    DESIGNS,
    Rule,
    counted,
    main_effects,
    outcome,
    shares,
    single_seed_gains,
    single_seed_summary,
    specifications,
)
from crosslab.stats.crossed import Estimate

BOTH = ("transfer-paraphrase", "transfer-nli")
SHARES = {
    "standard": 0.86,
    "smoothing-synonyms": 0.97,
    "smoothing-synonyms-static": 0.88,
    "clean-matched": 0.87,
}
RULE = Rule(level=0.95, smallest_effect_points=0.5)
COUNT = int(np.prod([len(levels) for levels in CHOICES.values()]))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    store = made_up_study(
        tmp_path_factory.mktemp("s"), accuracies=SHARES, experiments=BOTH, seeds=5, items=120
    )
    return answered(store, "smoke", arms=ARMS)


@pytest.fixture(scope="module")
def table(found):
    return specifications(found, RULE)


def one(table, **chosen):
    rows = table
    for choice, level in {
        "setting": "same-language",
        "checkpoint": "last",
        "treated": "smoothing-synonyms",
        "control": "standard",
        "seeds": "all",
        "collapsed runs": "in",
        "task": "nli",
        **chosen,
    }.items():
        rows = rows[rows[choice] == level]
    (row,) = rows.to_dict("records")
    return row


@pytest.fixture(scope="module")
def with_a_collapse(found):
    """The same answers, except that the first treated run of one task learned nothing."""
    outcomes = dict(found.outcomes)
    for checkpoint in CHOICES["checkpoint"]:
        block = outcomes["nli", checkpoint]
        right = {arm: each.copy() for arm, each in block.right.items()}
        right["smoothing-synonyms"][0] = False
        outcomes["nli", checkpoint] = replace(block, right=right)
    return specifications(replace(found, outcomes=outcomes), RULE)


def test_there_is_one_row_per_specification(table):
    assert len(table) == COUNT
    assert not table.duplicated(list(CHOICES)).any()
    for choice, levels in CHOICES.items():
        assert set(table[choice]) == set(levels)


def test_a_row_holds_the_estimate_of_its_own_choices(found, table):
    outcomes = found.outcomes["nli", "best-source-dev"]
    gain = outcomes.gain("smoothing-synonyms-static", "clean-matched", outcomes.mixed_language())
    chosen = {
        "setting": "mixed-language",
        "checkpoint": "best-source-dev",
        "treated": "smoothing-synonyms-static",
        "control": "clean-matched",
    }
    for seeds, part in (("all", gain), ("first half", gain[:2]), ("second half", gain[2:])):
        row = one(table, **chosen, seeds=seeds)
        interval = estimate_of(part).interval(RULE.level)
        assert row["estimate"] == pytest.approx(interval.estimate)
        assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
        assert row["seeds used"] == len(part)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.1, 9, "direction-only"),
        (0.1, 0.3, "direction-only"),  # the first outcome that holds
        (-3, 0.4, "contradicted"),
        (-3, 0.6, "inconclusive"),
        (-0.1, 3, "inconclusive"),
        (2, 2, "inconclusive"),
    ],
)
def test_outcomes_are_tried_in_the_order_of_the_bars(low, high, expected):
    # at this many degrees of freedom the interval reaches 1.96 standard errors to either side
    error = (high - low) / 2 / 1.95996
    found = Estimate(mean=(low + high) / 2, standard_error=error, degrees=1e9)
    assert outcome(found, RULE) == expected


def test_the_smallest_effect_and_the_level_are_those_of_the_rule(found, table):
    other = specifications(found, Rule(level=0.999, smallest_effect_points=1e9))
    assert one(other)["high"] > one(table)["high"]
    assert "inconclusive" not in set(other["outcome"])


def test_what_nobody_could_select_does_not_count(table):
    assert (table["selectable"] == (table["checkpoint"] != "oracle")).all()
    assert "oracle" not in set(counted(table)["checkpoint"])


def test_without_a_collapsed_run_leaving_them_out_is_no_second_opinion(table):
    assert (table["distinct"] == (table["collapsed runs"] == "in")).all()
    assert len(counted(table)) == COUNT / 2 * 2 / 3
    kept, left_out = one(table), one(table, **{"collapsed runs": "out"})
    assert kept["estimate"] == left_out["estimate"]


def test_collapsed_runs_go_with_their_seed_where_they_are_left_out(
    with_a_collapse,
):
    table = with_a_collapse
    kept, left_out = one(table), one(table, **{"collapsed runs": "out"})
    assert (kept["seeds used"], left_out["seeds used"]) == (5, 4)
    assert left_out["distinct"]
    assert left_out["estimate"] > kept["estimate"] + 10
    assert not one(table, seeds="second half", **{"collapsed runs": "out"})["distinct"]
    assert not one(table, treated="smoothing-synonyms-static", **{"collapsed runs": "out"})[
        "distinct"
    ]


def test_too_few_seeds_are_no_estimate(with_a_collapse):
    row = one(with_a_collapse, seeds="first half", **{"collapsed runs": "out"})
    assert row["outcome"] == "not-computed"
    assert np.isnan(row["estimate"])
    assert row["seeds used"] == 1


def test_shares_are_of_the_specifications_that_count_and_add_up(table):
    found_shares = shares(table)
    assert found_shares["specifications"].sum() == len(counted(table))
    outcomes = found_shares.drop(columns="specifications")
    assert np.allclose(outcomes.sum(axis=1), 1)
    nli = counted(table)[counted(table)["task"] == "nli"]
    expected = (nli["outcome"] == "direction-only").mean()
    assert found_shares.loc["nli", "direction-only"] == pytest.approx(expected)
    assert list(shares(table, "setting").index) == list(CHOICES["setting"])


def test_the_choice_that_was_made_to_matter_moves_most(table):
    effects = main_effects(table)
    assert effects["choice"].iloc[0] == "treated"
    means = effects.set_index(["choice", "level"])["mean estimate"]
    apart = means["treated", "smoothing-synonyms"] - means["treated", "smoothing-synonyms-static"]
    assert apart == pytest.approx(9, abs=3)
    assert effects["moves"].iloc[0] == pytest.approx(apart)
    assert ("checkpoint", "oracle") not in means.index
    assert effects["moves"].is_monotonic_decreasing


def test_levels_are_compared_where_nothing_else_differs(table):
    made = table.copy()
    first_half = made["seeds"] == "first half"
    static = made["treated"] == "smoothing-synonyms-static"
    made["estimate"] = 100.0 * first_half + np.where(static, 0.0, 10.0)
    made.loc[static & first_half, ["estimate", "outcome"]] = [np.nan, "not-computed"]
    means = main_effects(made).set_index(["choice", "level"])["mean estimate"]
    assert means["treated", "smoothing-synonyms"] == pytest.approx(10)
    assert means["treated", "smoothing-synonyms-static"] == pytest.approx(0)
    assert means["seeds", "first half"] - means["seeds", "all"] == pytest.approx(100)


def test_single_seeds_print_their_own_gain(found):
    gains = single_seed_gains(found)
    assert len(gains) == 2 * 2 * 5
    outcomes = found.outcomes["nli", "best-source-dev"]
    expected = outcomes.gain("smoothing-synonyms-static", "standard", outcomes.same_language())
    mine = gains[(gains["task"] == "nli") & (gains["design"] == "as released")]
    assert mine["gain"].to_numpy() == pytest.approx(expected.mean(axis=1))


def test_the_summary_counts_seeds_beyond_the_claim_and_below_zero(found):
    gains = single_seed_gains(found)
    own = gains[(gains["task"] == "nli") & (gains["design"] == "as released")]["gain"]
    almost = {"nli": own.max() - 1e-6, "paraphrase": 1000.0}
    summary = single_seed_summary(found, RULE, almost).set_index(["task", "design"])
    row = summary.loc["nli", "as released"]
    assert row["above claimed"] == (own == own.max()).mean() > 0
    assert row["below zero"] == pytest.approx((own < 0).mean())
    assert (row["least"], row["most"]) == (own.min(), own.max())
    assert row["low"] < row["estimate"] < row["high"]
    assert summary.loc["paraphrase", "as released"]["above claimed"] == 0
    unclaimed = single_seed_summary(found, RULE, {})
    assert unclaimed["above claimed"].isna().all()


def test_the_design_of_the_bar_is_the_one_the_verdict_takes():
    by_the_bar = DESIGNS["by the bar"]
    assert by_the_bar == Contrast(
        setting="same-language", treated="smoothing-synonyms", control="standard"
    )
    assert DESIGNS["as released"].checkpoint == "best-source-dev"


def test_a_study_without_runs_has_every_row_and_no_number(found):
    nothing = replace(found, outcomes={})
    table = specifications(nothing, RULE)
    assert len(table) == COUNT
    assert set(table["outcome"]) == {"not-computed"}
    assert main_effects(table).empty
    assert shares(table).empty
    assert single_seed_summary(nothing, RULE, {}).empty


def test_a_missing_task_leaves_the_other_whole(found):
    half = {key: each for key, each in found.outcomes.items() if key[0] == "nli"}
    table = specifications(replace(found, outcomes=half), RULE)
    assert set(counted(table)["task"]) == {"nli"}
    assert list(shares(table).index) == ["nli"]
