import pandas as pd
import pytest
from pictures import legible, nothing_shown, opaque

from crosslab.figures.audit import marks_by_confidence, reviewer_scores
from crosslab.figures.literature import flow_of_records

MARKS = pd.DataFrame(
    [("000", 0.1, False), ("000", 0.1, False), ("000", 0.2, True), ("001", 0.15, True)],
    columns=["report", "confidence", "verified"],
)
SCORES = pd.DataFrame(
    [("000", "one", 3.0), ("000", "other", 9.0), ("000", "declared", 8.0), ("001", "one", 4.0)],
    columns=["report", "reviewer", "score"],
)
COUNTS = {
    "identified": {"arXiv": 3, "DBLP": None},
    "duplicates": 1,
    "screened": 2,
    "excluded": {"years": 1, "text-only": 0},
    "included": 1,
    "by hand": 7,
}


def test_every_mark_stands_at_its_confidence_and_none_hides_another():
    shown = marks_by_confidence(MARKS, {"000": (0.1, 0.2)})
    (axes,) = shown.figure.axes
    drawn = [tuple(point) for each in axes.collections for point in each.get_offsets().tolist()]
    assert sorted(x for x, _ in drawn) == sorted(MARKS["confidence"])
    assert len(set(drawn)) == len(MARKS)
    (cut,) = axes.lines
    assert list(cut.get_xdata()) == pytest.approx([0.15, 0.15])
    by_mark = {mark: rows["confidence"].tolist() for mark, rows in shown.data.groupby("mark")}
    assert by_mark == {
        "cut": pytest.approx([0.15]),
        "marked as verified": [0.2, 0.15],
        "not marked as verified": [0.1, 0.1],
    }


def test_a_report_without_a_cut_has_no_line():
    shown = marks_by_confidence(MARKS, {})
    assert not shown.figure.axes[0].lines
    assert "No cut tells" in shown.finding


def test_the_finding_counts_marks_on_the_wrong_side_of_a_cut():
    clean = marks_by_confidence(MARKS, {"000": (0.1, 0.2)}).finding
    assert "4 claims, a line for each of 2 reports: 2 are marked as verified" in clean
    assert "Confidences run from 0.1 to 0.2." in clean
    assert "every claim above it is marked as verified and none below" in clean
    crossed = MARKS.assign(verified=[True, False, True, True])
    assert "with 1 exception among 3 claims" in (
        marks_by_confidence(crossed, {"000": (0.1, 0.2)}).finding
    )


def test_every_score_is_drawn_and_the_reports_own_apart():
    shown = reviewer_scores(SCORES)
    drawn = [x for each in shown.figure.axes[0].collections for x, _ in each.get_offsets().tolist()]
    assert sorted(drawn) == sorted(SCORES["score"]) == sorted(shown.data["score"])
    (legend,) = shown.figure.legends
    names = {"one", "other", "declared by the report"}
    assert {text.get_text() for text in legend.texts} == names == set(shown.data["reviewer"])


def test_the_finding_names_who_gives_most_and_how_reports_see_themselves():
    said = reviewer_scores(SCORES).finding
    assert "other gives most, 9.0, and one least, 3.5" in said
    assert "own scores, 1 of 1 lie above" in said
    harsh = SCORES.assign(score=[9.0, 3.0, 5.0, 9.0])
    assert "one gives most, 9.0, and other least, 3.0" in reviewer_scores(harsh).finding
    assert "own scores, 0 of 1 lie above" in reviewer_scores(harsh).finding


def test_reviewers_that_give_the_same_are_named_together_or_called_alike():
    equal = SCORES.assign(score=[5.0, 5.0, 8.0, 5.0])
    assert "On average all are alike, 5.0." in reviewer_scores(equal).finding
    third = pd.DataFrame([("000", "third", 9.0)], columns=SCORES.columns)
    said = reviewer_scores(pd.concat([SCORES, third])).finding
    assert "On average other and third give most, 9.0, and one least, 3.5." in said


def test_the_flow_shows_every_count_and_no_number_for_a_source_that_was_silent():
    shown = flow_of_records(COUNTS)
    said = "\n".join(text.get_text() for text in shown.figure.axes[0].texts)
    for part in (
        *("Records from databases: 3", "arXiv: 3", "DBLP: no answer", "Duplicates removed: 1"),
        *("Works screened: 2", "Left out: 1", "years: 1", "from databases: 1", "by hand: 7"),
    ):
        assert part in said
    assert "DBLP: 0" not in said
    counts = shown.data.set_index(["step", "part"])["count"]
    assert counts["Records from databases", "arXiv"] == 3
    assert pd.isna(counts["Records from databases", "DBLP"])
    assert counts.sum() == 3 + 1 + 2 + 1 + 1 + 7


def test_the_flow_in_words_names_the_silent_and_the_commonest_reason():
    said = flow_of_records(COUNTS).finding
    assert "1 database (DBLP never answered) gave 3 records, of which 1 were duplicates" in said
    assert "most of them, 1, by the criterion years" in said
    silent = {**COUNTS, "identified": {"arXiv": None, "DBLP": None}}
    assert "None of 2 databases answered" in flow_of_records(silent).finding
    assert "7 works that came by hand" in flow_of_records(silent).finding


def test_reasons_that_are_equally_common_are_all_named():
    two = {**COUNTS, "excluded": {"years": 2, "text-only": 2, "language": 1}}
    said = flow_of_records(two).finding
    assert "most of them by the criteria years and text-only, 2 each" in said


def test_without_reports_the_pictures_say_so():
    assert nothing_shown(marks_by_confidence(MARKS[:0], {}), "no report marks a claim")
    assert nothing_shown(reviewer_scores(SCORES[:0]), "no report was reviewed")


@pytest.mark.parametrize(
    "shown",
    [marks_by_confidence(MARKS, {}), reviewer_scores(SCORES), flow_of_records(COUNTS)],
    ids=["marks", "scores", "flow"],
)
def test_the_background_is_opaque_and_words_are_legible(shown):
    assert opaque(shown.figure)
    assert legible(shown.figure)
