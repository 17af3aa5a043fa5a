import pandas as pd
import pytest
from pictures import opaque

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
    (axes,) = marks_by_confidence(MARKS, {"000": (0.1, 0.2)}).axes
    drawn = [tuple(point) for each in axes.collections for point in each.get_offsets().tolist()]
    assert sorted(x for x, _ in drawn) == sorted(MARKS["confidence"])
    assert len(set(drawn)) == len(MARKS)
    (cut,) = axes.lines
    assert list(cut.get_xdata()) == pytest.approx([0.15, 0.15])


def test_a_report_without_a_cut_has_no_line():
    assert not marks_by_confidence(MARKS, {}).axes[0].lines


def test_every_score_is_drawn_and_the_reports_own_apart():
    figure = reviewer_scores(SCORES)
    drawn = [x for each in figure.axes[0].collections for x, _ in each.get_offsets().tolist()]
    assert sorted(drawn) == sorted(SCORES["score"])
    (legend,) = figure.legends
    assert {text.get_text() for text in legend.texts} == {"one", "other", "declared by the report"}


def test_the_flow_shows_every_count_and_no_number_for_a_source_that_was_silent():
    figure = flow_of_records(COUNTS)
    said = "\n".join(text.get_text() for text in figure.axes[0].texts)
    for part in (
        *("Records from databases: 3", "arXiv: 3", "DBLP: no answer", "Duplicates removed: 1"),
        *("Works screened: 2", "Left out: 1", "years: 1", "from databases: 1", "by hand: 7"),
    ):
        assert part in said
    assert "DBLP: 0" not in said


@pytest.mark.parametrize(
    "figure",
    [marks_by_confidence(MARKS, {}), reviewer_scores(SCORES), flow_of_records(COUNTS)],
    ids=["marks", "scores", "flow"],
)
def test_the_background_is_opaque(figure):
    assert opaque(figure)
