"""The crate of a trail: what it names, what it says of each run, and that it is made the same."""

import json
import shutil

import pytest
from conftest import made_up_study

from crosslab.errors import StoreError, UsageError
from crosslab.records import ANSWERS, RECORD
from crosslab.trail.citation import CITATION
from crosslab.trail.contents import SOURCE, trail
from crosslab.trail.crate import PROFILE, crate


@pytest.fixture
def store(project):
    return made_up_study(project / "runs", seeds=2)


def graph(store):
    entities = json.loads(crate(trail(store, "smoke")))["@graph"]
    return {each["@id"]: each for each in entities}


def actions(store):
    return [each for each in graph(store).values() if each["@type"] == "CreateAction"]


def names(value):
    return [each["@id"] for each in (value if isinstance(value, list) else [value])]


def test_every_run_is_an_action_with_its_record_answers_and_notebook(store):
    for unit in store.manifest("smoke").units:
        (action,) = [each for each in actions(store) if unit.fingerprint in each["description"]]
        made = names(action["result"])
        assert made[:2] == [f"runs/{unit.folder}/{name}" for name in (RECORD, ANSWERS)]
        assert made[-1].startswith(f"runs/smoke/{unit.experiment}/notebooks/seed-")
        assert action["endTime"] == "2026-11-21T10:00:00.000+00:00"
        assert action["startTime"] == "2026-11-21T09:59:59.000+00:00"  # a second before


def test_a_run_that_builds_on_another_used_its_files_and_its_own_data(store):
    encoder, arm, *_ = store.manifest("smoke").units
    (action,) = [each for each in actions(store) if arm.fingerprint in each["description"]]
    used = names(action["object"])
    assert f"runs/{encoder.folder}/model.safetensors" in used
    cards = [graph(store)[each] for each in used if each.startswith("#data-")]
    assert {each["name"] for each in cards} == {"lab-text", "lab-paraphrase"}
    assert {each["license"] for each in cards} == {"CC0-1.0"}


def test_the_instrument_is_the_run_notebook_at_its_commit_with_what_it_needed(store):
    entities = graph(store)
    for action in actions(store):
        software = entities[action["instrument"]["@id"]]
        assert (software["@type"], software["softwareVersion"]) == ("SoftwareApplication", "c")
        assert software["exampleOfWork"]["@id"] == "notebooks/run_experiment.ipynb"
        needed = [entities[each] for each in names(software["softwareRequirements"])]
        assert {(each["name"], each["softwareVersion"]) for each in needed} == {
            ("python", "3.11"),
            ("torch", "2.13.0"),
        }
        machine = [entities[each] for each in names(action["resourceUsage"])]
        assert {"name": "processor", "value": "p"}.items() <= machine[0].items()


def test_runs_of_another_commit_have_another_instrument(store):
    path = store.folders()[0] / RECORD
    path.write_text(path.read_text().replace('"commit": "c"', '"commit": "d"'))
    assert len({each["instrument"]["@id"] for each in actions(store)}) == 2


def test_the_root_names_every_file_and_run_and_is_dated_by_the_last_of_them(store):
    path = store.folders()[0] / RECORD
    path.write_text(path.read_text().replace("2026-11-21T10", "2026-11-22T10"))
    root, found = graph(store)["./"], trail(store, "smoke")
    assert root["datePublished"] == "2026-11-22"
    assert names(root["hasPart"]) == list(found.files)
    assert len(names(root["mentions"])) == len(found.runs) == 5
    assert root["conformsTo"]["@id"] == PROFILE
    assert names(root["author"]) == ["#the-crosslab-contributors"]
    assert {"claims/bars.yaml", "claims/bars.lock", "requirements.lock"} <= set(found.files)


def test_the_same_records_give_the_same_bytes_wherever_they_lie(store, project):
    before = crate(trail(store, "smoke"))
    elsewhere = project / "elsewhere" / "runs"
    shutil.copytree(store.root, elsewhere)
    assert crate(trail(type(store)(elsewhere), "smoke")) == before
    assert str(project) not in before


