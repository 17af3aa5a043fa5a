import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_services import PAPERS, MadeUpReference, refusal

from crosslab.literature.answers import Unavailable
from crosslab.literature.citations import COVER, Absent, asked_by, citation_state, comparison
from crosslab.literature.lookups import looked_up
from crosslab.literature.works import Work

TITLE, PEOPLE = "Low-Rank Changes to Large Fish", ("Ana Perch", "Bo Unn")
OTHER = "A Handbook of Mathematical Discourse"
GONE = Unavailable("rate-limited", "HTTP 429")
INDEXES = sorted({"crossref", "openalex", "semantic-scholar", "arxiv", "anthology"})


def has(title=TITLE, authors=PEOPLE, year=2021, **more):
    return Work(source="made-up", identifier="1", title=title, authors=authors, year=year, **more)


def cited(**given):
    values = {"title": TITLE, "authors": PEOPLE, "year": 2021, "doi": "10.1000/a"}
    return MadeUpReference(**values | given)


references = st.builds(
    cited,
    title=st.sampled_from([TITLE, OTHER, None]),
    authors=st.sampled_from([PEOPLE, ("Cy Carp",), ()]),
    year=st.sampled_from([2021, 2010, None]),
    doi=st.sampled_from(["10.1000/a", None]),
    arxiv=st.sampled_from(["2101.00001", None]),
    mark=st.sampled_from(["SEEN", "RECALLED", "NOT FOUND"]),
)
findings = st.one_of(
    st.just(Absent()),
    st.just(GONE),
    st.builds(
        has,
        title=st.sampled_from([TITLE, OTHER, "Low-Rank"]),
        authors=st.sampled_from([PEOPLE, ("Cy Carp",), ()]),
        year=st.sampled_from([2021, 2010, None]),
        retracted=st.booleans(),
    ),
)
answers = st.dictionaries(st.sampled_from(INDEXES), findings)


@given(references, answers)
def test_no_index_accuses_alone(reference, said):
    told = citation_state(reference, said)
    against = [
        key
        for key, each in said.items()
        if isinstance(each, Absent)
        or (isinstance(each, Work) and comparison(reference, each) == "contradicts")
    ]
    if told.state in {"exists-misdescribed", "not-found"}:
        assert len(against) >= 2
        assert set(against) != {"crossref", "openalex"}


@given(references, answers, st.sampled_from(INDEXES), findings)
def test_one_more_voice_alone_never_turns_right_into_wrong(reference, said, index, finding):
    before = citation_state(reference, {key: said[key] for key in said if key != index})
    after = citation_state(reference, {**said, index: finding})
    if before.state == "exists-right":
        assert after.state in {"exists-right", "cannot-tell"}


@given(references, answers)
def test_what_an_index_confirms_is_never_called_wrong(reference, said):
    told = citation_state(reference, said)
    if any(
        isinstance(each, Work) and comparison(reference, each) == "agrees" for each in said.values()
    ):
        assert told.state == "exists-right"
    if any(isinstance(each, Work) for each in said.values()):
        assert told.state != "not-found"
    assert told.why


@given(references, answers)
def test_silence_is_no_evidence(reference, said):
    spoken = {key: each for key, each in said.items() if not isinstance(each, Unavailable)}
    assert citation_state(reference, said).state == citation_state(reference, spoken).state


@given(references, answers)
def test_a_work_that_a_person_saw_exists(reference, said):
    if reference.mark == "SEEN":
        assert citation_state(reference, said).state != "not-found"


@given(references, answers)
def test_a_retraction_is_always_told(reference, said):
    told = citation_state(reference, said)
    assert told.retracted == any(
        isinstance(each, Work) and each.retracted for each in said.values()
    )
    assert told.retracted == ("retracted" in told.why)


def test_an_index_with_a_corrupt_title_accuses_nobody():
    right, corrupt = has(), has(title=OTHER)
    alone = citation_state(cited(), {"openalex": corrupt})
    assert alone.state == "cannot-tell"
    assert "one index alone accuses nobody" in alone.why
    # Crossref has no words of its own here: what OpenAlex says comes from there.
    fed = citation_state(cited(), {"openalex": corrupt, "crossref": corrupt})
    assert fed.state == "cannot-tell"
    beside = citation_state(cited(), {"openalex": corrupt, "semantic-scholar": right})
    assert beside.state == "exists-right"
    assert "openalex has another description" in beside.why


def test_two_independent_indexes_that_agree_may_accuse():
    wrong = {"crossref": has(title=OTHER), "semantic-scholar": has(title=f"{OTHER}.")}
    told = citation_state(cited(), wrong)
    assert told.state == "exists-misdescribed"
    assert OTHER in told.why
    assert citation_state(cited(), {**wrong, "openalex": has()}).state == "exists-right"


