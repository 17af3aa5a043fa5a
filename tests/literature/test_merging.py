import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslab.literature.merging import merged
from crosslab.literature.works import Work

PEOPLE = (("Ana Perch",), ("Bo Unn", "Ana Perch"), ("Cy Carp",), ())
some = st.one_of(st.none(), st.integers(0, 3))
WORKS = st.lists(
    st.builds(
        lambda source, number, title, people, year, doi, arxiv, anthology: Work(
            source=source,
            identifier=str(number),
            title=title,
            authors=people,
            year=year,
            doi=None if doi is None else f"10.1000/{doi}",
            arxiv=None if arxiv is None else f"2101.0000{arxiv}",
            anthology=None if anthology is None else f"2021.fish-main.{anthology}",
        ),
        st.sampled_from(["arxiv", "crossref", "dblp"]),
        st.integers(0, 9),
        st.sampled_from(["On Fish", "on  fish!", "Fish and Chips", ""]),
        st.sampled_from(PEOPLE),
        st.one_of(st.none(), st.integers(2018, 2022)),
        some,
        some,
        some,
    ),
    max_size=8,
)


def work(source="arxiv", identifier="1", title="On Fish", **given):
    return Work(source=source, identifier=identifier, title=title, **given)


@given(WORKS, st.integers(0, 1000))
def test_the_order_of_the_records_makes_no_difference(works, number):
    shuffled = list(works)
    random.Random(number).shuffle(shuffled)
    assert merged(works) == merged(shuffled)


@given(WORKS)
def test_no_record_is_lost_and_none_is_made_up(works):
    found = merged(works)
    assert len(found) <= len(works)
    assert bool(found) == bool(works)
    assert {key for each in found for key in each.sources} == {each.source for each in works}
    for kind in ("doi", "arxiv", "anthology"):
        values = [getattr(each, kind) for each in works if getattr(each, kind)]
        shown = [getattr(each, kind) for each in found if getattr(each, kind)]
        assert len(shown) == len(set(shown)), "two works share an identifier"
        assert set(shown) <= set(values)


@given(WORKS)
def test_the_same_records_twice_give_the_same_works(works):
    assert merged([*works, *works]) == merged(works)


@pytest.mark.parametrize("kind", ["doi", "arxiv", "anthology"])
def test_one_shared_identifier_is_enough_whatever_the_title(kind):
    value = {"doi": "10.1000/a", "arxiv": "2101.00001", "anthology": "2021.fish-main.1"}[kind]
    works = [work(**{kind: value}), work("dblp", "2", "Something Else", **{kind: value})]
    assert [each.sources for each in merged(works)] == [("arxiv", "dblp")]


def test_sameness_goes_through_a_third_record():
    ends = [work(title="A", doi="10.1000/a"), work("dblp", "2", "B", arxiv="2101.00001")]
    bridge = work("crossref", "3", "C", doi="10.1000/a", arxiv="2101.00001")
    assert len(merged(ends)) == 2
    assert len(merged([*ends, bridge])) == 1


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ({"year": 2020}, {"year": 2021}, 1),
        ({"year": 2020}, {"year": 2022}, 2),
        ({"year": 2020}, {"year": None}, 2),
        ({"year": 2020, "authors": ("Ana Perch",)}, {"year": 2020, "authors": ("Cy Carp",)}, 2),
        ({"year": 2020, "authors": ("Ana Perch",)}, {"year": 2020, "authors": ("Perch, A.",)}, 1),
        ({"year": 2020, "authors": ("Ana Perch",)}, {"year": 2020}, 1),
        ({"year": 2020, "title": ""}, {"year": 2020, "title": ""}, 2),
        ({"year": 2020, "title": "Übung: Fish"}, {"year": 2020, "title": "ubung fish"}, 1),
    ],
)
def test_without_identifiers_title_year_and_people_decide(one, other, count):
    assert len(merged([work(**one), work("dblp", "2", **other)])) == count


def test_where_sources_disagree_all_of_them_are_quoted():
    right = {"doi": "10.1000/a", "year": 2020, "authors": ("Ana Perch",)}
    works = [
        work("crossref", "1", "Low Rank Fish", **right),
        work("dblp", "2", "Low Rank Fish", **right),
        work("openalex", "3", "A Handbook of Mathematical Discourse", **right | {"year": 2023}),
    ]
    (found,) = merged(works)
    assert found.title == "Low Rank Fish"
    assert found.year == 2020
    assert [each.field for each in found.conflicts] == ["title", "year"]
    assert found.conflicts[0].said["openalex"] == ("A Handbook of Mathematical Discourse",)
    assert set(found.conflicts[1].said) == {"crossref", "dblp", "openalex"}


def test_a_preprint_and_its_publication_are_no_conflict():
    works = [
        work("arxiv", "1", "On Fish", year=2020, arxiv="2012.00001", doi="10.1000/a"),
        work("dblp", "2", "On fish.", year=2021, doi="10.1000/A"),
    ]
    (found,) = merged(works)
    assert found.conflicts == ()


def test_what_one_source_lacks_comes_from_another():
    works = [
        work("arxiv", "1", year=2020, abstract="About fish."),
        work("dblp", "2", year=2020, doi="10.1000/a", retracted=True),
    ]
    (found,) = merged(works)
    assert (found.doi, found.abstract, found.retracted) == ("10.1000/a", "About fish.", True)
