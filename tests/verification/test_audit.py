import pytest
from conftest import PROJECT

from crosslab.records import Store
from crosslab.verification.audit import literature_check, reports_check

SEARCH = "literature/made-up-0/arxiv.json"


@pytest.fixture
def store(project):
    import shutil

    shutil.copytree(PROJECT / "results" / "literature", project / "runs" / "literature")
    return Store(project / "runs")


def test_what_is_published_holds_and_is_counted(store):
    reports, literature = reports_check(), literature_check(store)
    assert (reports.problems, literature.problems) == ((), ())
    assert reports.counted == 58
    assert literature.counted > 36


def test_a_report_that_was_altered_is_named(store, project):
    path = project / "claims" / "reports" / "003_383b08ec9d5dc5d8.txt"
    path.write_text(path.read_text().replace("2.1 points", "2.2 points"))
    (problem,) = reports_check().problems
    assert path.name in problem


def test_a_report_that_is_gone_is_named(store, project):
    (project / "claims" / "reports" / "000_8b701185ade845dc.txt").unlink()
    (problem,) = reports_check().problems
    assert "000_8b701185ade845dc.txt" in problem


def test_a_frozen_answer_that_was_altered_is_named(store):
    path = next((store.root / "literature").rglob("arxiv.json"))
    path.write_text(path.read_text().replace("unreachable", "rate-limited"))
    (problem,) = literature_check(store).problems
    assert str(path) in problem


def test_evidence_about_nothing_is_named(store, project):
    path = project / "claims" / "evidence.yaml"
    path.write_text(path.read_text().replace("about: gain-nli", "about: gain-nly", 1))
    assert any("gain-nly" in problem for problem in literature_check(store).problems)


def test_a_store_without_a_search_is_a_note_and_no_problem(project):
    found = literature_check(Store(project / "runs"))
    assert found.problems == ()
    assert "no search is kept" in found.notes[0]