def test_two_indexes_that_contradict_each_other_too_accuse_nobody():
    said = {"crossref": has(title=OTHER), "semantic-scholar": has(title="Herbs of the Alps")}
    assert citation_state(cited(), said).state == "cannot-tell"


def test_wrong_people_are_a_wrong_description():
    said = dict.fromkeys(("crossref", "semantic-scholar"), has(authors=("Cy Carp",)))
    assert citation_state(cited(), said).state == "exists-misdescribed"


@pytest.mark.parametrize(
    ("work", "found"),
    [
        (has(), "agrees"),
        (has(title="Low-rank changes to LARGE fish"), "agrees"),
        (has(year=2022), "agrees"),
        (has(year=2024), "unclear"),
        (has(title="Low-Rank Changes to Large Fish and Other Animals"), "unclear"),
        (has(title=OTHER), "contradicts"),
        (has(authors=("Cy Carp",)), "contradicts"),
        (has(authors=()), "agrees"),
    ],
)
def test_a_description_agrees_contradicts_or_does_neither(work, found):
    assert comparison(cited(), work) == found


def test_without_a_description_there_is_nothing_to_contradict():
    bare = cited(title=None, authors=(), year=None)
    assert citation_state(bare, {"crossref": has(title=OTHER)}).state == "exists-right"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"crossref": Absent(), "semantic-scholar": Absent()}, "not-found"),
        ({"crossref": Absent(), "openalex": Absent()}, "cannot-tell"),
        ({"crossref": Absent(), "semantic-scholar": GONE}, "cannot-tell"),
        ({"crossref": Absent(), "anthology": Absent()}, "cannot-tell"),
        ({"crossref": GONE, "semantic-scholar": GONE}, "cannot-tell"),
        ({}, "cannot-tell"),
    ],
)
def test_absence_takes_two_indexes_that_would_have_it(said, state):
    assert citation_state(cited(), said).state == state


def test_who_did_not_answer_and_why_is_told():
    told = citation_state(cited(), {"crossref": Absent(), "semantic-scholar": GONE})
    assert "semantic-scholar (rate-limited)" in told.why


def test_a_person_who_saw_it_outweighs_absence_but_does_not_settle_it():
    absent = dict.fromkeys(("crossref", "semantic-scholar"), Absent())
    told = citation_state(cited(mark="SEEN"), absent)
    assert (told.state, "a person has seen it" in told.why) == ("cannot-tell", True)
    alone = citation_state(cited(mark="SEEN"), {"crossref": GONE})
    assert (alone.state, "read here (SEEN)" in alone.why) == ("exists-right", True)


def test_a_citation_without_an_identifier_cannot_be_told():
    bare = cited(doi=None)
    assert asked_by(bare) is None
    assert citation_state(bare, {}).state == "cannot-tell"


@pytest.mark.parametrize("kind", list(COVER))
def test_the_indexes_that_know_an_identifier_are_asked_and_frozen(cloud, tmp_path, kind):
    paper = PAPERS[0]
    reference = MadeUpReference(
        title=paper.title, authors=paper.authors, **{kind: getattr(paper, kind)}
    )
    said = looked_up(reference, results=tmp_path, access=cloud.access())
    assert set(said) == COVER[kind] == set(cloud.asked)
    assert citation_state(reference, said).state == "exists-right"
    cloud.close()
    assert looked_up(reference, results=tmp_path, access=cloud.access()) == said


def test_a_work_that_is_nowhere_is_found_nowhere(cloud, tmp_path):
    reference = MadeUpReference(title="None", doi="10.1000/nowhere")
    said = looked_up(reference, results=tmp_path, access=cloud.access())
    assert set(said.values()) == {Absent()}
    assert citation_state(reference, said).state == "not-found"


def test_an_index_that_failed_is_asked_again_on_request(cloud, tmp_path):
    paper = PAPERS[0]
    reference = MadeUpReference(title=paper.title, doi=paper.doi)
    cloud.script["crossref"] = [refusal(500)] * 3
    said = looked_up(reference, results=tmp_path, access=cloud.access())
    assert isinstance(said["crossref"], Unavailable)
    frozen = looked_up(reference, results=tmp_path, access=cloud.access())
    assert isinstance(frozen["crossref"], Unavailable)
    again = looked_up(reference, results=tmp_path, access=cloud.access(), again=True)
    assert isinstance(again["crossref"], Work)


def test_an_arxiv_id_comes_before_a_doi():
    assert asked_by(cited(arxiv="2101.00001")) == ("arxiv", "2101.00001")
    assert asked_by(cited(anthology="2021.fish-main.1")) == ("anthology", "2021.fish-main.1")
