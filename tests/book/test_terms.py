"""Names are explained where they stand: on a book of two pages, built by Sphinx."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.errors import SphinxWarning
from sphinx.util.docutils import docutils_namespace

GLOSSARY = """# Glossary

```{glossary}
`lab`
  The rung of *invented* languages, <b>small</b> & known.

`one`
`two`
  Either of a pair.

rung
  What kind of evidence a number is.
```
"""


def built(folder: Path, page: str, glossary: str = GLOSSARY) -> str:
    """The page as HTML; a warning is an error."""
    source, out = folder / "source", folder / "out"
    source.mkdir(parents=True)
    (source / "conf.py").write_text("extensions = ['myst_parser', 'crosslab.book.terms']\n")
    (source / "index.md").write_text(f"{page}\n\n```{{toctree}}\n:hidden:\nglossary\n```\n")
    (source / "glossary.md").write_text(glossary)
    with docutils_namespace():
        trees = folder / "trees"
        app = Sphinx(source, source, out, trees, "html", status=None, warningiserror=True)
        app.build()
    return (out / "index.html").read_text()


def explained(html: str) -> dict[str, str]:
    """What is explained on a page, and as what."""
    found = re.findall(
        r'<span class="explained"><a class="reference internal" href="([^"]*)" '
        r'aria-describedby="([^"]*)">(.*?)</a>'
        r'<span class="definition" role="tooltip" id="([^"]*)">(.*?)</span></span>',
        html,
        re.DOTALL,
    )
    assert all(described == name for _, described, _, name, _ in found)
    assert len({name for *_, name, _ in found}) == len(found)
    return {re.sub("<[^>]+>", "", shown): unescape(words) for _, _, shown, _, words in found}


def test_a_name_is_explained_where_it_first_stands_and_leads_to_its_entry(tmp_path):
    html = built(tmp_path, "# Page\n\nOn `lab`, and `lab` again; `laboratory` is no entry.\n")
    assert explained(html) == {"lab": "The rung of invented languages, <b>small</b> & known."}
    assert 'href="glossary.html#term-lab"' in html
    assert html.count('class="explained"') == 1


def test_names_that_share_an_entry_are_each_explained(tmp_path):
    html = built(tmp_path, "# Page\n\n`one` and `two`.\n")
    assert explained(html) == {"one": "Either of a pair.", "two": "Either of a pair."}


def test_words_that_are_no_names_are_explained_where_a_page_asks_for_it(tmp_path):
    html = built(tmp_path, "# Page\n\nA rung, a `rung`, and a {term}`rung`.\n")
    assert explained(html) == {"rung": "What kind of evidence a number is."}


@pytest.mark.parametrize(
    "text",
    ["# On `lab`", "# Page\n\n[`lab`](https://example.org)", "# Page\n\n```\nlab\n```"],
    ids=["heading", "link", "code block"],
)
def test_headings_links_and_code_are_left_as_they_are(tmp_path, text):
    assert explained(built(tmp_path, text)) == {}


def test_the_words_of_the_glossary_are_not_searched_on_other_pages(tmp_path):
    built(tmp_path, "# Page\n\nOn `lab`.\n")
    index = (tmp_path / "out" / "searchindex.js").read_text()
    found = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    (page,) = (number for number, name in enumerate(found["docnames"]) if name == "glossary")
    assert found["terms"]["invent"] == page


def test_a_term_that_is_no_entry_fails_the_build_with_its_line(tmp_path):
    with pytest.raises(SphinxWarning, match=r"index\.md:3.*nobody"):
        built(tmp_path, "# Page\n\n{term}`nobody`\n")
