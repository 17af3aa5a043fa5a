"""Semantic Scholar, through the package ``semanticscholar``.

The package builds the addresses and follows the pages. Its requester is replaced: it
waits up to ten minutes on a full server, and it takes every status that it does not know
(401, 502, 503) for an empty result.
"""

import asyncio
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, quote_plus

import httpx
from semanticscholar import AsyncSemanticScholar
from semanticscholar.ApiRequester import ApiRequester
from semanticscholar.SemanticScholarException import (
    NoMorePagesException,
    ObjectNotFoundException,
)

from crosslab.literature.asking import Asking, judge, tried
from crosslab.literature.sources.base import Item
from crosslab.literature.works import Kind, Work

_FIELDS: Final = ["title", "abstract", "authors", "year", "externalIds", "url"]
_PREFIX: Final[dict[Kind, str]] = {"doi": "DOI", "arxiv": "ARXIV", "anthology": "ACL"}
_MOST: Final = 1000  # what its search by relevance gives at most
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class SemanticScholar:
    """An index gathered from publishers, arXiv and the ACL Anthology; a key is optional."""

    key: str = "semantic-scholar"
    name: str = "Semantic Scholar"
    endpoint: str = "https://api.semanticscholar.org"
    client: str = "semanticscholar"
    needs_key: bool = False
    takes_key: bool = True
    pause_seconds: float = 1.0
    total_seconds: float = 120.0
    identifies: frozenset[Kind] = frozenset({"doi", "arxiv", "anthology"})
    page: int = 100

    def items(self, query: str, limit: int, asking: Asking) -> Generator[Item, None, None]:
        """Yield the papers that its search by relevance gives."""
        wanted = min(limit, _MOST)
        # Words with hyphens match nothing there. The package joins the query into the
        # address as it is, so it is quoted before.
        first = _client(asking).search_paper(
            quote_plus(query.replace("-", " ")), fields=_FIELDS, limit=min(wanted, self.page)
        )
        pages = asyncio.run(first)
        given = len(pages.items)
        yield from (each.raw_data for each in pages.items[:wanted])
        while given < min(wanted, pages.total):
            asking.pause()
            try:
                pages.next_page()
            except NoMorePagesException:
                return
            yield from (each.raw_data for each in pages.items[given:wanted])
            given = len(pages.items)

    def item(self, kind: Kind, identifier: str, asking: Asking) -> Item | None:
        """Return the record of a DOI, an arXiv id or an id of the ACL Anthology."""
        address = f"{_PREFIX[kind]}:{quote(identifier, safe='/')}"
        try:
            found = asyncio.run(_client(asking).get_paper(address, fields=_FIELDS))
        except ObjectNotFoundException:
            return None
        raw: Item = found.raw_data
        return raw

    def work(self, item: Item) -> Work:
        """Return what a record says."""
        other = item.get("externalIds") or {}
        return Work(
            source=self.key,
            identifier=item["paperId"],
            title=item.get("title") or "",
            authors=tuple(each["name"] for each in item.get("authors") or []),
            year=item.get("year"),
            doi=other.get("DOI"),
            arxiv=other.get("ArXiv"),
            anthology=other.get("ACL"),
            abstract=item.get("abstract"),
            url=item.get("url"),
        )


class _Requester(ApiRequester):
    """Fetches with bounded attempts, and calls a failure a failure."""

    def __init__(self, asking: Asking) -> None:
        super().__init__(asking.request_seconds, retry=False)
        self._asking = asking

    async def get_data_async(
        self,
        url: str,
        parameters: str,
        headers: dict[str, str],
        payload: Any = None,  # noqa: ARG002 - nothing is posted here
    ) -> dict[str, Any]:
        """Return the content of an answer."""
        content = tried(lambda: self._once(url, parameters.lstrip("&"), headers), self._asking)
        if content is None:
            raise ObjectNotFoundException(f"HTTP 404 at {url}")
        return content

    def _once(self, url: str, parameters: str, headers: dict[str, str]) -> dict[str, Any] | None:
        seconds = self._asking.request_seconds
        got = httpx.get(url, params=parameters, headers=headers, timeout=seconds)
        if got.status_code == _NOT_FOUND:
            return None  # that a work is not there is an answer
        judge(got.status_code, got.headers, got.text, takes_key=self._asking.takes_key)
        content = got.json()
        if not isinstance(content, dict):
            raise TypeError("the answer is no object")
        if "paperId" not in content:  # a search; without hits its data may be left out
            content["data"] = content["data"] if content["total"] else []
        return content


def _client(asking: Asking) -> AsyncSemanticScholar:
    made = AsyncSemanticScholar(api_key=asking.key, api_url=asking.endpoint, retry=False)
    made._requester = _Requester(asking)  # the package offers no other way to bound it
    return made
