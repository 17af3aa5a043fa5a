"""The sources, one object each, in the order in which they are shown."""

from collections.abc import Mapping
from typing import Final

from crosslab.literature.sources.anthology import Anthology
from crosslab.literature.sources.arxiv import Arxiv
from crosslab.literature.sources.base import Source
from crosslab.literature.sources.crossref import Crossref
from crosslab.literature.sources.dblp import Dblp
from crosslab.literature.sources.openalex import OpenAlex
from crosslab.literature.sources.semantic_scholar import SemanticScholar
from crosslab.registry import lookup

SOURCES: Final[Mapping[str, Source]] = {
    each.key: each
    for each in (Arxiv(), Crossref(), OpenAlex(), SemanticScholar(), Dblp(), Anthology())
}


def source(key: str) -> Source:
    """Return a source, or refuse with the nearest known one."""
    return lookup(SOURCES, key, kind="source")
