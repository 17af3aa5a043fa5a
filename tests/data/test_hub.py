import json
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import datasets
import httpx
import pyarrow as pa
import pytest
from huggingface_hub.errors import (
    GatedRepoError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from pyarrow import parquet

from crosslab.data.catalogue import CARDS
from crosslab.data.hub import HubSource
from crosslab.data.loading import labelled_pairs, parallel, questions, texts, translations
from crosslab.errors import DataError

SPLITS = {"dev": "validation", "test": "test"}


def refusal(call, *arguments, **options):
    with pytest.raises(DataError) as caught:
        call(*arguments, **options)
    return caught.value


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Let the libraries of the hub write here and nowhere else."""
    home = tmp_path / "hub"
    monkeypatch.setenv("HF_HOME", str(home))
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", home / "datasets")
    monkeypatch.setattr(datasets.config, "HF_MODULES_CACHE", str(home / "modules"))
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(home / "hub"))
    datasets.disable_progress_bars()
    yield home
    datasets.enable_progress_bars()


@pytest.fixture
def no_network(scratch, monkeypatch):
    """What stands in for the hub: every request fails with an error that a test chooses."""

    def fail_with(error):
        def fail(*_, **__):
            raise error

        monkeypatch.setattr(datasets.load.HfApi, "hf_hub_download", fail)
        monkeypatch.setattr(datasets.load.HfApi, "dataset_info", fail)

    return fail_with


def response(status):
    return httpx.Response(status, request=httpx.Request("GET", "https://hub.invalid"))


def written_as_on_the_hub(folder, card, source, *, suffix):
    """Write the rows of a folder as a repository of the hub has them, and return its card."""
    hub = card.hub
    configs = []
    for language in card.splits["dev"].languages:
        files = []
        for ours, theirs in SPLITS.items():
            table = source.tables(card, ours, [language])[language]
            columns = {hub.columns[name]: list(values) for name, values in table.columns.items()}
            numbers = [table.codes.index(label) for label in columns["label"]]
            columns["label"] = [int(hub.codes[number]) for number in numbers]
            if "id" in hub.columns:
                columns[hub.columns["id"]] = [int(each) for each in table.ids]
            path = f"{language}/{theirs}.{suffix}"
            _write_columns(folder / path, columns)
            files.append({"split": theirs, "path": path})
        configs.append({"config_name": language, "data_files": files})
    (folder / "README.md").write_text(f"---\nconfigs: {json.dumps(configs)}\n---\n")
    splits = {
        name: replace(card.splits[name], rows=dict.fromkeys(card.splits[name].rows, 24))
        for name in SPLITS
    }
    return replace(card, hub=replace(hub, name=str(folder)), splits=splits)


def _write_columns(path, columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        parquet.write_table(pa.table(columns), path)
        return
    rows = [dict(zip(columns, each, strict=True)) for each in zip(*columns.values(), strict=True)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize(("key", "suffix"), [("pawsx", "parquet"), ("xnli", "jsonl")])
def test_both_sources_give_the_same_rows(scratch, tmp_path, source, key, suffix):
    card = written_as_on_the_hub(tmp_path / "repository", CARDS[key], source, suffix=suffix)
    languages = ["en", "de", "es", "fr"]  # two of which have sentences without a translation
    for split in SPLITS:
        here = labelled_pairs(source, key, split, languages)
        there = labelled_pairs(HubSource(), card, split, languages)
        assert (there.labels == here.labels).all()
        for name in ("items", "own_ids", "first", "second", "label_names", "left_out", "languages"):
            assert getattr(there, name) == getattr(here, name), name
    assert list(scratch.rglob("*.arrow")) != []


def stand_in(columns, *, checksums=()):
    """Return what loads the same rows whatever is asked for, and what it was asked for."""
    asked = []

    def load(*arguments, **options):
        asked.append((arguments, options))
        info = SimpleNamespace(download_checksums=dict.fromkeys(checksums))
        rows = dict(columns)
        return _Rows(rows, column_names=list(rows), info=info)

    return load, asked


class _Rows(dict):
    def __init__(self, columns, **known):
        super().__init__(columns)
        self.__dict__.update(known)


def small(key, split, rows):
    """Return a card of so many rows in a split."""
    card = CARDS[key]
    changed = replace(card.splits[split], rows=dict.fromkeys(card.splits[split].rows, rows))
    return replace(card, splits={**card.splits, split: changed})


NLI = {
    "premise": ["a b", "c\td", "e\u2028f", "g"] * 3,
    "hypothesis": ["b", "d", "f", "h"] * 3,
    "label": [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2],
}


def test_the_commit_of_the_card_is_what_is_loaded_and_what_is_recorded():
    load, asked = stand_in(NLI)
    source = HubSource(load)
    labelled_pairs(source, small("xnli", "dev", 12), "dev", ["en", "de"])
    commit = CARDS["xnli"].hub.revision
    assert source.revision(CARDS["xnli"]) == commit
    assert asked == [
        (("facebook/xnli", language), {"split": "validation", "revision": commit})
        for language in ("en", "de")
    ]


def test_without_a_commit_in_the_card_the_newest_is_asked_for_once_and_kept():
    newest = []
    load, asked = stand_in(NLI)
    card = small("xnli", "dev", 12)
    card = replace(card, hub=replace(card.hub, revision=None))
    source = HubSource(load, lambda name: newest.append(name) or f"{len(newest)}" * 40)
    labelled_pairs(source, card, "dev", ["en", "de"])
    assert source.revision(card) == "1" * 40
    assert newest == ["facebook/xnli"]
    assert {options["revision"] for _, options in asked} == {"1" * 40}


def test_what_ends_a_field_in_a_folder_is_a_space_from_the_hub_too():
    load, _ = stand_in(NLI)
    pairs = labelled_pairs(HubSource(load), small("xnli", "dev", 12), "dev", ["en"])
    assert pairs.first["en"][:3] == ("a b", "c d", "e f")
    assert pairs.labels.tolist() == NLI["label"]


def test_the_checks_are_those_of_a_folder():
    wrong = {**NLI, "label": [0, 1, -1, 0, 1, None, 0, 1, 2, 0, 1, 2]}
    load, _ = stand_in(wrong)
    card = small("xnli", "dev", 12)
    error = refusal(labelled_pairs, HubSource(load), card, "dev", ["en", "de"])
    assert len(error.problems) == 2
    assert "facebook/xnli/de/validation on the hub" in error.problems[1]
    assert "'-1' in line 3, 'None' in line 6" in str(error)
    assert "Accepted: 0 (entailment), 1 (neutral), 2 (contradiction)" in str(error)
    load, _ = stand_in(NLI)
    assert "has 12 rows and must have 2490" in str(
        refusal(labelled_pairs, HubSource(load), "xnli", "dev", ["en"])
    )


def test_items_in_another_order_are_found_by_their_ids():
    def load(_, language, **__):
        order = [1, 2, 3, 4] if language == "en" else [1, 2, 4, 3]
        rows = {"sentence1": list("abcd"), "sentence2": list("efgh"), "label": [0, 1, 0, 1]}
        return _Rows({**rows, "id": order}, column_names=[*rows, "id"])

    card = small("pawsx", "test", 4)
    error = refusal(labelled_pairs, HubSource(load), card, "test", ["en", "de"])
    assert "do not stand in the same order in en and de" in str(error)
    assert "from row 3 on" in str(error)


def test_the_official_training_set_is_on_the_hub_only():
    half = {"sentence1": ["a", "b"], "sentence2": ["c", "d"], "label": [0, 1], "id": [1, 2]}
    load, asked = stand_in(half)
    found = labelled_pairs(HubSource(load), small("pawsx", "train", 2), "train", ["en"])
    assert len(found) == 2
    assert asked[0][1]["split"] == "train"


def test_languages_have_the_codes_of_the_hub():
    load, asked = stand_in({"sentence1": ["uno"], "sentence2": ["one"], "text": ["x"], "id": [1]})
    translations(HubSource(load), small("tatoeba", "test", 1), "es")
    parallel(HubSource(load), small("flores", "devtest", 1), ["zh"])
    assert [arguments[1] for arguments, _ in asked] == ["spa-eng", "cmn_Hans"]


def test_a_column_that_was_renamed_is_told_with_those_there_are():
    load, _ = stand_in({"text1": ["a"], "sentence2": ["b"], "label": [0]})
    error = refusal(labelled_pairs, HubSource(load), "pawsx", "dev", ["en"])
    assert "has no column sentence1, id; it has text1, sentence2, label" in str(error)


def test_rows_of_another_commit_that_were_here_already_are_refused():
    # without a network, the library takes whichever commit it fetched last
    load, _ = stand_in(NLI, checksums=["hf://datasets/facebook/xnli@0123abc/en/dev.parquet"])
    card = small("xnli", "dev", 12)
    error = refusal(labelled_pairs, HubSource(load), card, "dev", ["en"])
    assert "is on this machine at commit 0123abc" in str(error)
    commit = CARDS["xnli"].hub.revision
    load, _ = stand_in(NLI, checksums=[f"hf://datasets/facebook/xnli@{commit}/en/dev.parquet"])
    assert len(labelled_pairs(HubSource(load), card, "dev", ["en"])) == 12


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (GatedRepoError("gated", response=response(403)), "Accept them on its page, and set HF_TO"),
        (RepositoryNotFoundError("gone", response=response(404)), "moved, renamed or made private"),
        (
            RevisionNotFoundError("gone", response=response(404)),
            "has no commit 4cd8187c404bda33cb1f62b49b001115862acf37 any more",
        ),
        (httpx.ConnectError("no route"), "cannot be reached. Check the network; HF_ENDPOINT"),
        (httpx.ConnectTimeout("too slow"), "cannot be reached"),
        (OfflineModeIsEnabled("offline"), "HF_HUB_OFFLINE forbids"),
        (OSError("disk full"), "could not be loaded from the hub: disk full"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_library_says_becomes_one_line_with_a_remedy(no_network, error, expected):
    no_network(error)
    told = refusal(labelled_pairs, HubSource(), "pawsx", "dev", ["en", "de", "fr"])
    assert len(told.problems) == 1
    assert expected in str(told)
    assert str(told).startswith("'google-research-datasets/paws-x' ")
    assert str(told).endswith("Or give a local folder: --data DIR.")


def test_a_machine_that_cannot_reach_the_hub_is_told_so(no_network):
    wrapped = LocalEntryNotFoundError("not cached")
    wrapped.__cause__ = httpx.ConnectError("no route")
    no_network(wrapped)
    assert "cannot be reached" in str(refusal(labelled_pairs, HubSource(), "xnli", "dev", ["en"]))


def test_a_configuration_or_split_that_is_not_there_is_reported_for_every_language(
    scratch, tmp_path, source
):
    card = written_as_on_the_hub(tmp_path / "repository", CARDS["xnli"], source, suffix="jsonl")
    renamed = replace(card, hub=replace(card.hub, config="xnli-{language}"))
    error = refusal(labelled_pairs, HubSource(), renamed, "dev", ["en", "de"])
    assert len(error.problems) == 2
    assert "has no 'xnli-de' with a split 'validation'" in error.problems[1]
    moved = replace(card, hub=replace(card.hub, splits={"dev": "dev"}))
    error = refusal(labelled_pairs, HubSource(), moved, "dev", ["en"])
    assert "with a split 'dev'" in str(error)


def test_a_repository_that_became_a_loading_script_is_told_so():
    def load(*_, **__):
        raise RuntimeError("Dataset scripts are no longer supported, but found xnli.py")

    error = refusal(labelled_pairs, HubSource(load), "xnli", "dev", ["en"])
    assert "is a loading script at this commit" in str(error)


def test_a_commit_that_cannot_be_asked_for_is_told_so():
    def newest(_):
        raise httpx.ConnectError("no route")

    card = CARDS["xnli"]
    card = replace(card, hub=replace(card.hub, revision=None))
    error = refusal(HubSource(newest=newest).revision, card)
    assert "cannot be reached" in str(error)


def test_what_is_not_on_the_hub_is_refused_with_the_reason():
    error = refusal(texts, HubSource(), "de")
    assert "no raw text of 'de' in the hub" in str(error)
    error = refusal(questions, HubSource(), ["de"])
    assert "no sentence breaks" in str(error)
    assert "--data DIR" in str(error)
    error = refusal(labelled_pairs, HubSource(), "paws-wiki", "train", ["en"])
    assert "the split 'train' of the card 'pawsx'" in str(error)


def test_an_unknown_language_is_refused_before_anything_is_fetched():
    load, asked = stand_in(NLI)
    error = refusal(labelled_pairs, HubSource(load), "xnli", "dev", ["en", "fi"])
    assert "has no fi" in str(error)
    assert asked == []


def test_without_the_libraries_of_the_hub_a_folder_is_loaded_all_the_same(
    made_up_folder, tmp_path, monkeypatch
):
    for name in ("datasets", "huggingface_hub", "torch", "transformers"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed')")
    code = (
        "from pathlib import Path; import crosslab.data.hub;"
        "from crosslab.data.folder import folder_source;"
        "from crosslab.data.loading import labelled_pairs;"
        f"source = folder_source(Path({str(made_up_folder)!r}));"
        "print(len(labelled_pairs(source, 'xnli', 'dev', ['en', 'de'])))"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "24\n", done.stderr
