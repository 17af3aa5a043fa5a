import json

import pytest
from sound_study import flip, sound_study

from crosslab.errors import StoreError
from crosslab.records import RECORD
from crosslab.sealing import SEAL, read_seal, sealable, sealing


@pytest.fixture
def store(tmp_path):
    return sound_study(tmp_path / "runs")


def sealed(store):
    return read_seal(store.root / "smoke").files


def first_record(store):
    return next(store.root.glob(f"smoke/transfer-paraphrase/standard/0-*/{RECORD}"))


def test_a_seal_names_every_record_and_the_manifest(store):
    names = sorted(sealed(store))
    assert len([name for name in names if name.endswith(RECORD)]) == 5
    assert names[-1].startswith("transfer-paraphrase")
    assert "study.json" in names
    assert sealed(store) == sealable(store.root / "smoke")


def test_work_that_writes_nothing_leaves_the_seal_byte_for_byte(store):
    path = store.root / "smoke" / SEAL
    before = path.stat().st_mtime_ns
    with sealing(store, "smoke"):
        pass
    assert path.stat().st_mtime_ns == before


def test_an_edit_between_two_studies_is_not_sealed_over(store):
    before = sealed(store)
    flip(first_record(store), 100)
    with sealing(store, "smoke"):
        pass
    assert sealed(store) == before


def test_a_deleted_record_stays_in_the_seal(store):
    before = sealed(store)
    first_record(store).unlink()
    with sealing(store, "smoke"):
        pass
    assert sealed(store) == before


def test_what_the_work_wrote_is_sealed_even_if_the_work_fails(store):
    def write_and_stop():
        with sealing(store, "smoke"):
            path = store.root / "smoke" / "e" / "a" / "0-f" / RECORD
            path.parent.mkdir(parents=True)
            path.write_text("{}")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_stop()
    assert f"e/a/0-f/{RECORD}" in sealed(store)


def test_what_a_killed_study_left_unsealed_is_sealed_by_the_next(store):
    (store.root / "smoke" / SEAL).unlink()
    with sealing(store, "smoke"):
        pass
    assert sealed(store) == sealable(store.root / "smoke")


def test_a_record_that_was_made_anew_is_sealed_anew_and_the_old_hash_kept(store):
    name = str(first_record(store).relative_to(store.root / "smoke"))
    before = sealed(store)[name]
    with sealing(store, "smoke"):
        first_record(store).write_text("{}")
    seal = read_seal(store.root / "smoke")
    assert seal.files[name] != before
    assert seal.replaced == {before: name}


def test_scratch_and_failed_notebooks_are_not_sealed(store):
    folder = store.root / "smoke" / "e" / "notebooks"
    folder.mkdir(parents=True)
    for name in ("seed-0-a.ipynb", "seed-0-a.failed.ipynb", ".seed-0-a.1.unfinished.ipynb"):
        (folder / name).write_text("{}")
    found = [name for name in sealable(store.root / "smoke") if name.startswith("e/notebooks")]
    assert found == ["e/notebooks/seed-0-a.ipynb"]


def test_every_changed_byte_of_a_seal_is_found(store):
    path = store.root / "smoke" / SEAL
    for place in range(len(path.read_bytes())):
        before = flip(path, place)
        with pytest.raises(StoreError, match="altered after it was written"):
            read_seal(path.parent)
        path.write_bytes(before)


def test_no_work_is_begun_under_a_seal_that_was_altered(store):
    path = store.root / "smoke" / SEAL
    held = json.loads(path.read_text())
    path.write_text(json.dumps(held))
    with pytest.raises(StoreError), sealing(store, "smoke"):
        pytest.fail("began")


def test_where_there_is_no_folder_nothing_is_made(tmp_path):
    from crosslab.records import Store

    with sealing(Store(tmp_path / "nowhere"), "smoke"):
        pass
    assert not (tmp_path / "nowhere").exists()
