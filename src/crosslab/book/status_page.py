"""The status page: when each page was executed, from what, what is missing, what it took."""

from typing import Any

from crosslab.book.freshness import Seen, staleness
from crosslab.book.run import STAMP, read_notebook
from crosslab.book.run_pages import further_scales, present
from crosslab.chapters import Chapter, chapters
from crosslab.prose.render import table
from crosslab.records import MANIFEST, Store


def status(store: Store, scale: str) -> str:
    """Return when each page was executed and from what, and what is missing."""
    manifest = store.manifest(scale)
    there = present(store, scale)
    seen: Seen = {}
    pages = table(
        ("page", "executed (UTC)", "seconds", "records", "notebook SHA-256", "state"),
        [_page_row(chapter, seen) for chapter in chapters()],
    )
    missing = [f"- {unit.label}" for unit in manifest.units if unit not in there]
    return "\n\n".join(
        [
            f"Study at scale `{scale}`, planned {manifest.planned}, in `{store.root}/`: "
            f"{len(there)} of {len(manifest.units)} runs are there. Dependencies are locked by a "
            f"file whose SHA-256 begins with `{manifest.lock[:12]}`.",
            pages,
            "Missing runs:\n\n" + "\n".join(missing) if missing else "No run is missing.",
            "## Time",
            time_spent(store, scale),
            *(
                f"## Scale `{each}`\n\n{_further_status(store, each)}"
                for each in further_scales(store, scale)
            ),
        ]
    )


def _further_status(store: Store, scale: str) -> str:
    """Return how far another study in this folder is, and what it took so far."""
    manifest = store.manifest(scale)
    there = len(present(store, scale))
    return (
        f"{there} of {len(manifest.units)} runs are there; planned {manifest.planned}, "
        f"dependencies locked by a file whose SHA-256 begins with `{manifest.lock[:12]}`.\n\n"
        f"{time_spent(store, scale)}"
    )


def _page_row(chapter: Chapter, seen: Seen) -> tuple[str, ...]:
    stamp = read_notebook(chapter.page).metadata[STAMP]
    problems = staleness(chapter, seen)
    notebook = next(iter(stamp["inputs"]["notebook"].values()))
    return (
        f"[{chapter.name}](executed/{chapter.name}.ipynb)",
        stamp["executed"].removesuffix("+00:00"),
        str(stamp["seconds"]),
        str(sum(each != "absent" and not each.endswith(MANIFEST) for each in _read(stamp))),
        f"`{notebook[:12]}`",
        "; ".join(problems) if problems else "fresh",
    )


def _read(stamp: dict[str, Any]) -> list[str]:
    """Return the records a page was made from, and ``absent`` for each that was not there."""
    records: dict[str, str] = stamp["inputs"]["records"]
    return ["absent" if each == "absent" else folder for folder, each in records.items()]


def time_spent(store: Store, scale: str) -> str:
    """Return how many runs there are of each arm, and how long they took."""
    spent: dict[tuple[str, str], list[float | None]] = {}
    for unit in store.manifest(scale).units:
        there = store.state(unit) != "absent"
        wall = store.record(unit).wall_seconds if there else None
        spent.setdefault((unit.experiment, unit.arm), []).append(wall)
    rows = []
    for (experiment, arm), walls in spent.items():
        made = [wall for wall in walls if wall is not None]
        runs = len(walls) if len(made) == len(walls) else f"{len(made)} of {len(walls)}"
        times = (f"{sum(made):.0f}", f"{max(made):.0f}") if made else ("", "")
        rows.append((experiment, arm, runs, *times))
    return table(("experiment", "arm", "runs", "seconds in all", "longest"), rows)
