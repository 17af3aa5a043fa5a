"""The sources that the audit cites, as ``claims/references.bib`` holds them.

An entry says how far it was checked itself, and where; what a source says of a claim has
marks of its own (``testimony.py``). A file with mistakes is refused, all of them at once.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from bibtexparser.entrypoint import parse_string
from bibtexparser.exceptions import BlockAbortedException
from bibtexparser.library import Library
from bibtexparser.model import DuplicateBlockKeyBlock, Entry, ImplicitComment, ParsingFailedBlock
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crosslab.entries import validation_problems
from crosslab.errors import UsageError
from crosslab.layout import CLAIMS

REFERENCES: Final = CLAIMS / "references.bib"

# What the five reports list as their references, beside the paper that they are about.
LISTED: Final = (
    "1810.12836",
    "1905.11736",
    "1909.08167",
    "1910.02168",
    "2006.11604",
    "2008.07651",
    "2106.01732",
    "2309.10891",
    "2404.02490",
    "2506.15415",
)

Domain = Literal["language", "vision", "unknown"]
Topic = Literal[
    "alignment",
    "augmentation",
    "benchmark",
    "cross-lingual",
    "domain",
    "encoder",
    "reproduction",
    "retrieval",
    "robustness",
    "supervision",
    "syntax",
    "vision",
]


class Reference(BaseModel):
    """One source; what nobody has seen of it is absent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    kind: Literal["article", "inproceedings", "misc"]
    title: Annotated[str, Field(min_length=1)] | None = None
    authors: tuple[str, ...] = Field(default=(), validation_alias="author")
    year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    arxiv: Annotated[str, Field(pattern=r"^\d{4}\.\d{4,5}$")] | None = Field(
        default=None, validation_alias="eprint"
    )
    archiveprefix: Literal["arXiv"] | None = None
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    anthology: Annotated[str, Field(pattern=r"^[A-Z]?\d[\w.-]+$")] | None = None
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    venue: str | None = Field(
        default=None, validation_alias=AliasChoices("booktitle", "journal", "howpublished")
    )
    domain: Domain
    topics: tuple[Topic, ...] = ()
    mark: Literal["SEEN", "RECALLED", "NOT FOUND"]
    checked: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _can_be_looked_up(self) -> Self:
        """Refuse an entry that leads nowhere, or that lacks a title for no reason."""
        problems = []
        if self.arxiv is None and self.url is None:
            problems.append("give eprint or url, so that a reader can look it up")
        if (self.arxiv is None) != (self.archiveprefix is None):
            problems.append("eprint and archiveprefix = {arXiv} belong together")
        if self.title is None and self.mark != "NOT FOUND":
            problems.append("give a title; only what is marked NOT FOUND may be without one")
        if problems:
            raise ValueError("; ".join(problems))
        return self


def references(path: Path = REFERENCES) -> dict[str, Reference]:
    """Return every source of a file by its key, in the order of the file.

    Raises:
        UsageError: The file cannot be read, or an entry is not as it should be.
    """
    library = _library(path)
    problems = [f"{path}, {problem}" for problem in _unparsed(library)]
    found: dict[str, Reference] = {}
    for entry in library.entries:
        try:
            found[entry.key] = Reference.model_validate(_content(entry))
        except ValidationError as error:
            place = f"{path}, line {_line(entry.start_line)}, {entry.key}"
            problems += [f"{place}: {each}" for each in validation_problems(error)]
    problems += [f"{path}: {problem}" for problem in _named_twice(found)]
    if problems:
        raise UsageError(problems)
    return found


def by_arxiv(path: Path = REFERENCES) -> dict[str, Reference]:
    """Return the sources that are on arXiv by their id, which is without a version.

    Example:
        >>> by_arxiv()["2104.08645"].key
        'huang-2021-robust'
    """
    found = references(path).values()
    return {each.arxiv: each for each in found if each.arxiv is not None}


def _library(path: Path) -> Library:
    try:
        return parse_string(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error


def _unparsed(library: Library) -> Iterator[str]:
    """Yield what is no entry: what the parser gave up on, and text that it would pass over."""
    for block in library.failed_blocks:
        yield f"line {_line(block.start_line)}: {_why(block)}"
    for comment in library.comments:
        lines = comment.comment.splitlines() if isinstance(comment, ImplicitComment) else []
        for number, line in enumerate(lines, start=_line(comment.start_line)):
            if line.strip() and not line.lstrip().startswith("%"):
                yield (
                    f"line {number}: '{line.strip()}' is outside every entry; begin an entry "
                    "with @ and its kind, a remark with %."
                )


def _why(block: ParsingFailedBlock) -> str:
    if isinstance(block, DuplicateBlockKeyBlock):
        return f"{block.key} stands there twice; keep one of the entries."
    error = block.error
    reason = error.abort_reason if isinstance(error, BlockAbortedException) else str(error)
    first = next(iter(reason.strip().splitlines()), "check its braces and commas")
    return f"the entry cannot be read: {first.rstrip('. ')}."


def _content(entry: Entry) -> dict[str, Any]:
    """Return the fields of an entry; lists are taken apart, the rest is as it stands there."""
    content: dict[str, Any] = {
        field.key: " ".join(str(field.value).split())
        for field in entry.fields  # a value may be wrapped
    }
    for name, separator in (("author", r"\s+and\s+"), ("topics", r"\s*,\s*")):
        if name in content:
            content[name] = tuple(re.split(separator, content[name]))
    return {**content, "key": entry.key, "kind": entry.entry_type}


def _named_twice(found: Mapping[str, Reference]) -> Iterator[str]:
    times = Counter(each.arxiv for each in found.values() if each.arxiv is not None)
    for arxiv in (arxiv for arxiv, count in times.items() if count > 1):
        keys = [key for key, each in found.items() if each.arxiv == arxiv]
        yield f"arXiv {arxiv} is the eprint of {' and '.join(keys)}; keep it in one of them."


def _line(start: int | None) -> int:
    """Return a line as an editor counts it; the parser counts from 0."""
    return (start or 0) + 1
