"""Numbers on hand-written pages, and the way from a chapter's numbers to its runs."""

import json
import subprocess
import sys

import pytest

KNOWN = {"runs": {"text": "1,234", "page": "origin", "what": "runs on record"}}


@pytest.fixture
def built(tmp_path):
    """Build a book of these pages, and return how that went and the folder of what was built."""

    def build(pages):
        book = tmp_path / "book"
        (book / "_generated").mkdir(parents=True)
        (book / "_generated" / "numbers.json").write_text(json.dumps(KNOWN))
        (book / "conf.py").write_text(
            'extensions = ["myst_parser", "crosslab.book.origins"]\nhtml_theme = "basic"\n'
        )
        for name, text in pages.items():
            (book / name).parent.mkdir(exist_ok=True)
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


def test_a_number_that_nobody_knows_fails_the_build_with_file_and_line(built):
    done, _ = built({"index.md": "# A\n\nThere are\n{number}`rums`.\n", "origin.md": ORIGIN})
    assert done.returncode != 0
    assert "index.md:4" in done.stderr or "index.md:3" in done.stderr
    assert "There is no number 'rums'. Known: runs." in done.stderr


def test_a_number_whose_origin_is_gone_fails_the_build(built):
    done, _ = built({"index.md": "# A\n\nThere are {number}`runs`.\n"})
    assert done.returncode != 0
    assert "origin" in done.stderr
