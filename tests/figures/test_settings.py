import numpy as np
import pytest
from made_up_sweep import FULL, made_up_sweep
from pictures import bars, legible, nothing_shown, opaque, told

from crosslab.figures.settings import accuracy_by_radius
from crosslab.records import Store
from crosslab.sweep import curves, sweep

RIGHT = {
    "standard": 190,
    f"adversarial-radius-0.03-steps-1-{FULL}": 187,
    f"adversarial-radius-0.03-steps-3-{FULL}": 189,
    f"adversarial-radius-0.1-steps-1-{FULL}": 150,
    "smoothing-noise-radius-0.3": 188,
    "smoothing-noise-radius-1.0": 100,
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return sweep(made_up_sweep(tmp_path_factory.mktemp("s"), RIGHT))


def shown_of(found):
    return accuracy_by_radius(
        curves(found, "lab"),
        standard_points=found.standard_points,
        threshold_points=found.threshold_points,
    )


@pytest.fixture(scope="module")
def shown(found):
    return shown_of(found)


@pytest.fixture
def figure(shown):
    return shown.figure


def drawn(axes):
    return {container.get_label(): container.lines[0].get_xydata() for container in axes.containers}


def test_each_method_has_a_panel_and_each_setting_a_mark_at_its_accuracy(figure):
    assert [axes.get_title() for axes in figure.axes] == ["adversarial", "smoothing-noise"]
    (noise,) = drawn(figure.axes[1]).values()
    assert np.allclose(noise, [[0.3, 94], [1.0, 50]])


def test_marks_of_one_radius_stand_apart_and_lone_ones_where_they_belong(figure):
    one, three = drawn(figure.axes[0]).values()
    assert one[1, 0] == pytest.approx(0.1)
    assert one[0, 0] < 0.03 < three[0, 0]
    assert one[0, 0] * three[0, 0] == pytest.approx(0.03**2)  # at equal distance from it


def test_the_lines_to_clear_are_the_control_and_its_threshold(figure):
    for axes in figure.axes:
        levels = {line.get_label(): line.get_ydata()[0] for line in axes.lines
                  if line.get_label() in ("standard", "threshold of the rule")}  # fmt: skip
        assert levels == pytest.approx({"standard": 95, "threshold of the rule": 93})


def test_what_the_study_uses_is_ringed(figure):
    for axes, accuracy in zip(figure.axes, (93.5, 94), strict=True):
        (ring,) = [each for each in axes.collections if each.get_label() == "used in the study"]
        assert np.asarray(ring.get_offsets())[:, 1].tolist() == pytest.approx([accuracy])


def test_curves_differ_in_marker_and_line_as_well_as_in_colour(figure):
    lines = [container.lines[0] for container in figure.axes[0].containers]
    for style in ("get_color", "get_marker", "get_linestyle"):
        assert len({getattr(line, style)() for line in lines}) == len(lines)


def test_the_background_is_opaque_and_quantities_have_their_units(figure):
    assert opaque(figure)
    assert legible(figure)
    assert "points" in figure.axes[0].get_ylabel()


def test_the_table_holds_every_setting_and_the_lines_to_clear(shown):
    data = shown.data
    for axes in shown.figure.axes:
        rows = data[data["method"] == axes.get_title()]
        assert np.allclose(bars(axes, standing=True), told(rows))
        (ring,) = [each for each in axes.collections if each.get_label() == "used in the study"]
        used = rows.loc[rows["used in the study"].astype(bool), "estimate_points"]
        assert np.allclose(np.asarray(ring.get_offsets())[:, 1], used)
    lines = data[data["mark"] != "setting"].set_index("mark")["estimate_points"].to_dict()
    assert lines == pytest.approx({"standard": 95, "threshold of the rule": 93})


def test_the_finding_counts_what_passes_and_says_what_is_used(shown, tmp_path):
    assert "reaches 95.0, and the rule admits 93.0 or more" in shown.finding
    assert "adversarial: 2 of 3 settings pass, up to radius 0.03; the study uses radius 0.03" in (
        shown.finding
    )
    worse = {**RIGHT, "smoothing-noise-radius-0.3": 100}
    said = shown_of(sweep(made_up_sweep(tmp_path, worse))).finding
    assert "smoothing-noise: none of 2 settings passes; the study uses radius 0.3" in said


def test_without_a_sweep_the_picture_says_so(tmp_path):
    empty = curves(sweep(Store(tmp_path)), "lab")
    shown = accuracy_by_radius(empty, standard_points=np.nan, threshold_points=np.nan)
    assert nothing_shown(shown, "no records")
