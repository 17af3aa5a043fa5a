"""The gates of the build, as a Sphinx extension: they hold however the book is built.

Stale pages, and bars that were not locked before the runs they judge, are refused before
the build. After it the files of runs and the bundle are laid beside the pages, a link that
leads nowhere and a picture without words fail the build, and the hashes of what was built are
kept, for `crosslab verify`.
"""

from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from crosslab.book.freshness import pages_stamp, require_fresh, require_locked
from crosslab.book.html import keep_digests
from crosslab.book.lighter import lighten
from crosslab.book.links import problems
from crosslab.book.run_pages import lay_files
from crosslab.errors import CrosslabError
from crosslab.records import Store
from crosslab.trail.bundle import lay_bundle

_LAST: Final = 999  # after whatever else writes files at the end of a build


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the gates to the beginning and the end of every build."""
    app.connect("builder-inited", _refuse_what_does_not_hold)
    app.connect("build-finished", _finish, priority=_LAST)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _refuse_what_does_not_hold(_: Sphinx) -> None:
    try:
        require_fresh()
        require_locked(_made_from()[0])
    except CrosslabError as error:
        raise ExtensionError(str(error)) from error


def _made_from() -> tuple[Store, str]:
    """Return the store and the scale that the pages were made from."""
    stamp = pages_stamp()
    assert stamp is not None  # or the pages would not have been fresh
    return Store(Path(stamp["results"])), stamp["scale"]


def _finish(app: Sphinx, failure: Exception | None) -> None:
    if failure is None and app.builder.name == "html":
        store, scale = _made_from()
        book = Path(app.outdir)
        lay_files(store, scale, book)
        lighten(book)
        lay_bundle(store, scale, book)
        if found := problems(book):
            raise ExtensionError("\n".join(f"ERROR: {each}" for each in found))
        keep_digests(book)
