"""Whether a page still shows what its records, its notebook and its source would give.

The cache of Jupyter Book looks at a notebook's cells alone and publishes yesterday's
number when the code behind a cell changes. Here every page carries the hashes of all
it was made from, and a page that no longer matches fails the build.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from crosslab.book.again import repository
from crosslab.book.run import STAMP, parsed, read_notebook, unaltered
from crosslab.chapters import CONTENTS, Chapter, chapters
from crosslab.checksums import PLACE, own_checksum_holds, with_own_checksum
from crosslab.errors import StaleError, StoreError, UsageError
from crosslab.identity.planned import changes
from crosslab.layout import BOOK, CLAIMS, GENERATED, PUBLISHED
from crosslab.locking import violations
from crosslab.prose.language_tables import SAMPLES
from crosslab.provenance import digest, imported_modules, module_path, source_digests
from crosslab.records import MANIFEST, RECORD, Store, write_text
from crosslab.trail.contents import trail

STAMPS: Final = GENERATED / "stamps.json"
# What writes legends, and how a page is made again, into executed copies.
_FINISHING: Final = ("crosslab.book.again", "crosslab.book.figure_notes")
_RENDERING: Final = ("crosslab.book.pages",)
# Modules whose words pages print, comments and help included.
_PRINTED: Final = ("crosslab.config", "crosslab.__main__", "crosslab.literature.command")


# The hashes of records by store and scale, for whoever asks about several chapters in a row.
Seen = dict[tuple[str, str], dict[str, str]]


def chapter_inputs(
    chapter: Chapter, store: Store, scale: str, seen: Seen | None = None
) -> dict[str, Any]:
    """Return the hashes of everything a chapter is made from."""
    seen = {} if seen is None else seen
    return {
        "notebook": {str(chapter.notebook): _digest(chapter.notebook)},
        "sources": source_digests((*_modules(chapter.notebook), *_FINISHING)),
        "repository": str(repository()),
        "claims": _claims(),
        "searches": _searches(store),
        "records": {
            **_record_digests(store, scale, seen),
            **{
                name: each
                for further in chapter.further_scales
                if store.has_study(further)
                for name, each in _record_digests(store, further, seen).items()
            },
        },
    }


def rendered_inputs(store: Store, scale: str) -> dict[str, Any]:
    """Return the hashes of everything the generated pages are made from.

    Most of it is the trail, which is generated too: every record and run notebook of every scale,
    claims and their lock, the source as it is written, and how the study is cited.
    """
    return {
        "sources": source_digests(_RENDERING),
        "words": {
            **{module: _digest(module_path(module)) for module in _PRINTED},
            SAMPLES.name: _digest(SAMPLES),
        },
        "trail": {name: held.sha256 for name, held in trail(store, scale).files.items()},
        "contents": _digest(CONTENTS),
        "repository": str(repository()),
        "published": _published(store, scale),
        "pages": {str(chapter.page): _digest(chapter.page) for chapter in chapters()},
    }


def record_digests(store: Store, scale: str) -> dict[str, str]:
    """Return the hash of every record of a study, each checked against its files."""
    manifest = store.manifest(scale)
    path = f"{scale}/{MANIFEST}"
    found = {path: digest((store.root / path).read_bytes())}
    for unit in manifest.units:
        if store.state(unit) == "absent":
            found[unit.folder] = "absent"
        else:
            store.record(unit)
            found[unit.folder] = digest((store.folder(unit) / RECORD).read_bytes())
    return found


def _record_digests(store: Store, scale: str, seen: Seen) -> dict[str, str]:
    key = (str(store.root), scale)
    if key not in seen:
        seen[key] = record_digests(store, scale)
    return seen[key]


def staleness(chapter: Chapter, seen: Seen | None = None) -> list[str]:
    """Return what a chapter's page no longer matches; nothing if it is fresh."""
    if not chapter.page.exists():
        return ["not executed yet"]
    try:
        stamp = read_notebook(chapter.page).metadata.get(STAMP)
        if stamp is None:
            return ["executed without a stamp"]
        if not unaltered(chapter.page):
            return ["altered after it was executed"]
        store, scale = Store(Path(stamp["parameters"]["results"])), stamp["parameters"]["scale"]
        return _differences(stamp["inputs"], chapter_inputs(chapter, store, scale, seen))
    except (StoreError, UsageError) as error:
        return error.problems


def stamp_pages(store: Store, scale: str, names: Iterable[str]) -> None:
    """Write what the generated pages were made from, and what they were when written."""
    stamp = {
        "results": str(store.root),
        "scale": scale,
        "inputs": rendered_inputs(store, scale),
        "written": {name: _digest(BOOK / name) for name in names},
        "checksum": PLACE,
    }
    write_text(STAMPS, with_own_checksum(json.dumps(stamp, indent=1) + "\n"))


def pages_stamp() -> dict[str, Any] | None:
    """Return what the generated pages were made from; nothing where that cannot be trusted."""
    try:
        content = STAMPS.read_bytes()
        stamp: dict[str, Any] = json.loads(content)
    except (OSError, ValueError):
        return None
    return stamp if own_checksum_holds(content, stamp.get("checksum")) else None


def rendered_staleness() -> list[str]:
    """Return what the generated pages no longer match; nothing if they are fresh."""
    stamp = pages_stamp()
    if stamp is None:
        return [f"{STAMPS}: missing, unreadable or altered after it was written"]
    try:
        now = rendered_inputs(Store(Path(stamp["results"])), stamp["scale"])
    except (StoreError, UsageError) as error:
        return error.problems
    written = {name: _digest(BOOK / name) for name in stamp["written"]}
    return _differences(
        {**stamp["inputs"], "written": stamp["written"]}, {**now, "written": written}
    )


def require_locked(store: Store) -> None:
    """Refuse to judge records of a store by bars that were not locked before they were made.

    Raises:
        StaleError: One line per bar.
    """
    if problems := violations(store):
        raise StaleError(problems)


def require_fresh() -> None:
    """Refuse to build from pages that are not what they would be now.

    Raises:
        StaleError: One line per page and difference.
    """
    seen: Seen = {}
    problems = [
        f"{chapter.page} is stale: {problem}."
        for chapter in chapters()
        for problem in staleness(chapter, seen)
    ]
    problems += [f"{GENERATED} is stale: {problem}." for problem in rendered_staleness()]
    if problems:
        raise StaleError([*problems, "Make the pages anew with: crosslab book"])


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [f"{change.split(':')[0]} changed" for change in changes(before, now)]


def _claims() -> dict[str, str]:
    """Return the hashes of what people wrote about claims, and of the reports that make them."""
    return {
        str(path): _digest(path)
        for path in sorted(CLAIMS.rglob("*"))
        if path.suffix in {".yaml", ".bib", ".txt"}
    }


def _published(store: Store, scale: str) -> dict[str, str]:
    """Return the hashes of the published study, where it is another one that pages compare."""
    if store.root == PUBLISHED:
        return {}
    return {
        str(path): _digest(path)
        for path in sorted((PUBLISHED / scale).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _searches(store: Store) -> dict[str, str]:
    """Return the hashes of what literature databases answered."""
    return {
        str(path): _digest(path) for path in sorted((store.root / "literature").rglob("*.json"))
    }


def _digest(path: Path) -> str:
    try:
        return digest(path.read_bytes())
    except OSError:
        return "absent"


def _modules(notebook: Path) -> Iterable[str]:
    """Return the modules of this package that a notebook imports."""
    for cell in read_notebook(notebook).cells:
        if cell.cell_type == "code":
            yield from imported_modules(parsed(cell, notebook))
