import numpy as np
import pytest
from conftest import made_up_study
from pictures import opaque

from crosslab.evidence import estimate_of, gathered
from crosslab.figures.transfer import accuracy_by_language, gain_by_language, gain_matrix

ARMS = ("smoothing-synonyms", "standard")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    return gathered(made_up_study(tmp_path_factory.mktemp("s")), "smoke", "transfer-paraphrase")


@pytest.fixture
def figures(evidence):
    return [
        accuracy_by_language(evidence, ARMS, chance=0.5),
        gain_by_language(evidence, *ARMS),
        gain_matrix(evidence, *ARMS),
    ]


def test_every_figure_has_an_opaque_background(figures):
    for figure in figures:
        assert opaque(figure)


def test_every_language_and_both_averages_have_a_line(figures):
    for figure in figures[:2]:
        labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        assert labels == ["Avean (source)", "Boran", "Cyman", "all targets", "mixed pairs"]


def test_the_marks_stand_at_the_estimates(evidence, figures):
    (line,) = [c for c in figures[1].axes[0].containers if c.get_label() == "smoothing-synonyms"]
    drawn = line.lines[0].get_xdata()
    gains = [evidence.outcomes.gain(*ARMS, cells) for _, cells in evidence.lines()]
    assert np.allclose(drawn, [estimate_of(gain).mean for gain in gains])


def test_the_matrix_has_the_first_sentence_in_its_rows(evidence, figures):
    texts = [text.get_text() for text in figures[2].axes[0].texts]
    gain = evidence.outcomes.gain(*ARMS, evidence.outcomes.pair("ave", "cym")).mean()
    assert texts[2] == f"{gain:+.1f}"


def test_quantities_carry_their_units(figures):
    assert all("points" in figure.axes[0].get_xlabel() for figure in figures[:2])
