from pathlib import Path

import pytest
from made_up_reports import judge, report_text

from crosslab.audit.knowledge import knowledge, replications, verdicts_so_far
from crosslab.claims import claims
from crosslab.literature.answers import Answer, sha256_of
from crosslab.literature.freezing import CITATIONS, freeze, frozen_folder
from crosslab.literature.works import Work
from crosslab.records import Store
from crosslab.verdicts import by_arithmetic

ASKED = "arxiv:2101.00001"
CLAIM = "gain-nli"  # has a bar on every rung that is run here


def answered(results: Path, source: str, *works: Work) -> None:
    """Keep what an index says of one identifier."""
    answer = Answer(
        source=source,
        query=ASKED,
        limit=1,
        asked="2026-01-01T00:00:00+00:00",
        client="made up 1",
        endpoint="http://127.0.0.1",
        state="answered",
        reason=None,
        detail=None,
        items_sha256=sha256_of([]),
        works=works,
    )
    freeze(frozen_folder(results / CITATIONS, ASKED, 1), answer)


def work(source: str, title: str) -> Work:
    return Work(source=source, identifier="x", title=title, authors=("A. Author",), year=2021)


def status(results: Path, entry: str) -> str:
    known = knowledge([], results)
    text = report_text(references=[entry])
    (judged,) = judge(text, answers=known.answers).judged
    return judged.status


ENTRY = "A. Author. On pickled herring and its uses. arXiv:2101.00001"


@pytest.mark.parametrize("first", ["arxiv", "semantic-scholar", "openalex"])
def test_one_index_alone_accuses_nobody(tmp_path, first):
    assert status(tmp_path, ENTRY) == "cannot-tell"
    answered(tmp_path, first)
    assert status(tmp_path, ENTRY) == "cannot-tell"


def test_two_indexes_without_it_make_a_reference_not_found(tmp_path):
    answered(tmp_path, "arxiv")
    answered(tmp_path, "semantic-scholar")
    assert status(tmp_path, ENTRY) == "not-found"


def test_an_index_that_has_it_as_printed_is_enough(tmp_path):
    answered(tmp_path, "arxiv", work("arxiv", "On Pickled Herring and Its Uses"))
    assert status(tmp_path, ENTRY) == "exists-right"


def test_two_indexes_that_have_another_work_there_make_it_misdescribed(tmp_path):
    for source in ("arxiv", "semantic-scholar"):
        answered(tmp_path, source, work(source, "Bread and butter considered harmful"))
    assert status(tmp_path, ENTRY) == "exists-misdescribed"


def test_a_claim_without_a_bar_is_not_testable_and_the_highest_rung_counts():
    found = replications(claims(), by_arithmetic())
    assert found["code-available"] == "not-testable-here"
    made = on_rung("lab", range(10), "direction-only")
    assert replications(claims(), [made, *by_arithmetic()])[CLAIM] == "direction-only"


def on_rung(rung, seeds, replication):
    arithmetic = next(each for each in by_arithmetic() if each.claim_id == CLAIM)
    said = {"rung": rung, "scale": rung, "seeds": list(seeds), "replication": replication}
    return arithmetic.model_copy(update={**said, "records": ["a record"]})


def test_a_rung_that_is_being_run_stands_behind_one_that_was_finished():
    lab = on_rung("lab", range(10), "contradicted")
    begun, done = (on_rung("bench", range(count), "replicated") for count in (4, 10))
    rest = by_arithmetic()
    assert replications(claims(), [begun, lab, *rest])[CLAIM] == "contradicted"
    assert replications(claims(), [done, lab, *rest])[CLAIM] == "replicated"
    assert replications(claims(), [begun, *rest])[CLAIM] == "replicated"  # before print alone


def test_without_records_the_verdicts_are_those_of_arithmetic(tmp_path):
    assert verdicts_so_far(Store(tmp_path), "lab") == by_arithmetic()
