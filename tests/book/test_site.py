"""What a published book says of itself."""

import subprocess
import sys

import pytest


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Build a book of one page at this address, and return the folder of what was built."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "conf.py").write_text(
        'extensions = ["myst_parser", "crosslab.book.site"]\nhtml_theme = "basic"\n'
        "ogp_social_cards = {'enable': False}\n"
    )
    (tmp_path / "book" / "index.md").write_text("# A title\n\nWhat the page is about.\n")

    def build(address):
        monkeypatch.setenv("SITE_URL", address)
        command = [sys.executable, "-m", "sphinx", "-W", "-q", "book", "out"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        return tmp_path / "out"

    return build


def test_a_book_with_an_address_has_a_map_and_says_where_each_page_is(built):
    out = built("https://a.example/book")
    assert "<loc>https://a.example/book/index.html</loc>" in (out / "sitemap.xml").read_text()
    page = (out / "index.html").read_text()
    assert '<meta property="og:url" content="https://a.example/book/index.html" />' in page
    assert '<link rel="canonical" href="https://a.example/book/index.html" />' in page
    assert '<meta property="og:description" content="What the page is about."' in page


def test_a_book_without_an_address_is_built_without_a_map(built):
    out = built("")
    assert not (out / "sitemap.xml").exists()
    assert '<meta property="og:title" content="A title" />' in (out / "index.html").read_text()
