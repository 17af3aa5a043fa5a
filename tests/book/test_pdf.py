"""The pages of a book put together for the printer."""

import re

import pytest

from crosslab.book.pdf import found_browser, one_document
from crosslab.errors import UsageError

PAGE = """<html><head><title>T</title><script src="x.js"></script></head><body>
<nav class="bd-links"><a class="internal" href="a/b.html">B</a></nav>
<article class="bd-article">{}</article></body></html>"""


@pytest.fixture
def book(tmp_path):
    pages = {
        "index.html": '<h1 id="top">I</h1><a href="a/b.html#top">b</a><a href="#top">up</a>'
        '<a href="data/x.csv">x</a><a href="https://a.example/">out</a><img src="p.png" alt="P">',
        "a/b.html": '<h1 id="top">B</h1><a href="../index.html">first</a><img src="../p.png" '
        'alt="P"><details><summary>More</summary>words</details><p class="origin">origin</p>'
        '<a href="../data/x.csv?v=1#row">row</a><a href="../index.html#rung=lab">found</a>'
        '<svg><symbol id="sign"></symbol></svg><svg><use href="#sign"/></svg>'
        '<label for="by">By</label><select id="by"></select>',
    }
    for name, text in pages.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PAGE.format(text))
    return tmp_path


def test_links_between_pages_lead_to_their_place_in_the_document(book):
    text = one_document(book, ["index.html", "a/b.html"])
    names = re.findall(r' id="([^"]+)"', text)
    assert len(names) == len(set(names))
    inside = re.findall(r'href="#([^"]+)"', text)
    assert sorted(set(inside)) == ["a-b--sign", "a-b--top", "index", "index--top"]
    assert set(inside) <= set(names)
    assert 'href="https://a.example/"' in text


def test_what_refers_to_a_name_follows_it(book):
    text = one_document(book, ["index.html", "a/b.html"])
    assert '<use href="#a-b--sign">' in text
    assert '<label for="a-b--by">' in text


def test_a_state_of_the_explorer_leads_to_its_page(book):
    assert '<a href="#index">found</a>' in one_document(book, ["index.html", "a/b.html"])


def test_links_out_of_the_document_are_words_where_the_book_has_no_address(book):
    text = one_document(book, ["index.html", "a/b.html"])
    assert "<span>x</span>" in text
    assert "<span>row</span>" in text
    assert "x.csv" not in text


@pytest.mark.parametrize("address", ["https://b.example/book", "https://b.example/book/"])
def test_links_out_of_the_document_lead_to_where_the_book_is_published(book, address):
    text = one_document(book, ["index.html", "a/b.html"], address=address)
    assert '<a href="https://b.example/book/data/x.csv">x</a>' in text
    assert '<a href="https://b.example/book/data/x.csv?v=1#row">row</a>' in text


def test_pictures_of_all_pages_are_found_from_one_place(book):
    text = one_document(book, ["index.html", "a/b.html"])
    assert re.findall(r'src="([^"]+)"', text) == ["p.png", "p.png"]


def test_what_is_folded_is_open_and_what_is_for_screens_is_gone(book):
    text = one_document(book, ["index.html", "a/b.html"])
    assert '<details open="">' in text
    assert "origin" not in text
    assert "<script" not in text


def test_a_page_that_is_left_out_is_out_of_the_document(book):
    text = one_document(book, ["index.html"], address="https://b.example")
    assert '<a href="https://b.example/a/b.html#top">b</a>' in text
    assert "<span>b</span>" in one_document(book, ["index.html"])


def test_without_a_browser_what_to_install_is_said(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    with pytest.raises(UsageError, match="Install Chromium"):
        found_browser()
