from string import ascii_letters, digits

import pytest
from conftest import PROJECT
from hypothesis import given
from hypothesis import strategies as st

from crosslab.errors import UsageError
from crosslab.literature.references import LISTED, by_arxiv, references

FILE = PROJECT / "claims" / "references.bib"

SOUND = {
    "title": "A Made-up Paper",
    "author": "Doe, Jane and Šen, Ada",
    "year": "2021",
    "booktitle": "Proceedings of Nothing",
    "eprint": "2101.00001",
    "archiveprefix": "arXiv",
    "domain": "language",
    "mark": "SEEN",
    "checked": "abstract read",
    "topics": "alignment, syntax",
}


def entry(key="doe-2021-made", kind="inproceedings", without=(), **changed):
    """Return an entry as text: a sound one with some fields changed or left out."""
    fields = {name: value for name, value in (SOUND | changed).items() if name not in without}
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@{kind}{{{key},\n{lines}}}\n"


@pytest.fixture
def bib(tmp_path):
    """Write a file of references and return its path."""

    def write(*entries):
        path = tmp_path / "references.bib"
        path.write_text("\n".join(entries), encoding="utf-8")
        return path

    return write


@pytest.fixture
def refused(bib):
    """Return the problems that a file is refused with, less its path."""

    def problems(*entries):
        path = bib(*entries)
        with pytest.raises(UsageError) as refusal:
            references(path)
        assert all(str(path) in problem for problem in refusal.value.problems)
        return [problem.removeprefix(str(path)) for problem in refusal.value.problems]

    return problems


def test_an_entry_is_read_field_by_field(bib):
    found = references(bib("% a remark", entry()))["doe-2021-made"]
    assert (found.kind, found.title, found.year) == ("inproceedings", "A Made-up Paper", 2021)
    assert found.authors == ("Doe, Jane", "Šen, Ada")
    assert found.topics == ("alignment", "syntax")
    assert (found.arxiv, found.venue) == ("2101.00001", "Proceedings of Nothing")
    assert found.doi is found.anthology is found.url is None


def test_a_value_may_be_wrapped(bib):
    wrapped = bib(entry(title="A Made-up\n      Paper", author="Doe, Jane and\n  Šen, Ada"))
    found = references(wrapped)["doe-2021-made"]
    assert found.title == SOUND["title"]
    assert found.authors == ("Doe, Jane", "Šen, Ada")


@pytest.mark.parametrize("field", ["booktitle", "journal", "howpublished"])
def test_a_venue_may_be_a_book_a_journal_or_a_place_on_the_web(bib, field):
    others = [] if field == "booktitle" else ["booktitle"]
    text = entry(without=others, **{field: "There"})
    assert references(bib(text))["doe-2021-made"].venue == "There"


def test_what_was_not_identified_may_lack_a_title_and_nothing_else_may(bib, refused):
    bare = {"without": ["title", "author", "year", "topics"], "domain": "unknown"}
    found = references(bib(entry(**bare, mark="NOT FOUND")))["doe-2021-made"]
    assert found.title is None
    assert found.authors == found.topics == ()
    (problem,) = refused(entry(**bare))
    assert "only what is marked NOT FOUND may be without one" in problem


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"domain": "music"}, "domain: Input should be 'language', 'vision' or 'unknown'"),
        ({"mark": "HEARD"}, "mark: Input should be 'SEEN', 'RECALLED' or 'NOT FOUND'"),
        ({"topics": "alignment, cats"}, "topics.1: Input should be"),
        ({"eprint": "2101.00001v2"}, "eprint: "),
        ({"year": "soon"}, "year: "),
        ({"doi": "doi.org/10.1/x"}, "doi: "),
        ({"url": "example.org"}, "url: "),
        ({"archiveprefix": "hal"}, "archiveprefix: "),
        ({"colour": "blue"}, "colour: "),
        ({"checked": ""}, "checked: "),
        ({"without": ["domain"]}, "domain: Field required"),
        ({"without": ["mark"]}, "mark: Field required"),
        ({"without": ["eprint", "archiveprefix"]}, "give eprint or url"),
        ({"without": ["archiveprefix"]}, "eprint and archiveprefix = {arXiv} belong together"),
        ({"key": "Doe_2021"}, "key: "),
        ({"kind": "phdthesis"}, "kind: "),
    ],
)
def test_a_wrong_field_is_named_with_line_and_key(refused, changed, said):
    (problem,) = refused("% one\n% two", entry(**changed))
    assert problem.startswith(f", line 3, {changed.get('key', 'doe-2021-made')}: ")
    assert said in problem


