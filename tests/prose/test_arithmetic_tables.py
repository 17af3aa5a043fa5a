import re

import pytest
from conftest import rows

from crosslab.arithmetic import checks, gains
from crosslab.claims import claims
from crosslab.literature.testimony import stances
from crosslab.prose import arithmetic_tables as tables
from crosslab.published import published

KNOWN = published()


@pytest.mark.parametrize("benchmark", KNOWN.benchmarks, ids=lambda each: each.key)
def test_every_published_accuracy_is_in_the_table_of_its_benchmark(benchmark):
    text = tables.accuracy_table(KNOWN, benchmark.key)
    header, *body = rows(text)
    by_language = {row[0]: row for row in body}
    for system in KNOWN.systems:
        if system.benchmark == benchmark.key:
            place = header.index(system.name)
            for language, accuracy in system.accuracy_points.items():
                assert by_language[language][place] == f"{accuracy:.1f}"
            assert f"{system.name}: {system.source} ({system.mark})" in text
    assert set(benchmark.test_items) <= set(by_language)


def test_a_row_that_is_incomplete_has_a_dash_where_the_check_would_be():
    header, *body = rows(tables.accuracy_table(KNOWN, "xnli"))
    follows = next(row for row in body if row[0] == "printed one follows")
    said = dict(zip(header, follows, strict=True))
    assert said["mBERT (six languages)"] == "\N{EN DASH}"
    assert said["XLM-R Base"] == "yes"


def test_an_average_that_does_not_follow_is_called_out():
    first, *others = KNOWN.systems
    wrong = first.model_copy(update={"average_points": 83.0})
    text = tables.accuracy_table(KNOWN.model_copy(update={"systems": [wrong, *others]}), "pawsx")
    assert "**no**" in text
    changed = KNOWN.model_copy(update={"systems": [wrong, *others]})
    assert "the printed average of 5 follows" in tables.averages_words(changed)


def test_the_number_of_seeds_that_does_not_exist_reads_none():
    cells = {row[0]: row[1:] for row in rows(tables.need_table(KNOWN))}
    assert cells["seeds per arm, test items counted cautiously"] == ["None", "None"]
    assert all(cell.isdigit() for cell in cells["seeds per arm, the test set taken as given"])
    (largest,) = (cells[key] for key in cells if key.startswith("standard deviation"))
    assert largest == [f"{each.largest_rerun_points:.2f}" for each in gains(KNOWN)]


def test_differences_of_re_runs_carry_their_sign():
    assert "+1.1, \N{MINUS SIGN}1.6" in tables.rerun_table(KNOWN)


def test_the_words_on_a_claim_hold_quote_reason_obstacle_and_stance():
    text = tables.checks_words(claims(), checks(KNOWN))
    for check in checks(KNOWN):
        (claim,) = (each for each in claims() if each.claim_id == check.claim_id)
        for part in (claim.quote, check.reason, str(check.obstacle), stances()[claim.claim_id]):
            assert part in text
    assert "nothing to compute" in text


def test_the_reading_counts_re_runs_by_their_printed_digits():
    # 75.1 - 73.5 is 1.5999999999999943 to a computer and 1.6 to everybody else
    found = re.search(
        r"(\d+) re-runs differ .* (\d+) of them .*; (\d+) fall", tables.reading(KNOWN)
    )
    assert [int(number) for number in found.groups()] == [9, 3, 7]


def test_what_was_not_found_is_listed_whole():
    assert tables.not_found(KNOWN).count("\n- ") == len(KNOWN.not_found) - 1


def test_updates_and_generalized_figures_carry_their_marks():
    assert "DERIVED" in tables.update_table(KNOWN)
    assert "46,313" in tables.update_table(KNOWN)
    assert tables.generalized_table(KNOWN).count("(SEEN)") == len(KNOWN.generalized)


def test_both_bounds_of_every_error_are_shown_in_order():
    for text in (tables.error_table(KNOWN), tables.difference_table(KNOWN)):
        for *_, low, high in rows(text)[2:]:
            assert float(low) < float(high)


def test_every_reading_of_every_gain_has_its_interval():
    assert len(rows(tables.interval_table(KNOWN))) == 2 + 2 * 5
    assert "degrees of freedom" in tables.rerun_words(KNOWN)
    assert "80 %" in tables.need_words()
