import numpy as np
import pandas as pd
import pytest
from made_up_probes import made_up_probes
from pictures import opaque, picture

from crosslab import probes
from crosslab.figures import mechanism as figures
from crosslab.figures.style import ARM_STYLE

FOUND = made_up_probes()
NOISE = probes.noise_curves(FOUND)
CERTIFIED = probes.certified_curves(FOUND)
AWAY = probes.far_and_right(FOUND)


def drawn(axes):
    return {container.get_label(): container.lines[0].get_xydata() for container in axes.containers}


@pytest.fixture(scope="module")
def pictures():
    return [
        figures.noise_curves(NOISE, FOUND.balls),
        figures.certified_curves(CERTIFIED),
        figures.distances(AWAY, FOUND.balls),
    ]


def test_each_kind_of_noise_and_place_has_a_panel_with_every_arm(pictures):
    titles = [axes.get_title() for axes in pictures[0].axes]
    assert titles == [
        "random noise, source language",
        "random noise, targets",
        "worst noise found, source language",
        "worst noise found, targets",
    ]
    assert all(set(drawn(axes)) == set(FOUND.arms) for axes in pictures[0].axes)


def test_the_marks_of_a_panel_stand_at_its_own_accuracies(pictures):
    for axes, (noise, where) in zip(
        pictures[0].axes,
        [(kind, place) for kind in ("random", "worst") for place in ("source", "targets")],
        strict=True,
    ):
        rows = NOISE[(NOISE["noise"] == noise) & (NOISE["where"] == where)]
        for arm, marks in drawn(axes).items():
            expected = rows[rows["arm"] == arm].sort_values("radius")["estimate"]
            assert np.allclose(marks[:, 1], expected)
            assert np.abs(marks[:, 0] - np.arange(len(marks))).max() < 0.3


def test_intervals_reach_from_low_to_high(pictures):
    axes = pictures[0].axes[0]
    (standard,) = [each for each in axes.containers if each.get_label() == "standard"]
    bars = np.array([segment[:, 1] for segment in standard.lines[2][0].get_segments()])
    asked = (NOISE["noise"] == "random") & (NOISE["where"] == "source")
    rows = NOISE[asked & (NOISE["arm"] == "standard")].sort_values("radius")
    assert np.allclose(bars, rows[["low", "high"]])


def test_the_trained_radius_is_marked_in_the_colour_of_its_arm(pictures):
    for axes, place in ((pictures[0].axes[0], 1.0), (pictures[2].axes[0], 0.03)):
        dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
        assert [line.get_xdata()[0] for line in dashed] == pytest.approx([place])
        assert dashed[0].get_color() == ARM_STYLE["adversarial"][0]


def test_a_radius_between_those_measured_is_marked_between_them():
    figure = figures.noise_curves(NOISE, {"adversarial": 0.165})
    (dashed,) = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert dashed.get_xdata()[0] == pytest.approx(1.5)


def test_each_scale_of_noise_has_a_row_with_its_own_distances(pictures):
    axes = pictures[1].axes
    assert [each.get_title() for each in axes[::2]] == [
        "source language, noise of scale 0.0375",
        "source language, noise of scale 0.125",
    ]
    for panel, scale in zip(axes[::2], (0.0375, 0.125), strict=True):
        farthest = max(marks[:, 0].max() for marks in drawn(panel).values())
        assert farthest == pytest.approx(probes.farthest(FOUND)[scale], rel=0.1)


def test_shares_by_distance_rise_to_all_items_and_failures_are_drawn_apart(pictures):
    everything, failures = pictures[2].axes
    for axes, rows in ((everything, AWAY), (failures, AWAY[~AWAY["right"]])):
        curves = {line.get_label(): line.get_xydata() for line in axes.lines}
        for arm in FOUND.arms:
            expected = np.sort(rows.loc[rows["arm"] == arm, "largest"])
            assert np.allclose(curves[arm][:, 0], expected)
            assert curves[arm][-1, 1] == pytest.approx(100)
            assert (np.diff(curves[arm][:, 1]) > 0).all()


def test_an_item_at_no_distance_at_all_is_drawn_at_the_edge():
    borrowed = AWAY.assign(largest=np.where(AWAY.index % 2 == 0, 0.0, AWAY["largest"]))
    figure = figures.distances(borrowed, FOUND.balls)
    lines = [line for line in figure.axes[0].lines if line.get_label() in FOUND.arms]
    assert all(line.get_xdata().min() > 0 for line in lines)


def test_one_seed_is_drawn_without_intervals_and_without_a_complaint():
    alone = made_up_probes(seeds={"standard": (100,), "adversarial": (100,)})
    figure = figures.noise_curves(probes.noise_curves(alone), alone.balls)
    picture(figure)
    marks = [each for axes in figure.axes for each in axes.containers]
    assert marks
    assert all(np.isfinite(each.lines[0].get_ydata()).all() for each in marks)
    whiskers = [part for each in marks for bar in each.lines[2] for part in bar.get_segments()]
    assert not any(np.isfinite(part).all() for part in whiskers if len(part))


def test_backgrounds_are_opaque_and_quantities_have_their_units(pictures):
    for figure in pictures:
        assert opaque(figure)
        assert "word lengths" in figure.axes[-1].get_xlabel()


def test_arms_differ_in_marker_as_well_as_in_colour():
    rows = pd.concat(
        [NOISE[NOISE["arm"] == "standard"].assign(arm=arm) for arm in ARM_STYLE], ignore_index=True
    )
    axes = figures.noise_curves(rows, {}).axes[0]
    markers = {container.lines[0].get_marker() for container in axes.containers}
    assert len(markers) == len(ARM_STYLE)
