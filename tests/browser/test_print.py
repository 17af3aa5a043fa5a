"""The book on paper: what the browser prints holds every script whole."""

import unicodedata

import pytest
import yaml
from conftest import PROJECT
from pypdf import PdfReader

from crosslab.book.pdf import write_pdf

LANGUAGES = PROJECT / "src" / "crosslab" / "prose" / "languages.yaml"


@pytest.fixture(scope="module")
def printed(chromium, book, tmp_path_factory):
    """The text of the printed page of languages, without spaces, and how many sheets it has."""
    output = tmp_path_factory.mktemp("print") / "book.pdf"
    assert write_pdf(book, output, pages=["index.html", "languages.html"]) == 2
    sheets = PdfReader(output).pages
    return "".join(_bare(sheet.extract_text()) for sheet in sheets), len(sheets)


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


def sample(code):
    known = yaml.safe_load(LANGUAGES.read_text())["languages"]
    (found,) = (each["first"] for each in known if each["code"] == code)
    return found
