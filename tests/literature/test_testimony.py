import re
import shutil
from itertools import pairwise

import pytest
import yaml
from conftest import PROJECT
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crosslab.claims import claims
from crosslab.errors import UsageError
from crosslab.literature import testimony
from crosslab.literature.references import references
from crosslab.literature.testimony import KnownBenchmark, Question, Statement, stance_of

FOLDER = PROJECT / "claims"
CLAIMS = [each.claim_id for each in claims()]
FILES = ("evidence.yaml", "questions.yaml", "benchmarks.yaml", "references.bib")
STANCES = ("supports", "contradicts", "qualifies", "silent")
LONGEST = 700

ROW = {
    "about": "gain-nli",
    "source": "huang-2021-robust",
    "stance": "silent",
    "locator": "abstract",
    "says": "Nothing.",
    "checked": "abstract read",
    "mark": "SEEN",
}


def row(stance="silent", mark="SEEN", **changed):
    return Statement.model_validate(ROW | {"stance": stance, "mark": mark} | changed)


READ = st.builds(row, stance=st.sampled_from(STANCES), mark=st.sampled_from(["SEEN", "DERIVED"]))
NOT_READ = st.one_of(
    st.builds(row, stance=st.sampled_from(STANCES), mark=st.just("RECALLED")),
    st.just(row("silent", "NOT FOUND")),
)


@pytest.fixture
def changed(tmp_path):
    """Change copies of the files and return the problems that they then have."""
    for name in FILES:
        shutil.copy(FOLDER / name, tmp_path)

    def problems(known=CLAIMS, **changes):
        for name, change in changes.items():
            path = tmp_path / f"{name}.yaml"
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            change(content)
            path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        found = testimony.problems(tmp_path, known)
        assert all(each.startswith(str(tmp_path)) for each in found)
        return [each.removeprefix(f"{tmp_path}/") for each in found]

    return problems


@pytest.mark.parametrize(
    ("said", "stance"),
    [
        ([], "not-found"),
        (["silent"], "source-silent"),
        (["qualifies"], "source-silent"),
        (["silent", "qualifies"], "source-silent"),
        (["supports", "silent", "qualifies"], "supported"),
        (["contradicts", "silent", "qualifies"], "contradicted"),
        (["supports", "contradicts"], "conflicting"),
    ],
)
def test_a_stance_follows_from_what_was_read(said, stance):
    assert stance_of([row(each) for each in said]) == stance


def test_what_follows_from_figures_that_were_read_counts_like_them():
    assert stance_of([row("contradicts", "DERIVED")]) == "contradicted"


@given(read=st.lists(READ), others=st.lists(NOT_READ))
def test_what_is_remembered_or_was_not_found_decides_nothing(read, others):
    assert stance_of([*others, *read]) == stance_of(read)


@given(rows=st.lists(READ, min_size=1))
def test_one_more_source_that_supports_never_makes_a_claim_less_supported(rows):
    before, after = stance_of(rows), stance_of([*rows, row("supports")])
    expected = {"contradicted": "conflicting", "conflicting": "conflicting"}
    assert after == expected.get(before, "supported")


@pytest.mark.parametrize("stance", ["supports", "contradicts", "qualifies"])
def test_a_row_that_was_not_found_takes_no_side(stance):
    with pytest.raises(ValidationError, match="NOT FOUND can only be silent"):
        row(stance, "NOT FOUND")


@pytest.mark.parametrize(
    "wrong",
    [
        {"stance": "agrees"},
        {"mark": "HEARD"},
        {"says": "x" * (LONGEST + 1)},
        {"says": ""},
        {"locator": ""},
        {"colour": "blue"},
    ],
)
def test_a_row_that_is_not_as_it_should_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        row(**wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"exists": True, "mark": "SEEN"}, "needs a source"),
        ({"exists": True, "mark": "NOT FOUND", "source": "a-2020"}, "other than NOT FOUND"),
        ({"exists": False, "mark": "NOT FOUND"}, "needs the mark NOT FOUND, searched and nearest"),
        ({"exists": False, "mark": "SEEN", "searched": "all over"}, "searched and nearest"),
    ],
)
def test_a_benchmark_has_a_source_or_was_searched_for(wrong, said):
    with pytest.raises(ValidationError, match=said):
        KnownBenchmark.model_validate({"name": "X", "aliases": [], **wrong})


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "nothing real is known to be near to it"),
        (["A"], "the nearest real thing is A"),
        (["A", "B"], "the nearest real things are A and B"),
        (["A", "B", "C"], "the nearest real things are A, B and C"),
    ],
)
def test_the_nearest_real_things_are_named_in_words(names, words):
    near = [{"name": name, "fact": "f", "mark": "SEEN"} for name in names]
    known = {"name": "X", "aliases": [], "exists": True, "mark": "SEEN", "source": "a-2020"}
    assert KnownBenchmark.model_validate({**known, "nearest": near}).nearest_words == words


