"""The bundle: everything the crate names in one file, the same every time, found out if altered."""

import json
import os
import zipfile
from pathlib import Path

import pytest
from conftest import made_up_study
from sound_study import flip

from crosslab.errors import StaleError, StoreError
from crosslab.layout import EXTRA
from crosslab.provenance import digest
from crosslab.trail.bundle import TOLD, bundled, lay_bundle
from crosslab.trail.checking import METADATA, crate_problems
from crosslab.trail.contents import trail
from crosslab.trail.crate import crate


@pytest.fixture
def store(project):
    return made_up_study(Path("runs"), seeds=2)


@pytest.fixture
def made(store):
    found = trail(store, "smoke")
    return bundled(found, crate(found))


@pytest.fixture
def laid(store, made, tmp_path):
    return lay(store, made, tmp_path / "book")


def lay(store, told, pages):
    """Write the bundle that pages tell of into a built book."""
    (EXTRA / TOLD).parent.mkdir(parents=True, exist_ok=True)
    (EXTRA / TOLD).write_text(told.text())
    return lay_bundle(store, "smoke", pages)


@pytest.fixture
def unpacked(laid, tmp_path):
    with zipfile.ZipFile(laid) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def again(store):
    found = trail(store, "smoke")
    return bundled(found, crate(found))


def edited(unpacked, change):
    path = unpacked / METADATA
    held = json.loads(path.read_text())
    change(held["@graph"])
    path.write_text(json.dumps(held))
    return crate_problems(unpacked)


def test_an_unpacked_bundle_is_what_its_crate_says_to_the_last_file(made, unpacked):
    assert crate_problems(unpacked) == []
    assert sum(path.is_file() for path in unpacked.rglob("*")) == made.files


def test_the_log_that_holds_the_reason_of_each_lock_is_in_the_bundle(store, made, tmp_path):
    Path("LOG.md").write_text("Why a bar was locked anew.\n")
    renewed = again(store)
    assert renewed.files == made.files + 1
    with zipfile.ZipFile(lay(store, renewed, tmp_path / "book")) as archive:
        assert archive.read("LOG.md").decode() == "Why a bar was locked anew.\n"


def test_the_same_trail_gives_the_same_bytes_whenever_it_is_packed(store, made, laid, tmp_path):
    for path in store.root.rglob("*"):
        os.utime(path, (1, 1))
    assert again(store) == made
    assert lay(store, made, tmp_path / "other").read_bytes() == laid.read_bytes()
    assert (len(laid.read_bytes()), digest(laid.read_bytes())) == (made.size, made.sha256)


def test_tables_and_weights_are_stored_and_text_is_deflated(laid):
    with zipfile.ZipFile(laid) as archive:
        kinds = {Path(each.filename).suffix: each.compress_type for each in archive.infolist()}
        assert archive.namelist() == [METADATA, *sorted(archive.namelist()[1:])]
    assert kinds[".parquet"] == kinds[".safetensors"] == zipfile.ZIP_STORED
    assert kinds[".json"] == kinds[".ipynb"] == zipfile.ZIP_DEFLATED


def test_what_the_bundle_is_can_be_told_without_a_file_that_stays(store, laid):
    before = {path: path.stat().st_mtime_ns for path in Path().rglob("*")}
    Path("requirements.lock").write_text("numpy==1\n")
    again(store)
    after = {path: path.stat().st_mtime_ns for path in Path().rglob("*")}
    assert {path for path in after if after[path] != before.get(path)} == {
        Path("requirements.lock")
    }


def test_a_changed_file_gives_another_bundle(store, made):
    Path("requirements.lock").write_text("numpy==1\n")
    assert again(store).sha256 != made.sha256


def test_a_file_that_changes_while_the_bundle_is_written_is_named(store):
    found = trail(store, "smoke")
    Path("requirements.lock").write_text("numpy==1\n")
    with pytest.raises(StoreError, match=r"^requirements\.lock changed while"):
        bundled(found, crate(found))


@pytest.mark.parametrize("ending", ["answers.parquet", "record.json", ".ipynb", "bars.lock"])
def test_a_damaged_file_is_found(unpacked, ending):
    path = next(each for each in sorted(unpacked.rglob("*")) if each.name.endswith(ending))
    flip(path, 10)
    assert crate_problems(unpacked) == [f"{path} does not match its hash and size in {METADATA}."]


def test_a_file_that_is_gone_and_one_that_was_added_are_found(unpacked):
    (unpacked / "claims" / "bars.lock").unlink()
    (unpacked / "claims" / "note.txt").touch()
    gone, added = crate_problems(unpacked)
    assert "bars.lock cannot be read: No such file" in gone
    assert "note.txt is not named" in added


def test_a_reference_to_nothing_and_a_name_given_twice_are_found(unpacked):
    machine = "#processor-p"
    gone = edited(unpacked, lambda held: held.remove(next(e for e in held if e["@id"] == machine)))
    assert len(gone) == 5  # one for each run that was made on it
    assert all(each.endswith(f"resourceUsage: {machine} is not described.") for each in gone)
    graph = json.loads((unpacked / METADATA).read_text())["@graph"]
    twice = edited(unpacked, lambda held: held.append(graph[2]))
    assert f"{METADATA}: {graph[2]['@id']} is there more than once." in twice


def test_metadata_that_cannot_be_read_is_said_to_be_so(unpacked):
    (unpacked / METADATA).write_text("{")
    (said,) = crate_problems(unpacked)
    assert "cannot be read" in said


def test_the_book_gets_the_bundle_that_its_pages_tell_of_and_no_other(store, made, laid, tmp_path):
    assert laid == tmp_path / "book" / made.address
    Path("requirements.lock").write_text("numpy==1\n")
    with pytest.raises(StaleError, match=r"is not the one that the pages tell of.*crosslab book"):
        lay(store, made, tmp_path / "book")
    assert not laid.exists()
