"""The trail as an RO-Crate: every run as an action, every file with its hash, for machines.

Process Run Crate 0.5 on RO-Crate 1.1, https://w3id.org/ro/wfrun/process/0.5. Written as the
plain dictionaries that the specification shows: a library would stamp its own time into it and
look at every file again. Nothing in it comes from a clock: the same records give the same bytes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final

from crosslab.numerals import counted
from crosslab.prose.render import anchor
from crosslab.provenance import digest_of
from crosslab.records import ANSWERS, RECORD, DataCard, Record
from crosslab.trail.checking import CRATE_VERSION, METADATA
from crosslab.trail.citation import Author, Citation, citation
from crosslab.trail.contents import LICENCE, HeldFile, Run, Trail

PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.5"
_TERMS: Final = {  # that the context of version 1.1 does not know
    "sha256": "http://schema.org/sha256",
    "resourceUsage": "https://w3id.org/ro/terms/workflow-run#resourceUsage",
}
_COMPLETED: Final = "http://schema.org/CompletedActionStatus"
_TOLD_APART_BY: Final = 12  # hexadecimal digits
_FORMATS: Final = {
    ".bib": "application/x-bibtex",
    ".cff": "application/yaml",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".py": "text/x-python",
    ".safetensors": "application/octet-stream",
    ".toml": "application/toml",
    ".yaml": "application/yaml",
}
_TEXT: Final = "text/plain"
_HOMES: Final = {
    "numpy": "https://numpy.org",
    "python": "https://www.python.org",
    "tokenizers": "https://github.com/huggingface/tokenizers",
    "torch": "https://pytorch.org",
    "transformers": "https://github.com/huggingface/transformers",
}
_NOTES: Final = {
    "LOG.md": "The dated log: what was changed and why, the reason of each lock included",
    "claims/bars.yaml": "What counts as what: the bars of claims and questions",
    "claims/bars.lock": "When each bar was locked, each entry with the hash of the one before",
    "notebooks/run_experiment.ipynb": "The run notebook: the only one that trains",
    "requirements.lock": "Every package that the study is installed with, pinned",
    RECORD: "What was run, from what, and what came out",
    ANSWERS: "The answer to every item, with the probability of each class",
    "study.json": "The runs that the study of this scale consists of",
    "seal.json": "The hashes of what no record vouches for",
}

Entity = dict[str, Any]


def crate(trail: Trail) -> str:
    """Return the text of ``ro-crate-metadata.json`` for a trail."""
    cited = citation()
    known = _by_fingerprint(trail.runs)
    found = [
        *_actors(cited),
        *_files(trail),
        *_data(trail.runs),
        *_software(trail.runs, cited),
        *_machines(trail.runs),
        *(_action(each, known, cited) for each in trail.runs),
    ]
    entities = {each["@id"]: each for each in found}
    graph = [_descriptor(), _root(trail, cited), *(entities[each] for each in sorted(entities))]
    held = {"@context": [f"{CRATE_VERSION}/context", _TERMS], "@graph": graph}
    return json.dumps(held, indent=1, ensure_ascii=False) + "\n"


def _descriptor() -> Entity:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": _to("./"),
        "conformsTo": _to(CRATE_VERSION),
    }


def _root(trail: Trail, cited: Citation) -> Entity:
    scales = sorted({each.record.unit.scale for each in trail.runs})
    runs = ", ".join(f"{counted(len(trail.of_scale(each)), 'run')} at {each}" for each in scales)
    latest = max((each.record.finished for each in trail.runs), key=_moment, default=None)
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": cited.title,
        "description": (
            f"{cited.abstract} All records of the study ({runs}), the executed notebooks that "
            "made them, the bars they are judged by and their lock, the claims, and the code."
        ),
        "license": _to(_licence(cited)),
        "author": _each_once(_actor(each) for each in cited.authors),
        "publisher": _to(_actor(cited.authors[0])),
        "conformsTo": _to(PROFILE),
        "hasPart": [_to(each) for each in trail.files],
        "mentions": [_to(_action_id(each.record)) for each in trail.runs],
    }
    return root if latest is None else {**root, "datePublished": latest[:10]}


def _actors(cited: Citation) -> Iterator[Entity]:
    for each in cited.authors:
        address = {"url": cited.address} if cited.address else {}
        yield {"@id": _actor(each), "@type": each.kind, "name": each.name, **address}
    yield {
        "@id": PROFILE,
        "@type": "CreativeWork",
        "name": "Process Run Crate",
        "version": PurePosixPath(PROFILE).name,
    }
    yield {
        "@id": _licence(cited),
        "@type": "CreativeWork",
        "name": cited.licence,
        "description": f"The licence of the study, whose text is in {LICENCE}.",
    }


def _files(trail: Trail) -> Iterator[Entity]:
    labels = {
        name: f"{each.record.unit.label}, {each.record.unit.scale}: {PurePosixPath(name).name}"
        for each in trail.runs
        for name in each.files
    }
    for held in trail.files.values():
        yield _file(held, labels.get(held.name, held.name))


def _file(held: HeldFile, label: str) -> Entity:
    place = PurePosixPath(held.name)
    note = _NOTES.get(held.name) or _NOTES.get(place.name)
    return {
        "@id": held.name,
        "@type": "File",
        "name": label,
        **({"description": note} if note else {}),
        "encodingFormat": _FORMATS.get(place.suffix, _TEXT),
        "contentSize": str(held.size),
        "sha256": held.sha256,
    }


def _action(run: Run, known: Mapping[str, Sequence[Run]], cited: Citation) -> Entity:
    """Return a run as an action: what was run with what, from what, and what came of it."""
    record = run.record
    end = _moment(record.finished)
    begun = end - timedelta(seconds=record.wall_seconds)
    parents = [each for name in record.parents for each in _parent(known.get(name, ()), run)]
    used = [_data_id(each) for each in record.data]
    used += [name for parent in parents for name in parent.files]
    made = [*run.files, *([run.notebook] if run.notebook else [])]
    return {
        "@id": _action_id(record),
        "@type": "CreateAction",
        "name": f"{record.unit.label}, {record.unit.scale}",
        "description": f"The run whose fingerprint is {record.unit.fingerprint}",
        "instrument": _to(_software_id(record)),
        "agent": _to(_actor(cited.authors[0])),
        "startTime": begun.isoformat(timespec="milliseconds"),
        "endTime": end.isoformat(timespec="milliseconds"),
        "actionStatus": _COMPLETED,
        **({"object": _each_once(used)} if used else {}),
        "result": _each_once(made),
        "resourceUsage": [_to(each["@id"]) for each in _machine(record)],
    }


def _by_fingerprint(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Return runs by their fingerprint, which runs of several scales may share."""
    found: dict[str, list[Run]] = {}
    for each in runs:
        found.setdefault(each.record.unit.fingerprint, []).append(each)
    return found