def test_an_obstacle_is_one_of_those_that_every_verdict_uses():
    question = next(iter(testimony.questions(FOLDER).values())).model_dump()
    with pytest.raises(ValidationError, match="benchmark-does-not-exist"):
        Question.model_validate(question | {"obstacle": "no-time"})
    assert Question.model_validate(question | {"obstacle": None}).obstacle is None


def test_the_files_as_they_stand_agree_with_each_other():
    assert testimony.problems(FOLDER) == []


def test_everything_that_is_astray_is_reported_together(changed):
    def evidence(content):
        content["evidence"][0]["about"] = "gain-paraphrases"
        content["evidence"][1]["source"] = "huang-2021-robust-xl"
        content["evidence"].append(dict(content["evidence"][-1]))
        content["evidence"] = [
            each for each in content["evidence"] if each["source"] != "sun-2021-multilingual"
        ]
        content["conclusions"][0]["about"] = "nothing"

    def benchmarks(content):
        content["benchmarks"][0]["nearest"][0]["source"] = "nie-2020"
        content["benchmarks"][3]["source"] = "yang-2019-pause"

    found = changed(evidence=evidence, benchmarks=benchmarks)
    for said in (
        "evidence.yaml, evidence about gain-paraphrases, which is unknown; did you mean gain-para",
        "evidence.yaml, conclusion about nothing, which is unknown; known: adaptation-paraphrase,",
        "evidence.yaml, conclusions: there is none about gain-paraphrase; say what",
        "evidence.yaml, evidence about scales: hua-2024-mothello, README and code: stands there tw",
        "source huang-2021-robust-xl, which is unknown; did you mean huang-2021-robust-xlt?",
        "benchmarks.yaml, X-ANLI: source nie-2020, which is unknown; did you mean",
        "benchmarks.yaml, PAWS-X: source yang-2019-pause, which is unknown; did you mean yang-2019",
        "references.bib: sun-2021-multilingual is cited nowhere; cite it, or take the entry out.",
    ):
        assert sum(said in each for each in found) == 1, said
    assert len(found) == 8


def test_a_claim_that_the_registry_gains_needs_a_conclusion(changed):
    assert changed(known=[*CLAIMS, "new-claim"]) == [
        "evidence.yaml, conclusions: there is none about new-claim; say what its rows add up to."
    ]


def test_a_claim_and_a_question_do_not_share_an_id(changed):
    found = changed(known=[*CLAIMS, "scales"])
    assert found == [
        "evidence.yaml, scales is the id of a claim and of a question; rename the question."
    ]


def test_a_reference_that_the_reports_list_stays_even_if_nothing_cites_it(changed, tmp_path):
    path = tmp_path / "references.bib"
    path.write_text(path.read_text(encoding="utf-8").replace("2506.15415", "2506.15416"))
    found = changed()
    assert len(found) == 2
    assert "references.bib: ngugi-2025-targeted is cited nowhere" in found[0]
    assert "references.bib: arXiv 2506.15415, which the reports list, has no entry" in found[1]


def test_the_problems_of_several_files_are_reported_together(changed, tmp_path):
    def evidence(content):
        content["evidence"][0]["mark"] = "HEARD"
        content["conclusions"].append(content["conclusions"][0])

    def questions(content):
        content["questions"][1]["question_id"] = content["questions"][0]["question_id"]

    def benchmarks(content):
        content["benchmarks"][3]["aliases"] = ["XNLI"]

    (tmp_path / "references.bib").write_text("@misc{a, title = {x}}")
    found = changed(evidence=evidence, questions=questions, benchmarks=benchmarks)
    for said in (
        "references.bib, line 1, a: domain",
        "evidence.yaml, entry 1: mark",
        "evidence.yaml, conclusions: gain-paraphrase stands there twice; keep one row.",
        "questions.yaml: alignment-consistency stands there twice; keep one row.",
        "benchmarks.yaml: XNLI stands there twice; keep one row.",
    ):
        assert sum(each.startswith(said) for each in found) == 1, said


def test_a_file_that_is_missing_is_one_line_though_it_holds_two_lists(changed, tmp_path):
    (tmp_path / "evidence.yaml").unlink()
    (problem,) = changed()
    assert problem.startswith("evidence.yaml cannot be read")


