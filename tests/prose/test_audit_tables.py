import re
from pathlib import Path

import pytest
from conftest import PROJECT, rows

from crosslab.audit.keeping import kept
from crosslab.audit.matching import Matcher
from crosslab.audit.wordings import labelled, quality
from crosslab.book.explorer_rows import explored
from crosslab.book.report_pages import claims_table, report_page
from crosslab.claims import claims
from crosslab.literature.testimony import benchmarks, stances
from crosslab.prose import audit_tables, literature_tables
from crosslab.records import Store
from crosslab.verdicts import by_arithmetic, judged_on_every_rung

LISTED = explored(by_arithmetic()).claims


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return audit_tables.audited_reports(Store(tmp_path_factory.mktemp("none")), "lab")


def test_the_overview_of_reports_counts_their_claims():
    counted = [(row[2], row[3]) for row in rows(audit_tables.reports_overview())[2:]]
    assert counted == [("12", "9"), ("12", "10"), ("11", "8"), ("12", "10"), ("11", "8")]


def test_each_row_of_a_report_is_one_click_from_its_claim_in_table_and_text(found):
    linked = 0
    for report, row in zip(found.reports, found.rows, strict=True):
        page = report_page(report, row, LISTED)
        in_table = re.findall(r"\]\(\.\./claims/([a-z-]+)\.md\)", page)
        in_text = re.findall(
            r'<mark class="claim \w+" id="claim-\d+"><a href="\.\./claims/([a-z-]+)\.html">', page
        )
        expected = [each["claim_id"] for each in row["claims"]]
        assert in_table == expected
        assert len(in_text) == len(expected)
        linked += len(in_text)
    assert linked == 58


def test_a_report_says_of_each_claim_what_each_rung_came_to_as_the_explorer_does(found):
    verdicts = judged_on_every_rung(Store(PROJECT / "results"), "lab")
    table = rows(claims_table(found.rows[0], explored(verdicts).claims))[2:]
    (row,) = [each for each in table if "[gain-nli]" in each[3]]
    mine = [each for each in verdicts if each.claim_id == "gain-nli"]
    assert len(mine) > 1
    assert row[5] == "; ".join(f"{each.rung}: {each.replication}" for each in mine)
    assert any(each[5].startswith("not-testable-here: ") for each in table)


def test_a_page_of_a_report_closes_its_raw_part_and_holds_no_markup_of_the_report(found):
    for report, row in zip(found.reports, found.rows, strict=True):
        page = report_page(report, row, LISTED)
        assert page.count("```") == 2
        assert f'href="../claims.html#report={report.short}"' in page  # its rows in the explorer
        assert '<a href="https://github' not in page  # the link of report 001 is text


def test_what_the_audit_says_is_counted(found):
    words = audit_tables.audit_words(found)
    assert "58 claims, 45 of them marked as verified" in words
    assert "In 5 no claim addresses the research question" in words


def test_the_table_of_findings_has_the_gravest_first_and_adds_up(found):
    body = rows(audit_tables.findings_table(found))[2:]
    levels = [row[1].split(":")[0] for row in body]
    assert levels == sorted(levels, key=["error", "warning", "info"].index)
    counted = sum(int(cell) for row in body for cell in row[2:] if cell)
    assert counted == sum(len(row["findings"]) for row in found.rows)


def test_the_table_of_marks_gives_the_exception_of_report_003_and_no_chance_over_all(found):
    body = {row[0]: row for row in rows(audit_tables.marks_table(found))[2:]}
    (third,) = (row for name, row in body.items() if name.startswith("[003]"))
    assert third[5] == "1"
    assert body["all together"][1:6] == ["58", "45", "0.16", "0.15", "1"]
    assert "claims recur" in body["all together"][6]


def test_agreement_names_the_claims_on_which_reports_differ(found):
    words = audit_tables.agreement_words(found)
    assert "12 of 14 claims and differ on 2" in words
    assert "claims/extra-supervision.md" in words
    assert f"{found.total.alpha:.2f}" in words


def test_reviewers_stand_beside_the_score_of_the_report(found):
    body = rows(audit_tables.reviewers_table(found))[2:]
    assert [row[-1] for row in body] == ["7.4", "8.1", "7.5", "8.0", "7.4"]
    for row in body:
        scores = [float(cell) for cell in row[1:6]]
        assert float(row[6]) == pytest.approx(sum(scores) / 5, abs=0.06)


def test_the_quality_of_matching_is_said_with_its_counts():
    words = audit_tables.matching_words()
    judged = quality(Matcher(claims()), labelled("judging"))
    assert f"{judged.right} right, {judged.wrong} wrong, {judged.missed} missed" in words
    assert "precision 0.84 and recall 0.88" in words
    assert "flatter" in words  # what was mended after the list had been seen is not kept quiet


def test_benchmarks_that_were_not_found_are_listed_and_no_other():
    names = {row[0].strip("*") for row in rows(audit_tables.benchmarks_table())[2:]}
    assert names == {each.name for each in benchmarks() if not each.exists}
    assert len(names) == 3


def test_frames_hold_every_mark_and_every_score(found):
    marks = audit_tables.marks_frame(found)
    assert len(marks) == 58
    assert marks["verified"].sum() == 45
    scores = audit_tables.scores_frame(found)
    assert len(scores) == 5 * 6
    assert set(audit_tables.cuts(found)) == {each.short for each in kept()}


def test_the_stances_of_all_claims_are_listed_as_derived():
    body = rows(literature_tables.stances_table())[2:]
    assert [row[1] for row in body] == [stances()[each.claim_id] for each in claims()]


def test_a_source_that_never_answered_gave_no_number():
    found = literature_tables.searches(Path("results"))
    counts = literature_tables.flow_counts(found)
    assert set(counts["identified"].values()) == {None}
    assert counts["by hand"] > 50
    assert "none was answered" in literature_tables.searches_words(found)
    assert len(rows(literature_tables.searches_table(found))[2:]) == 36


def test_without_a_search_the_chapter_says_how_to_make_one(tmp_path):
    assert "literature search QUERY" in literature_tables.searches_words(
        literature_tables.searches(tmp_path)
    )


def test_every_reference_of_the_reports_has_a_state(tmp_path):
    body = rows(literature_tables.citations_table(tmp_path))[2:]
    states = [row[3] for row in body]
    assert len(body) == 10
    assert states.count("exists") == 9
    assert states.count("cannot be told") == 1
    assert "3 are about images" in literature_tables.citations_words()


def test_every_question_is_told_with_its_obstacle():
    words = literature_tables.questions_words()
    assert words.count("### ") == 5
    assert words.count("*What is in the way*") == 5
