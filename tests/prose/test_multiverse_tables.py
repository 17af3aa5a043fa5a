from dataclasses import replace
from types import SimpleNamespace

import pytest
from conftest import made_up_study
from made_up_evidence import made_up_answered

from crosslab.claims import bars
from crosslab.contrasts import answered
from crosslab.errors import UsageError
from crosslab.multiverse import (
    ARMS,
    CHOICES,
    Rule,
    counted,
    single_seed_summary,
    specifications,
)
from crosslab.prose import multiverse_tables as tables

RULE = Rule(level=0.95, smallest_effect_points=0.5)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return made_up_answered(tmp_path_factory.mktemp("s"))


@pytest.fixture(scope="module")
def table(found):
    return specifications(found, RULE)


def bar(claim_id, claimed, *, level=0.95, rung="lab"):
    return SimpleNamespace(
        claim_id=claim_id,
        rung=rung,
        claimed_points=claimed,
        level=level,
        smallest_effect_points=0.5,
    )


def test_rule_and_claimed_figures_are_those_of_the_bars():
    own = next(each for each in bars() if each.claim_id == "gain-paraphrase")
    assert tables.rule_of([own]) == Rule(
        level=own.level, smallest_effect_points=own.smallest_effect_points
    )
    assert tables.claimed_of([own]) == {"paraphrase": own.claimed_points}


def test_a_claim_without_a_figure_or_on_another_rung_is_left_out():
    asked = [bar("gain-nli", 1.6), bar("gain-generalized", None), bar("gain-nli", 9, rung="paper")]
    assert tables.claimed_of(asked) == {"nli": 1.6}


def test_bars_that_decide_differently_are_refused():
    with pytest.raises(UsageError, match="rung lab have 2"):
        tables.rule_of([bar("gain-nli", 1.6), bar("gain-paraphrase", 2.1, level=0.9)])
    with pytest.raises(UsageError, match="rung lab have 0"):
        tables.rule_of([])


def test_the_tables_have_a_line_for_each_level(table):
    assert tables.shares_table(table, "setting").count("\n") == 1 + len(CHOICES["setting"])
    effects = tables.effects_table(table)
    assert effects.count("\n") == 1 + len(CHOICES)
    for level in (*CHOICES["treated"], *CHOICES["seeds"]):
        assert f"{level} " in effects
    assert "oracle" not in effects


def test_every_specification_of_the_curve_is_in_its_table(table):
    written = tables.specification_table(table)
    assert written.count("\n") == 1 + int(table["distinct"].sum())
    assert written.count("not selectable") == int((~table["selectable"] & table["distinct"]).sum())


def test_the_reading_counts_what_counts(table):
    said = tables.reading(table)
    assert f"Of {len(table)} specifications" in said
    assert f"The other {len(counted(table))} count." in said
    share = (counted(table)["outcome"] == "direction-only").mean()
    assert f"{100 * share:.0f} % are direction-only" in said


def test_papers_with_one_seed_are_put_in_words_with_and_without_a_claim(found):
    summary = single_seed_summary(found, RULE, {"paraphrase": 2.1})
    said = tables.papers_words(summary)
    assert said.count("more than the claimed figure") == 2
    assert said.count("a loss.") == 4
    lines = tables.papers_table(summary).splitlines()[2:]
    assert [line.endswith("| +2.1 |") for line in lines] == [True, True, False, False]


def test_without_runs_every_table_and_sentence_still_stands(found):
    nothing = replace(found, outcomes={})
    table, summary = specifications(nothing, RULE), single_seed_summary(nothing, RULE, {})
    assert "could be computed" in tables.reading(table)
    assert tables.papers_words(summary).startswith("No seed")
    for written in (
        tables.shares_table(table),
        tables.effects_table(table),
        tables.specification_table(table),
        tables.papers_table(summary),
    ):
        assert written.count("\n") == 1


def test_a_single_seed_is_said_to_be_one(tmp_path):
    store = made_up_study(tmp_path, seeds=1)
    lone = answered(store, "smoke", arms=ARMS)
    written = tables.papers_table(single_seed_summary(lone, RULE, {}))
    assert "one seed only" in written
