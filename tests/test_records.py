import errno
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pyarrow.parquet as pq
import pytest
from conftest import draft, made_up_answers, made_up_study

from crosslab.errors import StoreError
from crosslab.provenance import digest
from crosslab.records import ANSWERS, RECORD, Store, Unit


def unit(seed: int = 0, fingerprint: str = "f" * 64) -> Unit:
    return Unit(scale="smoke", experiment="e", arm="a", seed=seed, fingerprint=fingerprint)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "results")


def test_a_record_is_read_back_as_it_was_written(store):
    written = store.write(draft(unit()), made_up_answers(0.7, 5, 0), {"extra.bin": b"x"})
    assert store.record(unit()) == written
    assert store.state(unit()) == "present"
    assert (store.folder(unit()) / "extra.bin").read_bytes() == b"x"


def test_answers_are_read_back_with_half_precision_probabilities(store):
    answers = made_up_answers(0.7, 5, 0)
    store.write(draft(unit()), answers, {})
    frame = store.answers(unit())
    assert frame["probability_0"].dtype == "float16"
    assert frame.equals(answers.to_pandas())


def test_the_same_answers_are_the_same_bytes(store, tmp_path):
    store.write(draft(unit()), made_up_answers(0.7, 5, 0), {})
    other = Store(tmp_path / "other")
    other.write(draft(unit()), made_up_answers(0.7, 5, 0), {})
    first, second = (each.folder(unit()) / ANSWERS for each in (store, other))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", [ANSWERS, "extra.bin"])
def test_one_changed_byte_in_a_file_is_found_and_the_file_named(store, name):
    store.write(draft(unit()), made_up_answers(0.7, 5, 0), {"extra.bin": b"xyz"})
    path = store.folder(unit()) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    assert store.state(unit()) == "damaged"
    with pytest.raises(StoreError, match=name):
        store.record(unit())


@pytest.mark.parametrize("name", [ANSWERS, RECORD])
def test_a_half_written_file_counts_as_damage_not_as_absence(store, name):
    store.write(draft(unit()), made_up_answers(0.7, 5, 0), {})
    path = store.folder(unit()) / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert store.state(unit()) == "damaged"


def test_a_record_in_the_folder_of_another_run_is_refused(store):
    store.write(draft(unit(0)), made_up_answers(0.7, 5, 0), {})
    shutil.copytree(store.folder(unit(0)), store.folder(unit(1)))
    with pytest.raises(StoreError, match="another run"):
        store.record(unit(1))


def test_writing_the_same_run_again_changes_nothing(store):
    store.write(draft(unit()), made_up_answers(0.7, 5, 0), {})
    before = (store.folder(unit()) / RECORD).read_bytes()
    again = draft(unit(), finished="2027-01-01T00:00:00+00:00", wall_seconds=9.0)
    store.write(again, made_up_answers(0.7, 5, 0), {})
    assert (store.folder(unit()) / RECORD).read_bytes() == before


def test_the_same_run_with_other_answers_is_refused_and_both_are_kept(store):
    store.write(draft(unit()), made_up_answers(0.7, 5, 0), {})
    with pytest.raises(StoreError, match="other answers") as refusal:
        store.write(draft(unit()), made_up_answers(0.7, 5, 1), {})
    kept = [path for path in store.folder(unit()).parent.iterdir() if path.is_dir()]
    assert len(kept) == 2
    assert all(str(path) in str(refusal.value) for path in kept)
    assert store.state(unit()) == "present"


def test_a_full_disk_is_one_line_and_leaves_no_trace(store, monkeypatch):
    store.write(draft(unit(0)), made_up_answers(0.7, 5, 0), {})

    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(StoreError, match="No space left on device") as refusal:
        store.write(draft(unit(1)), made_up_answers(0.7, 5, 0), {})
    assert len(refusal.value.problems) == 1
    assert store.state(unit(1)) == "absent"
    assert [path.name for path in store.folder(unit(0)).parent.iterdir()] == [
        store.folder(unit(0)).name
    ]


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    store = Store(tmp_path / "file" / "results")
    with pytest.raises(StoreError, match="could not be written"):
        store.write(draft(unit()), made_up_answers(0.7, 5, 0), {})


def test_every_record_names_the_hash_of_the_one_before(store):
    for seed in range(4):
        store.write(draft(unit(seed), finished=f"{seed}"), made_up_answers(0.7, 5, 0), {})
    texts = [(store.folder(unit(seed)) / RECORD).read_bytes() for seed in range(4)]
    previous = [json.loads(text)["previous"] for text in texts]
    assert previous == [None, *(digest(text) for text in texts[:3])]


def test_records_written_at_the_same_time_form_one_chain(store):
    def write(seed):
        store.write(draft(unit(seed), finished=f"{seed}"), made_up_answers(0.7, 5, 0), {})

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(write, range(24)))
    texts = [(folder / RECORD).read_bytes() for folder in store.folders()]
    previous = [json.loads(text)["previous"] for text in texts]
    assert len(texts) == 24
    assert set(previous) < {None, *(digest(text) for text in texts)}
    assert len(set(previous)) == 24


def test_a_record_that_cannot_be_read_does_not_keep_others_from_being_written(store):
    store.write(draft(unit(0)), made_up_answers(0.7, 5, 0), {})
    path = store.folder(unit(0)) / RECORD
    path.write_text(path.read_text()[:50])
    store.write(draft(unit(1)), made_up_answers(0.7, 5, 0), {})
    assert store.state(unit(1)) == "present"


def test_a_damaged_record_is_set_aside_and_kept(store):
    store.write(draft(unit()), made_up_answers(0.7, 5, 0), {})
    content = (store.folder(unit()) / ANSWERS).read_bytes()
    aside = store.set_aside(unit())
    assert store.state(unit()) == "absent"
    assert (aside / ANSWERS).read_bytes() == content
    assert store.folders() == []


def test_the_earlier_record_of_a_run_is_the_latest_under_another_fingerprint(store):
    for number, letter in enumerate("abc"):
        each = draft(unit(fingerprint=letter * 64), finished=f"{number}")
        store.write(each, made_up_answers(0.7, 5, number), {})
    assert store.earlier(unit(fingerprint="c" * 64)).unit.fingerprint == "b" * 64
    assert store.earlier(unit(seed=7)) is None


def test_a_missing_study_says_how_to_make_one(store):
    with pytest.raises(StoreError, match="crosslab study --scale lab"):
        store.manifest("lab")


def test_a_manifest_is_read_back_as_it_was_written(tmp_path):
    store = made_up_study(tmp_path / "results")
    manifest = store.manifest("smoke")
    assert [store.state(each) for each in manifest.units] == ["present"] * len(manifest.units)
