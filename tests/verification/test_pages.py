import json
import shutil
from pathlib import Path

import jsonschema
import nbformat
import pytest
from conftest import ONE_CHAPTER, PROJECT
from sound_study import built_book, flip

from crosslab.book.figure_notes import INJECTED
from crosslab.book.freshness import STAMPS, stamp_pages
from crosslab.book.html import keep_digests
from crosslab.book.run import MARKDOWN, STAMP, read_notebook
from crosslab.chapters import CHAPTERS, FIGURE_ENTRY
from crosslab.checksums import PLACE, with_own_checksum
from crosslab.layout import BUILT, EXECUTED, GENERATED
from crosslab.records import Store
from crosslab.verification.pages import (
    built_check,
    chapters_check,
    generated_check,
    rendered_again,
)

(CHAPTER,) = (each for each in CHAPTERS if each.name == ONE_CHAPTER)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project whose book was built from a sound study."""
    return built_book(tmp_path_factory.mktemp("built") / "project")


@pytest.fixture
def book(built, tmp_path, monkeypatch):
    """A copy of that project as the working directory, to be spoilt."""
    shutil.copytree(built, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return Store(Path("runs"))


def chapters(store):
    return chapters_check(store, "smoke")


def altered_consistently(store, old, new):
    """Alter what a chapter's page says and make every checksum over it right again."""
    page = read_notebook(CHAPTER.page)
    text = CHAPTER.page.read_text().replace(page.metadata[STAMP]["checksum"], PLACE)
    assert old in text
    CHAPTER.page.write_text(with_own_checksum(text.replace(old, new)))
    written = json.loads(STAMPS.read_text())["written"]
    stamp_pages(store, "smoke", written)


def resealed(store, page):
    """Keep an altered page of a chapter and make every checksum over it right again."""
    page.metadata[STAMP]["checksum"] = PLACE
    CHAPTER.page.write_text(with_own_checksum(nbformat.writes(page) + "\n"))
    stamp_pages(store, "smoke", json.loads(STAMPS.read_text())["written"])


def test_what_was_just_built_holds_and_is_counted(book):
    found = [chapters(book), generated_check(), built_check()]
    assert [check.problems for check in found] == [()] * 3
    assert [check.counted > 2 for check in found] == [True] * 3
    assert chapters(book).notes == ()


def test_a_number_altered_together_with_every_checksum_over_it_is_found(book):
    words = "points under `standard`"
    page = CHAPTER.page.read_text()
    number = page.split(words)[0].split()[-1]
    altered_consistently(book, f"{number} {words}", f"99.9 {words}")
    (problem,) = chapters(book).problems
    assert "shows something else than its records give" in problem


def test_a_table_taken_out_together_with_every_checksum_over_it_is_found(book):
    page = read_notebook(CHAPTER.page)
    shown = [
        cell
        for cell in page.cells
        if any("text/markdown" in each.get("data", {}) for each in cell.get("outputs", []))
    ]
    shown[0].outputs = []
    resealed(book, page)
    (problem,) = chapters(book).problems
    assert "shows something else than its records give" in problem


def figure_cell(page):
    return next(cell for cell in page.cells if "figure" in cell.metadata.get("mystnb", {}))


def spoil_finding(page):
    figure_cell(page).outputs[0].metadata[FIGURE_ENTRY]["finding"] += " 99.9 points."


def spoil_data(page):
    said = figure_cell(page).outputs[0].metadata[FIGURE_ENTRY]
    said["data"] = said["data"].replace("0.", "9.", 1)


def spoil_alt_text(page):
    figure_cell(page).metadata["mystnb"]["image"]["alt"] += " 99.9 points."


def spoil_legend(page):
    shown = figure_cell(page).metadata["mystnb"]["figure"]
    shown["caption"] = shown["caption"].replace("**In words:**", "**In words:** 99.9 points.")


def take_figure_out(page):
    figure_cell(page).outputs = []


def add_words_before_a_figure(page):
    more = nbformat.v4.new_output("display_data", data={MARKDOWN: "99.9 points"})
    figure_cell(page).outputs.insert(0, more)


def add_something_printed(page):
    figure_cell(page).outputs.append(nbformat.v4.new_output("stream", text="99.9 points"))


def spoil_prose(page):
    page.cells[0].source += " 99.9 points."


def spoil_how_it_is_made_again(page):
    page.cells[-1].source += " 99.9 points."


def spoil_parameters(page):
    (cell,) = [each for each in page.cells if INJECTED in each.metadata.get("tags", [])]
    cell.source += "  # 99.9 points"


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_finding,
        spoil_data,
        spoil_alt_text,
        spoil_legend,
        take_figure_out,
        add_words_before_a_figure,
        add_something_printed,
        spoil_prose,
        spoil_how_it_is_made_again,
        spoil_parameters,
    ],
)
def test_whatever_is_altered_together_with_every_checksum_over_it_is_found(book, spoil):
    page = read_notebook(CHAPTER.page)
    spoil(page)
    resealed(book, page)
    (problem,) = chapters(book).problems
    assert "shows something else than its records give" in problem


def test_a_cell_added_together_with_every_checksum_over_it_is_found(book):
    page = read_notebook(CHAPTER.page)
    page.cells.append(nbformat.v4.new_markdown_cell("99.9 points."))
    resealed(book, page)
    (problem,) = chapters(book).problems
    assert "cells where its notebook gives" in problem


def test_a_page_is_held_to_its_notebook_and_never_executed_itself(book):
    altered_consistently(book, "evidence = gathered", "open('ran', 'w'); evidence = gathered")
    chapters(book)
    assert not Path("ran").exists()


