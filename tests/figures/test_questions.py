import numpy as np
import pytest
from made_up_questions import made_up_question_study
from pictures import bars, legible, nothing_shown, opaque, told

from crosslab.arms import CLAIMED_ARMS, SIZES
from crosslab.comparing import comparison
from crosslab.figures.questions import ALIGNING_STYLE, by_size, differences, under_attack
from crosslab.stats.crossed import Estimate

PARTS = {"one": Estimate(mean=1.0, standard_error=0.2, degrees=7)}
BESIDE = {
    "two": Estimate(mean=-1.0, standard_error=0.2, degrees=7),
    "three": Estimate(mean=0.0, standard_error=0.2, degrees=7),
}


def test_what_decides_stands_above_what_stands_beside_it():
    shown = differences(PARTS, BESIDE, 1.0)
    (axes,) = shown.figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two", "three"]
    deciding, beside = (container[0] for container in axes.containers)
    assert (list(deciding.get_xdata()), deciding.get_marker()) == ([1.0], "s")
    assert (list(beside.get_xdata()), beside.get_marker()) == ([-1.0, 0.0], "o")
    assert np.allclose(bars(axes), told(shown.data))
    assert list(shown.data["role"]) == ["decides", "stands beside", "stands beside"]
    assert opaque(shown.figure)
    assert legible(shown.figure)


def test_the_finding_says_what_decides_and_names_the_extremes_beside_it():
    said = differences(PARTS, BESIDE, 1.0).finding
    assert 'What decides: "one" +1.0 (+0.5 to +1.5); the interval lies above zero.' in said
    assert "Beside it, none of 2 intervals lies above zero and 1 below, not corrected" in said
    assert 'highest is "three", 0.0 (' in said
    assert 'lowest is "two", \N{MINUS SIGN}1.0' in said
    level = {**BESIDE, "four": BESIDE["three"]}
    both = differences(PARTS, level, 1.0).finding
    assert 'highest are "three" and "four", 0.0 and lowest is "two"' in both
    assert "; all are alike, +1.0." in differences({}, {"a": PARTS["one"], **PARTS}, 1.0).finding
    turned = differences(BESIDE, PARTS, 1.0).finding
    assert 'What decides: "two" \N{MINUS SIGN}1.0' in turned
    assert "1 below. Beside it" in turned  # all parts have to hold: no correction is due
    assert "Beside it, the interval lies above zero." in turned


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    levels = {"retrieval-attack": dict.fromkeys(ALIGNING_STYLE, 0.8)}
    store = made_up_question_study(tmp_path_factory.mktemp("s"), levels)
    return comparison(store, "lab", "retrieval-attack")


def test_every_attack_has_a_panel_and_every_arm_a_full_and_a_dotted_line(attacked):
    figure = under_attack(attacked).figure
    assert [axes.get_title() for axes in figure.axes] == [
        "noise on embeddings",
        "synonyms",
        "words of other languages",
    ]
    for axes in figure.axes:
        drawn = [line for line in axes.lines if len(line.get_xdata())]
        assert [line.get_linestyle() for line in drawn] == ["-", ":"] * len(ALIGNING_STYLE)
        worst, random = drawn[:2]
        assert worst.get_ydata()[0] == random.get_ydata()[0]
        assert worst.get_ydata()[-1] < random.get_ydata()[-1]
        assert len(axes.collections) == len(ALIGNING_STYLE)


def test_one_seed_is_drawn_without_a_band(tmp_path):
    store = made_up_question_study(tmp_path, {"retrieval-attack": {"labse": 0.8}}, seeds=(200,))
    shown = under_attack(comparison(store, "lab", "retrieval-attack"))
    assert not any(axes.collections for axes in shown.figure.axes)
    assert shown.data["low_points"].isna().all()
    assert "nan" not in shown.finding


def test_the_table_of_attacks_holds_every_point_of_every_line(attacked):
    shown = under_attack(attacked)
    assert legible(shown.figure)
    for axes, (_, panel) in zip(
        shown.figure.axes, shown.data.groupby("attack", sort=False), strict=True
    ):
        lines = [line.get_ydata() for line in axes.lines if len(line.get_xdata())]
        assert np.allclose(np.concatenate(lines), panel["estimate_points"])
        bands = [each.get_paths()[0].vertices[:, 1] for each in axes.collections]
        worst = panel[panel["sought"] == "worst"]
        assert np.isclose(min(map(min, bands)), worst["low_points"].min())
        assert np.isclose(max(map(max, bands)), worst["high_points"].max())


@pytest.mark.parametrize("best", ["labse", "hybrid-batch"])
def test_the_finding_names_the_arm_that_is_left_most(tmp_path, best):
    levels = {arm: 0.9 if arm == best else 0.3 for arm in ALIGNING_STYLE}
    store = made_up_question_study(tmp_path, {"retrieval-attack": levels})
    said = under_attack(comparison(store, "lab", "retrieval-attack")).finding
    assert f"Unharmed, where noise on embeddings begins, {best} is highest with" in said
    assert said.count(f" ({best}), random changes") == 3  # at the largest budget of each attack


def test_arms_that_are_left_the_same_are_called_alike(tmp_path):
    store = made_up_question_study(
        tmp_path, {"retrieval-attack": dict.fromkeys(ALIGNING_STYLE, 0.5)}
    )
    said = under_attack(comparison(store, "lab", "retrieval-attack")).finding
    assert "Unharmed, where noise on embeddings begins, all are alike, " in said
    assert said.count("(all alike), random changes") == 3


def test_arms_that_align_differ_in_marker_as_well_as_in_colour():
    for place in (0, 1):
        assert len({style[place] for style in ALIGNING_STYLE.values()}) == len(ALIGNING_STYLE)


def test_every_size_and_method_has_a_mark(tmp_path):
    arms = {f"{method}-{size}": 0.8 for size in SIZES for method in CLAIMED_ARMS}
    store = made_up_question_study(tmp_path, {"scales": arms})
    shown = by_size(comparison(store, "lab", "scales"), ["words-targets"], ["words"])
    (axes,) = shown.figure.axes
    marks = [container[0].get_xdata() for container in axes.containers]
    assert [len(each) for each in marks] == [len(SIZES)] * len(CLAIMED_ARMS)
    assert np.allclose(bars(axes, standing=True), told(shown.data))
    assert legible(shown.figure)


@pytest.mark.parametrize("best", SIZES)
def test_the_finding_names_the_size_and_method_with_most(tmp_path, best):
    arms = {f"{method}-{size}": 0.8 if size == best else 0.5
            for size in SIZES for method in CLAIMED_ARMS}  # fmt: skip
    store = made_up_question_study(tmp_path, {"scales": arms})
    said = by_size(comparison(store, "lab", "scales"), ["words-targets"], ["words"]).finding
    together = said.split("highest are")[1]
    assert all(f"{method} {best}" in together for method in CLAIMED_ARMS)
    assert all(size in said for size in SIZES)


def test_a_folder_without_runs_gets_a_figure_that_says_so(tmp_path):
    store = made_up_question_study(tmp_path, {}, planned={"retrieval-attack": ["labse"]})
    nothing = comparison(store, "lab", "retrieval-attack")
    for shown in (differences({}, {}, 1.0), under_attack(nothing), by_size(nothing, [], [])):
        assert nothing_shown(shown, "no runs of this question in this folder")