def _parent(same: Sequence[Run], run: Run) -> Sequence[Run]:
    """Return the parent of a run among the runs with its fingerprint, if there is any.

    That of the run's own scale; where only others have it, it is that of another.
    """
    own = [each for each in same if each.record.unit.scale == run.record.unit.scale]
    return (own or same)[:1]


def _data(runs: Sequence[Run]) -> Iterator[Entity]:
    """Return the data sets that runs used; they are named by their content and not held."""
    for run in runs:
        for card in run.record.data:
            yield {
                "@id": _data_id(card),
                "@type": "CreativeWork",
                "name": card.name,
                "description": card.description,
                "license": card.licence,
                "sha256": card.revision,
            }


def _software(runs: Sequence[Run], cited: Citation) -> Iterator[Entity]:
    """Return what runs were made with: the run notebook at a commit, Python, the packages."""
    for run in runs:
        record = run.record
        yield {
            "@id": _software_id(record),
            "@type": "SoftwareApplication",
            "name": f"The run notebook of crosslab at commit {record.commit}",
            "softwareVersion": record.commit,
            **({"url": cited.address} if cited.address else {}),
            "exampleOfWork": _to("notebooks/run_experiment.ipynb"),
            "softwareRequirements": [_to(_package_id(*each)) for each in _packages(record)],
        }
        for name, version in _packages(record):
            home = _HOMES.get(name)
            yield {
                "@id": _package_id(name, version),
                "@type": "SoftwareApplication",
                "name": name,
                "softwareVersion": version,
                **({"url": home} if home else {}),
            }


def _packages(record: Record) -> list[tuple[str, str]]:
    python = record.machine.get("python", "unknown")
    return sorted({**record.packages, "python": python}.items())


def _machines(runs: Sequence[Run]) -> Iterator[Entity]:
    for run in runs:
        yield from _machine(run.record)


def _machine(record: Record) -> list[Entity]:
    """Return what a run was made on, a property each; runs on equal machines share them."""
    return [
        {"@id": f"#{_word(name)}-{_word(value)}", "@type": "PropertyValue", "name": name}
        | {"value": value}
        for name, value in sorted(record.machine.items())
        if name != "python"
    ]


def _each_once(names: Iterable[str]) -> Entity | list[Entity]:
    """Return references; a single one stands by itself, as the specification has it."""
    found = [_to(each) for each in dict.fromkeys(names)]
    return found[0] if len(found) == 1 else found


def _to(name: str) -> Entity:
    return {"@id": name}


def _action_id(record: Record) -> str:
    return f"#{anchor(record.unit.folder)}"


def _data_id(card: DataCard) -> str:
    held = [card.name, card.revision, card.licence, card.description]
    return f"#data-{_word(card.name)}-{digest_of(held)[:_TOLD_APART_BY]}"


def _software_id(record: Record) -> str:
    held = [record.commit, _packages(record)]
    return f"#crosslab-{record.commit[:_TOLD_APART_BY]}-{digest_of(held)[:_TOLD_APART_BY]}"


def _package_id(name: str, version: str) -> str:
    return f"#{_word(name)}-{_word(version)}"


def _actor(author: Author) -> str:
    return f"#{_word(author.name)}"


def _licence(cited: Citation) -> str:
    return f"https://spdx.org/licenses/{cited.licence}"


def _word(text: str) -> str:
    """Return text as part of an identifier.

    Example:
        >>> _word("Xeon(R) @ 2.00GHz")
        'xeon-r-2.00ghz'
    """
    kept = (sign if sign.isalnum() or sign == "." else " " for sign in text.lower())
    return "-".join("".join(kept).split()) or "none"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
