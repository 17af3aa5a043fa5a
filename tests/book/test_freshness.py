import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ONE_CHAPTER, Cli
from sound_study import built_book

from crosslab import provenance
from crosslab.book.build import build
from crosslab.book.freshness import rendered_staleness, require_fresh, staleness
from crosslab.book.run import STAMP, read_notebook
from crosslab.chapters import CHAPTERS
from crosslab.errors import StaleError
from crosslab.records import RECORD, Store

(CHAPTER,) = (each for each in CHAPTERS if each.name == ONE_CHAPTER)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project whose book was built from a made-up study."""
    return built_book(tmp_path_factory.mktemp("built") / "project")


@pytest.fixture
def book(built, tmp_path, monkeypatch):
    """A copy of that project as the working directory, to be spoilt."""
    shutil.copytree(built, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def by_hand():
    """Build the book the way somebody would who knows nothing of crosslab."""
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    command += ["build", "book", "--config", "_config.yml", "--path-output", "."]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_book_just_built_is_fresh(book):
    assert staleness(CHAPTER) == []
    assert rendered_staleness() == []
    require_fresh()


def test_a_changed_record_makes_the_page_stale(book):
    path = next(book.glob(f"runs/smoke/transfer-paraphrase/standard/0-*/{RECORD}"))
    record = json.loads(path.read_text())
    record["wall_seconds"] = 99.0
    path.write_text(json.dumps(record))
    assert any("records" in problem for problem in staleness(CHAPTER))


def test_a_changed_notebook_makes_the_page_stale(book):
    text = CHAPTER.notebook.read_text()
    CHAPTER.notebook.write_text(text.replace("What came out", "What came out of it"))
    assert any("notebook" in problem for problem in staleness(CHAPTER))


def test_a_changed_claim_or_bar_makes_the_page_stale(book):
    with (book / "claims" / "bars.yaml").open("a") as file:
        file.write("# changed\n")
    assert any("bars" in problem for problem in staleness(CHAPTER))
    assert any("bars" in problem for problem in rendered_staleness())


def test_changed_source_makes_the_page_stale(book, tmp_path, monkeypatch):
    source = tmp_path / "crosslab"
    shutil.copytree(provenance.PACKAGE_FOLDER, source)
    monkeypatch.setattr(provenance, "PACKAGE_FOLDER", source)
    provenance._read.cache_clear()
    style = source / "figures" / "style.py"
    style.write_text(style.read_text().replace("LEVEL: Final = 0.95", "LEVEL: Final = 0.9"))
    found = staleness(CHAPTER)
    provenance._read.cache_clear()
    assert found == ["sources.crosslab.figures.style changed"]


def test_a_deleted_record_makes_the_page_stale(book):
    shutil.rmtree(next(book.glob("runs/smoke/transfer-paraphrase/standard/0-*")))
    assert any("records" in problem for problem in staleness(CHAPTER))


def test_a_page_edited_by_hand_makes_the_generated_pages_stale(book):
    CHAPTER.page.write_text(CHAPTER.page.read_text().replace("Zero-shot", "One-shot"))
    assert any("pages" in problem for problem in rendered_staleness())


def test_a_generated_page_edited_by_hand_is_stale(book):
    with (book / "book" / "_generated" / "answer.md").open("a") as file:
        file.write("and much more\n")
    assert rendered_staleness() == ["written._generated/answer.md changed"]


INPUTS = {
    "citation": "CITATION.cff",
    "run notebook": "notebooks/run_experiment.ipynb",
    "packages": "requirements.lock",
    "workflow": "Snakefile",
    "lock of the bars": "claims/bars.lock",
    "schema of claims": "claims/audit.schema.json",
    "contents": "book/_toc.yml",
    "plan": "runs/smoke/study.json",
    "record": "runs/smoke/transfer-paraphrase/standard/0-*/record.json",
    "executed run notebook": "runs/smoke/*/notebooks/*.ipynb",
    "seal": "runs/smoke/seal.json",
}


@pytest.mark.parametrize("pattern", INPUTS.values(), ids=INPUTS)
def test_whatever_the_generated_pages_are_made_from_makes_them_stale(book, pattern):
    path, *_ = sorted(book.glob(pattern))
    path.write_text(path.read_text() + "\n")
    assert any(each.endswith(f"{path.name} changed") for each in rendered_staleness()) or (
        path == book / "book" / "_toc.yml" and rendered_staleness() == ["contents changed"]
    )


NEW_INPUTS = {
    "source": "src/crosslab/more.py",
    "data among the modules": "src/crosslab/prose/more.yaml",
    "another scale": "runs/tuning/study.json",
    "published study": "results/smoke/study.json",
    "log": "LOG.md",
}


@pytest.mark.parametrize("name", NEW_INPUTS.values(), ids=NEW_INPUTS)
def test_whatever_comes_to_be_there_makes_the_generated_pages_stale(book, name):
    (book / name).parent.mkdir(parents=True, exist_ok=True)
    (book / name).write_text("{}")
    (problem,) = rendered_staleness()
    assert problem.endswith(f"{name} changed")


@pytest.mark.parametrize("known_by", ["host", "configuration"])
def test_another_repository_makes_every_page_stale(book, monkeypatch, known_by):
    if known_by == "host":
        monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
    else:
        with (book / "_config.yml").open("a") as file:
            file.write("repository:\n  url: https://github.com/owner/name\n")
    assert staleness(CHAPTER) == ["repository changed"]
    assert rendered_staleness() == ["repository changed"]


@pytest.mark.parametrize("module", ["again", "figure_notes"])
def test_what_writes_into_executed_copies_is_a_source_of_the_chapter(book, module):
    held = read_notebook(CHAPTER.page).metadata[STAMP]["inputs"]["sources"]
    assert f"crosslab.book.{module}" in held


def test_every_stale_page_is_named_with_the_way_out(book):
    with (book / "claims" / "bars.yaml").open("a") as file:
        file.write("# changed\n")
    with pytest.raises(StaleError) as refusal:
        require_fresh()
    assert str(CHAPTER.page) in str(refusal.value)
    assert refusal.value.problems[-1].endswith("crosslab book")


@pytest.mark.slow
def test_the_build_fails_on_a_stale_page_however_it_is_started(book):
    fresh = by_hand()
    assert fresh.returncode == 0, fresh.stderr
    text = CHAPTER.notebook.read_text()
    CHAPTER.notebook.write_text(text.replace("What came out", "What came out of it"))
    stale = by_hand()
    assert stale.returncode != 0
    assert "is stale" in stale.stdout + stale.stderr


@pytest.mark.slow
def test_building_again_executes_only_what_is_stale(book):
    executed = CHAPTER.page.stat().st_mtime_ns
    build(Store(Path("runs")), "smoke")
    assert CHAPTER.page.stat().st_mtime_ns == executed
    text = CHAPTER.notebook.read_text()
    CHAPTER.notebook.write_text(text.replace("What came out", "What came out of it"))
    build(Store(Path("runs")), "smoke")
    assert CHAPTER.page.stat().st_mtime_ns > executed
    assert staleness(CHAPTER) == []


@pytest.mark.slow
def test_the_book_can_be_built_without_torch(book, crosslab: Cli, monkeypatch):
    blocker = book / "blocked"
    for name in ("torch", "transformers", "datasets"):
        (blocker / name).mkdir(parents=True)
        (blocker / name / "__init__.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(blocker))
    (book / "home").mkdir()
    monkeypatch.setenv("HOME", str(book / "home"))
    shutil.rmtree(book / "book" / "executed")
    done = crosslab("book", "--scale", "smoke", "--results", "runs")
    assert done.returncode == 0, done.stderr
    assert list((book / "home").iterdir()) == []  # nothing is written outside the project
