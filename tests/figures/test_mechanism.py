import numpy as np
import pandas as pd
import pytest
from made_up_probes import made_up_probes
from pictures import bars, legible, nothing_shown, opaque, picture, told, words

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
def shown():
    return [
        figures.noise_curves(NOISE, FOUND.balls),
        figures.certified_curves(CERTIFIED),
        figures.distances(AWAY, FOUND.balls),
    ]


@pytest.fixture(scope="module")
def pictures(shown):
    return [each.figure for each in shown]


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
    figure = figures.noise_curves(NOISE, {"adversarial": 0.165}).figure
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
    figure = figures.distances(borrowed, FOUND.balls).figure
    lines = [line for line in figure.axes[0].lines if line.get_label() in FOUND.arms]
    assert all(line.get_xdata().min() > 0 for line in lines)


def test_one_seed_is_drawn_without_intervals_and_without_a_complaint():
    alone = made_up_probes(seeds={"standard": (100,), "adversarial": (100,)})
    figure = figures.noise_curves(probes.noise_curves(alone), alone.balls).figure
    picture(figure)
    marks = [each for axes in figure.axes for each in axes.containers]
    assert marks
    assert all(np.isfinite(each.lines[0].get_ydata()).all() for each in marks)
    whiskers = [part for each in marks for bar in each.lines[2] for part in bar.get_segments()]
    assert not any(np.isfinite(part).all() for part in whiskers if len(part))


def test_backgrounds_are_opaque_and_quantities_have_their_units(pictures):
    for figure in pictures:
        assert opaque(figure)
        assert legible(figure)
        assert "word lengths" in figure.axes[-1].get_xlabel()


def test_arms_differ_in_marker_as_well_as_in_colour():
    rows = pd.concat(
        [NOISE[NOISE["arm"] == "standard"].assign(arm=arm) for arm in ARM_STYLE], ignore_index=True
    )
    axes = figures.noise_curves(rows, {}).figure.axes[0]
    markers = {container.lines[0].get_marker() for container in axes.containers}
    assert len(markers) == len(ARM_STYLE)


def test_the_table_of_noise_holds_what_each_panel_draws_and_how_far_arms_were_trained(shown):
    figure, data = shown[0].figure, shown[0].data
    measured = data[data["mark"] == "measured"]
    panels = [(kind, where) for kind in ("random noise", "worst noise found") for where in
              ("source language", "targets")]  # fmt: skip
    for axes, (kind, where) in zip(figure.axes, panels, strict=True):
        rows = measured[(measured["noise"] == kind) & (measured["where"] == where)]
        assert np.allclose(bars(axes, standing=True), told(rows))
    edge = data[data["mark"] != "measured"]
    assert dict(zip(edge["arm"], edge["radius_word_lengths"], strict=True)) == FOUND.balls


def test_the_table_of_certificates_holds_what_each_panel_draws(shown):
    panels = [(scale, where) for scale in (0.0375, 0.125) for where in
              ("source language", "targets")]  # fmt: skip
    data = shown[1].data
    for axes, (scale, where) in zip(shown[1].figure.axes, panels, strict=True):
        rows = data[(data["scale"] == scale) & (data["where"] == where)]
        assert np.allclose(bars(axes, standing=True), told(rows))


def test_the_table_of_distances_holds_each_step_of_each_curve(shown):
    data = shown[2].data
    for axes in shown[2].figure.axes:
        for line in axes.lines:
            if line.get_label() in FOUND.arms:
                rows = data[(data["panel"] == axes.get_title()) & (data["arm"] == line.get_label())]
                assert np.allclose(line.get_xydata(), rows.iloc[:, -2:].astype(float))


def test_many_items_make_a_curve_of_few_steps_that_still_ends_at_all_of_them():
    many = pd.concat([AWAY.assign(largest=AWAY["largest"] + shift) for shift in range(50)])
    data = figures.distances(many, FOUND.balls).data
    rows = data[(data["panel"] == "all target items") & (data["arm"] == "standard")]
    assert len(rows) == 250
    assert rows["share_percent"].max() == 100
    assert rows["distance_word_lengths"].max() == many["largest"].max()


def _other(best):
    return next(arm for arm in FOUND.arms if arm != best)


@pytest.mark.parametrize("best", ["adversarial", "standard"])
def test_the_finding_names_the_arm_that_bears_noise_best(best):
    def share(arm, kind, radius, language, seed):
        return (0.9 if arm == best else 0.5) - 0.025 * (seed % 2)

    found = made_up_probes(share=share)
    said = figures.noise_curves(probes.noise_curves(found), found.balls).finding
    assert f"without noise, {best} is highest with 89." in said
    others = f"{_other(best)} and smoothing-synonyms"
    assert f"worst noise found of radius 1 leaves 49.2 ({others}) to 89.2 ({best})" in said
    certified = figures.certified_curves(probes.certified_curves(found)).finding
    assert f"with noise of scale 0.125, {best} is highest with 89." in certified


def test_the_finding_on_distances_says_how_many_items_lie_within_the_balls():
    said = words(figures.distances(AWAY, {"adversarial": 0.03}))
    assert "Half of all items lie within 1.2 word lengths" in said
    assert "adversarial 0.0 % of its items within 0.03" in said
    assert "adversarial 100.0 % of its items within 2" in (
        words(figures.distances(AWAY, {"adversarial": 2.0}))
    )
    assert "No arm was trained in balls." in figures.distances(AWAY, {}).finding


def test_one_seed_is_told_without_intervals():
    alone = made_up_probes(seeds={"standard": (100,)})
    said = figures.noise_curves(probes.noise_curves(alone), {}).finding
    assert "standard reaches 70.0." in said
    assert "nan" not in said


def test_without_runs_the_pictures_say_so():
    for each in (
        figures.noise_curves(NOISE[:0], {}),
        figures.certified_curves(CERTIFIED[:0]),
        figures.distances(AWAY[:0], {}),
    ):
        assert nothing_shown(each, "no run of the mechanism")