def test_all_problems_of_a_file_are_reported_together(refused):
    found = refused(
        entry(domain="music", mark="HEARD"),
        entry(),
        entry("b-2020", eprint="2101.00002"),
        entry("c-2020", eprint="2101.00002"),
        "inproceedings{lost-2020, title = {x}}",
        "@misc{open-2020, title = {x",
        entry("d-2020"),
    )
    assert [problem.rpartition(": ")[0] for problem in found[:2]] == [
        ", line 14",
        ", line 54: the entry cannot be read: Unexpected block start",
    ]
    assert "doe-2021-made stands there twice; keep one of the entries." in found[0]
    assert found[2].startswith(
        ", line 53: 'inproceedings{lost-2020, title = {x}}' is outside every"
    )
    assert found[3].startswith(", line 1, doe-2021-made: domain")
    assert found[4].startswith(", line 1, doe-2021-made: mark")
    assert found[5:] == [
        ": arXiv 2101.00002 is the eprint of b-2020 and c-2020; keep it in one of them."
    ]


def test_a_field_given_twice_is_no_entry(refused):
    (problem,) = refused("@misc{a, title = {x}, title = {y}}")
    assert "line 1: the entry cannot be read: Duplicate field" in problem


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, content):
    path = tmp_path / "references.bib"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"references\.bib cannot be read") as refusal:
        references(path)
    assert len(refusal.value.problems) == 1


def test_what_is_on_arxiv_is_found_by_its_id(bib):
    elsewhere = entry("b-2020", without=["eprint", "archiveprefix"], url="https://example.org/b")
    found = by_arxiv(bib(entry(), elsewhere))
    assert {arxiv: each.key for arxiv, each in found.items()} == {"2101.00001": "doe-2021-made"}


@given(
    titles=st.lists(
        st.text(alphabet=ascii_letters + digits + " ,:;'?!()-éß", min_size=1)
        .map(lambda text: " ".join(text.split()))
        .filter(bool),
        min_size=1,
        max_size=5,
    )
)
def test_every_title_comes_back_as_it_was_written(tmp_path_factory, titles):
    path = tmp_path_factory.mktemp("bib") / "references.bib"
    written = {f"key-{number}": title for number, title in enumerate(titles)}
    text = (
        entry(key, title=title, eprint=f"2101.0000{number}")
        for number, (key, title) in enumerate(written.items())
    )
    path.write_text("".join(text), encoding="utf-8")
    assert {key: each.title for key, each in references(path).items()} == written


def test_every_reference_of_the_reports_has_an_entry():
    reports = sorted((PROJECT / "claims" / "reports").glob("*.txt"))
    assert len(reports) == 5
    known = by_arxiv(FILE)
    assert set(LISTED) < set(known)
    listed = "\n".join(path.read_text(encoding="utf-8") for path in reports)
    assert all(f"arxiv.org/abs/{arxiv}v" in listed for arxiv in LISTED)


def test_the_three_listed_works_on_images_are_marked_as_such():
    known = by_arxiv(FILE)
    images = {arxiv for arxiv in LISTED if known[arxiv].domain == "vision"}
    assert images == {"2008.07651", "2006.11604", "1905.11736"}
    assert known["1909.08167"].domain == "language"


def test_the_listed_work_that_nobody_could_identify_stays_so():
    lost = by_arxiv(FILE)["1910.02168"]
    assert (lost.key, lost.mark, lost.domain) == ("arxiv-1910-02168", "NOT FOUND", "unknown")
    assert lost.title is None
    assert lost.authors == ()
    assert [each.key for each in references(FILE).values() if each.mark != "SEEN"] == [lost.key]


def test_what_is_only_remembered_of_an_entry_says_so():
    known = references(FILE)
    for key, said in (
        ("peng-2019-weighed", "COLING 2020 is RECALLED"),
        ("chidambaram-2018-learning", "RepL4NLP 2019 is RECALLED"),
    ):
        assert said in known[key].checked
        assert "COLING" not in (known[key].venue or "")
        assert "RepL4NLP" not in (known[key].venue or "")
