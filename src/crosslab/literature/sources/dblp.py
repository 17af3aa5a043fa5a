"""DBLP, through its JSON search; no client for it is maintained.

Its JSON comes from XML, which shows: one author is an object and several are a list, a
search without hits lacks the list of hits, titles end with a full stop, and people who
share a name are told apart by a number after it.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from crosslab.literature.asking import Asking, session
from crosslab.literature.sources.base import Item
from crosslab.literature.works import Kind, Work, plain_text


@dataclass(frozen=True, slots=True)
class Dblp:
    """The bibliography of computer science; it holds no abstracts."""

    key: str = "dblp"
    name: str = "DBLP"
    endpoint: str = "https://dblp.org/search/publ/api"
    client: str = "requests"
    needs_key: bool = False
    takes_key: bool = False
    pause_seconds: float = 1.0
    total_seconds: float = 120.0
    identifies: frozenset[Kind] = frozenset()
    page: int = 100

    def items(self, query: str, limit: int, asking: Asking) -> Generator[Item, None, None]:
        """Yield the records in which every word of the query begins a word."""
        words = query.replace('"', " ")  # it knows no phrases
        with session(asking) as made:
            for first in range(0, limit, self.page):
                if first:
                    asking.pause()
                rows = min(self.page, limit - first)
                question = {"q": words, "format": "json", "h": str(rows), "f": str(first), "c": "0"}
                found = made.get(asking.endpoint, params=question)
                found.raise_for_status()
                hits = _listed(found.json()["result"]["hits"].get("hit"))
                yield from (each["info"] for each in hits)
                if len(hits) < rows:
                    return

    def item(self, kind: Kind, identifier: str, asking: Asking) -> Item | None:
        """Refuse: DBLP is asked by words only."""
        raise NotImplementedError(f"{self.name} is not asked for a {kind}")

    def work(self, item: Item) -> Work:
        """Return what a record says."""
        people = _listed((item.get("authors") or {}).get("author"))
        addresses = [str(each) for each in _listed(item.get("ee"))]
        return Work(
            source=self.key,
            identifier=item["key"],
            title=plain_text(item["title"]).removesuffix("."),
            authors=tuple(_name(each) for each in people),
            year=int(item["year"]) if "year" in item else None,
            doi=item.get("doi"),
            arxiv=next((each for each in addresses if "arxiv.org" in each.casefold()), None),
            anthology=next((each for each in addresses if "aclanthology.org" in each), None),
            url=item.get("url"),
        )


def _listed(value: Any) -> list[Any]:
    """Return a list of what may be a list, one thing or nothing."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(author: Any) -> str:
    """Return a name without the number that tells namesakes apart."""
    name = author["text"] if isinstance(author, dict) else str(author)
    return re.sub(r"\s\d{4}$", "", name)
