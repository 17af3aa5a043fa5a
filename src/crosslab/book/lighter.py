"""What the theme has every page load and none of ours needs, taken out of the built pages.

The index of the search belongs to the search page. Running code on a page needs a server that
is not there, and its script is declared twice, which is an error on every page.
"""

import re
from pathlib import Path
from typing import Final

SEARCH_PAGE: Final = "search.html"
_SEARCH: Final = re.compile(
    r'\s*<script src="[^"]*(?:searchindex|searchtools|language_data)\.js[^"]*"></script>'
)
_LIVE_CODE: Final = re.compile(
    r"\s*<script>const THEBE_JS_URL.*?</script>"
    r"|\s*<script[^>]*thebe[^>]*>.*?</script>"
    r"|\s*<link[^>]*sphinx-thebe\.css[^>]*>",
    re.DOTALL,
)


def lighten(book: Path) -> None:
    """Take out of every page what it loads for nothing."""
    for path in sorted(book.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        lighter = _LIVE_CODE.sub("", text)
        if path.name != SEARCH_PAGE:
            lighter = _SEARCH.sub("", lighter)
        if lighter != text:
            path.write_text(lighter, encoding="utf-8")
