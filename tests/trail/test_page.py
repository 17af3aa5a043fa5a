"""The page of the trail: its numbers are those of the records, the seals and the lock."""

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import PROJECT, made_up_study, rows

from crosslab.layout import EXTRA, LOCK_FILE
from crosslab.locking import BARS, LOCK, in_force_since, read_lock, written_bars
from crosslab.provenance import digest
from crosslab.records import MANIFEST, RECORD, Manifest
from crosslab.sealing import sealing
from crosslab.trail.bars import bars_words
from crosslab.trail.bundle import lay_bundle
from crosslab.trail.checking import METADATA
from crosslab.trail.contents import trail
from crosslab.trail.page import chain_words, pinned_words, trail_pages

PART, CRATE, TOLD = "_generated/trail.md", f"_extra/data/{METADATA}", "_extra/data/bundle.json"


@pytest.fixture
def store(project):
    return made_up_study(Path("runs"), scale="lab", seeds=2)


def part(store, further=()):
    return trail_pages(store, "lab", further)[PART]


def section(text, name):
    return text.partition(f"## {name}\n")[2].partition("\n## ")[0]


def body(text):
    return rows(text)[2:]


def at_scale(text, scale):
    return body(text.partition(f"### Bars at scale `{scale}`")[2].partition("\n### ")[0])


def test_the_page_tells_size_and_hash_of_the_bundle_it_leads_to(store, tmp_path):
    pages = trail_pages(store, "lab", [])
    path = EXTRA / "data" / "bundle.json"
    path.parent.mkdir(parents=True)
    path.write_text(pages[TOLD])
    bundle = lay_bundle(store, "lab", tmp_path / "book")
    assert bundle.name == "robust-cross-lingual-transfer-re-examined-lab.zip"
    assert f'href="bundle/{bundle.name}"' in pages[PART]
    assert digest(bundle.read_bytes()) in pages[PART]
    assert digest(pages[CRATE]) in pages[PART]


def test_the_same_records_give_the_same_pages(store):
    assert trail_pages(store, "lab", []) == trail_pages(store, "lab", [])


def test_the_chain_ends_in_the_last_record_and_nothing_is_missing(store):
    with sealing(store, "lab"):
        pass
    said = section(part(store), "The chain of records")
    assert trail(store, "lab").runs[-1].checksum in said
    assert "5 records" in said
    assert "Nothing is missing from it." in said
    assert "Each of them is named by the executed run notebook" in said


def test_a_record_that_is_gone_is_told_with_whether_a_seal_knows_why(store):
    third = store.folder(trail(store, "lab").runs[2].record.unit)
    with sealing(store, "lab"):
        (store.root / "lab" / MANIFEST).touch()
    kept = shutil.copytree(third, store.root.parent / "kept")
    shutil.rmtree(third)
    said = chain_words(store, trail(store, "lab"), ["lab"])
    assert "not there any more: 1; **for 1 of them no seal says why**" in said
    shutil.copytree(kept, third)
    with sealing(store, "lab") as taken_out:
        shutil.rmtree(third)
        taken_out.add(f"{third.relative_to(store.root / 'lab')}/{RECORD}")
    said = chain_words(store, trail(store, "lab"), ["lab"])
    assert "for each a seal says which run it was" in said
    assert body(said)[0][4] == "1"


def test_runs_that_no_notebook_names_are_counted_with_their_place(store):
    for path in store.root.glob("lab/transfer-paraphrase/notebooks/*.ipynb"):
        path.unlink()
    said = section(part(store), "The chain of records")
    assert "1 of them are named" in said
    assert "4 are named by none, in `lab/transfer-paraphrase`" in said


def test_a_bar_stands_with_its_lock_its_runs_and_when_the_first_of_them_ended(store):
    path = store.folders()[-1] / RECORD
    path.write_text(path.read_text().replace("2026-11-21T10", "2026-11-20T10"))
    found = trail(store, "lab")
    table = at_scale(bars_words(found, ["lab"]), "lab")
    bars = {each.key: each for each in written_bars() if each.rung == "lab"}
    assert len(table) == len(bars)
    (row,) = [each for each in table if "gain-paraphrase" in each[0]]
    bar = bars["gain-paraphrase/lab"]
    assert row[0] == f"[gain-paraphrase](claims/gain-paraphrase.md)<br>`{bar.checksum[:12]}`"
    assert row[1] == "`smoothing-synonyms` over `standard`"
    since = in_force_since(read_lock(), bar.key)
    assert since[:10] in row[2]
    assert since[11:19] in row[2]
    assert row[3:] == ["4", "<time>2026-11-20</time> 10:00:00"]
    (other,) = [each for each in table if each[0].startswith("[scales]")]
    assert other[3:] == ["0", "none is there"]


