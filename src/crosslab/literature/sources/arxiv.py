"""arXiv, through the package ``arxiv``.

Two of its habits are corrected here. The package reads a broken feed as an empty one, and
the service sends errors ("Rate exceeded.", an entry titled "Error") with status 200: both
would pass for a search without hits, so each feed is looked at before the package reads it.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import arxiv
import requests

from crosslab.literature.answers import Unavailable
from crosslab.literature.asking import Asking, session
from crosslab.literature.sources.base import Item
from crosslab.literature.works import Kind, Work

_ENTRY_ID = "{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}id"


@dataclass(frozen=True, slots=True)
class Arxiv:
    """Preprints; every record has an abstract."""

    key: str = "arxiv"
    name: str = "arXiv"
    endpoint: str = "https://export.arxiv.org/api/query"
    client: str = "arxiv"
    needs_key: bool = False
    takes_key: bool = False
    pause_seconds: float = 3.0  # its terms of use: one request in three seconds
    total_seconds: float = 120.0
    identifies: frozenset[Kind] = frozenset({"arxiv"})
    page: int = 100

    def items(self, query: str, limit: int, asking: Asking) -> Generator[Item, None, None]:
        """Yield the entries in which every word and phrase of the query occurs."""
        words = [
            f'all:"{phrase or word}"' for phrase, word in re.findall(r'"([^"]+)"|(\S+)', query)
        ]
        search = arxiv.Search(query=" AND ".join(words), max_results=limit)
        yield from self._results(search, min(limit, self.page), asking)

    def item(self, kind: Kind, identifier: str, asking: Asking) -> Item | None:  # noqa: ARG002
        """Return the entry of an arXiv id."""
        search = arxiv.Search(id_list=[identifier], max_results=1)
        return next(self._results(search, 1, asking), None)

    def work(self, item: Item) -> Work:
        """Return what an entry says; a withdrawal stands in its comment."""
        return Work(
            source=self.key,
            identifier=item["id"],
            title=item["title"],
            authors=tuple(item["authors"]),
            year=int(item["published"][:4]),
            doi=item["doi"],
            arxiv=item["id"],
            abstract=item["summary"],
            url=item["id"],
            retracted="withdrawn" in (item["comment"] or "").casefold(),
        )

    @staticmethod
    def _results(search: arxiv.Search, page: int, asking: Asking) -> Iterator[Item]:
        with session(asking) as made:
            made.hooks["response"].append(_checked)
            client = arxiv.Client(page, delay_seconds=asking.pause_seconds, num_retries=0)
            client.query_url_format = asking.endpoint.replace("{", "").replace("}", "") + "?{}"
            client._session = made  # the package offers no other way to bound a request
            for each in client.results(search):
                yield {
                    "id": each.entry_id,
                    "title": each.title,
                    "authors": [author.name for author in each.authors],
                    "published": each.published.isoformat(),
                    "summary": each.summary,
                    "comment": each.comment,
                    "doi": each.doi,
                }


def _checked(response: requests.Response, *_: Any, **__: Any) -> None:
    """Refuse what is no whole feed of entries."""
    if response.text.strip().casefold().startswith("rate exceeded"):
        raise Unavailable("rate-limited", "arXiv said: Rate exceeded.")
    try:
        feed = ElementTree.fromstring(response.content)
    except ElementTree.ParseError as error:
        raise Unavailable("malformed-answer", f"no well-formed feed: {error}") from error
    if not feed.tag.endswith("}feed"):
        raise Unavailable("malformed-answer", f"no feed, but <{feed.tag}>")
    for each in feed.iterfind(_ENTRY_ID):
        if "/api/errors" in (each.text or ""):
            said = (each.text or "").rpartition("#")[2].replace("_", " ")
            raise Unavailable("server-error", f"arXiv said: {said}")
