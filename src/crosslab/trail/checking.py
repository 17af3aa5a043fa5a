"""Whether an unpacked bundle is what its crate says: every file there, unaltered, and named.

It needs the standard library alone, so that it runs wherever a crate is looked at.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from crosslab.provenance import digest

METADATA: Final = "ro-crate-metadata.json"
CRATE_VERSION: Final = "https://w3id.org/ro/crate/1.1"  # referred to, and described elsewhere


def crate_problems(folder: Path) -> list[str]:
    """Return what does not hold of an unpacked bundle, one line per problem."""
    try:
        graph: list[dict[str, Any]] = json.loads((folder / METADATA).read_bytes())["@graph"]
        names = [str(entity["@id"]) for entity in graph]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{folder / METADATA} cannot be read: {str(error).splitlines()[0]}."]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    files = {entity["@id"]: entity for entity in graph if entity["@type"] == "File"}
    return [
        *(f"{METADATA}: {name} is there more than once." for name in twice),
        *_dangling(graph, {*names, CRATE_VERSION}),
        *_altered(folder, files),
        *_unnamed(folder, files),
    ]


def _dangling(graph: Sequence[Mapping[str, Any]], names: set[str]) -> Iterator[str]:
    """Return the references to entities that the crate does not describe."""
    for entity in graph:
        for key, value in entity.items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and each["@id"] not in names:
                    yield f"{METADATA}: {entity['@id']}, {key}: {each['@id']} is not described."


def _altered(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, entity in files.items():
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            yield f"{folder / name} cannot be read: {error.strerror or error}."
            continue
        if digest(content) != entity["sha256"] or str(len(content)) != entity["contentSize"]:
            yield f"{folder / name} does not match its hash and size in {METADATA}."


def _unnamed(folder: Path, files: Mapping[str, Any]) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != METADATA and name not in files:
            yield f"{path} is not named in {METADATA}."
