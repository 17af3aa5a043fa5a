import json

import pytest
from sound_study import flip, sound_study

from crosslab.errors import StoreError, UsageError
from crosslab.joining import Joined, joined
from crosslab.records import ANSWERS, RECORD, Manifest, Store, read_record
from crosslab.sealing import read_seal, sealing
from crosslab.verification.chain import chain_check
from crosslab.verification.store import (
    files_check,
    found_records,
    manifest_check,
    seal_check,
    seals_of,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return sound_study(tmp_path_factory.mktemp("whole") / "runs")


def units_of(store):
    return store.manifest("smoke").units


def part(root, whole, units):
    """Write a sealed store that has some of the runs of a study, each with its notebook."""
    store = Store(root)
    with sealing(store, "smoke"):
        for unit in units:
            store.take(whole.folder(unit))
            path = store.notebook([unit])
            path.parent.mkdir(parents=True, exist_ok=True)
            stamp = {"runs": [unit.folder]}
            path.write_text(json.dumps({"cells": [], "metadata": {"crosslab": stamp}}))
        store.write_manifest(whole.manifest("smoke"))
    return store


def checks(store):
    found = found_records(store)
    seals, broken = seals_of(store)
    return [
        files_check(found),
        chain_check(store, found, seals),
        seal_check(store, seals, broken),
        manifest_check(store, "smoke", found),
    ]


def problems(store):
    return [problem for check in checks(store) for problem in check.problems]


def files(store, unit):
    folder = store.folder(unit)
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != RECORD}


def notebooks(store):
    return sorted(path.name for path in store.root.glob("smoke/*/notebooks/*.ipynb"))


def test_two_stores_that_began_alike_become_one_chain(whole, tmp_path):
    first, *rest = units_of(whole)
    here = part(tmp_path / "here", whole, [first, *rest[:2]])
    other = part(tmp_path / "other", whole, [first, *rest[2:]])
    assert problems(here)  # two runs of the study are missing
    assert joined(other, here, "smoke") == Joined(taken=2, there=1, unfinished=0, retired=0)
    assert problems(here) == []
    for unit in units_of(whole):
        assert files(here, unit) == files(whole, unit)
        before, now = read_record(whole.folder(unit)), read_record(here.folder(unit))
        assert now.model_copy(update={"previous": before.previous}) == before
    assert len(notebooks(here)) == 5


def test_what_is_there_already_is_not_taken_again(whole, tmp_path):
    store = part(tmp_path / "here", whole, units_of(whole))
    other = part(tmp_path / "other", whole, units_of(whole))
    before = (store.root / "smoke" / "seal.json").read_bytes()
    assert joined(other, store, "smoke", retire=True).taken == 0
    assert (store.root / "smoke" / "seal.json").read_bytes() == before


def test_a_study_that_is_not_finished_elsewhere_is_taken_as_far_as_it_is(whole, tmp_path):
    other = part(tmp_path / "other", whole, units_of(whole)[:3])
    store = Store(tmp_path / "here")
    assert joined(other, store, "smoke") == Joined(taken=3, there=0, unfinished=2, retired=0)


def with_other_plan(store, units):
    """Let a store's study consist of these runs alone."""
    with sealing(store, "smoke"):
        old = store.manifest("smoke")
        store.write_manifest(Manifest(**{**dict(old), "units": list(units)}))


@pytest.mark.parametrize("retire", [True, False])
def test_runs_that_a_study_no_longer_consists_of_go_only_if_they_are_to(whole, tmp_path, retire):
    encoder, *runs = units_of(whole)
    store = part(tmp_path / "here", whole, [encoder, *runs[:2]])
    gone = {
        str((store.folder(unit) / RECORD).relative_to(store.root / "smoke")) for unit in runs[:2]
    }
    hashes = read_seal(store.root / "smoke").files
    other = part(tmp_path / "other", whole, [encoder, *runs[2:]])
    with_other_plan(other, [encoder, *runs[2:]])
    found = joined(other, store, "smoke", retire=retire)
    assert (found.taken, found.retired) == (2, 2 if retire else 0)
    assert problems(store) == []
    assert all(store.folder(unit).exists() != retire for unit in runs[:2])
    assert len(notebooks(store)) == (3 if retire else 5)
    seal = read_seal(store.root / "smoke")
    assert seal.retired == ({hashes[name]: name for name in gone} if retire else {})
    if retire:
        (said,) = checks(store)[1].notes  # the first that was taken follows one that is gone
        assert "was taken out, one of 2 runs" in said


def test_a_run_that_the_study_consists_of_cannot_be_taken_out_unseen(whole, tmp_path):
    store = part(tmp_path / "here", whole, units_of(whole))
    name = f"{units_of(whole)[2].folder}/{RECORD}".removeprefix("smoke/")
    with sealing(store, "smoke") as taken_out:
        for path in store.folder(units_of(whole)[2]).iterdir():
            path.unlink()
        taken_out.add(name)
    assert any("missing, which the study consists of" in each for each in problems(store))


def test_nothing_is_taken_from_a_store_that_was_altered(whole, tmp_path):
    other = part(tmp_path / "other", whole, units_of(whole))
    flip(other.folder(units_of(whole)[1]) / ANSWERS, 50)
    flip(other.folder(units_of(whole)[2]) / RECORD, 50)
    with pytest.raises(StoreError) as caught:
        joined(other, Store(tmp_path / "here"), "smoke")
    assert len(caught.value.problems) >= 2
    assert not (tmp_path / "here").exists()


def test_a_study_that_is_under_way_elsewhere_may_be_taken_from(whole, tmp_path):
    other = part(tmp_path / "other", whole, units_of(whole)[:3])
    again = other.manifest("smoke").model_copy(update={"planned": "2026-11-23"})
    other.write_manifest(again)  # before anything is sealed anew
    store = Store(tmp_path / "here")
    assert joined(other, store, "smoke").taken == 3
    assert store.manifest("smoke") == again
    assert seal_check(store, *seals_of(store)).problems == ()


def test_a_store_is_not_joined_with_itself(whole):
    with pytest.raises(UsageError, match="the same store"):
        joined(whole, Store(whole.root / ".." / whole.root.name), "smoke")


def test_a_store_without_a_study_is_refused(whole, tmp_path):
    with pytest.raises(StoreError, match="no study at scale 'smoke' was made"):
        joined(Store(tmp_path), whole, "smoke")


def test_the_command_says_how_many_were_taken(whole, tmp_path, project, crosslab):
    other = part(tmp_path / "other", whole, units_of(whole)[:3])
    done = crosslab("join", str(other.root), "--scale", "smoke", "--results", "mine")
    assert done.stdout.splitlines() == [
        "3 runs taken, 0 were there, 2 of the study are unfinished, 0 taken out: mine/smoke/."
    ]
    again = crosslab("join", "nowhere", "--scale", "smoke", "--results", "mine")
    assert again.returncode == 2
    assert "no study at scale 'smoke' was made in nowhere" in again.stderr
