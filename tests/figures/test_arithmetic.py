import numpy as np
from matplotlib.colors import to_hex
from pictures import bars, legible, nothing_shown, opaque, told

from crosslab.arithmetic import VIEWS, gains
from crosslab.figures.arithmetic import gains_beside_reruns
from crosslab.published import published

KNOWN = published()
SHOWN = gains_beside_reruns(KNOWN)
AXES = SHOWN.figure.axes[0]


def test_every_reading_and_every_repeated_system_has_a_line():
    labels = [label.get_text() for label in AXES.get_yticklabels()]
    assert len(labels) == len(set(labels)) == len(gains(KNOWN)) * len(VIEWS) + len(KNOWN.reruns)
    assert labels[0] == "PAWS-X: test items, at the least"


def test_the_intervals_stand_where_the_arithmetic_puts_them():
    expected = [
        [gain.points, *gain.interval(noise)]
        for gain in gains(KNOWN)
        for noise in gain.views().values()
    ]
    claimed = SHOWN.data[SHOWN.data["mark"] == "claimed gain"]
    assert np.allclose(bars(AXES), sorted(expected))
    assert np.allclose(told(claimed), bars(AXES))


def test_every_re_run_is_a_mark_at_its_difference():
    (marks,) = [each for each in AXES.collections if each.get_label() == "re-run minus published"]
    expected = [
        other - each.average_points[0] for each in KNOWN.reruns for other in each.average_points[1:]
    ]
    reruns = SHOWN.data[SHOWN.data["mark"] == "re-run minus published"]
    assert np.allclose(marks.get_offsets()[:, 0], expected)
    assert np.allclose(reruns["estimate_points"], expected)
    assert reruns["low_points"].isna().all()


def changed(**accuracies):
    """Return what is in print with re-runs that came to other averages."""
    reruns = [
        each.model_copy(update={"average_points": accuracies["reruns"]}) for each in KNOWN.reruns
    ]
    return KNOWN.model_copy(update={"reruns": reruns})


def test_the_finding_follows_the_numbers():
    assert "includes zero under 4 of 5 readings of chance" in SHOWN.finding
    close = gains_beside_reruns(changed(reruns=[80.0, 80.0, 80.05])).finding
    assert "includes zero under 2 of 5 readings" in close
    assert "by 0.0" in close
    apart = gains_beside_reruns(changed(reruns=[80.0, 70.0, 85.0])).finding
    assert "by \N{MINUS SIGN}10.0" in apart
    assert "to +5.0" in apart


def test_where_nothing_is_claimed_the_picture_says_so():
    silent = KNOWN.model_copy(update={"claimed": [], "reruns": []})
    assert nothing_shown(gains_beside_reruns(silent), "no gain is claimed")


def test_claimed_and_repeated_differ_in_marker_as_well_as_in_colour():
    handles, labels = AXES.get_legend_handles_labels()
    assert sorted(labels) == ["claimed gain, 95 % interval", "re-run minus published"]
    assert to_hex(handles[0].get_facecolor()[0]) == "#d55e00"


def test_the_background_is_opaque_and_the_quantity_has_its_unit():
    assert opaque(SHOWN.figure)
    assert legible(SHOWN.figure)
    assert "points" in AXES.get_xlabel()
