"""Whether everything a built book leads to is there: pages, anchors, files, pictures with words.

Sphinx checks the links it resolves itself. Much here is plain HTML (rows of reports, files of
runs, the explorer), and the network may not be needed for anything a page shows: so the
built pages are read as a browser reads them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from crosslab.layout import BOOK

_LOADED: Final = {"script": "src", "img": "src", "iframe": "src", "source": "src"}
_THEME: Final = "_static"  # has templates that are no pages
# How a link begins and ends in a source: Markdown, HTML, a definition of a reference; in a
# notebook quotes are escaped.
_OPENED: Final = r"""(?:\]\(<?|\b(?:href|src)=\\?["']|^\s*\[[^\]]+\]:\s*<?|`[^`]*<)"""
_CLOSED: Final = r"""(?=[\s)"'>\\]|$)"""
_ELSEWHERE: Final = ("http", "https", "mailto", "data", "javascript", "blob")


@dataclass(slots=True)
class _Page:
    """What a page has anchors for, leads to, loads, and shows without words, each with its line."""

    anchors: set[str] = field(default_factory=set)
    links: list[tuple[int, str]] = field(default_factory=list)
    loaded: list[tuple[int, str]] = field(default_factory=list)
    wordless: list[tuple[int, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects a page's anchors and links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = _Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what matters from a tag."""
        line, given = self.getpos()[0], {name: value or "" for name, value in attrs}
        if "id" in given:
            self.page.anchors.add(given["id"])
        if tag == "a" and "name" in given:
            self.page.anchors.add(given["name"])
        if tag == "a" and "href" in given:
            self.page.links.append((line, given["href"]))
        loaded = given.get(_LOADED.get(tag, ""), "")
        if tag == "link" and "stylesheet" in given.get("rel", ""):
            loaded = given.get("href", "")
        if loaded:
            self.page.loaded.append((line, loaded))
        if tag == "img" and not given.get("alt", "").strip():
            self.page.wordless.append((line, given.get("src", "")))


def problems(book: Path) -> list[str]:
    """Return everything in a built book that leads nowhere or shows no words, a line each."""
    paths = [each for each in sorted(book.rglob("*.html")) if _THEME not in each.parts]
    pages = {path.resolve(): _read(path) for path in paths}
    found = []
    for path, page in pages.items():
        name = path.relative_to(book.resolve())
        for line, src in page.wordless:
            found.append(f"{_place(name, src, line)}: a picture without alt text ({src}).")
        for line, target in page.loaded:
            if urlsplit(target).scheme in {"http", "https"} or target.startswith("//"):
                found.append(f"{_place(name, target, line)}: loads {target} from the network.")
            elif problem := _problem(book, path, target, pages):
                found.append(f"{_place(name, target, line)}: {problem}")
        for line, target in page.links:
            if problem := _problem(book, path, target, pages):
                found.append(f"{_place(name, target, line)}: {problem}")
    return list(dict.fromkeys(found))


def _read(path: Path) -> _Page:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.page


def _problem(book: Path, page: Path, target: str, pages: dict[Path, _Page]) -> str | None:
    """Return what is wrong with an address on a page; a state of the explorer is no anchor."""
    parts = urlsplit(target)
    if parts.scheme in _ELSEWHERE or target in {"", "#"}:
        return None
    to = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not to.is_file() or not to.is_relative_to(book.resolve()):
        return f"leads to {target}, which is not in the book."
    anchor = unquote(parts.fragment)
    if anchor and "=" not in anchor and to in pages and anchor not in pages[to].anchors:
        return f"leads to {target}, and {to.name} has no such place."
    return None


def _place(name: Path, target: str, line: int) -> str:
    """Return where an address was written: file and line of the source, else of the built page."""
    for written in _written(target):
        for source in _sources(name):
            lines = source.read_text(encoding="utf-8").splitlines()
            for number, each in enumerate(lines, start=1):
                if written.search(each):
                    return f"{source}:{number}"
    return f"{name}:{line}"


def _written(target: str) -> Iterator[re.Pattern[str]]:
    """Return how a source may say an address, the likeliest first: whole, then file and place.

    A page may be written by its source's name, by another way to it. Words that only occur in
    prose are no link, and another place of the same file is another link.
    """
    parts = urlsplit(unquote(target))
    file = parts.path.rsplit("/", 1)[-1].removesuffix(".html")
    fragment = f"#{re.escape(parts.fragment)}" if parts.fragment else ""
    way = rf"{_OPENED}[^)\s\"'>]*?(?<![\w.-]){re.escape(file)}(?:\.html|\.md|\.ipynb)?"
    for whole in (re.escape(target), re.escape(unquote(target))):
        yield re.compile(f"{_OPENED}{whole}{_CLOSED}")
    if file:
        yield re.compile(f"{way}{fragment}{_CLOSED}")


def _sources(name: Path) -> Iterator[Path]:
    """Return what a built page was made from, generated parts that it takes in included."""
    for ending in (".md", ".ipynb"):
        path = BOOK / name.with_suffix(ending)
        if path.is_file():
            yield path
    part = BOOK / "_generated" / f"{name.stem}.md"
    if part.is_file():
        yield part
