"""What a book that is published says of itself, as a Sphinx extension: its address, its map.

The address is not known until somebody publishes it: the environment variable ``SITE_URL``
names it. Without one there is no map of the site, and nothing else is missing.
"""

import os
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from sphinx.application import Sphinx
from sphinx.config import Config

SITE_MAP: Final = "sitemap.xml"
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_EARLY: Final = 1  # before those who read the address


def setup(app: Sphinx) -> dict[str, Any]:
    """Take the address from the environment, and write the map when all pages are there."""
    app.connect("config-inited", _take_address, priority=_EARLY)
    app.connect("build-finished", _write_map)
    app.setup_extension("sphinxext.opengraph")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _take_address(_: Sphinx, config: Config) -> None:
    address = os.environ.get("SITE_URL", "")
    if address:
        config["html_baseurl"] = config["ogp_site_url"] = address.rstrip("/") + "/"


def _write_map(app: Sphinx, failure: Exception | None) -> None:
    if failure is None and app.builder.name == "html" and app.config["html_baseurl"]:
        pages = sorted(app.env.found_docs)
        text = site_map(app.config["html_baseurl"], [f"{page}.html" for page in pages])
        Path(app.outdir, SITE_MAP).write_text(text, encoding="utf-8")


def site_map(address: str, pages: list[str]) -> str:
    """Return the map of a site, as the sitemap protocol has it.

    Example:
        >>> site_map("https://a.example/", ["index.html"]).splitlines()[2]
        '<url><loc>https://a.example/index.html</loc></url>'
    """
    places = "\n".join(f"<url><loc>{escape(address + page)}</loc></url>" for page in pages)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}\n<urlset xmlns="{_SPACE}">\n{places}\n</urlset>\n'
