"""Where numbers come from, as a Sphinx extension: the role ``number``, and the way back.

Hand-written pages name a number with the role. What a chapter shows was written by functions
from records, and each such piece gets a link to the runs behind it.
"""

import json
from typing import Any, Final

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from crosslab.book.numbers import FILE
from crosslab.layout import EXECUTED

_DIGITS: Final = frozenset("0123456789")
_ORIGIN: Final = (
    '<p class="origin"><a href="#{}" aria-label="where these numbers come from">origin</a></p>'
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the role, and the links of chapters."""
    app.add_role("number", NumberRole())
    app.connect("doctree-read", _link_to_origins)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class NumberRole(SphinxRole):
    """A number by its name: printed as the records give it, linked to where it comes from."""

    inliner: Inliner

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the number as a link, or say which names there are."""
        self.env.note_dependency(str(FILE.resolve()))
        known = json.loads(FILE.read_text(encoding="utf-8"))
        if self.text not in known:
            message = self.inliner.reporter.error(
                f"There is no number '{self.text}'. Known: {', '.join(sorted(known))}.",
                line=self.lineno,
            )
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        number = known[self.text]
        link = addnodes.pending_xref(
            "",
            nodes.inline(number["text"], number["text"], classes=["number"]),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{number['page']}",
            refexplicit=True,
            refdoc=self.env.docname,
            refwarn=True,
        )
        return [link], []


def _link_to_origins(app: Sphinx, document: nodes.document) -> None:
    """End every piece of a chapter that shows numbers in a link to the runs behind it."""
    folder, _, chapter = app.env.docname.rpartition("/")
    if folder != EXECUTED.name:
        return
    labels = set(document.nametypes)
    place = next((each for each in (f"{chapter}-runs", f"{chapter}-again") if each in labels), None)
    if place is None:
        return
    for output in document.findall(_is_output):
        if _DIGITS & set(output.astext()) and not list(output.findall(nodes.figure)):
            output.append(nodes.raw("", _ORIGIN.format(place), format="html"))


def _is_output(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and "cell_output" in node["classes"]
