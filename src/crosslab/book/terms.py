"""Names explained where they stand, as a Sphinx extension.

A name of the code that the glossary has (its term is a literal there) leads to its entry the first
time it stands on a page, and so does every ``{term}``. What the entry says is shown when a reader
points at the name or reaches it with the keyboard. Nothing is fetched, and no script runs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

GLOSSARY: Final = "glossary"
# Where a name is left as it is: it has a link already, is a heading, or is explained right there.
_LEFT: Final = (
    nodes.title,
    nodes.rubric,
    nodes.caption,
    nodes.reference,
    nodes.term,
    addnodes.download_reference,
    addnodes.pending_xref,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the glossary."""

    anchor: str
    words: str
    is_name: bool  # of the code, and so explained wherever it stands


@dataclass(slots=True)
class _Explainer:
    """Explains the names on each page of one build."""

    entries: dict[str, Entry] = field(default_factory=dict)  # by term; read once

    def __call__(self, app: Sphinx, doctree: nodes.document, page: str) -> None:
        if app.builder.format != "html" or page == GLOSSARY:
            return
        if GLOSSARY not in app.env.all_docs:
            return
        if not self.entries:
            self.entries = entries(app.env.get_doctree(GLOSSARY))
        address = app.builder.get_relative_uri(page, GLOSSARY)
        for number, (node, entry) in enumerate(first_uses(doctree, self.entries), start=1):
            _explain(node, entry, address, f"definition-{number}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Have the names on every page explained, once all links are known."""
    app.add_node(explanation, html=(_visit, _depart))
    app.connect("doctree-resolved", _Explainer())
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def entries(glossary: nodes.document) -> dict[str, Entry]:
    """Return what a glossary explains, by term; terms that share an entry have the same words."""
    found = {}
    for item in glossary.findall(nodes.definition_list_item):
        words = " ".join(
            each.astext() for each in item.children if isinstance(each, nodes.definition)
        )
        for term in item.children:
            if isinstance(term, nodes.term) and term["ids"]:
                is_name = isinstance(term.children[0], nodes.literal)
                entry = Entry(term["ids"][0], " ".join(words.split()), is_name)
                found[term.astext()] = entry
    return found


def first_uses(
    doctree: nodes.document, known: Mapping[str, Entry]
) -> Iterator[tuple[nodes.Element, Entry]]:
    """Yield each place on a page that is to be explained, with what explains it."""
    by_anchor = {each.anchor: each for each in known.values()}
    seen: set[str] = set()
    for node in list(doctree.findall(nodes.Element)):
        if isinstance(node, nodes.reference):
            entry = by_anchor.get(_anchor_of(node))
        elif type(node) is nodes.literal and not _is_left(node):
            entry = known.get(node.astext())
            entry = entry if entry is not None and entry.is_name else None
        else:
            continue
        if entry is not None and entry.anchor not in seen:
            seen.add(entry.anchor)
            yield node, entry


def _anchor_of(reference: nodes.reference) -> str:
    """Return the entry that a ``{term}`` leads to; nothing for any other link."""
    is_term = any("std-term" in each["classes"] for each in reference.findall(nodes.inline))
    return str(reference.get("refuri", "")).rpartition("#")[2] if is_term else ""


def _is_left(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, _LEFT):
            return True
    return False


def _explain(node: nodes.Element, entry: Entry, address: str, name: str) -> None:
    """Put a link around a node, and beside it what is shown when the link is pointed at.

    The link is HTML as it is, for docutils has no word for what describes a link.
    """
    opening = (
        f'<span class="explained"><a class="reference internal" href="{address}#{entry.anchor}" '
        f'aria-describedby="{name}">'
    )
    kept = node.children if isinstance(node, nodes.reference) else [node.deepcopy()]
    shown = explanation(words=entry.words, name=name)
    node.replace_self([_raw(opening), *kept, _raw("</a>"), shown, _raw("</span>")])


def _raw(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


class explanation(nodes.Inline, nodes.Element):  # noqa: N801 - docutils calls its nodes so
    """What is shown beside a name; its words are no text, or search would find them everywhere."""


def _visit(writer: Any, node: explanation) -> None:
    words = escape(node["words"], quote=False)
    name = node["name"]
    writer.body.append(f'<span class="definition" role="tooltip" id="{name}">{words}</span>')


def _depart(*_: Any) -> None:
    """Nothing is left to write."""
