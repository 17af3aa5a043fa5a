"""The pages of runs, and the files of runs beside them."""

import re

import pytest
from conftest import PROJECT, made_up_notebook, made_up_study, rows

from crosslab.book.again import taken
from crosslab.book.run_metrics import METRICS, metrics_part
from crosslab.book.run_pages import FILES, lay_files, run_notebooks, run_pages
from crosslab.errors import StoreError
from crosslab.prose.render import run_entry
from crosslab.records import RECORD, Store, read_record
from crosslab.sealing import sealing


def test_every_scale_has_its_experiments_on_pages_and_that_of_the_book_comes_first(tmp_path):
    root = tmp_path / "s"
    made_up_study(root, seeds=2)
    store = made_up_study(root, scale="bench", seeds=2, leave_out=lambda unit: unit.seed == 101)
    pages = run_pages(store, "smoke")
    overview = rows(pages["_generated/runs.md"])[2:]
    assert [row[:3] for row in overview] == [
        ["smoke", "[pretraining](runs/smoke-pretraining.md)", "1"],
        ["smoke", "[transfer-paraphrase](runs/smoke-transfer-paraphrase.md)", "4"],
        ["bench", "[pretraining](runs/bench-pretraining.md)", "1"],
        ["bench", "[transfer-paraphrase](runs/bench-transfer-paraphrase.md)", "2 of 4"],
    ]
    assert overview[1][3:] == ["`standard`, `smoothing-synonyms`", "0 to 1"]
    assert pages["runs/smoke-transfer-paraphrase.md"].count("- fingerprint ") == 4
    assert pages["runs/bench-transfer-paraphrase.md"].count("- fingerprint ") == 2
    assert pages["runs/bench-transfer-paraphrase.md"].count("Not run.") == 2


def test_a_page_of_runs_begins_with_the_command_that_makes_them_and_what_they_took(tmp_path):
    root = tmp_path / "s"
    made_up_study(root, seeds=2)
    store = made_up_study(root, scale="bench", seeds=2)
    pages = run_pages(store, "smoke")
    for scale, command in (
        ("smoke", "crosslab run transfer-paraphrase --scale smoke\n"),
        ("bench", "crosslab run transfer-paraphrase --scale bench --data DIR\n"),
    ):
        head = pages[f"runs/{scale}-transfer-paraphrase.md"].partition("\n## ")[0]
        units = [e for e in store.manifest(scale).units if e.experiment == "transfer-paraphrase"]
        assert command in head
        assert f"makes them again: {taken(units, store, scale)}." in head


def test_every_metric_that_published_records_show_has_words_and_no_other_has():
    records = [read_record(folder) for folder in Store(PROJECT / "results").folders()]
    shown = {
        name
        for record in records
        for name, value in record.metrics.items()
        if isinstance(value, int | float)
    }
    assert shown == set(METRICS)
    listed = [row[0] for row in rows(metrics_part())[2:]]
    entries = "".join(run_entry(record, {}) for record in records)
    assert all(f"{name} " in entries for name in listed)


def test_every_file_a_page_of_runs_leads_to_lies_in_the_book(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=2)
    lay_files(store, "smoke", tmp_path / "book")
    page = run_pages(store, "smoke")["runs/smoke-transfer-paraphrase.md"]
    linked = re.findall(r'href="\.\./([^"]+)"', page)
    assert len(linked) == 4 * 3  # record, answers, notebook
    assert all((tmp_path / "book" / each).is_file() for each in linked)
    unit = store.manifest("smoke").units[-1]
    laid = tmp_path / "book" / FILES / unit.folder / RECORD
    assert laid.read_bytes() == (store.folder(unit) / RECORD).read_bytes()
    laid.write_text("edited")  # a copy: the record stays what it is
    assert store.record(unit)


def test_records_whose_notebook_is_gone_are_all_named_with_what_to_do(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=2)
    for path in store.root.glob("smoke/transfer-paraphrase/notebooks/*.ipynb"):
        path.unlink()
    with pytest.raises(StoreError) as refusal:
        run_pages(store, "smoke")
    assert len(refusal.value.problems) == 4
    first = store.folder(store.manifest("smoke").units[1]) / RECORD
    assert refusal.value.problems[0].startswith(f"{first}: no executed notebook")
    assert "crosslab study" in refusal.value.problems[0]


def test_runs_of_a_batch_that_was_interrupted_have_the_notebook_that_went_on(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=1)
    (path,) = store.root.glob("smoke/transfer-paraphrase/notebooks/*.ipynb")
    _, first, second = store.manifest("smoke").units
    path.unlink()
    made_up_notebook(store, [second])
    assert run_notebooks(store, "smoke")[first.folder] == store.notebook([second])
    page = run_pages(store, "smoke")["runs/smoke-transfer-paraphrase.md"]
    assert page.count(">executed run notebook<") == 1
    assert page.count(">run notebook of the rest of its batch<") == 1


def test_a_notebook_that_failed_made_no_run(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=1)
    (path,) = store.root.glob("smoke/transfer-paraphrase/notebooks/*.ipynb")
    path.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    path.rename(path.with_name("seed-0-a.failed.ipynb"))
    with pytest.raises(StoreError, match="no executed notebook"):
        run_pages(store, "smoke")


def test_a_notebook_that_was_sealed_and_is_gone_is_named(tmp_path):
    store = made_up_study(tmp_path / "s", seeds=1)
    units = store.manifest("smoke").units[1:]
    with sealing(store, "smoke"):
        made_up_notebook(store, units[:1])
    store.notebook(units[:1]).unlink()
    with pytest.raises(StoreError, match="this executed notebook is gone"):
        run_pages(store, "smoke")
