"""Sources as the bibliography lists them, and what happens to a key that is not there."""

import re
from pathlib import Path

import pytest
from conftest import PROJECT
from sphinx.application import Sphinx
from sphinx.errors import SphinxWarning
from sphinx.util.docutils import docutils_namespace

from crosslab.book.citing import authors, links, source_text, uses
from crosslab.chapters import chapters
from crosslab.claims import claims
from crosslab.literature.references import REFERENCES, references

CONFIGURATION = f"""
extensions = ["myst_parser", "sphinxcontrib.bibtex", "crosslab.book.citing"]
bibtex_bibfiles = [{str(PROJECT / REFERENCES)!r}]
bibtex_reference_style = "author_year"
bibtex_cite_id = "{{key}}"
"""
ALL = "```{bibliography}\n:all:\n:style: sources\n```\n"


def built(folder: Path, text: str) -> str:
    source, out = folder / "source", folder / "out"
    source.mkdir()
    (source / "conf.py").write_text(CONFIGURATION)
    (source / "index.md").write_text(f"# Page\n\n{text}\n\n{ALL}")
    with docutils_namespace():
        trees = folder / "trees"
        app = Sphinx(source, source, out, trees, "html", status=None, warningiserror=True)
        app.build()
    return (out / "index.html").read_text()


def test_every_source_has_an_address_of_its_own_in_the_order_of_keys(tmp_path):
    html = built(tmp_path, "As said {cite:p}`huang-2021-robust`.")
    listed = re.findall(r'<div class="citation" id="([^"]+)"', html)
    assert listed == sorted(references())
    assert re.search(r'href="#huang-2021-robust"[^>]*>Huang <em>et al.</em>, 2021</a>', html)


def test_a_key_that_is_not_there_fails_the_build_with_file_and_line(tmp_path):
    with pytest.raises(SphinxWarning, match=r"index\.md:3.*nobody-2020"):
        built(tmp_path, "{cite:p}`nobody-2020`")


def test_an_entry_says_how_far_it_was_checked():
    found = references()
    said = str(source_text(found["arxiv-1910-02168"]))
    assert said.startswith("Not identified. arXiv 1910.02168. NOT FOUND: ")
    assert f"SEEN: {found['huang-2021-robust'].checked}" in str(
        source_text(found["huang-2021-robust"])
    )


def test_authors_are_named_given_names_first_and_those_not_seen_as_others():
    source = references()["huang-2021-robust"]
    assert authors(source).startswith("Kuan-Hao Huang, Wasi Uddin Ahmad, ")
    unseen = source.model_copy(update={"authors": ("Roy, Uma", "others")})
    assert authors(unseen) == "Uma Roy and others"


def test_an_address_that_another_link_leads_to_is_given_once():
    source = references()["huang-2021-robust"]
    assert [str(each) for each in links(source)] == ["arXiv 2104.08645", "ACL Anthology"]


def test_every_source_is_used_for_something_and_its_pages_are_in_the_book():
    found = uses()
    assert set(found) == set(references())
    pages = {f"executed/{each.name}.html" for each in chapters()}
    pages |= {f"claims/{each.claim_id}.html" for each in claims()}
    assert {address for each in found.values() for address in each.values()} <= pages
