"""A study made again, held against the published one."""

import shutil

import pytest
from conftest import made_up_answers
from made_up_evidence import made_up_store

from crosslab.book.render import reproduction_words
from crosslab.errors import StoreError
from crosslab.records import Store
from crosslab.reproduction import REPRODUCTION, Again, kept_reproduction, reproduction

TASKS = ("transfer-paraphrase", "transfer-nli")


def again(estimate, predicted=(-1.0, 2.0)):
    return Again(
        claim_id="c",
        published_points=0.5,
        predicted=predicted,
        again_points=estimate,
        published="inconclusive",
        again="inconclusive",
    )


@pytest.mark.parametrize(
    ("estimate", "inside"), [(-1.0, True), (2.0, True), (2.1, False), (-1.1, False), (None, False)]
)
def test_an_estimate_is_inside_up_to_the_ends_and_one_that_is_not_there_is_not(estimate, inside):
    assert again(estimate).inside is inside


def test_the_same_study_gives_the_same_answers_and_falls_where_it_was_predicted(tmp_path):
    published = made_up_store(tmp_path / "a", *TASKS)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    found = reproduction(published, Store(tmp_path / "b"), "lab")
    assert found.runs_identical == found.runs_compared == 40
    assert [each.claim_id for each in found.verdicts] == [
        "gain-paraphrase",
        "gain-nli",
        "gain-generalized",
    ]
    assert all(each.inside for each in found.verdicts)
    assert "40 of 40 runs" in reproduction_words(found)
    assert "**no**" not in reproduction_words(found)


def test_a_run_with_other_answers_is_counted_as_such(tmp_path):
    published = made_up_store(tmp_path / "a", *TASKS)
    own = made_up_store(tmp_path / "b", *TASKS)
    unit = own.manifest("lab").units[0]
    record = own.record(unit)
    shutil.rmtree(own.folder(unit))
    draft = record.model_dump(exclude={"files", "previous"}) | {"unit": unit, "data": record.data}
    own.write(draft, made_up_answers(0.1, 60, 9), {})
    found = reproduction(published, own, "lab")
    assert found.runs_identical == found.runs_compared - 1


def test_studies_that_share_no_run_are_not_compared(tmp_path, monkeypatch):
    published = made_up_store(tmp_path / "a", *TASKS)
    own = made_up_store(tmp_path / "b", *TASKS)
    for unit in own.manifest("lab").units:
        shutil.rmtree(own.folder(unit))
    with pytest.raises(StoreError, match="no run that"):
        reproduction(published, own, "lab")


def test_an_estimate_outside_is_said_so_in_words(tmp_path, monkeypatch):
    published = made_up_store(tmp_path / "a", *TASKS)
    found = reproduction(published, published, "lab")
    spoilt = found.model_copy(update={"verdicts": [again(9.0)]})
    assert "**no**" in reproduction_words(spoilt)
    assert "0 of 1 estimates" in reproduction_words(spoilt)


def test_what_is_kept_is_what_was_found(tmp_path):
    published = made_up_store(tmp_path / "a", *TASKS)
    assert kept_reproduction(published, "lab") is None
    found = reproduction(published, published, "lab")
    path = tmp_path / "a" / "lab" / REPRODUCTION
    path.write_text(found.model_dump_json())
    assert kept_reproduction(published, "lab") == found
    path.write_text("{")
    with pytest.raises(StoreError, match="cannot be read"):
        kept_reproduction(published, "lab")
