import shutil

import pytest

from crosslab import provenance
from crosslab.arms import SIZES
from crosslab.identity import planned
from crosslab.provenance import PACKAGE_FOLDER, digest_of, source_digests
from crosslab.runs import chosen_runs, planned_runs


@pytest.fixture
def copied_source(tmp_path, monkeypatch):
    """A copy of the package's source that digests are taken from."""
    folder = tmp_path / "crosslab"
    shutil.copytree(PACKAGE_FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "PACKAGE_FOLDER", folder)
    provenance._read.cache_clear()
    yield folder
    provenance._read.cache_clear()


def fingerprints():
    provenance._read.cache_clear()
    return {each.unit.label: each.unit.fingerprint for each in planned_runs("smoke")}


def edited(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_imports_are_followed_to_the_end():
    found = source_digests(["crosslab.finetuning", "crosslab.materials.laboratory"])
    assert {"crosslab.training", "crosslab.lab.world", "crosslab.models"} <= set(found)


def test_fine_tuning_is_not_tied_to_what_it_is_done_on():
    found = source_digests(["crosslab.finetuning", "crosslab.evaluation"])
    assert not {each for each in found if each.startswith(("crosslab.lab", "crosslab.materials"))}


def test_a_method_is_not_tied_to_the_code_of_another_one():
    found = source_digests(["crosslab.finetuning", "crosslab.methods.standard"])
    assert "crosslab.methods.smoothing_synonyms" not in found
    assert "crosslab.methods.standard" in found


def test_comments_and_docstrings_change_no_fingerprint(copied_source):
    before = fingerprints()
    edited(copied_source / "training.py", '"""The training loop.', '"""The loop.')
    edited(
        copied_source / "training.py",
        "    adam = torch",
        "    # why\n    adam = torch",
    )
    assert fingerprints() == before


ALL = ("",)
OF_CLASSES = ("collecting", "alignment-", "adaptation-", "scales")  # questions, fine-tuned for
FINE_TUNED = ("transfer", "mechanism", *OF_CLASSES)
PREPARED = ("retrieval-", "alignment-", "adaptation-")  # questions, aligned or adapted


def sizes_of(method):
    return tuple(f" {method}-{size} seed" for size in SIZES)


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        (
            "methods/smoothing_synonyms.py",
            "neighbours, context.generator)",
            "neighbours, context.generator, None)",
            (" smoothing-synonyms seed", *sizes_of("smoothing-synonyms")),
        ),
        (
            "methods/code_switch.py",
            "< self.config.word_share",
            "<= self.config.word_share",
            (" code-switch seed",),
        ),
        (
            "methods/adversarial.py",
            "Final = 1.5",
            "Final = 1.6",
            (" adversarial seed", "mechanism", *PREPARED, *sizes_of("adversarial")),
        ),
        ("methods/base.py", "choices > 0", "choices >= 1", ALL),
        ("mechanism.py", "_BATCH: Final = 128", "_BATCH: Final = 64", ("mechanism",)),
        ("evaluation.py", "_BATCH: Final = 128", "_BATCH: Final = 64", FINE_TUNED),
        ("trials/exchanging.py", '"mixing"', '"mixed"', ("retrieval-attack", "scales")),
        ("retrieval/contrast.py", "one_hot(right", "one_hot(1 * right", PREPARED),
        ("methods/labse.py", "0.3", "0.4", (" labse seed", "-labse seed")),
        ("lab/domains.py", "standard_normal", "normal", PREPARED),
        ("recipes.py", "dice < 0.8", "dice < 0.7", ALL),
        ("training.py", "item()", "double().item()", ALL),
        (
            "lab/paraphrase.py",
            "WEIGHT: Final = 0.4",
            "WEIGHT: Final = 0.5",
            ("transfer-paraphrase", "mechanism", "adaptation-"),
        ),
        (
            "lab/nli.py",
            '"every to some"',
            '"every and some"',
            ("transfer-nli", "collecting", "alignment-", "scales"),
        ),
        ("figures/style.py", "LEVEL: Final = 0.95", "LEVEL: Final = 0.9", ()),
        ("numerals.py", "+.1f", "+.2f", ()),
    ],
)
def test_a_changed_source_file_changes_exactly_the_runs_that_use_it(
    copied_source, file, old, new, changed
):
    before = fingerprints()
    edited(copied_source / file, old, new)
    after = fingerprints()
    different = {label for label in before if before[label] != after[label]}
    assert different == {label for label in before if any(word in label for word in changed)}


def test_a_changed_package_version_changes_every_fingerprint(monkeypatch):
    before = fingerprints()
    monkeypatch.setattr(planned, "_versions", lambda: {"torch": "99.0"})
    assert not set(before.values()) & set(fingerprints().values())


def test_the_build_label_of_a_version_does_not_count(monkeypatch):
    monkeypatch.setattr(provenance, "_version", lambda _: "2.13.0+cpu")
    assert set(provenance.answering_versions().values()) == {"2.13.0"}


def test_a_digest_tells_values_apart_that_print_alike():
    assert digest_of({"a": 1}) != digest_of({"a": "1"})
    assert digest_of([1, [2]]) != digest_of([[1], 2])


def test_a_number_that_is_none_is_refused_in_a_digest():
    with pytest.raises(ValueError, match="JSON"):
        digest_of({"loss": float("nan")})


@pytest.mark.parametrize(
    "module", ["materials.real", "vocabularies.grafted", "grafting.graft", "finetuning", "models"]
)
def test_a_run_on_real_languages_is_tied_to_all_that_it_reads_and_learns_with(module):
    (run,) = chosen_runs("transfer-nli", "bench", ("standard",), (100,))
    assert f"crosslab.{module}" in run.sources


def test_an_encoder_is_tied_to_how_its_words_are_chosen_and_trained():
    (run,) = chosen_runs("pretraining", "bench", ("graft+pairs",))
    wanted = {"grafting.steps", "grafting.pairs", "vocabularies.choosing", "grafting.training_data"}
    assert {f"crosslab.{each}" for each in wanted} <= set(run.sources)
