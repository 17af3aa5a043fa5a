import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import draft, made_up_answers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sound_study import flip, sound_study

from crosslab.provenance import digest
from crosslab.records import ANSWERS, RECORD, Store, Unit, read_record
from crosslab.sealing import SEAL, sealing
from crosslab.verification.chain import chain_check, head_of
from crosslab.verification.store import (
    files_check,
    found_records,
    manifest_check,
    seal_check,
    seals_of,
)

LATER = "2026-11-22T10:00:00+00:00"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return sound_study(tmp_path_factory.mktemp("made") / "runs").root


@pytest.fixture
def store(made, tmp_path):
    shutil.copytree(made, tmp_path / "runs")
    return Store(tmp_path / "runs")


def checks(store):
    found = found_records(store)
    seals, broken = seals_of(store)
    made = [
        files_check(found),
        chain_check(store, found, seals),
        seal_check(store, seals, broken),
        manifest_check(store, "smoke", found),
    ]
    return {check.name: check for check in made}


def problems(store):
    return [problem for check in checks(store).values() for problem in check.problems]


def in_order(store):
    """The folders of the records, first of the chain to last."""
    after = {read_record(folder).previous: folder for folder in store.folders()}
    folders, checksum = [], None
    while checksum in after:
        folders.append(after[checksum])
        checksum = digest((folders[-1] / RECORD).read_bytes())
    return folders


def test_a_sound_store_has_no_problems_and_everything_is_counted(store):
    assert problems(store) == []
    found = checks(store)
    assert [found[name].counted for name in ("records", "chain", "seal", "study")] == [5, 5, 8, 5]
    assert "6 files" in found["records"].what


@pytest.mark.parametrize("last", [True, False], ids=["last record", "manifest"])
def test_changed_bytes_of_what_no_record_vouches_for_are_found(store, last):
    # the last record is followed by none that would hold its hash
    path = in_order(store)[-1] / RECORD if last else store.root / "smoke" / "study.json"
    seals, broken = seals_of(store)
    step = 9 if last else 1
    for place in range(0, path.stat().st_size, step):
        before = flip(path, place)
        assert seal_check(store, seals, broken).problems, place
        path.write_bytes(before)
    assert seal_check(store, seals, broken).problems == ()


def test_every_changed_byte_of_a_record_is_found_without_any_seal(store):
    path = in_order(store)[1] / RECORD
    (store.root / "smoke" / SEAL).unlink()
    for place in range(0, path.stat().st_size, 40):
        before = flip(path, place)
        assert chain_check(store, found_records(store), {}).problems, place
        path.write_bytes(before)
    assert chain_check(store, found_records(store), {}).problems == ()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(which=st.integers(0, 10**6), place=st.integers(0, 10**6))
def test_a_changed_byte_of_any_file_is_found(store, which, place):
    paths = sorted(path for path in store.root.rglob("*") if path.is_file())
    paths = [path for path in paths if not path.name.startswith(".")]
    path = paths[which % len(paths)]
    before = flip(path, place)
    try:
        assert problems(store), path
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("name", [ANSWERS, "model.safetensors"])
def test_a_missing_file_is_named(store, name):
    path = next(store.root.glob(f"smoke/pretraining/*/*/{name}"))
    path.unlink()
    assert problems(store) == [f"{path.parent}: {name} is missing."]


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "sub/more.txt"])
def test_a_file_that_does_not_belong_to_a_record_is_named(store, name):
    path = in_order(store)[2] / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    assert any(name in problem for problem in problems(store))


@pytest.mark.parametrize("name", ["x.txt", "smoke/x.txt", "smoke/transfer-paraphrase/x.json"])
def test_a_file_that_belongs_to_nothing_is_named(store, name):
    (store.root / name).write_text("x")
    assert problems(store) == [f"{store.root / name}: belongs to no record and no study."]


def test_every_problem_is_reported_and_not_only_the_first(store):
    for folder in in_order(store)[:3]:
        flip(folder / ANSWERS, 50)
    assert len(checks(store)["records"].problems) == 3


def test_settings_that_do_not_give_the_fingerprint_are_found(store):
    path = in_order(store)[-1] / RECORD
    record = json.loads(path.read_text())
    record["settings"]["finetune"]["learning_rate"] = 1.0
    path.write_text(json.dumps(record, indent=1) + "\n")
    assert any("do not give its fingerprint" in problem for problem in problems(store))


def test_a_metric_that_the_answers_do_not_give_is_found(store):
    path = in_order(store)[-1] / RECORD
    record = json.loads(path.read_text())
    record["metrics"]["zero_shot_macro_accuracy"] += 0.01
    path.write_text(json.dumps(record, indent=1) + "\n")
    assert any("zero_shot_macro_accuracy" in each for each in checks(store)["records"].problems)


