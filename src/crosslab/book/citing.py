"""How sources are listed, as a Sphinx extension: a style of entries for the bibliography.

The page is made by sphinxcontrib-bibtex from ``claims/references.bib``; a key that is not there
fails the build with the place that cites it. An entry says who, what and where, how far it was
checked, and which pages draw on it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.richtext import HRef, Tag, Text
from pybtex.style import FormattedEntry
from pybtex.style.formatting import BaseStyle
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.sorting import BaseSortingStyle
from sphinx.application import Sphinx

from crosslab.chapters import chapters
from crosslab.claims import claims
from crosslab.layout import EXECUTED
from crosslab.literature.references import LISTED, Reference, references
from crosslab.literature.testimony import benchmarks, questions, sources_of, statements

STYLE: Final = "sources"
_LIST: Final = '<div role="list" class="citation-list">'
KEYS: Final = "keys"
_ARXIV: Final = "https://arxiv.org/abs/"
_ANTHOLOGY: Final = "https://aclanthology.org/"
_DOI: Final = "https://doi.org/"


class Keys(BaseLabelStyle):
    """Sources are labelled by their keys, which is what the evidence calls them."""

    def format_labels(self, sorted_entries: Sequence[Entry]) -> list[str]:
        """Return the label of each entry."""
        return [str(each.key) for each in sorted_entries]


class ByKey(BaseSortingStyle):
    """Sources stand in the order of their keys."""

    def sorting_key(self, entry: Entry) -> str:
        """Return what an entry is sorted by."""
        return str(entry.key)


class Sources(BaseStyle):
    """Entries as the project has them, marks included."""

    default_label_style = KEYS
    default_name_style = "plain"
    default_sorting_style = KEYS

    def format_entry(self, label: str, entry: Entry, bib_data: Any = None) -> FormattedEntry:  # noqa: ARG002 - the shape of a style
        """Return an entry as it stands on the page."""
        return FormattedEntry(entry.key, source_text(_known()[entry.key]), label)


def setup(app: Sphinx) -> dict[str, Any]:
    """Have the style known by its name, and its page read out as it is."""
    app.connect("html-page-context", _without_a_list_of_no_items)
    register_plugin("pybtex.style.labels", KEYS, Keys)
    register_plugin("pybtex.style.sorting", KEYS, ByKey)
    register_plugin("pybtex.style.formatting", STYLE, Sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _without_a_list_of_no_items(*given: Any) -> None:
    """Drop the role of a list, which the writer gives to entries that are no items of one."""
    context: dict[str, Any] = given[3]
    if "body" in context:
        context["body"] = context["body"].replace(
            '<div role="list" class="citation', '<div class="citation'
        )


@cache
def _known() -> dict[str, Reference]:
    return references()


@cache
def _uses() -> dict[str, dict[str, str]]:
    return uses()


def source_text(source: Reference) -> Text:
    """Return a source: who, what, where, when, its links, how it was checked and its uses."""
    used = [HRef(address, name) for name, address in _uses().get(source.key, {}).items()]
    parts = [
        Text(f"{authors(source)}. ") if source.authors else Text(),
        Tag("em", source.title) if source.title else Text("Not identified"),
        Text(". "),
        Text(", ".join(str(each) for each in (source.venue, source.year) if each)),
        Text(". ") if source.venue or source.year else Text(),
        _listed(links(source)),
        Text(f". {source.mark}: {source.checked.rstrip('.')}."),
        Text(" Used for: ", _listed(used), ".") if used else Text(),
    ]
    return Text(*parts)


def authors(source: Reference) -> str:
    """Return the authors, given names first."""
    names = [" ".join(reversed(each.split(", ", 1))) for each in source.authors]
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def links(source: Reference) -> list[HRef]:
    """Return where a source can be read; an address that another one leads to stands once."""
    found = {}
    if source.arxiv:
        found[_ARXIV + source.arxiv] = f"arXiv {source.arxiv}"
    if source.anthology:
        found[_ANTHOLOGY + source.anthology] = "ACL Anthology"
    if source.doi:
        found[_DOI + source.doi] = f"doi {source.doi}"
    if source.url and source.url not in found:
        found[source.url] = source.url.removeprefix("https://")
    return [HRef(address, name) for address, name in found.items()]


def uses() -> dict[str, dict[str, str]]:
    """Return what each source is used for: names of pages, each with its address, by key."""
    there = {each.name for each in chapters()}
    pages = {each.claim_id: (each.name, f"claims/{each.claim_id}.html") for each in claims()}
    for key, question in questions().items():
        chapter = question.experiment if question.experiment in there else "literature"
        pages[key] = (question.name, f"{EXECUTED.name}/{chapter}.html")
    found: dict[str, dict[str, str]] = {}
    for row in statements():
        name, address = pages[row.about]
        found.setdefault(row.source, {})[name] = address
    for benchmark in benchmarks():
        for key in sources_of(benchmark):
            found.setdefault(key, {})["benchmarks"] = f"{EXECUTED.name}/audit.html"
    for source in references().values():
        if source.arxiv in LISTED:
            found.setdefault(source.key, {})["references of the reports"] = (
                f"{EXECUTED.name}/literature.html"
            )
    return found


def _listed(parts: Sequence[HRef]) -> Text:
    return Text(", ").join(parts)