def test_records_and_files_that_are_damaged_or_gone_are_all_named(store):
    first, second, third, *_ = store.folders()
    (first / ANSWERS).write_bytes(b"other")
    (second / ANSWERS).unlink()
    (third / RECORD).write_text("{")
    with pytest.raises(StoreError) as refusal:
        trail(store, "smoke")
    said = sorted(refusal.value.problems)
    assert len(said) == 3
    for folder, what in ((first, "does not match"), (second, "is missing"), (third, "cannot be")):
        (line,) = [each for each in said if str(folder) in each]
        assert what in line


def test_a_notebook_that_cannot_be_read_is_named(store):
    path = next(store.root.glob("*/*/notebooks/*.ipynb"))
    path.write_text("[]")
    with pytest.raises(StoreError, match=r"not a readable notebook.*Bring it back"):
        trail(store, "smoke")


def test_scratch_of_a_study_is_no_part_of_the_trail(store):
    (store.root / "smoke" / ".chain.lock").touch()
    folder = store.folders()[0]
    shutil.copytree(folder, folder.with_name(f".{folder.name}.1.tmp"))
    failed = store.root / "smoke" / "pretraining" / "notebooks" / "seed-0-x.failed.ipynb"
    failed.write_text("{}")
    found = trail(store, "smoke")
    assert len(found.runs) == 5
    assert not [each for each in found.files if "/." in each or "failed" in each]


def test_runs_stand_in_the_order_of_the_chain_and_a_gap_leaves_an_end(store):
    runs = trail(store, "smoke").runs
    assert [each.record.previous for each in runs] == [None, *(each.checksum for each in runs[:-1])]
    assert trail(store, "smoke").heads == [runs[-1].checksum]
    shutil.rmtree(store.folder(runs[2].record.unit))
    assert trail(store, "smoke").heads == [runs[1].checksum, runs[-1].checksum]


def test_a_citation_that_lacks_what_it_must_say_is_refused(store):
    CITATION.write_text("title: A study\n")
    with pytest.raises(UsageError, match=r"KeyError: 'abstract'.*bring it back"):
        crate(trail(store, "smoke"))


def test_authors_are_persons_or_groups_and_have_the_address_of_the_code(store):
    text = CITATION.read_text().replace(
        "authors:\n", "authors:\n  - given-names: Ada\n    family-names: Byron\n", 1
    )
    CITATION.write_text(f"{text}repository-code: https://example.org/code\n")
    entities = graph(store)
    assert entities["#ada-byron"]["@type"] == "Person"
    assert entities["#the-crosslab-contributors"]["@type"] == "Organization"
    assert names(entities["./"]["author"]) == ["#ada-byron", "#the-crosslab-contributors"]
    assert entities["#ada-byron"]["url"] == "https://example.org/code"


def test_a_parent_is_looked_up_in_the_runs_own_scale_first_and_in_others_only_then(store):
    encoder, *_ = store.manifest("smoke").units
    other = encoder.model_copy(update={"scale": "tuning"})
    shutil.copytree(store.folder(encoder), store.folder(other))
    path = store.folder(other) / RECORD
    path.write_text(path.read_text().replace('"scale": "smoke"', '"scale": "tuning"'))
    assert used_encoders(store) == {f"runs/{encoder.folder}/{RECORD}"}
    shutil.rmtree(store.folder(encoder))
    assert used_encoders(store) == {f"runs/{other.folder}/{RECORD}"}


def used_encoders(store):
    """Return the records of encoders that the runs of the study were made from."""
    runs = [each for each in actions(store) if "pretraining" not in each["@id"]]
    used = {name for each in runs for name in names(each["object"])}
    return {name for name in used if name.endswith(RECORD)}


def test_the_code_is_held_with_the_data_that_lies_among_its_modules_and_nothing_compiled(store):
    made = ("prose/words.yaml", "py.typed", "prose/__pycache__/words.pyc", "prose/words.py")
    for name in made:
        path = SOURCE / "crosslab" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    held = {each for each in trail(store, "smoke").files if each.startswith("src/")}
    assert held == {f"src/crosslab/{name}" for name in made if "pycache" not in name}
