"""How a chapter says it is made again."""

import pytest
from conftest import PROJECT, made_up_study

from crosslab.book.again import again_words, repository
from crosslab.chapters import Chapter

STAMP = {"seconds": 4.6, "mebibytes": 321}
CHAPTER = Chapter(name="transfer-paraphrase", experiments=("transfer-paraphrase",))


@pytest.fixture(autouse=True)
def nowhere(monkeypatch):
    monkeypatch.chdir(PROJECT)
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)


def test_a_chapter_says_by_what_command_and_in_what_time_and_memory(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=2)
    said = again_words(CHAPTER, store, "smoke", STAMP)
    assert (
        f"`papermill notebooks/transfer-paraphrase.ipynb page.ipynb -p results {store.root} "
        "-p scale smoke`"
    ) in said
    assert "It took 5 s and 321 MiB." in said
    assert "`crosslab run transfer-paraphrase --scale smoke`" in said
    seconds = sum(
        store.record(unit).wall_seconds
        for unit in store.manifest("smoke").units
        if unit.experiment == "transfer-paraphrase"
    )
    assert f"4 runs, {seconds:.0f} s in all" in said


def test_a_chapter_without_runs_says_so(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=1)
    assert "it reads none;" in again_words(Chapter(name="audit"), store, "smoke", STAMP)


def test_the_notebook_opens_elsewhere_once_it_is_known_where_it_is_published(tmp_path, monkeypatch):
    store = made_up_study(tmp_path / "s", seeds=1)
    assert "colab" not in again_words(CHAPTER, store, "smoke", STAMP)
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
    said = again_words(CHAPTER, store, "smoke", STAMP)
    assert "/owner/name/blob/main/notebooks/transfer-paraphrase.ipynb)" in said
    assert "git clone https://github.com/owner/name" in said


def test_the_configuration_goes_before_the_host(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/fork")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "_config.yml").write_text("repository:\n  url: https://github.com/owner/name\n")
    assert repository() == "owner/name"


def test_a_study_that_is_half_there_says_what_half_of_it_took(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=2, leave_out=lambda unit: unit.seed == 1)
    seconds = sum(
        store.record(unit).wall_seconds
        for unit in store.manifest("smoke").units
        if unit.experiment == "transfer-paraphrase" and store.state(unit) == "present"
    )
    said = again_words(CHAPTER, store, "smoke", STAMP)
    assert f"4 runs, of which 2 are there and took {seconds:.0f} s in all" in said
