import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crosslab.literature.answers import Answer
from crosslab.literature.flow import Flow, flow
from crosslab.literature.merging import merged
from crosslab.literature.screening import Criterion, screened
from crosslab.literature.works import Work

BY = [
    Criterion(id="fish", words="About fish.", rule="any-of", terms=("fish",)),
    Criterion(id="late", words="From 2000 on.", rule="years", first_year=2000),
]


def answer(source, works, reason=None):
    state = "answered" if reason is None else "partial" if works else "unavailable"
    return Answer(
        source=source,
        query="fish",
        limit=9,
        asked="2026-01-01T00:00:00+00:00",
        client="made-up 1",
        endpoint="http://127.0.0.1",
        state=state,
        reason=reason,
        detail=None if reason is None else "no",
        items_sha256="0" * 64,
        works=tuple(works),
    )


def made(source):
    numbers = st.lists(
        st.tuples(
            st.integers(0, 4), st.sampled_from(["Fish", "Chips"]), st.sampled_from([1999, 2005])
        ),
        max_size=5,
        unique=True,
    )
    return st.builds(
        lambda found, reason: answer(
            source,
            [
                Work(source=source, identifier=str(n), title=title, year=year, doi=f"10.1000/{n}")
                for n, title, year in found
            ],
            reason,
        ),
        numbers,
        st.sampled_from([None, "timeout"]),
    )


@given(st.tuples(made("arxiv"), made("crossref"), made("dblp")), st.integers(0, 5))
def test_the_counts_of_every_search_add_up(answers, by_hand):
    decided = screened(merged(work for each in answers for work in each.works), BY)
    found = flow(answers, decided, BY, by_hand=by_hand)
    assert sum(found.identified.values()) == sum(len(each.works) for each in answers)
    assert found.screened == len(decided)
    assert found.included + sum(found.excluded.values()) + found.duplicates == sum(
        found.identified.values()
    )
    assert list(found.excluded) == ["fish", "late"]
    assert {*found.identified, *found.unavailable} == {"arxiv", "crossref", "dblp"}
    assert found.by_hand == by_hand


GOOD = {
    "identified": {"arxiv": 3, "dblp": 2},
    "partial": {"dblp": "timeout"},
    "unavailable": {"crossref": "timeout"},
    "duplicates": 1,
    "screened": 4,
    "excluded": {"fish": 1, "late": 0},
    "included": 3,
}


def test_counts_that_add_up_are_taken():
    assert Flow(**GOOD).by_hand == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"duplicates": 0},
        {"screened": 5},
        {"included": 4},
        {"excluded": {"fish": 2}},
        {"identified": {"arxiv": 3}},
        {"unavailable": {"arxiv": "timeout"}},
        {"partial": {"crossref": "timeout"}},
        {"duplicates": 5, "screened": 0, "excluded": {}, "included": 0},
        {"by_hand": -1},
        {"identified": {"arxiv": 6, "dblp": -1}},
        {"unavailable": {"crossref": "tired"}},
    ],
)
def test_counts_that_do_not_add_up_are_never_made(wrong):
    with pytest.raises(ValidationError):
        Flow(**GOOD | wrong)
