import numpy as np
import pandas as pd
import pytest
from pictures import legible, nothing_shown, opaque, words

from crosslab.figures.simulation import outcomes_by_seeds, power_by_seeds

RATES = pd.DataFrame(
    [
        {
            "seeds": seeds,
            "true_points": truth,
            "reproduced": 0.1,
            "direction-only": 0.2 + truth / 100,
            "inconclusive": 0.4 - truth / 100,
            "contradicted": 0.3,
            "stated_power": 0.5,
            "direction_found": seeds / 100,
        }
        for seeds in (20, 3)
        for truth in (2.0, 0.0, -2.0)
    ]
)


def test_each_true_effect_has_a_panel_and_each_number_of_seeds_a_bar():
    figure = outcomes_by_seeds(RATES).figure
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["true effect \N{MINUS SIGN}2", "true effect 0", "true effect +2"]
    for axes in figure.axes:
        assert [label.get_text() for label in axes.get_xticklabels()] == ["3", "20"]


def test_the_parts_of_a_bar_are_the_shares_and_fill_it():
    axes = outcomes_by_seeds(RATES).figure.axes[2]
    heights = {bars.get_label(): [bar.get_height() for bar in bars] for bars in axes.containers}
    assert heights["reproduced"] == pytest.approx([10, 10])
    assert heights["direction-only"] == pytest.approx([22, 22])
    tops = [bar.get_y() + bar.get_height() for bar in axes.containers[-1]]
    assert tops == pytest.approx([100, 100])


def test_outcomes_differ_in_hatch_or_lightness_as_well_as_in_colour():
    axes = outcomes_by_seeds(RATES).figure.axes[0]
    looks = {(bars[0].get_hatch(), round(np.mean(bars[0].get_facecolor()[:3]), 1))
             for bars in axes.containers}  # fmt: skip
    assert len(looks) == 4


def test_power_is_drawn_for_real_effects_alone_stated_beside_achieved():
    figure = power_by_seeds(RATES).figure
    (axes,) = figure.axes
    lines = {line.get_label(): line.get_ydata().tolist() for line in axes.lines}
    assert lines == {"power as stated": [50, 50], "direction found": [3, 20]}


@pytest.mark.parametrize("draw", [outcomes_by_seeds, power_by_seeds])
def test_the_background_is_opaque_and_the_quantity_has_its_unit(draw):
    figure = draw(RATES).figure
    assert opaque(figure)
    assert legible(figure)
    assert "%" in figure.axes[0].get_ylabel()


def test_the_table_of_outcomes_holds_every_part_of_every_bar():
    shown = outcomes_by_seeds(RATES)
    panels = [rows for _, rows in shown.data.groupby("true_effect_points")]
    for axes, rows in zip(shown.figure.axes, panels, strict=True):
        for parts in axes.containers:
            held = rows[rows["outcome"] == parts.get_label()].sort_values("seeds")
            assert [bar.get_height() for bar in parts] == pytest.approx(list(held["share_percent"]))


def test_the_table_of_power_holds_every_point_by_its_name_in_the_picture():
    shown = power_by_seeds(RATES)
    drawn = {line.get_label(): line.get_ydata().tolist() for line in shown.figure.axes[0].lines}
    held = {name: rows["share_percent"].tolist() for name, rows in shown.data.groupby("rate")}
    assert held.keys() == drawn.keys()
    for name, shares in held.items():
        assert shares == pytest.approx(drawn[name])


def test_the_finding_names_the_commonest_outcome_of_each_true_effect():
    said = words(outcomes_by_seeds(RATES))
    assert "With 20 seeds the commonest outcome is" in said
    assert "inconclusive at true effect 0 (40 %; 40 % with 3)" in said
    many = RATES["seeds"] == 20
    turned = RATES.assign(contradicted=np.where(many, 0.9, 0.3))
    said = words(outcomes_by_seeds(turned))
    assert "contradicted at true effect +2 (90 %; 30 % with 3)" in said


def test_the_finding_on_power_says_where_it_is_stated_most_wrongly():
    said = words(power_by_seeds(RATES))
    assert "found by 3 % with 3 seeds and 20 % with 20 seeds at true effect +2" in said
    assert "furthest apart at true effect +2 with 3 seeds: 50 % stated, 3 % found" in said
    right = RATES.assign(direction_found=np.where(RATES["seeds"] == 3, 0.5, 0.9))
    said = words(power_by_seeds(right))
    assert "with 20 seeds: 50 % stated, 90 % found" in said


def test_outcomes_that_are_equally_common_are_all_named():
    even = RATES.assign(**{"inconclusive": 0.4, "contradicted": 0.4, "direction-only": 0.1})
    said = words(outcomes_by_seeds(even))
    assert "contradicted and inconclusive alike at true effect 0 (40 % each; 40 % and 40 %" in said


def test_power_that_is_stated_equally_wrongly_has_no_worst_place():
    right = RATES.assign(direction_found=0.5)
    assert "How far the two lie apart: all are alike, 0 points." in words(power_by_seeds(right))
    more = pd.concat([right, right.assign(seeds=right["seeds"] + 1, direction_found=0.4)])
    said = words(power_by_seeds(more))
    assert "furthest apart, 10 points, at true effect +2 with 4 seeds and" in said


def test_where_nothing_was_simulated_the_pictures_say_so():
    assert nothing_shown(outcomes_by_seeds(RATES[:0]), "no study was simulated")
    without = RATES[RATES["true_points"] <= 0]
    assert nothing_shown(power_by_seeds(without), "no study was simulated")
