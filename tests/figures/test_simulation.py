import numpy as np
import pandas as pd
import pytest
from pictures import opaque

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
    figure = outcomes_by_seeds(RATES)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["true effect \N{MINUS SIGN}2", "true effect 0", "true effect +2"]
    for axes in figure.axes:
        assert [label.get_text() for label in axes.get_xticklabels()] == ["3", "20"]


def test_the_parts_of_a_bar_are_the_shares_and_fill_it():
    axes = outcomes_by_seeds(RATES).axes[2]
    heights = {bars.get_label(): [bar.get_height() for bar in bars] for bars in axes.containers}
    assert heights["reproduced"] == pytest.approx([10, 10])
    assert heights["direction-only"] == pytest.approx([22, 22])
    tops = [bar.get_y() + bar.get_height() for bar in axes.containers[-1]]
    assert tops == pytest.approx([100, 100])


def test_outcomes_differ_in_hatch_or_lightness_as_well_as_in_colour():
    axes = outcomes_by_seeds(RATES).axes[0]
    looks = {(bars[0].get_hatch(), round(np.mean(bars[0].get_facecolor()[:3]), 1))
             for bars in axes.containers}  # fmt: skip
    assert len(looks) == 4


def test_power_is_drawn_for_real_effects_alone_stated_beside_achieved():
    figure = power_by_seeds(RATES)
    (axes,) = figure.axes
    lines = {line.get_label(): line.get_ydata().tolist() for line in axes.lines}
    assert lines == {"power as stated": [50, 50], "direction found": [3, 20]}


@pytest.mark.parametrize("draw", [outcomes_by_seeds, power_by_seeds])
def test_the_background_is_opaque_and_the_quantity_has_its_unit(draw):
    figure = draw(RATES)
    assert opaque(figure)
    assert "%" in figure.axes[0].get_ylabel()
