"""The pages of runs: an overview, and a page for each experiment with every run of it.

A run's files lie in the book under ``records/``, in the folders they have in their store, so
that an address holds the fingerprint of what it leads to.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from os.path import relpath
from pathlib import Path
from typing import Final

from crosslab.book.again import run_command, taken
from crosslab.book.run import STAMP, read_notebook
from crosslab.book.run_metrics import metrics_part
from crosslab.errors import StoreError
from crosslab.numerals import counted
from crosslab.prose.render import run_entry, table
from crosslab.records import RECORD, Store, Unit
from crosslab.scales import SCALES
from crosslab.sealing import read_seal

FILES: Final = "records"  # beside the pages
_BASE: Final = f"../{FILES}"


def run_pages(store: Store, scale: str) -> dict[str, str]:
    """Return the overview of runs and a page per experiment, the book's own scale first.

    Raises:
        StoreError: Some records have no notebook that made them; all are named.
    """
    pages, rows, problems = {}, [], list[str]()
    for each in (scale, *further_scales(store, scale)):
        made_by = run_notebooks(store, each)
        problems += _without_notebook(store, each, made_by)
        for experiment, units in _by_experiment(store, each).items():
            name = f"runs/{each}-{experiment}"
            pages[f"{name}.md"] = _page(store, units, made_by)
            rows.append(_overview_row(store, units, name))
    if problems:
        raise StoreError(problems)
    header = ("scale", "experiment", "runs", "arms", "seeds")
    parts = {"_generated/runs.md": table(header, rows), "_generated/metrics.md": metrics_part()}
    return parts | pages


def further_scales(store: Store, scale: str) -> list[str]:
    """Return the scales beside the book's own that this folder has runs of."""
    return [each for each in SCALES if each != scale and store.has_study(each)]


def present(store: Store, scale: str) -> list[Unit]:
    """Return the runs of a study that are there, whole or damaged."""
    return [unit for unit in store.manifest(scale).units if store.state(unit) != "absent"]


def run_notebooks(store: Store, scale: str) -> dict[str, Path]:
    """Return the executed notebook that made each run, by the run's folder.

    A study that is killed in the middle of a batch keeps its records and goes on; the notebook
    of what was left then stands for all of the batch.
    """
    made: dict[str, Path] = {}
    for path in sorted((store.root / scale).glob("*/notebooks/seed-*.ipynb")):
        runs = read_notebook(path).metadata.get(STAMP, {}).get("runs", [])
        made |= dict.fromkeys(runs, path)
    for unit in present(store, scale):
        if unit.folder not in made and (later := _of_same_batch(unit, made)):
            made[unit.folder] = later
    return made


def _of_same_batch(unit: Unit, made: Mapping[str, Path]) -> Path | None:
    """Return a notebook that made other runs of an experiment and seed, if there is one."""
    mine = f"{unit.scale}/{unit.experiment}/"
    found = {
        path
        for folder, path in made.items()
        if folder.startswith(mine) and folder.rpartition("/")[2].startswith(f"{unit.seed}-")
    }
    return max(found, default=None)


def _without_notebook(store: Store, scale: str, made_by: Mapping[str, Path]) -> Iterator[str]:
    """Say which runs have no notebook, and which notebooks are gone that there were."""
    for unit in present(store, scale):
        if unit.folder not in made_by:
            folder = store.folder(unit)
            yield (
                f"{folder / RECORD}: no executed notebook says that it made this run. Bring it "
                f"back to {folder.parents[1]}/notebooks/, or remove {folder} and make the run "
                "again with: crosslab study"
            )
    seal = read_seal(store.root / scale)
    for name in sorted(seal.files if seal else ()):
        path = store.root / scale / name
        if path.suffix == ".ipynb" and not path.exists():
            yield f"{path}: this executed notebook is gone; bring it back from a copy."


def _by_experiment(store: Store, scale: str) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in store.manifest(scale).units:
        found.setdefault(unit.experiment, []).append(unit)
    return found


def _page(store: Store, units: Sequence[Unit], made_by: Mapping[str, Path]) -> str:
    first = units[0]
    # Hundreds of fingerprints would fill the index that every page loads for its search.
    parts = ["---\nnosearch: true\n---\n"]
    parts += [f"# {first.experiment}, scale {first.scale}\n", _introduction(store, units)]
    for unit in units:
        if store.state(unit) == "absent":
            parts.append(f"## {unit.arm}, seed {unit.seed}\n\nNot run.\n")
        else:
            links = _links(store, unit, made_by.get(unit.folder))
            parts.append(run_entry(store.record(unit), links))
    return "\n".join(parts)


def _introduction(store: Store, units: Sequence[Unit]) -> str:
    first = units[0]
    return (
        f"{counted(len(units), 'run')}, by arm and seed; what each metric means is told on "
        "[the page of all runs](../runs.md). Accuracies here are shares from 0 to 1, of which the "
        "rest of the book speaks in points, a hundred times as large.\n\n"
        f"```bash\n{run_command(first.experiment, first.scale)}\n```\n\n"
        f"makes them again: {taken(units, store, first.scale)}.\n"
    )


def _overview_row(store: Store, units: Sequence[Unit], name: str) -> tuple[str, ...]:
    there = sum(store.state(each) != "absent" for each in units)
    arms = dict.fromkeys(each.arm for each in units)
    seeds = sorted({each.seed for each in units})
    return (
        units[0].scale,
        f"[{units[0].experiment}]({name}.md)",
        str(there) if there == len(units) else f"{there} of {len(units)}",
        ", ".join(f"`{arm}`" for arm in arms),
        f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else str(seeds[0]),
    )


def _links(store: Store, unit: Unit, notebook: Path | None) -> dict[str, str]:
    """Return the files of a run by what they are called, as addresses from a page of runs."""
    record, folder = store.record(unit), store.folder(unit)
    paths = {name: folder / name for name in (RECORD, *record.files)}
    if notebook is not None:
        runs = read_notebook(notebook).metadata.get(STAMP, {}).get("runs", [])
        own = unit.folder in runs
        paths["executed run notebook" if own else "run notebook of the rest of its batch"] = (
            notebook
        )
    return {name: f"{_BASE}/{relpath(path, store.root)}" for name, path in paths.items()}


def lay_files(store: Store, scale: str, book: Path) -> None:
    """Lay the files of all runs into a built book; copies, so that nobody edits a record there."""
    for each in (scale, *further_scales(store, scale)):
        for path in _files(store, each):
            place = book / FILES / relpath(path, store.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _files(store: Store, scale: str) -> Iterator[Path]:
    for unit in present(store, scale):
        for name in (RECORD, *store.record(unit).files):
            yield store.folder(unit) / name
    yield from sorted(set(run_notebooks(store, scale).values()))