def test_no_stance_is_derived_from_files_that_disagree(changed, tmp_path):
    changed(evidence=lambda content: content["conclusions"].pop())
    with pytest.raises(UsageError, match="there is none about scales"):
        testimony.stances(tmp_path)


def test_the_stances_on_the_claims_are_what_the_rows_come_to():
    found = testimony.stances(FOLDER)
    assert {claim: found[claim] for claim in CLAIMS} == {
        "gain-paraphrase": "source-silent",
        "gain-nli": "source-silent",
        "gain-generalized": "supported",
        "code-available": "supported",
        "encoders-proposed": "supported",
        "benchmarks-exist": "supported",
        "early-alignment": "supported",
        "contextual-alignment": "supported",
        "extra-supervision": "supported",
        "corpora-expensive": "supported",
        "syntax-awareness": "supported",
        "syntax-needs-data": "source-silent",
        "mixed-pairs": "supported",
        "alignment-important": "conflicting",
    }


def test_no_question_is_answered_in_print_and_each_has_neighbours():
    found, rows = testimony.stances(FOLDER), testimony.statements(FOLDER)
    for question in testimony.questions(FOLDER):
        assert found[question] == "source-silent"
        assert sum(each.about == question for each in rows) >= 3


@pytest.mark.parametrize("claim", ["gain-paraphrase", "gain-nli"])
def test_the_claimed_figures_are_remembered_and_not_read(claim):
    rows = [each for each in testimony.statements(FOLDER) if each.about == claim]
    marks = {each.mark for each in rows if each.source == "huang-2021-robust"}
    assert marks == {"SEEN", "RECALLED", "NOT FOUND"}
    assert {each.mark for each in rows if each.stance == "supports"} == {"RECALLED"}
    reason = testimony.conclusions(FOLDER)[claim].reason
    assert "is RECALLED with low confidence" in reason
    assert "tables could not be read" in reason


def test_only_the_direction_of_the_generalized_gain_is_in_print():
    rows = [each for each in testimony.statements(FOLDER) if each.about == "gain-generalized"]
    marks = {each.locator: each.mark for each in rows if each.stance == "supports"}
    assert marks == {"abstract, second version": "SEEN", "introduction": "RECALLED"}
    reason = testimony.conclusions(FOLDER)["gain-generalized"].reason
    assert "neither gives a size or a test" in reason


def test_that_the_released_code_is_partial_is_said_beside_that_it_exists():
    rows = [each for each in testimony.statements(FOLDER) if each.about == "code-available"]
    assert {each.stance for each in rows} == {"supports", "qualifies"}
    assert any("Only smoothing by synonyms" in each.says for each in rows)


def test_each_question_is_that_of_the_report_it_names():
    reports = PROJECT / "claims" / "reports"
    found = [each.report for each in testimony.questions(FOLDER).values()]
    assert sorted(found) == sorted(path.name for path in reports.glob("*.txt"))
    assert [each[:3] for each in found] == ["000", "001", "002", "003", "004"]


def test_benchmarks_that_do_not_exist_are_named_with_what_is_nearest():
    found = testimony.benchmarks(FOLDER)
    missing = {each.name: {near.name for near in each.nearest} for each in found if not each.exists}
    assert set(missing) == {"X-ANLI", "XTYLE", "XTREME-R adversarial subsets"}
    assert "ANLI" in missing["X-ANLI"]
    assert "MultiCheckList" in missing["XTREME-R adversarial subsets"]
    assert all(each.source for each in found if each.exists)


def test_a_question_about_a_benchmark_that_does_not_exist_says_so():
    asked = testimony.questions(FOLDER)
    missing = {key for key, each in asked.items() if each.obstacle == "benchmark-does-not-exist"}
    assert missing == {"alignment-consistency", "retrieval-domains", "scales"}


def test_a_conclusion_is_a_few_sentences():
    for each in testimony.conclusions(FOLDER).values():
        sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z\"])", each.reason.strip())
        assert 2 <= len(sentences) <= 5, each.about


def words(text):
    return re.findall(r"\w+", text.lower())


def test_what_is_said_of_a_source_is_not_taken_from_a_title():
    runs = {
        tuple(said)
        for each in references(FOLDER / "references.bib").values()
        for said in zip(*(words(each.title or "")[start:] for start in range(8)), strict=False)
    }
    texts = [each.says for each in testimony.statements(FOLDER)]
    texts += [each.reason for each in testimony.conclusions(FOLDER).values()]
    for text in texts:
        assert not runs & set(zip(*(words(text)[start:] for start in range(8)), strict=False))


def test_no_two_rows_about_one_claim_say_the_same():
    rows = sorted((each.about, each.says) for each in testimony.statements(FOLDER))
    assert all(first != second for first, second in pairwise(rows))