def test_every_bar_is_listed_and_a_scale_without_runs_is_marked_as_not_run(store):
    text = bars_words(trail(store, "lab"), ["lab"])
    assert f"{len(written_bars())} bars in" in text
    assert "### Bars at scale `lab`\n" in text
    assert "### Bars at scale `paper`, not run\n" in text
    listed = [row for scale in ("lab", "bench", "paper") for row in at_scale(text, scale)]
    assert len(listed) == len(written_bars())
    assert {tuple(row[3:]) for row in at_scale(text, "paper")} == {("0", "none is there")}


def test_what_was_looked_at_before_the_lock_is_told_as_the_log_has_it(store):
    said = bars_words(trail(store, "lab"), ["lab"])
    log = (PROJECT / "LOG.md").read_text()
    first, last = re.search(r"two arms under seeds (\d+) to (\d+)", said).groups()
    assert f"Seeds {first} to {last} have been looked at, with two arms, and count as" in log
    assert f"Seeds {first} to {last} were the pilot" in BARS.read_text()
    assert "a seed of the pilot: none." in said
    for folder in store.folders():
        if folder.name.startswith("100-") and folder.parent.name == "standard":
            path = folder / RECORD
            path.write_text(path.read_text().replace('"seed": 100', '"seed": 9'))
    assert "a seed of the pilot: 1." in bars_words(trail(store, "lab"), ["lab"])


def test_records_that_no_plan_holds_are_counted_and_named_with_their_folder(store):
    assert "Each is a run that the plan of a study holds." in part(store)
    manifest = store.manifest("lab")
    *kept, left_out = manifest.units
    store.write_manifest(Manifest(**{**manifest.model_dump(), "units": kept}))
    said = section(part(store), "The chain of records")
    assert "5 records" in said
    assert "4 of them are runs that the plan" in said
    assert f"them: `{left_out.folder}`." in said
    assert body(said)[0][1:3] == ["5", "4"]


def test_packages_of_records_are_held_against_the_lock_file_of_now(store):
    found = trail(store, "lab")
    same = pinned_words(found, "torch==2.13.0\nsphinx==7.4.7\n")
    assert (
        same
        == "The packages that records name (torch) are pinned now at the version in every record."
    )
    assert "**Not every package" in pinned_words(found, "torch==2.14.0\n")
    assert "torch 2.13.0 in records" in pinned_words(found, "sphinx==7.4.7\n")


def test_a_bar_that_is_not_locked_is_said_to_be_so(store):
    held = json.loads(LOCK.read_text())
    del held["entries"][-1]["bars"]["gain-nli/lab"]
    LOCK.write_text(json.dumps(held))
    table = at_scale(bars_words(trail(store, "lab"), ["lab"]), "lab")
    assert [row[0].startswith("[gain-nli]") for row in table if row[2] == "not locked"] == [True]


def test_runs_are_counted_by_what_they_ran_on_and_with_and_of_which_commit(store):
    first, second, *_ = sorted(store.folders())
    for folder, (old, new) in (
        (first, ('"processor": "p"', '"processor": "q"')),
        (first, ('"wall_seconds": 1.0', '"wall_seconds": 7200.0')),
        (second, ('"torch": "2.13.0"', '"torch": "2.14.0"')),
        (second, ('"commit": "c"', '"commit": "d"')),
    ):
        path = folder / RECORD
        path.write_text(path.read_text().replace(old, new))
    said = part(store)
    assert body(section(said, "Python and packages")) == [
        ["`lab`", "Python 3.11, torch 2.13.0", "4"],
        ["`lab`", "Python 3.11, torch 2.14.0", "1"],
    ]
    machines = body(section(said, "Machines"))
    assert [[row[1], *row[3:]] for row in machines] == [["p", "4", "0.00"], ["q", "1", "2.00"]]
    commits = body(section(said, "The code the runs were made from"))
    assert [row[1:3] for row in commits] == [["`c`", "4"], ["`d`", "1"]]


def test_a_study_planned_with_another_lock_file_is_told_apart(store):
    manifest = store.manifest("lab")
    ((*_, before),) = body(section(part(store), "The lock file of the packages"))
    now = digest(LOCK_FILE.read_bytes())
    store.write_manifest(Manifest(**{**manifest.model_dump(), "lock": now}))
    ((*_, after),) = body(section(part(store), "The lock file of the packages"))
    assert (before, after) == ("no", "yes")


def test_a_lock_file_that_has_changed_is_explained_and_one_that_has_not_is_not(store):
    assert "it has changed since that study was planned" in part(store)
    manifest = store.manifest("lab")
    now = digest(LOCK_FILE.read_bytes())
    store.write_manifest(Manifest(**{**manifest.model_dump(), "lock": now}))
    assert "it has changed since that study was planned" not in part(store)


def test_further_scales_of_the_folder_stand_beside_that_of_the_book(store):
    made_up_study(store.root, scale="bench", seeds=2)
    said = part(store, ["bench"])
    assert [row[:2] for row in body(section(said, "The chain of records"))] == [
        ["`lab`", "5"],
        ["`bench`", "5"],
    ]
    assert "### Bars at scale `bench`" in said
