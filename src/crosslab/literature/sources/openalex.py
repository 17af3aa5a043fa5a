"""OpenAlex, through the package ``pyalex``.

Since February 2026 a search needs a key; asking for one work is free. The package has one
address and one key for the whole process and no timeout, so address, key and session are
put in from here. OpenAlex has been seen to give right DOIs under wrong titles (two
well-known papers among them): its word alone never settles anything (``citations.py``).
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

import pyalex
import requests

from crosslab.literature.answers import Unavailable
from crosslab.literature.asking import Asking, session
from crosslab.literature.sources.base import Item
from crosslab.literature.works import Kind, Work, plain_anthology, plain_arxiv

_BUILT_IN: Final = "https://api.openalex.org"
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class OpenAlex:
    """The widest index, gathered from others, Crossref first of all."""

    key: str = "openalex"
    name: str = "OpenAlex"
    endpoint: str = _BUILT_IN
    client: str = "pyalex"
    needs_key: bool = True
    takes_key: bool = True
    pause_seconds: float = 1.0
    total_seconds: float = 120.0
    identifies: frozenset[Kind] = frozenset({"doi", "arxiv"})
    page: int = 100

    def items(self, query: str, limit: int, asking: Asking) -> Generator[Item, None, None]:
        """Yield the works whose title, abstract or text matches."""
        with _session(asking) as made:
            pages = Works(asking.endpoint, made).search(query)
            size = min(limit, self.page)
            for number, page in enumerate(pages.paginate(per_page=size, n_max=limit)):
                if number:
                    asking.pause()
                yield from page

    def item(self, kind: Kind, identifier: str, asking: Asking) -> Item | None:
        """Return the record of a DOI; an arXiv id is asked for by the DOI that wraps it."""
        doi = identifier if kind == "doi" else f"10.48550/arxiv.{identifier}"
        with _session(asking) as made:
            try:
                found: Item = Works(asking.endpoint, made)[f"doi:{doi}"]
            except requests.HTTPError as error:
                if error.response is not None and error.response.status_code == _NOT_FOUND:
                    return None
                raise
            return found

    def work(self, item: Item) -> Work:
        """Return what a record says; its abstract comes as an index of words and is put back."""
        places = [each.get("landing_page_url") for each in item.get("locations") or []]
        people = [each["author"]["display_name"] for each in item.get("authorships") or []]
        return Work(
            source=self.key,
            identifier=item["id"],
            title=item.get("title") or "",
            authors=tuple(filter(None, people)),
            year=item.get("publication_year"),
            doi=item.get("doi"),
            arxiv=next(filter(None, map(plain_arxiv, places)), None),
            anthology=next(filter(None, map(plain_anthology, places)), None),
            abstract=pyalex.invert_abstract(item.get("abstract_inverted_index")),
            url=item["id"],
            retracted=bool(item.get("is_retracted")),
        )


class Works(pyalex.Works):  # the name is needed: pyalex makes the address out of it
    """The works of OpenAlex, asked at another address and through a session of ours."""

    def __init__(self, endpoint: str, made: requests.Session) -> None:
        super().__init__()
        self._endpoint, self._made = endpoint, made

    @property
    def url(self) -> str:
        """The address of a request, at the endpoint that was given."""
        return str(super().url).replace(_BUILT_IN, self._endpoint, 1)

    def _get_from_url(self, url: str, session: Any = None) -> Any:  # noqa: ARG002 - ours is meant
        found = super()._get_from_url(url, self._made)
        if isinstance(found, list) and not isinstance(getattr(found, "meta", None), dict):
            raise Unavailable("malformed-answer", "a page without its meta part")
        return found


def _session(asking: Asking) -> requests.Session:
    made = session(asking)
    if asking.key is not None:
        # In a header: a key in the address would end up in messages and logs.
        made.headers["Authorization"] = f"Bearer {asking.key}"
    return made