def test_answers_replaced_together_with_their_hash_are_found_by_chain_and_seal(store):
    folder = in_order(store)[1]
    other = in_order(store)[2]
    record = json.loads((folder / RECORD).read_text())
    shutil.copy(other / ANSWERS, folder / ANSWERS)
    record["files"] = read_record(other).files
    record["metrics"] = read_record(other).metrics
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n")
    found = checks(store)
    assert found["records"].problems == ()
    assert found["chain"].problems
    assert found["seal"].problems


def test_a_missing_record_is_named_by_what_follows_it_by_the_seal_and_by_the_study(store):
    chain = in_order(store)
    gone = chain[2].relative_to(store.root)
    shutil.rmtree(chain[2])
    found = checks(store)
    (gap,) = found["chain"].problems
    assert str(chain[3]) in gap
    assert str(gone) in gap
    assert str(gone) in found["seal"].problems[0]
    assert "missing, which the study consists of" in found["study"].problems[0]


def test_the_last_record_cannot_be_cut_off_unseen(store):
    shutil.rmtree(in_order(store)[-1])
    found = checks(store)
    assert found["chain"].problems == ()  # nothing follows it
    assert found["seal"].problems
    assert found["study"].problems


def test_missing_seeds_are_named_by_arm(store):
    for path in store.root.glob("smoke/transfer-paraphrase/standard/*"):
        shutil.rmtree(path)
    assert checks(store)["study"].problems == (
        "transfer-paraphrase standard: seeds 0, 1 missing, which the study consists of.",
    )


def test_a_missing_encoder_is_named_by_the_runs_that_build_on_it(store):
    shutil.rmtree(next(store.root.glob("smoke/pretraining/*/0-*")))
    found = checks(store)["study"].problems
    assert len([each for each in found if "the run it builds on is missing" in each]) == 4


def forked(store, previous):
    """Add a record that follows the same one as another does."""
    unit = Unit(scale="smoke", experiment="e", arm="a", seed=0, fingerprint="f" * 64)
    store.write(draft(unit), made_up_answers(0.5, 2, 0), {})
    path = store.folder(unit) / RECORD
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "previous": previous}, indent=1) + "\n")


def test_a_fork_is_found(store):
    forked(store, read_record(in_order(store)[2]).previous)
    found = checks(store)["chain"].problems
    assert any("forks" in problem for problem in found)
    assert any("2 ends" in problem for problem in found)


def test_a_second_beginning_is_found(store):
    forked(store, None)
    assert any("begins more than once" in each for each in checks(store)["chain"].problems)


def test_the_head_is_the_last_record_of_the_chain(store):
    last = in_order(store)[-1] / RECORD
    assert head_of(found_records(store)) == digest(last.read_bytes())


def remade(store, damage):
    """Damage a record, set it aside and make it anew, as a study does."""
    unit = read_record(in_order(store)[3]).unit
    old = read_record(store.folder(unit))
    table = pq.read_table(store.folder(unit) / ANSWERS)
    with sealing(store, "smoke"):
        damage()
        store.set_aside(unit)
        held = {name: getattr(old, name) for name in type(old).model_fields}
        del held["files"], held["previous"]
        store.write({**held, "finished": LATER}, table, {})


@pytest.mark.parametrize("name", [ANSWERS, RECORD])
def test_a_record_that_was_damaged_and_made_anew_is_a_note_and_no_gap(store, name):
    path = in_order(store)[3] / name
    remade(store, lambda: path.write_bytes(path.read_bytes()[:-9]))
    found = checks(store)
    assert problems(store) == []
    assert "made anew" in found["chain"].notes[0]
    assert any("set aside" in note for note in found["seal"].notes)


def test_a_record_set_aside_whole_closes_the_gap_without_any_seal(store):
    path = in_order(store)[3] / ANSWERS
    remade(store, lambda: path.write_bytes(path.read_bytes()[:-9]))
    check = chain_check(store, found_records(store), {})
    assert check.problems == ()
    assert "made anew" in check.notes[0]


def test_a_store_that_was_never_sealed_says_how_to_seal_it(store):
    (store.root / "smoke" / SEAL).unlink()
    (problem,) = problems(store)
    assert f"crosslab study --scale smoke --results {store.root}" in problem


def test_records_that_the_study_does_not_consist_of_are_a_note(store):
    with sealing(store, "smoke"):
        unit = Unit(scale="smoke", experiment="e", arm="a", seed=0, fingerprint="f" * 64)
        store.write(draft(unit), made_up_answers(0.5, 2, 0), {})
    assert "e a: 1 more records" in checks(store)["study"].notes[0]


def test_an_unreadable_manifest_is_a_problem_among_others(store):
    path = Path(store.root / "smoke" / "study.json")
    path.write_text("{")
    assert "cannot be read" in checks(store)["study"].problems[0]
