"""A study made again, held against the published one."""

import shutil

import pytest
from conftest import made_up_answers
from made_up_evidence import made_up_store
from sound_study import flip

from crosslab.errors import StoreError
from crosslab.prose.render import reproduction_words
from crosslab.records import Store
from crosslab.reproduction import (
    REPRODUCTION,
    Again,
    keep_reproduction,
    kept_reproduction,
    outdated,
    reproduction,
)
from crosslab.verdicts import judged
from crosslab.verification.verify import reproduction_check

TASKS = ("transfer-paraphrase", "transfer-nli")
LATER = "2026-11-22T10:00:00+00:00"


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
    own = made_up_store(tmp_path / "b", *TASKS, finished=LATER)
    found = reproduction(published, own, "lab")
    assert found.runs_identical == found.runs_compared == 40
    assert [each.claim_id for each in found.verdicts] == [
        "gain-paraphrase",
        "gain-nli",
        "gain-generalized",
    ]
    assert all(each.inside for each in found.verdicts)
    assert "40 of 40 runs" in reproduction_words(found)
    assert "**no**" not in reproduction_words(found)


def test_a_study_is_not_made_again_by_copying_it(tmp_path):
    published = made_up_store(tmp_path / "a", *TASKS)
    with pytest.raises(StoreError, match="40 of 40 runs are records of"):
        reproduction(published, published, "lab")
    own = made_up_store(tmp_path / "b", *TASKS, finished=LATER)
    unit = own.manifest("lab").units[3]
    shutil.rmtree(own.folder(unit))
    shutil.copytree(published.folder(unit), own.folder(unit))
    with pytest.raises(StoreError, match="1 of 40 runs are records of"):
        reproduction(published, own, "lab")


def test_what_was_made_again_in_part_is_compared_but_not_kept(tmp_path):
    published = made_up_store(tmp_path / "a", *TASKS)
    own = made_up_store(tmp_path / "b", *TASKS, finished=LATER)
    for unit in [unit for unit in own.manifest("lab").units if unit.seed == 109]:
        shutil.rmtree(own.folder(unit))
    found = reproduction(published, own, "lab")
    assert (found.runs_compared, found.runs_published) == (36, 40)
    with pytest.raises(StoreError, match="Of 40 published runs 36"):
        keep_reproduction(published, found)
    assert kept_reproduction(published, "lab") is None


def test_a_run_with_other_answers_is_counted_as_such(tmp_path):
    published = made_up_store(tmp_path / "a", *TASKS)
    own = made_up_store(tmp_path / "b", *TASKS, finished=LATER)
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
    own = made_up_store(tmp_path / "b", *TASKS, finished=LATER)
    found = reproduction(published, own, "lab")
    spoilt = found.model_copy(update={"verdicts": [again(9.0)]})
    assert "**no**" in reproduction_words(spoilt)
    assert "0 of 1 estimates" in reproduction_words(spoilt)


@pytest.fixture
def kept(tmp_path):
    """A published study with what came of making it again."""
    store = made_up_store(tmp_path / "a", *TASKS)
    own = made_up_store(tmp_path / "b", *TASKS, finished=LATER)
    keep_reproduction(store, reproduction(store, own, "lab"))
    return store


def test_what_is_kept_is_what_was_found(kept, tmp_path):
    found = reproduction(kept, Store(tmp_path / "b"), "lab")
    assert kept_reproduction(kept, "lab") == found
    assert kept_reproduction(Store(tmp_path / "elsewhere"), "lab") is None


@pytest.mark.parametrize("content", ["{", "[]", "{}", "null"])
def test_what_is_no_reproduction_cannot_be_read(kept, content):
    (kept.root / "lab" / REPRODUCTION).write_text(content)
    with pytest.raises(StoreError, match="cannot be read"):
        kept_reproduction(kept, "lab")


def test_every_altered_byte_of_what_is_kept_is_found(kept):
    path = kept.root / "lab" / REPRODUCTION
    for place in range(0, path.stat().st_size, 7):
        before = flip(path, place)
        with pytest.raises(StoreError):
            kept_reproduction(kept, "lab")
        path.write_bytes(before)
    assert kept_reproduction(kept, "lab") is not None


def test_a_reproduction_holds_while_the_published_verdicts_are_those_it_is_of(kept):
    found = kept_reproduction(kept, "lab")
    published = judged(kept, "lab")
    assert list(outdated(found, published)) == []
    moved = [each.model_copy(update={"estimate": (each.estimate or 0) + 0.1}) for each in published]
    assert len(list(outdated(found, moved))) == len(found.verdicts) == 3
    fewer = found.model_copy(update={"verdicts": found.verdicts[1:]})
    (said,) = outdated(fewer, published)
    assert said.startswith("says nothing of gain-paraphrase")
    more = found.model_copy(update={"verdicts": [*found.verdicts, again(0.5)]})
    (said,) = outdated(more, published)
    assert said.startswith("is of c, on which")


def test_verify_names_a_reproduction_that_was_altered_or_is_of_other_verdicts(kept):
    check = reproduction_check(kept, "lab")
    assert (check.counted, check.problems) == (3, ())
    found = kept_reproduction(kept, "lab")
    first = found.verdicts[0].model_copy(update={"published": "reproduced"})
    keep_reproduction(kept, found.model_copy(update={"verdicts": [first, *found.verdicts[1:]]}))
    (problem,) = reproduction_check(kept, "lab").problems
    assert "is of another published verdict on gain-paraphrase" in problem
    flip(kept.root / "lab" / REPRODUCTION, 40)
    (problem,) = reproduction_check(kept, "lab").problems
    assert str(kept.root / "lab" / REPRODUCTION) in problem


def test_a_study_that_was_not_made_again_is_noted_and_no_problem(tmp_path):
    check = reproduction_check(made_up_store(tmp_path / "a", *TASKS), "lab")
    assert (check.problems, check.notes) == ((), ("nothing is kept of one",))
