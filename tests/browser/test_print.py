"""The book on paper: what the browser prints holds every script whole."""

import unicodedata

import pytest
import yaml
from conftest import PROJECT
from pypdf import PdfReader

from crosslab.book.pdf import write_pdf

LANGUAGES = PROJECT / "src" / "crosslab" / "prose" / "languages.yaml"


PAGES = ["index.html", "languages.html"]


@pytest.fixture(scope="module")
def sheets(chromium, book, tmp_path_factory):
    """The sheets of the front page and the page of languages, of a book without an address."""
    output = tmp_path_factory.mktemp("print") / "book.pdf"
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("SITE_URL", raising=False)
        assert write_pdf(book, output, pages=PAGES) == 2
    return PdfReader(output).pages


@pytest.fixture(scope="module")
def printed(sheets):
    """The text of the sheets, without spaces, and how many there are."""
    return "".join(_bare(sheet.extract_text()) for sheet in sheets), len(sheets)


def _addresses(sheets):
    """Return where the links of sheets lead out of the document."""
    drawn = [each.get_object() for sheet in sheets for each in sheet.get("/Annots", [])]
    actions = [each["/A"] for each in drawn if "/A" in each]
    return [str(action["/URI"]) for action in actions if "/URI" in action]


def _bare(text):
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize("code", ["zh", "ja", "ko", "th", "ru", "el", "vi", "de"])
def test_sentences_are_printed_letter_by_letter(printed, code):
    text, sheets = printed
    assert sheets >= 3
    assert _bare(sample(code)) in text


@pytest.mark.parametrize("code", ["ar", "hi", "ur"])
def test_letters_that_join_are_all_there(printed, code):
    letters = [each for each in _bare(sample(code)) if unicodedata.category(each) == "Lo"]
    assert len(letters) > 10
    found = sum(letter in printed[0] for letter in letters)
    assert found >= 0.8 * len(letters)  # some are drawn as one and read back as neither


def test_no_link_leads_to_the_disk_it_was_printed_on(sheets):
    addresses = _addresses(sheets)
    assert any(each.startswith("https:") for each in addresses)
    assert not [each for each in addresses if each.startswith("file:")]


def test_links_to_other_pages_lead_to_where_the_book_is_published(
    chromium, book, tmp_path, monkeypatch
):
    monkeypatch.setenv("SITE_URL", "https://a.example/book")
    write_pdf(book, tmp_path / "book.pdf", pages=PAGES)
    addresses = _addresses(PdfReader(tmp_path / "book.pdf").pages)
    assert any(each.startswith("https://a.example/book/") for each in addresses)
    assert not [each for each in addresses if each.startswith("file:")]


def sample(code):
    known = yaml.safe_load(LANGUAGES.read_text())["languages"]
    (found,) = (each["first"] for each in known if each["code"] == code)
    return found
