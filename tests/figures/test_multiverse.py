from dataclasses import replace

import numpy as np
import pytest
from made_up_evidence import made_up_answered
from matplotlib.collections import PathCollection
from pictures import opaque, picture

from crosslab.figures.multiverse import OUTCOME_STYLE, single_seed_figure, specification_curve
from crosslab.multiverse import (
    CHOICES,
    Rule,
    single_seed_gains,
    single_seed_summary,
    specifications,
)

RULE = Rule(level=0.95, smallest_effect_points=0.5)
CLAIMED = {"paraphrase": 2.1, "nli": 1.6}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return made_up_answered(tmp_path_factory.mktemp("s"))


@pytest.fixture(scope="module")
def table(found):
    return specifications(found, RULE)


def both(found, table, claimed):
    summary = single_seed_summary(found, RULE, claimed)
    return (
        specification_curve(table, claimed),
        single_seed_figure(single_seed_gains(found), summary),
    )


def labels(figure):
    (legend,) = figure.legends
    return [each.get_text() for each in legend.get_texts()]


def test_figures_are_opaque_and_as_wide_as_a_page(found, table):
    for figure in both(found, table, CLAIMED):
        assert opaque(figure)
        assert picture(figure).shape[1] == pytest.approx(7.2 * 150, abs=2)


def test_every_distinct_specification_stands_at_its_estimate(table):
    figure = specification_curve(table, CLAIMED)
    drawn = [
        point
        for marks in figure.axes[0].collections
        if isinstance(marks, PathCollection) and marks.get_label() != "by the bar"
        for point in np.asarray(marks.get_offsets())
    ]
    expected = np.sort(table[table["distinct"]]["estimate"])
    found_points = np.array(sorted(drawn, key=lambda point: point[0]))
    assert np.allclose(found_points[:, 0], np.arange(len(expected)))
    assert np.allclose(found_points[:, 1], expected)


def test_what_the_bars_fixed_is_marked_once_per_task(found, table):
    figure = specification_curve(table, CLAIMED)
    (stars,) = [each for each in figure.axes[0].collections if each.get_label() == "by the bar"]
    heights = sorted(np.asarray(stars.get_offsets())[:, 1])
    summary = single_seed_summary(found, RULE, CLAIMED)
    own = summary[summary["design"] == "by the bar"]["estimate"]
    assert np.allclose(heights, sorted(own))


def test_each_level_of_each_choice_has_a_line_with_its_ticks(table):
    marks = specification_curve(table, CLAIMED).axes[1]
    names = [each.get_text() for each in marks.get_yticklabels()]
    assert len(names) == len(set(names)) == sum(len(levels) for levels in CHOICES.values())
    ticks = {}
    for group in marks.collections:
        for segment in group.get_segments():
            row = round(float(segment[:, 1].mean()))
            ticks.setdefault(names[row], set()).add(round(float(segment[0, 0])))
    distinct = table[table["distinct"]].sort_values("estimate", kind="stable")
    rows = distinct.reset_index(drop=True)
    assert ticks["clean-matched"] == set(rows.index[rows["control"] == "clean-matched"])
    assert ticks["seeds: first half"] == set(rows.index[rows["seeds"] == "first half"])


def test_each_kind_of_mark_is_named_once(found, table):
    curve, single = both(found, table, CLAIMED)
    claimed = ["claimed, paraphrase", "claimed, nli"]
    expected = [*OUTCOME_STYLE, "not selectable", "by the bar", *claimed]
    assert sorted(labels(curve)) == sorted(expected)
    assert sorted(labels(single)) == sorted(
        ["one seed alone", "all seeds, 95 % interval", "claimed"]
    )


def test_a_claim_on_the_second_task_alone_is_still_named(found, table):
    curve, single = both(found, table, {"nli": 1.6})
    assert "claimed" in labels(single)
    assert [each for each in labels(curve) if "claimed" in each] == ["claimed, nli"]


def test_claimed_figures_stand_at_their_values(found, table):
    curve, _ = both(found, table, CLAIMED)
    lines = {each.get_label(): each for each in curve.axes[0].lines}
    assert {name: lines[f"claimed, {name}"].get_ydata()[0] for name in CLAIMED} == CLAIMED
    assert len({lines[f"claimed, {name}"].get_linestyle() for name in CLAIMED}) == 2


def test_outcomes_differ_in_colour_and_in_marker():
    for place in (0, 1):
        assert len({style[place] for style in OUTCOME_STYLE.values()}) == len(OUTCOME_STYLE)


def test_a_study_without_runs_can_be_drawn(found):
    nothing = replace(found, outcomes={})
    for figure in both(nothing, specifications(nothing, RULE), CLAIMED):
        assert picture(figure).size
        assert not any(
            len(path.get_offsets())
            for axes in figure.axes
            for path in axes.collections
            if isinstance(path, PathCollection)
        )
