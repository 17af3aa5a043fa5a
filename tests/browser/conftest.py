"""A browser for tests of pages: no network, and nothing may go wrong unheard."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PROJECT

from crosslab.book.pdf import found_browser
from crosslab.errors import UsageError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

LOCAL = ("file:", "data:", "blob:")
BUILT = PROJECT / "_build" / "html"
Watched = Callable[..., AbstractContextManager[tuple["Page", list[str]]]]


def _missing(reason: str) -> None:
    """Skip, or fail where everything has to be there, as in continuous integration."""
    (pytest.fail if os.environ.get("BROWSER_REQUIRED") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is; without it tests are skipped, or fail if BROWSER_REQUIRED is set."""
    try:
        return found_browser()
    except UsageError as error:
        _missing(str(error))
        raise


# Not for the session: while Playwright runs, no other test of this process can use asyncio.
@pytest.fixture(scope="module")
def browser(chromium: str) -> "Iterator[Browser]":
    """A browser for the tests of a file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def watched() -> Watched:
    """A page of a context of its own, and the list of what goes wrong in it."""
    return _watched


@contextmanager
def _watched(browser: "Browser", **options: Any) -> "Iterator[tuple[Page, list[str]]]":
    usual = {
        "viewport": {"width": 1200, "height": 900},
        "accept_downloads": True,
        "reduced_motion": "reduce",  # or colours are looked at while they change
    }
    context = browser.new_context(**{**usual, **options})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("requestfailed", lambda request: wrong.append(f"not loaded: {request.url[:200]}"))
    opened.on(
        "dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss())
    )
    context.route("**/*", _local_alone)
    yield opened, wrong
    context.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page of 1200 by 900 that is without a network; what goes wrong in it fails the test."""
    with _watched(browser) as (opened, wrong):
        yield opened
    assert wrong == []


def _local_alone(route: "Route") -> None:
    if route.request.url.startswith(LOCAL):
        route.continue_()
    else:
        route.abort()


@pytest.fixture(scope="session")
def book() -> Path:
    """The folder of the book that was built last."""
    if not (BUILT / "index.html").is_file():
        _missing(f"no book in {BUILT.relative_to(PROJECT)}/: make book")
    return BUILT


@pytest.fixture(scope="session")
def pages(book: Path) -> list[Path]:
    """Every page of the book."""
    return [each for each in sorted(book.rglob("*.html")) if "_static" not in each.parts]


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures of pages are kept, for people to look at."""
    folder = PROJECT / "_build" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
