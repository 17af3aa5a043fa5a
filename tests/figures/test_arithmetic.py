import numpy as np
from matplotlib.colors import to_hex
from pictures import opaque

from crosslab.arithmetic import VIEWS, gains
from crosslab.figures.arithmetic import gains_beside_reruns
from crosslab.published import published

KNOWN = published()
FIGURE = gains_beside_reruns(KNOWN)
AXES = FIGURE.axes[0]


def test_every_reading_and_every_repeated_system_has_a_line():
    labels = [label.get_text() for label in AXES.get_yticklabels()]
    assert len(labels) == len(set(labels)) == len(gains(KNOWN)) * len(VIEWS) + len(KNOWN.reruns)
    assert labels[0] == "PAWS-X: test items, at the least"


def test_the_intervals_stand_where_the_arithmetic_puts_them():
    bars = [container.lines[2][0].get_segments()[0][:, 0] for container in AXES.containers]
    expected = [gain.interval(noise) for gain in gains(KNOWN) for noise in gain.views().values()]
    assert np.allclose(bars, expected)


def test_every_re_run_is_a_mark_at_its_difference():
    drawn = [points.get_offsets() for points in AXES.collections if len(points.get_offsets())]
    marks = [each for each in drawn if each.shape[1] == 2][-len(KNOWN.reruns) :]
    for mark, each in zip(marks, KNOWN.reruns, strict=True):
        published_points, *others = each.average_points
        assert np.allclose(mark[:, 0], [other - published_points for other in others])


def test_claimed_and_repeated_differ_in_marker_as_well_as_in_colour():
    handles, labels = AXES.get_legend_handles_labels()
    assert sorted(labels) == ["claimed gain, 95 % interval", "re-run minus published"]
    assert to_hex(handles[0].get_facecolor()[0]) == "#d55e00"


def test_the_background_is_opaque_and_the_quantity_has_its_unit():
    assert opaque(FIGURE)
    assert "points" in AXES.get_xlabel()
