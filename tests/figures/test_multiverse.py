from dataclasses import replace

import numpy as np
import pytest
from made_up_evidence import made_up_answered
from matplotlib.collections import PathCollection
from pictures import bars, legible, nothing_shown, opaque, picture, told

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


def singles(found, claimed):
    return single_seed_figure(single_seed_gains(found), single_seed_summary(found, RULE, claimed))


def both(found, table, claimed):
    return specification_curve(table, claimed).figure, singles(found, claimed).figure


def labels(figure):
    (legend,) = figure.legends
    return [each.get_text() for each in legend.get_texts()]


def test_figures_are_opaque_and_as_wide_as_a_page(found, table):
    for figure in both(found, table, CLAIMED):
        assert opaque(figure)
        assert legible(figure)
        assert picture(figure).shape[1] == pytest.approx(7.2 * 150, abs=2)


def test_every_distinct_specification_stands_at_its_estimate(table):
    figure = specification_curve(table, CLAIMED).figure
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
    figure = specification_curve(table, CLAIMED).figure
    (stars,) = [each for each in figure.axes[0].collections if each.get_label() == "by the bar"]
    heights = sorted(np.asarray(stars.get_offsets())[:, 1])
    summary = single_seed_summary(found, RULE, CLAIMED)
    own = summary[summary["design"] == "by the bar"]["estimate"]
    assert np.allclose(heights, sorted(own))


def test_each_level_of_each_choice_has_a_line_with_its_ticks(table):
    marks = specification_curve(table, CLAIMED).figure.axes[1]
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


def test_the_table_of_specifications_holds_every_mark_and_every_choice(table):
    shown = specification_curve(table, CLAIMED)
    drawn = table[table["distinct"]].sort_values("estimate", kind="stable")
    held = shown.data[shown.data["mark"] == "specification"]
    assert held["place"].tolist() == list(range(len(drawn)))
    assert np.allclose(held["estimate_points"], drawn["estimate"])
    for choice in (*CHOICES, "outcome", "selectable"):
        assert held[choice].tolist() == drawn[choice].tolist()
    claims = shown.data[shown.data["mark"] == "claimed"]
    assert dict(zip(claims["task"], claims["estimate_points"], strict=True)) == CLAIMED
    stars = [each for each in shown.figure.axes[0].collections if each.get_label() == "by the bar"]
    own = held.loc[held["by the bar"].astype(bool), "place"].astype(float)
    assert np.allclose(np.asarray(stars[0].get_offsets())[:, 0], own)


def test_the_curve_in_words_follows_the_estimates_and_the_claims(table):
    drawn = table[table["distinct"]]
    said = specification_curve(table, {"nli": -100.0}).finding
    hollow = int((~drawn["selectable"]).sum())
    assert f"curve of {len(drawn)} estimates of a gain, in points, {hollow} of them with" in said
    of_nli = int((drawn["task"] == "nli").sum())
    assert f"100.0 claimed on nli is reached by {of_nli} of {of_nli} estimates" in said
    raised = table.assign(**{each: table[each] + 1000 for each in ("estimate", "low", "high")})
    assert f"{len(drawn)} above zero" in specification_curve(raised, {}).finding
    assert f"{len(drawn)} contradicted" in (
        specification_curve(table.assign(outcome="contradicted"), {}).finding
    )


def test_the_table_of_single_seeds_holds_seeds_intervals_and_claims(found):
    shown = singles(found, CLAIMED)
    (axes,) = shown.figure.axes
    by_mark = dict(list(shown.data.groupby("mark")))
    assert np.allclose(bars(axes), told(by_mark["all seeds"]))
    for mark in ("one seed alone", "claimed"):
        drawn = [each.get_offsets()[:, 0] for each in axes.collections if each.get_label() == mark]
        assert np.allclose(np.concatenate(drawn), by_mark[mark]["estimate_points"])
    assert by_mark["one seed alone"]["seed"].tolist() == single_seed_gains(found)["seed"].tolist()


def test_single_seeds_in_words_count_those_above_the_claim(found):
    (first, *_) = single_seed_summary(found, RULE, CLAIMED).to_dict("records")
    number = first["seeds"]
    assert f"{number} above the \N{MINUS SIGN}100.0 claimed" in (
        singles(found, {"paraphrase": -100.0}).finding
    )
    assert "0 above the +100.0 claimed" in singles(found, {"paraphrase": 100.0}).finding
    assert "claimed" not in singles(found, {}).finding


def test_a_study_without_runs_can_be_drawn(found):
    nothing = replace(found, outcomes={})
    curve = specification_curve(specifications(nothing, RULE), CLAIMED)
    assert picture(curve.figure).size
    assert not any(
        len(path.get_offsets())
        for axes in curve.figure.axes
        for path in axes.collections
        if isinstance(path, PathCollection)
    )
    assert "No specification could be computed." in curve.finding
    assert list(curve.data["mark"]) == ["claimed", "claimed"]
    assert nothing_shown(singles(nothing, CLAIMED), "no task was run")
