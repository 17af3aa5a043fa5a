"""Whether what a built book leads to is there."""

import pytest

from crosslab.book.links import problems

WHOLE = {
    "index.html": '<a href="a/b.html#here">b</a><a href="#t" id="t">up</a><a href="x.csv">x</a>',
    "a/b.html": '<h1 id="here">B</h1><img src="../p.png" alt="A picture.">',
    "x.csv": "a",
    "p.png": "",
}


@pytest.fixture
def found(tmp_path, monkeypatch):
    """What is wrong with a book of these files; none means that a file is left out."""
    monkeypatch.chdir(tmp_path)

    def look(**changes):
        for name, text in {**WHOLE, **changes.pop("files", {})}.items():
            if text is not None:
                path = tmp_path / "built" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        return problems(tmp_path / "built")

    return look


def test_a_book_that_is_whole_has_no_problems(found):
    assert found() == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a/b.html": None}, "index.html:1: leads to a/b.html#here, which is not in the book."),
        ({"a/b.html": "<p>"}, "index.html:1: leads to a/b.html#here, and b.html has no such place"),
        ({"x.csv": None}, "leads to x.csv, which is not in the book"),
        ({"p.png": None}, "a/b.html:1: leads to ../p.png, which is not in the book"),
        ({"n.html": '\n<img src="p.png">'}, "n.html:2: a picture without alt text (p.png)"),
        ({"n.html": '<img src="p.png" alt=" ">'}, "a picture without alt text"),
        ({"n.html": '<script src="https://a.example/b.js"></script>'}, "from the network"),
        ({"n.html": '<link rel="stylesheet" href="//a.example/b.css">'}, "from the network"),
        ({"n.html": '<a href="#gone">x</a>'}, "leads to #gone, and n.html has no such place"),
    ],
)
def test_what_leads_nowhere_is_named_with_its_place(found, files, said):
    (problem, *others) = found(files=files)
    assert said in problem
    assert not others


def test_links_out_of_the_book_and_states_of_the_explorer_are_let_be(found):
    outside = '<a href="https://a.example/x">x</a><a href="mailto:a@b.example">m</a>'
    assert found(files={"n.html": outside + '<a href="index.html#rung=lab">f</a>'}) == []


def test_the_line_of_the_source_is_named_where_there_is_one(found, tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "n.md").write_text("# N\n\nSee [it](gone.csv).\n")
    (problem,) = found(files={"n.html": '<a href="gone.csv">it</a>'})
    assert problem.startswith("book/n.md:3: leads to gone.csv")


def test_a_file_of_this_disk_that_is_not_in_the_book_is_no_place_to_lead_to(found, tmp_path):
    (tmp_path / "beside.csv").write_text("a")
    (problem,) = found(files={"n.html": '<a href="../beside.csv">it</a>'})
    assert problem == "n.html:1: leads to ../beside.csv, which is not in the book."


@pytest.mark.parametrize(
    ("lines", "target", "line"),
    [
        (["gone.csv is a file.", "See [it](gone.csv)."], "gone.csv", 2),
        (["[one](b.md#other)", "[two](b.md#gone)"], "a/b.html#gone", 2),
        (["[one](b.md)", "[two](a/b.md#gone)"], "a/b.html#gone", 2),
        (["[one](xb.md#gone)", "[two](b.md#gone)"], "a/b.html#gone", 2),
        (["gone.png", '<img src="gone.png" alt="P">'], "gone.png", 2),
        (["# N", '<a class="c" href="gone.csv">it</a>'], "gone.csv", 2),
        (["[a](gone.csv.gz)", "[b](gone.csv)"], "gone.csv", 2),
    ],
)
def test_the_line_that_is_named_holds_the_link(found, tmp_path, lines, target, line):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "n.md").write_text("\n".join(lines))
    (problem,) = found(files={"n.html": f'<a href="{target}">it</a>'})
    assert problem.startswith(f"book/n.md:{line}: leads to {target}")


@pytest.mark.parametrize(
    ("source", "target"),
    [("The file gone.csv is explained here.", "gone.csv"), ("[b](b.md#here)", "a/b.html#gone")],
)
def test_an_address_that_no_source_holds_is_named_by_the_built_page(
    found, tmp_path, source, target
):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "n.md").write_text(source)
    (problem,) = found(files={"n.html": f'<p>\n<a href="{target}">it</a>'})
    assert problem.startswith(f"n.html:2: leads to {target}")
