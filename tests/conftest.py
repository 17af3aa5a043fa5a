"""Shared fixtures: a project folder of one's own, made-up records, a finished smoke study."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pyarrow as pa
import pytest

from crosslab.book.run import STAMP
from crosslab.config import EncoderConfig
from crosslab.experiments import PRETRAINING, STEPS
from crosslab.lab.laboratory import laboratory
from crosslab.records import DataCard, Manifest, Store, Unit
from crosslab.runs import planned_runs
from crosslab.scales import study_config

PROJECT = Path(__file__).parents[1]
LANGUAGES = ("ave", "bor", "cym")
OWN_FOLDERS = ("executed", "_generated", "_extra", "claims", "reports", "runs")  # written by code
ONE_CHAPTER = "transfer-paraphrase"
Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold most slow tests, so that none is left to run alone."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's folder, without results and source, as the working directory."""
    return _copied(tmp_path / "project", monkeypatch)


def _copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _copy_sources(folder)
    monkeypatch.chdir(folder)
    return folder


def _copy_sources(folder: Path) -> None:
    """Copy what people wrote, and nothing that code wrote beside it."""
    made = {"book": OWN_FOLDERS, "notebooks": (), "claims": ()}
    for name, unwanted in made.items():
        ignored = shutil.ignore_patterns(".*", *unwanted)
        shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
    for name in ("Snakefile", "_config.yml", "requirements.lock", "CITATION.cff"):
        shutil.copy(PROJECT / name, folder / name)


def small_project(folder: Path) -> None:
    """Copy the project's folder with a book of one chapter, which is made in a moment."""
    _copy_sources(folder)
    pages = [f"executed/{ONE_CHAPTER}", "how-to-read", "claims", "parameters", "trail", "runs"]
    pages += ["questions", "reports", "status"]
    contents = "format: jb-book\nroot: index\nparts:\n  - caption: All\n    chapters:\n"
    contents += "".join(f"      - file: {page}\n" for page in pages)
    contents += "".join(f"      - glob: {each}/*\n" for each in ("claims", "reports", "runs"))
    (folder / "book" / "_toc.yml").write_text(contents)
    answer = "# A book\n\n```{include} _generated/answer.md\n```\n"
    (folder / "book" / "index.md").write_text(answer)
    for page, title in (("how-to-read", "How to read this book"), ("questions", "Questions")):
        (folder / "book" / f"{page}.md").write_text(f"# {title}\n")
    notebook = folder / "notebooks" / f"{ONE_CHAPTER}.ipynb"
    notebook.write_text(re.sub(r"\]\([a-z-]+\.ipynb\)", "](../index.md)", notebook.read_text()))


@pytest.fixture
def crosslab() -> Cli:
    """The command line, run as a person runs it."""

    def run(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "crosslab", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=300, **options
        )

    return run


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of an uninterrupted study at scale smoke; never to be written to.

    Where a folder of them is named, as continuous integration does, they are not made again.
    """
    if made := os.environ.get("FINISHED_STUDY"):
        folder = tmp_path_factory.mktemp("finished") / "runs"
        shutil.copytree(Path(made) / "smoke", folder / "smoke")
        return folder
    with pytest.MonkeyPatch.context() as patch:
        folder = _copied(tmp_path_factory.mktemp("finished") / "project", patch)
        done = subprocess.run(
            [sys.executable, "-m", "crosslab", "study", "--scale", "smoke"],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    assert done.returncode == 0, done.stderr
    return folder / "runs"


def made_up_answers(accuracy: float, items: int, seed: int) -> pa.Table:
    """Return answers to a task of two labels in every pair of three languages."""
    rng = np.random.default_rng(seed)
    cells = [(first, second) for first in LANGUAGES for second in LANGUAGES]
    gold = np.tile(np.arange(items) % 2, len(cells)).astype(np.int8)
    right = rng.random(gold.size) < accuracy
    prediction = np.where(right, gold, 1 - gold).astype(np.int8)
    earlier = np.where(rng.random(gold.size) < 0.9, prediction, 1 - prediction).astype(np.int8)
    sure = np.where(prediction == 1, 0.8, 0.2).astype(np.float16)
    return pa.table(
        {
            "item": [f"test-{number:05d}" for _ in cells for number in range(items)],
            "first": [first for first, _ in cells for _ in range(items)],
            "second": [second for _, second in cells for _ in range(items)],
            "prediction": prediction,
            "gold": gold,
            "prediction_best_source_dev": earlier,
            "prediction_oracle": prediction,
            "probability_0": (1 - sure).astype(np.float16),
            "probability_1": sure,
        }
    )


def rows(text: str) -> list[list[str]]:
    """Return the tables in a text cell by cell, each with its header and the rule below it."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def draft(unit: Unit, parents: tuple[str, ...] = (), **changed: object) -> dict[str, object]:
    """Return what a run says of itself, made up."""
    return {
        "unit": unit,
        "settings": {"task": "nli" if "nli" in unit.experiment else "paraphrase", "encoder": "e"},
        "sources": {"crosslab.training": "0" * 64},
        "packages": {"torch": "2.13.0"},
        "data": [_text_card(), _items_card()],
        "parents": list(parents),
        "metrics": {
            "source_accuracy": 0.9,
            "zero_shot_macro_accuracy": 0.7,
            "mixed_pair_macro_accuracy": 0.6,
            "word_translation": 0.5,
            "word_translation_by_language": {"bor": 0.6, "cym": 0.4},
            "parameters": 1000,
        },
        "wall_seconds": 1.0,
        "cpu_seconds": 1.0,
        "machine": {"python": "3.11", "system": "s", "processor": "p", "threads": "1"},
        "commit": "c",
        "finished": "2026-11-21T10:00:00+00:00",
        **changed,
    }


