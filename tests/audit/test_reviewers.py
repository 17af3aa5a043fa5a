import pytest
from made_up_reports import ROWS, judge, report_text

from crosslab.audit.reviewers import REVIEWERS


def scores(text, **changes):
    return {each.reviewer: each.score for each in judge(text, **changes).reviews}


def criteria(text, reviewer):
    (review,) = [each for each in judge(text).reviews if each.reviewer == reviewer]
    return {each.name: each for each in review.criteria}


def test_there_are_at_least_five_reviewers_and_each_scores_from_0_to_10():
    given = scores(report_text())
    assert set(given) == set(REVIEWERS)
    assert len(given) >= 5
    assert all(0 <= each <= 10 for each in given.values())


def test_a_score_is_the_weighted_share_of_its_criteria_and_each_has_a_passage():
    text = report_text()
    for review in judge(text).reviews:
        weights = sum(each.weight for each in review.criteria)
        total = sum(each.weight * each.share for each in review.criteria)
        assert review.score == pytest.approx(10 * total / weights, abs=0.06)
        for each in review.criteria:
            assert 0 <= each.share <= 1
            assert 0 <= each.start < each.end <= len(text)
            assert each.why


# Each pair differs in one thing, and that is what its reviewer looks at.
@pytest.mark.parametrize(
    ("reviewer", "better"),
    [
        ("provenance", {"abstract": "We searched arXiv. This text is machine-generated."}),
        ("provenance", {"rows": [(f"{ROWS[0][0][:-1]} [1].", "✓", "0.61"), *ROWS[1:]]}),
        ("statistics", {"rows": [("Transfer gains 2.1 ± 0.4 points.", "✓", "0.61"), *ROWS[1:]]}),
        ("statistics", {"rows": [("It is 2.1 points better than the baseline.", "✓", "0.6"),
                                 *ROWS[1:]]}),
        ("coverage", {"references": [f"arXiv:2101.0000{number}" for number in range(5)]}),
        ("coverage", {"question": "How far does training lift transfer on PAWS-X?"}),
        ("citations", {"references": ["A paper about herring. <http://arxiv.org/abs/2104.08645v2>"]}),
    ],
)  # fmt: skip
def test_what_a_reviewer_looks_for_raises_its_score_and_no_unrelated_one(reviewer, better):
    rows = better.pop("rows", ROWS)
    plain, improved = scores(report_text()), scores(report_text(rows, **better))
    assert improved[reviewer] > plain[reviewer]


@pytest.mark.parametrize(
    "worse",
    [
        {"counts": "5 papers retrieved. 9 claims extracted; 2 independently verified."},
        {"counts": "5 papers retrieved. 4 claims extracted; 3 independently verified."},
        {"rows": [*ROWS, ROWS[0]]},
        {"rows": [("This claim breaks off in the mid", "✓", "0.6"), *ROWS[1:]]},
        {"rows": [(ROWS[0][0], "perhaps", "0.6"), *ROWS[1:]]},
    ],
)
def test_a_report_that_disagrees_with_itself_loses_with_the_reviewer_of_consistency(worse):
    rows = worse.pop("rows", ROWS)
    assert scores(report_text())["consistency"] == 10
    assert scores(report_text(rows, **worse))["consistency"] < 10


def test_the_passage_of_a_share_of_claims_is_one_that_lacks_it():
    text = report_text([("It rises by 1.0 ± 0.1 points.", "✓", "0.6"), *ROWS])
    found = criteria(text, "statistics")["figures have an uncertainty"]
    assert text[found.start : found.end] == ROWS[0][0]
    assert found.share == 0.5


def test_what_does_not_apply_is_left_out_and_a_reviewer_with_little_to_go_by_gives_nothing():
    text = report_text([("A claim without a figure.", "✓", "0.5")])
    assert "figures have an uncertainty" not in criteria(text, "statistics")
    bare = report_text([("A claim without a figure.", "×", "0.5")], counts="Nothing is counted.")
    assert not {"statistics", "consistency"} & set(scores(bare))


@pytest.mark.parametrize(
    "nonsense", ["Bananas sing louder by doi.", "The arxiv of seeds is better.", "CI is green."]
)
def test_a_bare_word_is_neither_a_source_nor_an_uncertainty(nonsense):
    rows = [(f"{nonsense} They gain 9.9 points.", "✓", "0.9")] * 4
    assert criteria(report_text(rows), "provenance")["claims name a source"].share == 0
    assert criteria(report_text(rows), "statistics")["figures have an uncertainty"].share == 0


def test_the_number_of_a_paper_is_no_figure_that_lacks_an_uncertainty():
    cited = [("It rises, says arXiv:2104.08645 in Section 3.2.", "✓", "0.9")] * 4
    assert "figures have an uncertainty" not in criteria(report_text(cited), "statistics")
