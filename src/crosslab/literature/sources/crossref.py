"""Crossref, through the package ``habanero``.

Whether a work was retracted stands in two fields: ``updated-by`` at the work, ``update-to``
at the notice. Both count: a notice of retraction is no work to build on either.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import habanero
import httpx

from crosslab.literature.asking import Asking, tried
from crosslab.literature.sources.base import Item
from crosslab.literature.works import Kind, Work, plain_arxiv

_RETRACTIONS: Final = frozenset({"retraction", "withdrawal", "removal", "partial_retraction"})
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Crossref:
    """What publishers registered with their DOIs; no index stands nearer to the source."""

    key: str = "crossref"
    name: str = "Crossref"
    endpoint: str = "https://api.crossref.org"
    client: str = "habanero"
    needs_key: bool = False
    takes_key: bool = False
    pause_seconds: float = 1.0
    total_seconds: float = 120.0
    identifies: frozenset[Kind] = frozenset({"doi"})
    page: int = 100

    def items(self, query: str, limit: int, asking: Asking) -> Generator[Item, None, None]:
        """Yield the records nearest to the query; Crossref ranks, it does not filter."""
        for first in range(0, limit, self.page):
            if first:
                asking.pause()
            rows = min(self.page, limit - first)
            found = _asked(asking, query_bibliographic=query, limit=rows, offset=first)["items"]
            yield from found
            if len(found) < rows:
                return

    def item(self, kind: Kind, identifier: str, asking: Asking) -> Item | None:  # noqa: ARG002
        """Return the record of a DOI."""
        return _asked(asking, ids=[quote(identifier, safe="/")]) or None

    def work(self, item: Item) -> Work:
        """Return what a record says. Titles are lists, and a subtitle is a list of its own."""
        titles = [*item.get("title", [])[:1], *item.get("subtitle", [])[:1]]
        people = [
            " ".join(filter(None, (each.get("given"), each.get("family"), each.get("name"))))
            for each in item.get("author", [])
        ]
        days = item.get("issued", {}).get("date-parts") or [[None]]
        return Work(
            source=self.key,
            identifier=item["DOI"],
            title=": ".join(titles),
            authors=tuple(people),
            year=days[0][0] if days[0] else None,
            doi=item["DOI"],
            arxiv=_preprint(item),
            abstract=item.get("abstract"),
            url=item.get("URL"),
            retracted=any(
                str(each.get("type", "")).casefold().replace("-", "_") in _RETRACTIONS
                for each in [*item.get("updated-by", []), *item.get("update-to", [])]
            ),
        )


def _asked(asking: Asking, **question: Any) -> dict[str, Any]:
    """Return the message of an answer; an empty one where the DOI is unknown."""

    def once() -> dict[str, Any]:
        client = habanero.Crossref(asking.endpoint, timeout=asking.request_seconds)
        try:
            answer = client.works(**question)
        except httpx.HTTPStatusError as error:
            if "ids" in question and error.response.status_code == _NOT_FOUND:
                return {}
            raise
        message = answer["message"]
        if not isinstance(message, dict):
            raise TypeError("the message is no object")
        return message

    return tried(once, asking)


def _preprint(item: Item) -> str | None:
    """Return the arXiv id that a record names as its preprint."""
    links = item.get("relation", {}).get("has-preprint", [])
    return next(filter(None, (plain_arxiv(each.get("id")) for each in links)), None)