def _text_card() -> DataCard:
    sample = {"words": "dum trifi", "glosses": "every dog"}
    language = {
        "order": "SVO",
        "adjective_first": True,
        "prepositions": True,
        "fronting": 0.2,
        "borrowed_share": 0.1,
        "mixing": 0.3,
        "sentences": 1000,
        "sample": sample,
    }
    languages = [{"key": key, "name": key.capitalize() + "an", **language} for key in LANGUAGES]
    return DataCard(
        name="lab-text",
        revision="r",
        licence="CC0-1.0",
        description="d",
        details={"source": "ave", "languages": languages},
    )


def _items_card() -> DataCard:
    lines = {"words": "dum trifi", "glosses": "every dog"}
    example = {"rule": "same meaning", "label": "paraphrase", "first": lines, "second": lines}
    return DataCard(
        name="lab-paraphrase",
        revision="r",
        licence="CC0-1.0",
        description="d",
        details={"examples": [example], "always_most_frequent": 0.5},
    )


def made_up_study(  # noqa: PLR0913 - what a study may differ in
    root: Path,
    *,
    scale: str = "smoke",
    accuracies: dict[str, float] | None = None,
    leave_out: Callable[[Unit], bool] = lambda _: False,
    seeds: int | None = None,
    items: int = 40,
    experiments: tuple[str, ...] = ("transfer-paraphrase",),
) -> Store:
    """Write a study of made-up records, of these experiments and arms, and return its store."""
    store = Store(root)
    shares = accuracies or {"standard": 0.6, "smoothing-synonyms": 0.7}
    runs = planned_runs(scale)
    needed = {unit for run in runs if run.unit.experiment in experiments for unit in run.parents}
    units = [each.unit for each in runs]
    encoder, *further = (each for each in units if each.experiment == PRETRAINING)
    encoders = [encoder, *(each for each in further if each in needed and each.arm not in STEPS)]
    planned = [each for each in units if each.experiment != PRETRAINING]
    arms = [each for each in planned if each.experiment in experiments and each.arm in shares]
    if seeds is not None:
        lowest = study_config(scale).first_seed
        first = [unit for unit in arms if unit.seed == lowest]
        arms = [
            unit.model_copy(update={"seed": seed, "fingerprint": f"{seed}{unit.fingerprint[3:]}"})
            for seed in range(lowest, lowest + seeds)
            for unit in first
        ]
    for each in encoders:
        store.write(draft(each), made_up_answers(0.5, items, 0), {"model.safetensors": b"w"})
    for number, unit in enumerate(arms):
        if not leave_out(unit):
            answers = made_up_answers(shares[unit.arm], items, number)
            store.write(draft(unit, (encoder.fingerprint,)), answers, {})
    store.write_manifest(
        Manifest(scale=scale, planned="2026-11-21", lock="l", units=[*encoders, *arms])
    )
    for experiment in {unit.experiment for unit in (*encoders, *arms)}:
        made_up_notebook(store, [e for e in (*encoders, *arms) if e.experiment == experiment])
    return store


def made_up_notebook(store: Store, units: list[Unit]) -> None:
    """Write an executed run notebook, in one cell, that says it made these runs."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("A run.", id="c")])
    notebook.metadata[STAMP] = {"runs": [unit.folder for unit in units]}
    path = store.notebook(units)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture(scope="session")
def smoke_lab():
    """The laboratory at the smallest scale; nothing in it changes."""
    return laboratory(study_config("smoke").lab)


@pytest.fixture(scope="session")
def one_thread():
    """Torch on one thread: models this small lose more by sharing work than they gain."""
    import torch  # slow to import, and many tests need no torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_encoder(smoke_lab, one_thread):
    """An encoder for the smoke laboratory, freshly initialized; nothing may train it."""
    from crosslab.materials.laboratory import lab_tokenizer
    from crosslab.models import masked_encoder

    size = EncoderConfig(hidden=16, layers=1, heads=2, feed_forward=32)
    return masked_encoder(size, len(lab_tokenizer(smoke_lab).get_vocab()), seed=0)


@pytest.fixture(scope="session")
def no_report():
    """A report that takes no note of anything."""

    def report(*, done, total, loss):
        pass

    return report