@pytest.mark.parametrize("place", [0, 5_000, 50_000, -2, -1])
def test_an_altered_byte_of_a_page_is_found(book, place):
    flip(CHAPTER.page, place)
    assert chapters(book).problems


def test_an_altered_figure_is_found(book):
    text = CHAPTER.page.read_text()
    at = text.index('"image/png": "') + 200
    CHAPTER.page.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :])
    assert chapters(book).problems == (f"{CHAPTER.page}: altered after it was executed.",)


def test_every_altered_byte_of_the_stamp_of_the_generated_pages_is_found(book):
    from crosslab.book.freshness import pages_stamp

    for place in range(0, STAMPS.stat().st_size, 3):
        before = flip(STAMPS, place)
        assert pages_stamp() is None, place
        STAMPS.write_bytes(before)
    assert pages_stamp() is not None


@pytest.mark.parametrize("name", ["answer.md", "methods.md", "runs.md", "status.md"])
def test_a_generated_page_is_made_again_and_compared(book, name):
    flip(GENERATED / name, 30)
    written = json.loads(STAMPS.read_text())["written"]
    stamp_pages(book, "smoke", written)  # the stamp made to agree with what was altered
    assert generated_check().problems == (f"{GENERATED / name}: is not what the records give.",)


@pytest.mark.parametrize("folder", [EXECUTED, GENERATED, BUILT / "html"])
def test_a_page_that_nobody_made_is_found(book, folder):
    (folder / "more.md").write_text("x")
    found = [*chapters(book).problems, *generated_check().problems, *built_check().problems]
    assert len(found) == 1
    assert "more.md" in found[0]


def test_a_changed_removed_or_unlisted_built_page_is_found(book):
    flip(BUILT / "html" / "index.html", 900)
    (BUILT / "html" / "runs.html").unlink()
    assert [problem.split(": ")[1].split()[0] for problem in built_check().problems] == [
        "changed",
        "removed",
    ]
    (BUILT / "html.json").unlink()
    assert len(built_check().problems) == 1


def test_every_altered_byte_of_the_list_of_built_files_is_found(tmp_path):
    from crosslab.book.html import changed_files

    folder = tmp_path / "html"
    folder.mkdir()
    (folder / "index.html").write_text("page")
    keep_digests(folder)
    path = tmp_path / "html.json"
    assert changed_files(folder) == (1, [])
    for place in range(path.stat().st_size):
        before = flip(path, place)
        assert changed_files(folder)[1], place
        path.write_bytes(before)


def test_where_no_book_was_made_that_is_a_note(book):
    for folder in (EXECUTED, GENERATED, BUILT):
        shutil.rmtree(folder)
    for check in (chapters(book), generated_check(), built_check()):
        assert check.problems == ()
        assert check.counted == 0
        assert check.notes


def test_a_deleted_page_beside_others_is_a_problem(book):
    CHAPTER.page.unlink()
    assert chapters(book).problems == (f"{CHAPTER.page}: not executed yet.",)


def test_pages_made_from_other_records_are_said_to_be(book):
    (note,) = chapters_check(Store(Path("results")), "lab").notes
    assert "runs/smoke" in note


def test_a_cell_that_cannot_be_made_again_is_a_problem(book, monkeypatch):
    monkeypatch.setattr("crosslab.evidence.gathered", lambda *_: 1 / 0)
    counted, (problem,) = rendered_again(CHAPTER)
    assert counted == 0
    assert "ZeroDivisionError" in problem


def test_verify_says_what_it_checked_and_ends_with_status_0(book, crosslab):
    done = crosslab("verify", "--scale", "smoke", "--results", "runs", "--json", "found.json")
    assert done.returncode == 0, done.stderr
    names = ("records", "chain", "seal", "study", "bars", "chapters", "pages", "book")
    assert [line.split()[:2] for line in done.stdout.splitlines() if line[0] != " "] == [
        *([name, "ok"] for name in names),
        ["again", "-"],
        ["reports", "ok"],
        ["literature", "ok"],
    ]
    found = json.loads(Path("found.json").read_text())
    schema = json.loads((PROJECT / "claims" / "verification.schema.json").read_text())
    jsonschema.validate(found, schema)
    assert found["holds"]


def test_verify_leaves_every_byte_below_build_as_it_was(book, crosslab):
    before = contents(BUILT)
    assert any(path.suffix == ".zip" for path in before)
    for text in ("CITATION.cff", "requirements.lock"):  # so that the bundle would be another
        Path(text).write_text(Path(text).read_text() + "# changed\n")
    crosslab("verify", "--scale", "smoke", "--results", "runs")
    assert contents(BUILT) == before


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_verify_names_every_problem_and_ends_with_status_1(book, crosslab):
    answers, *_ = book.root.glob("smoke/*/*/1-*/answers.parquet")
    flip(answers, 60)
    flip(BUILT / "html" / "index.html", 900)
    done = crosslab("verify", "--scale", "smoke", "--results", "runs", "--json", "-")
    assert done.returncode == 1
    assert str(answers.parent) in done.stderr
    assert "index.html" in done.stderr
    assert not json.loads(done.stdout)["holds"]


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("runs", "crosslab study --scale smoke"),
        ("claims/bars.lock", "git checkout -- claims/bars.lock"),
        ("claims/bars.yaml", "git checkout -- claims/bars.yaml"),
    ],
)
def test_without_what_is_needed_verify_is_one_line_and_status_2(book, crosslab, gone, said):
    path = Path(gone)
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    done = crosslab("verify", "--scale", "smoke", "--results", "runs")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_verify_needs_no_torch(book, crosslab, monkeypatch, tmp_path):
    for name in ("torch", "transformers", "datasets"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    done = crosslab("verify", "--scale", "smoke", "--results", "runs")
    assert done.returncode == 0, done.stderr
