"""The ACL Anthology, through the BibTeX file of the whole collection that it offers.

Its own client needs a clone of the data. The file has some hundred thousand entries, so
it is read as a stream: split where a line starts with "@", compared with the query as
text, and only what matches is parsed. It is in no order of relevance; works whose title
holds the whole query come first.
"""

import gzip
import io
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final

import requests
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import (
    LatexDecodingMiddleware,
    MergeNameParts,
    SeparateCoAuthors,
    SplitNameParts,
)

from crosslab.literature.answers import Unavailable
from crosslab.literature.asking import Asking, session
from crosslab.literature.sources.base import Item
from crosslab.literature.works import Kind, Work

_LARGEST_ENTRY: Final = 1_000_000  # characters; beyond this it is no bibliography
_TITLE: Final = re.compile(r"^\s*title\s*=\s*(.*?)[\"}],?\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Anthology:
    """The proceedings and journals of computational linguistics, abstracts included."""

    key: str = "anthology"
    name: str = "ACL Anthology"
    endpoint: str = "https://aclanthology.org/anthology+abstracts.bib.gz"
    client: str = "bibtexparser"
    needs_key: bool = False
    takes_key: bool = False
    pause_seconds: float = 0.0
    total_seconds: float = 600.0  # the whole file has to come
    identifies: frozenset[Kind] = frozenset({"anthology"})

    def items(self, query: str, limit: int, asking: Asking) -> Generator[Item, None, None]:
        """Yield the entries that hold every word of the query, those with it in the title first."""
        words = _plain(query.replace('"', " ")).split()
        others: list[str] = []
        given, failure = 0, None
        try:
            for entry in _entries(asking):
                text = _plain(entry)
                if not all(word in text for word in words):
                    continue
                if all(word in _title(entry) for word in words):
                    yield {"bibtex": entry}
                    given += 1
                    if given >= limit:
                        return
                elif len(others) < limit:
                    others.append(entry)
        except Exception as error:  # whatever cut the stream: what was found counts
            failure = error
        yield from ({"bibtex": entry} for entry in others[: limit - given])
        if failure is not None:
            raise failure

    def item(self, kind: Kind, identifier: str, asking: Asking) -> Item | None:  # noqa: ARG002
        """Return the entry of an Anthology id."""
        address = re.compile(rf"aclanthology\.org/{re.escape(identifier)}/?[\"}}]", re.IGNORECASE)
        return next(({"bibtex": each} for each in _entries(asking) if address.search(each)), None)

    def work(self, item: Item) -> Work:
        """Return what an entry says."""
        stack = (
            LatexDecodingMiddleware(),
            SeparateCoAuthors(),
            SplitNameParts(),
            MergeNameParts("first"),
        )
        (entry,) = parse_string(item["bibtex"], append_middleware=stack).entries
        fields = {each.key.lower(): each.value for each in entry.fields}
        return Work(
            source=self.key,
            identifier=entry.key,
            title=fields["title"],
            authors=tuple(fields.get("author", ())),
            year=int(fields["year"]) if "year" in fields else None,
            doi=fields.get("doi"),
            anthology=fields.get("url"),
            abstract=fields.get("abstract"),
            url=fields.get("url"),
        )


def _title(entry: str) -> str:
    found = _TITLE.search(entry)
    return _plain(found[1]) if found else ""


def _plain(text: str) -> str:
    """Return a text without the braces of BibTeX, in which hyphens separate words."""
    return text.replace("{", "").replace("}", "").replace("-", " ").casefold()


def _entries(asking: Asking) -> Iterator[str]:
    """Yield the entries of the file, whole volumes left out."""
    with session(asking) as made, made.get(asking.endpoint, stream=True) as response:
        response.raise_for_status()
        entry: list[str] = []
        size = 0
        for line in _lines(response, asking):
            if line.startswith("@"):
                yield from _kept(entry)
                entry, size = [], 0
            elif not entry and line.strip() and not line.startswith("%"):
                raise Unavailable("malformed-answer", f"no BibTeX: {line[:40]!r}")
            entry.append(line)
            size += len(line)
            if size > _LARGEST_ENTRY:
                raise Unavailable("malformed-answer", f"an entry of over {_LARGEST_ENTRY} letters")
        if not entry:
            raise Unavailable("malformed-answer", "an empty file")
        yield from _kept(entry)


def _kept(entry: list[str]) -> Iterator[str]:
    if entry and not entry[0].startswith(("%", "@proceedings", "@comment", "@string")):
        yield "".join(entry)


def _lines(response: requests.Response, asking: Asking) -> Iterator[str]:
    """Yield the lines of a compressed file while it comes in, as long as there is time."""
    with (
        gzip.GzipFile(fileobj=response.raw) as unpacked,
        io.TextIOWrapper(unpacked, encoding="utf-8") as lines,
    ):
        for line in lines:
            if line.startswith("@"):
                asking.request_seconds  # noqa: B018 - raises once the time is up
            yield line
