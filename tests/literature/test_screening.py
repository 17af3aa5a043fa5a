import pytest
import yaml

from crosslab.errors import UsageError
from crosslab.literature import screening
from crosslab.literature.merging import merged
from crosslab.literature.screening import Criterion, criteria, pattern, screened
from crosslab.literature.works import Work

ABOUT = "We train a multilingual encoder that transfers zero-shot and withstands noise."


def one(title="Robust Cross-Lingual Transfer", **given):
    values = {"year": 2021, "abstract": ABOUT} | given
    (found,) = merged([Work(source="arxiv", identifier="1", title=title, **values)])
    return found


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Return what puts other criteria in the place of the file's."""

    def write(*rows):
        path = tmp_path / "screening.yaml"
        path.write_text(yaml.safe_dump({"criteria": list(rows)}))
        monkeypatch.setattr(screening, "SCREENING", path)

    return write


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (one(), None),
        (one(retracted=True), "not-retracted"),
        (one(year=2016), "years"),
        (one(year=None), "years"),
        (one("Robust Image Models", abstract="We smooth."), "more-than-one-language"),
        (one("A Multilingual Corpus", abstract="We count."), "a-question-of-the-study"),
        (one(abstract=f"{ABOUT} It reads speech: speech recognition."), "text-only"),
        (one(abstract=None), "has-abstract"),
    ],
)
def test_each_criterion_of_the_study_leaves_out_what_it_says(work, reason):
    (found,) = screened([work], criteria())
    assert found.excluded_by == reason


@pytest.mark.parametrize(
    "title",
    [
        "Improving Zero-Shot Cross-Lingual Transfer via Robust Training",
        "Hybrid Batches for Multilingual Retrieval",
        "Language-agnostic Sentence Embeddings",
        "Domain Adaptation for Low-Resource Languages",
    ],
)
def test_the_subjects_of_the_study_pass(title):
    (found,) = screened([one(title, abstract="Contrastive learning.")], criteria())
    assert found.excluded_by is None


def test_the_first_criterion_that_fails_is_the_reason():
    work = one("Images", year=1999, abstract=None, retracted=True)
    by = criteria()
    for place, criterion in enumerate(by[:3]):
        (found,) = screened([work], by[place:])
        assert found.excluded_by == criterion.id


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("cross lingual*", "cross linguality", True),
        ("zero shot", "zero shots", False),
        ("align*", "malaligned", False),
        ("c", "c d", True),
    ],
)
def test_terms_are_whole_words(term, text, found):
    assert bool(pattern(term).search(text)) is found


def test_hyphens_case_and_accents_make_no_difference():
    rule = Criterion(id="x", words="w", rule="any-of", terms=("Cross-Lingual",))
    assert rule.holds(one("CROSS LINGUAL"))
    assert rule.holds(one("Cröss\u2010Lingual"))


def test_title_and_abstract_do_not_flow_into_each_other():
    rule = Criterion(id="x", words="w", rule="any-of", terms=("fish chips",))
    assert not rule.holds(one("On Fish", abstract="Chips are dear."))


@pytest.mark.parametrize(
    ("years", "holds"),
    [({"first_year": 2021}, True), ({"first_year": 2022}, False), ({"last_year": 2021}, True)],
)
def test_years_are_counted_with_both_ends(years, holds):
    assert Criterion(id="x", words="w", rule="years", **years).holds(one()) is holds


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"rule": "any-of"}, "terms belong"),
        ({"rule": "has-abstract", "terms": ["a"]}, "terms belong"),
        ({"rule": "years"}, "first_year or last_year belong"),
        ({"rule": "none-of", "terms": ["a"], "last_year": 2000}, "belong to the rule years"),
        ({"rule": "years", "first_year": 2001, "last_year": 2000}, "must not come after"),
        ({"rule": "any-of", "terms": ["*"]}, "letters or digits"),
        ({"rule": "has-anstract"}, "rule"),
        ({"rule": "has-abstract", "colour": "blue"}, "colour"),
        ({"rule": "has-abstract", "id": "Not An Id"}, "id"),
    ],
)
def test_a_criterion_that_cannot_be_applied_is_refused(file, row, problem):
    file({"id": "x", "words": "w"} | row)
    with pytest.raises(UsageError, match=problem):
        criteria()


def test_two_criteria_of_one_name_are_refused(file):
    row = {"id": "x", "words": "w", "rule": "has-abstract"}
    file(row, row)
    with pytest.raises(UsageError, match="criterion x stands there 2 times"):
        criteria()


def test_without_criteria_nothing_is_screened(file):
    file()
    with pytest.raises(UsageError, match="every hit would be included"):
        criteria()
