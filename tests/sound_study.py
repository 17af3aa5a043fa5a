"""A made-up study in which everything that can be verified holds."""

from pathlib import Path

import pytest
from conftest import draft, made_up_answers, made_up_notebook, small_project

from crosslab.book.build import build
from crosslab.records import Manifest, Record, Store
from crosslab.runs import planned_runs
from crosslab.sealing import sealing
from crosslab.verification.metrics import recomputed

COMPARED = [("transfer-paraphrase", arm) for arm in ("standard", "smoothing-synonyms")]


def sound_study(root: Path, *, scale: str = "smoke", items: int = 4, **changed: object) -> Store:
    """Write a sealed study whose fingerprints and metrics follow from what is recorded."""
    store = Store(root)
    encoder, *runs = planned_runs(scale)
    few = [run for run in runs if (run.unit.experiment, run.unit.arm) in COMPARED]
    planned = [encoder, *few]
    with sealing(store, scale):
        for number, each in enumerate(planned):
            made = draft(
                each.unit,
                tuple(parent.fingerprint for parent in each.parents),
                settings=dict(each.settings),
                sources=dict(each.sources),
                packages=dict(each.packages),
                **changed,
            )
            answers = made_up_answers(0.6, items, number)
            record = Record(**made, files={}, previous=None)
            made["metrics"] = {**made["metrics"], **recomputed(record, answers.to_pandas())}
            extra = {} if each.parents else {"model.safetensors": b"weights"}
            store.write(made, answers, extra)
        units = [each.unit for each in planned]
        for group in (units[:1], units[1:]):
            made_up_notebook(store, group)
        store.write_manifest(Manifest(scale=scale, planned="2026-11-21", lock="l", units=units))
    return store


def built_book(folder: Path) -> Path:
    """Build the book of one chapter from a sound study, in a project of its own."""
    small_project(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        sound_study(Path("runs"), items=40)
        assert build(Store(Path("runs")), "smoke").exists()
    return folder


def flip(path: Path, place: int) -> bytes:
    """Change one byte of a file; return what the file held before."""
    before = path.read_bytes()
    content = bytearray(before)
    content[place % len(content)] ^= 1
    path.write_bytes(content)
    return before
