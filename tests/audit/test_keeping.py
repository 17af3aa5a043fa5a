import pytest
from conftest import PROJECT
from hypothesis import given, settings
from made_up_reports import ROWS, mutated, read, report_text

from crosslab.audit import keeping
from crosslab.audit.abstracts import FILLER
from crosslab.audit.keeping import abridged, keep, kept
from crosslab.audit.occurrences import occurrences
from crosslab.errors import UsageError

ABSTRACT = "This abstract was written for a test and is long enough to be abridged by a good deal."
TEXT = report_text(abstract=ABSTRACT)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Keep reports in a folder of one's own."""
    monkeypatch.setattr(keeping, "REPORTS", tmp_path / "kept")
    monkeypatch.setattr(keeping, "INDEX", tmp_path / "kept" / "index.yaml")
    monkeypatch.setattr(keeping.Kept, "path", property(lambda self: keeping.REPORTS / self.report))
    path = tmp_path / "sixth.txt"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    return path


def test_a_copy_reads_as_the_original_does_place_by_place():
    original, copy = read(TEXT), read(abridged(TEXT))
    assert copy.claims == original.claims
    assert (copy.title, copy.question, copy.declared) == (
        original.title, original.question, original.declared,
    )  # fmt: skip
    assert copy.references == original.references
    assert copy.parts == original.parts


def test_prose_that_is_not_audited_keeps_its_ends_and_its_length():
    copy = abridged(TEXT)
    assert len(copy) == len(TEXT)
    assert "This abstract was written for a " in copy
    assert " be abridged by a good deal." in copy
    assert "is long enough" not in copy
    assert copy.count(FILLER) == len("test and is long enough to".replace(" ", ""))


@settings(max_examples=60, deadline=None)
@given(mutated())
def test_whatever_a_report_is_like_its_copy_is_as_long_and_keeps_every_claim(text):
    copy = abridged(text)
    assert len(copy) == len(text)
    for claim in read(text).claims:
        assert copy[claim.start : claim.end] == claim.text


def test_a_kept_report_is_in_the_index_with_the_hashes_of_both(shelf):
    entry = keep(shelf)
    assert kept() == [entry]
    assert entry.path.read_bytes().count(b"\r\n") == TEXT.count("\n")
    assert entry.original_sha256 != entry.sha256
    assert keep(shelf) == entry  # again is no second copy


def test_another_report_of_the_same_name_is_refused_and_nothing_is_lost(shelf):
    entry = keep(shelf)
    shelf.write_text(report_text(ROWS[:2]))
    with pytest.raises(UsageError, match="another report is kept there"):
        keep(shelf)
    assert kept() == [entry]


def test_a_copy_that_was_altered_and_one_that_is_in_no_index_are_named_together(shelf):
    entry = keep(shelf)
    entry.path.write_text("altered")
    (keeping.REPORTS / "stranger.txt").write_text("x")
    with pytest.raises(UsageError) as refusal:
        kept()
    assert len(refusal.value.problems) == 2
    assert "sixth.txt" in refusal.value.problems[0]
    assert "stranger.txt" in refusal.value.problems[1]


def test_every_kept_report_of_the_project_is_there_and_each_of_its_rows_has_a_claim():
    assert len(kept()) == 5
    places = occurrences()
    assert places.pop("none") == []
    assert sum(len(each) for each in places.values()) == 58
    assert all(places.values())
    for each in [place for found in places.values() for place in found]:
        text = (PROJECT / each.report.path).read_text(encoding="utf-8")
        assert text[each.start : each.end] == each.text


@pytest.mark.parametrize("name", ["<img src=x> y.txt", "a b.txt", "..txt", "a?b.txt", "noending"])
def test_a_name_that_cannot_be_an_address_is_refused(shelf, name):
    path = shelf.with_name(name)
    path.write_bytes(shelf.read_bytes())
    with pytest.raises(UsageError, match="Rename the file"):
        keep(path)


def test_two_reports_cannot_have_one_page(shelf):
    keep(shelf)
    other = shelf.with_name("Sixth.txt")
    other.write_bytes(shelf.read_bytes() + b"\r\nmore")
    with pytest.raises(UsageError, match="has the same page"):
        keep(other)
