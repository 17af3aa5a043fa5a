from crosslab.deviations import Measured, NotMeasured, Row, Spread, ledger
from crosslab.prose.deviation_tables import (
    contrast_words,
    effect_words,
    ledger_words,
    measured_table,
    summary_words,
    unmeasured_table,
)
from crosslab.prose.render import plain


def rows_with(effect):
    tasks = ("paraphrase", "nli")
    return [Row(deviation=each, effects=dict.fromkeys(tasks, effect)) for each in ledger()]


def test_every_difference_is_in_the_ledger_and_in_one_of_the_two_other_tables():
    rows = rows_with(None)
    measured, unmeasured = measured_table(rows), unmeasured_table(rows)
    assert ledger_words(rows).count("- *Why*: ") == len(rows)
    assert measured.count("\n") + unmeasured.count("\n") == len(rows) + 2
    for each in ledger():
        where = unmeasured if isinstance(each.effect, NotMeasured) else measured
        assert f"| {each.topic} |" in where


def test_a_difference_without_runs_says_so_in_both_tasks():
    table = measured_table(rows_with(None))
    assert table.count("| not run | not run |") == table.count("\n") - 1


def test_every_released_detail_carries_its_mark():
    said = ledger_words(rows_with(None))
    for each in ledger():
        assert f"{plain(each.released.source)} ({plain(each.released.mark)})" in said


def test_the_ledger_says_what_real_languages_have_where_it_is_something_else():
    said = ledger_words(rows_with(None))
    elsewhere = [each for each in ledger() if each.bench]
    assert said.count("- *On real languages*: ") == len(elsewhere) > 0
    assert all(plain(each.bench) in said for each in elsewhere)


def test_effects_have_a_sign_an_interval_or_a_range():
    assert effect_words(Measured(-1.25, -2.0, 0.3, 10)) == "−1.2 (−2.0 to +0.3)"  # noqa: RUF001
    assert effect_words(Spread(-1.0, 2.5, 1.24, 10)).endswith("standard deviation 1.2")


def test_each_kind_of_comparison_is_said_in_words():
    said = {each.id: contrast_words(each) for each in ledger()}
    assert said["updates"].startswith("`clean-matched` minus `standard`; same-language, last")
    assert "gain at best-source-dev minus at last" in said["checkpoint-rule"]
    assert "accuracy at oracle minus at best-source-dev" in said["test-scored-in-training"]
    assert "all-pairs minus mixed-language" in said["diagonal-in-average"]
    assert "each seed alone" in said["one-seed"]
    assert said["encoder"] == "needs a GPU: that is the rung paper"


def test_the_summary_counts_what_excludes_zero_and_nothing_else():
    clear, unclear = Measured(1.0, 0.1, 2.0, 10), Measured(1.0, -0.1, 2.0, 10)
    measurable = sum(not isinstance(each.effect, NotMeasured) for each in ledger())
    assert f"Of {2 * measurable} effects" in summary_words(rows_with(clear))
    assert f"{2 * measurable} exclude zero (" in summary_words(rows_with(clear))
    assert "0 exclude zero." in summary_words(rows_with(unclear))
    assert "0 of these have runs" in summary_words(rows_with(None))
    below = Measured(-1.0, -2.0, -0.1, 10)
    assert f"{2 * measurable} exclude zero (" in summary_words(rows_with(below))
    assert "Of 0 effects" in summary_words(rows_with(Spread(0, 1, 0.5, 10)))
