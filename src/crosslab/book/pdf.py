"""The whole book as one PDF, through the print path of a browser.

The browser shapes every script as it does on the screen, and links stay links. The pages are
put one after the other into one document, in the order of the contents, and printed. A file
beside the book is no use to who holds a PDF alone: links out of the document lead to where the
book is published, which the environment variable ``SITE_URL`` names, or are words.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from bs4 import BeautifulSoup, Tag

from crosslab.errors import RunError, UsageError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
_TOGETHER: Final = "print.html"  # beside the pages while it is printed, since pictures are there
_SECONDS: Final = 300
_MADE_FOR_SCREENS: Final = (
    ".headerlink",
    ".origin",
    ".prev-next-footer",
    "details.hide.above-input",
    "button",
    "script",
)


def write_pdf(book: Path, output: Path, pages: list[str] | None = None) -> int:
    """Print a built book, or some pages of it, into a file; return how many pages it holds.

    Raises:
        UsageError: There is no browser to print with.
        RunError: The browser printed nothing.
    """
    browser = found_browser()
    pages = _in_order(book) if pages is None else pages
    together = book / _TOGETHER
    try:
        address = os.environ.get("SITE_URL", "")
        together.write_text(one_document(book, pages, address=address), encoding="utf-8")
        _print(browser, together, output)
    finally:
        together.unlink(missing_ok=True)
    return len(pages)


def found_browser() -> str:
    """Return the browser to print with.

    Raises:
        UsageError: None of those that can print is installed.
    """
    for name in filter(None, (os.environ.get("BROWSER_PATH"), *BROWSERS)):
        if path := shutil.which(name):
            return path
    raise UsageError(
        f"No browser found to print with; looked for {', '.join(BROWSERS)}. Install Chromium, or "
        "name the program in the environment variable BROWSER_PATH."
    )


def _in_order(book: Path) -> list[str]:
    """Return the pages of a book in the order of its contents, lists of single runs last."""
    first = _soup(book / "index.html")
    links = [str(each["href"]) for each in first.select("nav.bd-links a.internal")]
    pages = dict.fromkeys(link for link in links if not link.startswith("#"))
    return ["index.html", *sorted(pages, key=lambda page: page.startswith("runs/"))]


def one_document(book: Path, pages: list[str], *, address: str = "") -> str:
    """Return pages as one HTML document, every link between them leading to its place in it.

    Args:
        book: The folder of a built book.
        pages: Which of its pages, in which order.
        address: Where the book is published: what links to anything else of it lead to. Without
            one their words stand there alone.
    """
    head = _soup(book / "index.html").head
    assert head is not None  # a page of the book has one
    for script in head.select("script"):
        script.decompose()
    articles = {page: _article(book, page) for page in pages}
    inside = {str(each["id"]) for found in articles.values() for each in found.select("[id]")}
    places = {*inside, *map(_name, articles)}
    for page, article in articles.items():
        for link in article.select("a[href]"):
            _lead(link, _target(book, page, str(link["href"]), places), address)
    sections = [f'<section id="{_name(page)}">{each}</section>' for page, each in articles.items()]
    return (
        f'<!DOCTYPE html><html lang="en" data-theme="light">{head}'
        f'<body class="printed">{"".join(sections)}</body></html>'
    )


def _article(book: Path, page: str) -> Tag:
    """Return the article of a page, with names that no other page has."""
    article = _soup(book / page).select_one("article.bd-article")
    assert article is not None
    for made_for_screen in article.select(", ".join(_MADE_FOR_SCREENS)):
        made_for_screen.decompose()
    for details in article.select("details"):
        details["open"] = ""
    for named in article.select("[id]"):
        named["id"] = _name(page, str(named["id"]))
    for label in article.select("label[for]"):
        label["for"] = _name(page, str(label["for"]))
    for drawn in article.select('use[href^="#"]'):
        drawn["href"] = f"#{_name(page, str(drawn['href'])[1:])}"
    for picture in article.select("img[src]"):
        picture["src"] = _relative(book, page, str(picture["src"]))
    for referring in ("aria-labelledby", "aria-describedby"):
        for each in article.select(f"[{referring}]"):
            del each[referring]
    return article


def _target(book: Path, page: str, target: str, places: set[str]) -> str:
    """Return where a link of a page leads: to a place in the document, or out of it.

    A state of the explorer is no place: such a link leads to the page, which lists everything.
    """
    parts = urlsplit(target)
    if parts.scheme:
        return target
    to = _relative(book, page, parts.path) if parts.path else page
    for place in (_name(to, unquote(parts.fragment)), _name(to)):
        if place in places:
            return f"#{place}"
    return urlunsplit(parts._replace(path=to))


def _lead(link: Tag, target: str, address: str) -> None:
    """Let a link lead to its target, or be words where that is a file of who knows which disk."""
    if target.startswith("#") or urlsplit(target).scheme:
        link["href"] = target
    elif address:
        link["href"] = urljoin(f"{address.rstrip('/')}/", target)
    else:
        link.name = "span"  # it may be a place that others lead to, so its name stays
        del link["href"]


def _relative(book: Path, page: str, target: str) -> str:
    if urlsplit(target).scheme:
        return target
    return os.path.relpath((book / page).parent / target, book)


def _name(page: str, anchor: str = "") -> str:
    return page.removesuffix(".html").replace("/", "-") + (f"--{anchor}" if anchor else "")


def _print(browser: str, page: Path, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    output.unlink(missing_ok=True)
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [
        *(browser, "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions"),
        *("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND", *alone),
        *("--no-pdf-header-footer", "--generate-pdf-document-outline"),
        *(f"--print-to-pdf={output.resolve()}", page.resolve().as_uri()),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise RunError(f"{browser} did not print the book within {_SECONDS} s.") from error
    if not output.is_file():
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise RunError(f"{browser} printed nothing to {output}; it said: {said}")


def _soup(path: Path) -> Tag:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
