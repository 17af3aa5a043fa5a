import pytest
from made_up_questions import made_up_question_study
from pictures import opaque

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
    figure = differences(PARTS, BESIDE, 1.0)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two", "three"]
    marks = [container[0] for container in axes.containers]
    assert [mark.get_xdata()[0] for mark in marks] == [1.0, -1.0, 0.0]
    assert [mark.get_marker() for mark in marks] == ["s", "o", "o"]
    assert opaque(figure)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    levels = {"retrieval-attack": dict.fromkeys(ALIGNING_STYLE, 0.8)}
    store = made_up_question_study(tmp_path_factory.mktemp("s"), levels)
    return comparison(store, "lab", "retrieval-attack")


def test_every_attack_has_a_panel_and_every_arm_a_full_and_a_dotted_line(attacked):
    figure = under_attack(attacked)
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
    figure = under_attack(comparison(store, "lab", "retrieval-attack"))
    assert not any(axes.collections for axes in figure.axes)


def test_every_size_and_method_has_a_mark(tmp_path):
    arms = {f"{method}-{size}": 0.8 for size in SIZES for method in CLAIMED_ARMS}
    store = made_up_question_study(tmp_path, {"scales": arms})
    figure = by_size(comparison(store, "lab", "scales"), ["words-targets"], ["words"])
    (axes,) = figure.axes
    marks = [container[0].get_xdata() for container in axes.containers]
    assert [len(each) for each in marks] == [len(SIZES)] * len(CLAIMED_ARMS)


def test_a_folder_without_runs_gets_a_figure_that_says_so(tmp_path):
    store = made_up_question_study(tmp_path, {}, planned={"retrieval-attack": ["labse"]})
    nothing = comparison(store, "lab", "retrieval-attack")
    for figure in (differences({}, {}, 1.0), under_attack(nothing), by_size(nothing, [], [])):
        (axes,) = figure.axes
        assert axes.texts[0].get_text() == "no runs of this question in this folder"
