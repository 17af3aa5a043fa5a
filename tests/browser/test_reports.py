"""A report is untrusted text: what it holds of markup and script is shown, and nothing else."""

import subprocess
import sys

import pytest
from made_up_claims import HOSTILE
from made_up_reports import report_text

from crosslab.audit.auditing import audit
from crosslab.audit.keeping import kept
from crosslab.audit.knowledge import knowledge
from crosslab.book.report_pages import report_page

WORDS = "Robust training lifts transfer <script>alert(1)</script> by 2.1 points"


@pytest.fixture
def report(project):
    """A report whose every part is hostile, in a project of one's own."""
    parts = [" ".join(each.split()).replace("\x00", "") for each in HOSTILE]
    rows = [(f"{WORDS} {each}", "✓", "0.6") for each in parts]
    path = project / "999_hostile.txt"
    path.write_text(
        report_text(
            rows,
            title="<img src=x onerror=alert(2)> A title",
            question="</pre><script>alert(3)</script> what then?",
            abstract='<a href="javascript:alert(4)">abstract</a> that ends as it should.',
            references=("<javascript:alert(5)>", "<http://arxiv.org/abs/2104.08645v2>"),
        )
    )
    return path


def shown_as_text(page):
    """Whether a page shows markup of a report as words, and has made nothing of it."""
    assert "<script>alert(1)</script>" in page.inner_text("body")
    assert page.locator("img[onerror], a[href^='javascript' i]").count() == 0
    texts = page.locator("script").all_inner_texts()
    assert not any("alert(" in each for each in texts)


def test_the_page_of_an_audit_shows_hostile_markup_as_text(page, report, crosslab):
    done = crosslab("audit", str(report), "--html", "page.html")
    assert done.returncode == 0, done.stderr
    page.goto((report.parent / "page.html").as_uri())
    shown_as_text(page)


def test_the_page_of_a_kept_report_shows_hostile_markup_as_text(page, report, crosslab, tmp_path):
    done = crosslab("audit", str(report), "--keep")
    assert done.returncode == 0, done.stderr
    (mine,) = [each for each in kept() if "999" in each.report]
    rows = []
    audit([mine.path], knowledge([], report.parent), lambda row, _: rows.append(row))
    book = tmp_path / "mini"
    book.mkdir()
    (book / "conf.py").write_text('extensions = ["myst_parser"]\nhtml_theme = "basic"\n')
    (book / "index.md").write_text(report_page(mine, rows[0], []))
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", str(book), str(tmp_path / "out")],
        check=True,
        capture_output=True,
    )
    page.goto((tmp_path / "out" / "index.html").as_uri())
    shown_as_text(page)
