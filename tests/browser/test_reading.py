"""What readers do: find, follow a number to its run, walk by keyboard, turn the light off."""

import json
from collections import deque
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

CLICKS = 4
WEIGHT = 1_000_000  # bytes of the front page and all it loads
SECONDS = 1.0
SINCE_ASKED = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def test_from_the_front_page_every_headline_number_is_four_clicks_from_its_run(page, book):
    """A click is a link of an article; the last one opens a record that holds the seed."""
    page.goto((book / "index.html").as_uri())
    runs = page.locator("table.answer tbody a[href^='runs/']")
    assert runs.count() >= 1
    for number in range(runs.count()):
        page.goto((book / "index.html").as_uri())
        page.locator("table.answer tbody a[href^='runs/']").nth(number).click()
        page.locator("article a", has_text="record.json").first.click()
        page.wait_for_url("**/record.json")
        record = json.loads(page.inner_text("pre"))
        assert f"/{record['unit']['scale']}/{record['unit']['experiment']}/" in page.url
        assert record["metrics"]


def test_from_the_front_page_every_figure_is_four_clicks_from_its_records(book):
    """The same by the links alone, for every chapter: a record is never further away."""
    steps = distances(book)
    records = {path for path in steps if path.endswith("record.json")}
    assert records
    assert max(steps[path] for path in records) <= CLICKS
    far = {path: step for path, step in steps.items() if path.startswith("executed/")}
    assert far
    assert max(far.values()) <= CLICKS - 1  # from there the runs are one more


def distances(book):
    """Return how many clicks each file of a book is from its front page; of articles alone."""
    found = {"index.html": 0}
    waiting = deque(found)
    while waiting:
        name = waiting.popleft()
        if not name.endswith(".html"):
            continue
        soup = BeautifulSoup((book / name).read_text(), "html.parser")
        for link in soup.select("article a[href]"):
            parts = urlsplit(link["href"])
            if parts.scheme or not parts.path:
                continue
            to = (book / name).parent / unquote(parts.path)
            key = to.resolve().relative_to(book.resolve()).as_posix()
            if key not in found:
                found[key] = found[name] + 1
                waiting.append(key)
    return found


@pytest.mark.parametrize(
    ("sought", "page_name"),
    [
        ("paraphrase transfer", "claims/gain-paraphrase.html"),
        ("smoothing-synonyms", "executed/transfer-paraphrase.html"),
        ("Urdu", "languages.html"),
    ],
)
def test_the_search_finds_claims_methods_and_languages(page, book, sought, page_name):
    page.goto((book / "executed" / "arithmetic.html").as_uri())
    page.keyboard.press("Control+k")
    page.keyboard.type(sought)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html*")
    page.get_by_text("Search finished").wait_for()
    found = [each.get_attribute("href") for each in page.locator("#search-results li a").all()]
    assert any(page_name in each for each in found)


def test_the_front_page_is_light_and_soon_there(browser, book, watched):
    loaded = set()
    with watched(browser) as (page, wrong):
        page.on("request", lambda request: loaded.add(request.url))
        times = []
        for _ in range(3):
            page.goto((book / "index.html").as_uri())
            times.append(page.evaluate(SINCE_ASKED))
    assert wrong == []
    paths = {Path(unquote(urlsplit(each).path)) for each in loaded}
    assert sum(path.stat().st_size for path in paths) < WEIGHT
    assert min(times) < 1000 * SECONDS


def test_by_keyboard_alone_a_reader_gets_from_the_front_page_to_a_record(page, book):
    page.goto((book / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert "Skip to main content" in focused(page)
    page.keyboard.press("Enter")
    walk_to(page, lambda _, href: "runs/" in href)
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/*.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content again
    walk_to(page, lambda text, _: text == "record.json")
    page.keyboard.press("Enter")
    page.wait_for_url("**/record.json")
    assert json.loads(page.inner_text("pre"))["unit"]


def focused(page):
    return page.evaluate("document.activeElement.innerText || ''")


def walk_to(page, wanted, steps=80):
    """Press Tab until what has the focus is what is wanted; the focus is seen on the way."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        text, href, outlined = page.evaluate(
            """() => {
                const at = document.activeElement, style = getComputedStyle(at);
                const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
                return [at.innerText || '', at.getAttribute('href') || '', seen];
            }"""
        )
        if wanted(text, href):
            assert outlined
            return
    pytest.fail(f"not reached within {steps} steps")


def test_the_reader_can_turn_the_light_off(page, book):
    page.goto((book / "index.html").as_uri())
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    for _ in range(3):  # the button goes through auto, light and dark
        page.locator("button.theme-switch-button").first.click()
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            break
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(background) != before


def test_every_figure_has_its_finding_its_data_its_notebook_and_its_runs(book):
    counted = 0
    for path in sorted((book / "executed").glob("*.html")):
        soup = BeautifulSoup(path.read_text(), "html.parser")
        for figure in soup.select("article figure"):
            counted += 1
            (picture,) = figure.select("img")
            words = " ".join(figure.select_one("figcaption").get_text().split())
            assert " ".join(picture["alt"].split()) in words, path.name
            data, notebook, runs = (a["href"] for a in figure.select(".legend a")[-3:])
            assert (path.parent / data).read_text().count("\n") >= 1
            assert json.loads((path.parent / notebook).read_text())["cells"]
            assert runs
    assert counted > 10


def test_figures_lie_on_white_so_that_they_read_in_the_dark(book):
    from matplotlib.image import imread

    pictures = sorted((book / "_images").glob("*.png"))
    assert pictures
    for path in pictures:
        corner = imread(path)[0, 0]
        assert corner[:3].min() > 0.99, path.name
        assert len(corner) == 3 or corner[3] == 1, path.name
