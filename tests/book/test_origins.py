"""Numbers on hand-written pages, and the way from a chapter's numbers to its runs."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.utils import new_document

from crosslab.book.origins import _link_to_origins

KNOWN = {"runs": {"text": "1,234", "page": "origin", "what": "runs on record"}}


@pytest.fixture
def built(tmp_path):
    """Build a book of these pages, and return how that went and the folder of what was built."""

    def build(pages, known=KNOWN):
        book = tmp_path / "book"
        (book / "_generated").mkdir(parents=True, exist_ok=True)
        (book / "_generated" / "numbers.json").write_text(json.dumps(known))
        (book / "conf.py").write_text(
            'extensions = ["myst_parser", "crosslab.book.origins"]\nhtml_theme = "basic"\n'
        )
        for name, text in pages.items():
            (book / name).parent.mkdir(exist_ok=True)
            if not (book / name).exists():  # or its time alone would have it read again
                (book / name).write_text(text)
        command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", "book", "out"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done, tmp_path / "out"

    return build


ORIGIN = "---\norphan: true\n---\n# Origin\n"


def test_a_number_is_printed_as_recorded_and_leads_to_where_it_comes_from(built):
    done, out = built({"index.md": "# A\n\nThere are {number}`runs`.\n", "origin.md": ORIGIN})
    assert done.returncode == 0, done.stderr
    page = (out / "index.html").read_text()
    assert 'href="origin.html"' in page
    assert ">1,234<" in page


def test_a_number_that_changed_is_printed_anew_by_the_next_build(built, tmp_path):
    pages = {"index.md": "# A\n\nThere are {number}`runs`.\n", "origin.md": ORIGIN}
    built(pages)
    changed = {"runs": {**KNOWN["runs"], "text": "1,235"}}
    done, out = built(pages, changed)
    assert done.returncode == 0, done.stderr
    assert ">1,235<" in (out / "index.html").read_text()


@pytest.mark.parametrize(
    ("labels", "place"), [(["c-runs", "c-again"], "#c-runs"), (["c-again"], "#c-again"), ([], None)]
)
def test_what_a_chapter_shows_of_numbers_leads_to_where_they_come_from(labels, place):
    page = document_of("A gain of 2 points.", "No gain.")
    page.nametypes.update(dict.fromkeys(labels, True))
    _link_to_origins(SimpleNamespace(env=SimpleNamespace(docname="executed/c")), page)
    with_numbers, without = (output.astext() for output in page.children)
    assert ("origin" in with_numbers) == (place is not None)
    assert place is None or f'href="{place}"' in with_numbers
    assert "origin" not in without


def test_pages_that_are_no_chapters_are_let_be():
    page = document_of("A gain of 2 points.")
    page.nametypes["c-runs"] = True
    _link_to_origins(SimpleNamespace(env=SimpleNamespace(docname="c")), page)
    assert "origin" not in page.astext()


def document_of(*texts):
    """Return a page whose outputs show these texts."""
    page = new_document("c.ipynb")
    for text in texts:
        output = nodes.container(classes=["cell_output"])
        output += nodes.paragraph("", text)
        page += output
    return page


def test_a_number_that_nobody_knows_fails_the_build_with_file_and_line(built):
    done, _ = built({"index.md": "# A\n\nThere are\n{number}`rums`.\n", "origin.md": ORIGIN})
    assert done.returncode != 0
    assert "index.md:4" in done.stderr or "index.md:3" in done.stderr
    assert "There is no number 'rums'. Known: runs." in done.stderr


def test_a_number_whose_origin_is_gone_fails_the_build(built):
    done, _ = built({"index.md": "# A\n\nThere are {number}`runs`.\n"})
    assert done.returncode != 0
    assert "origin" in done.stderr
