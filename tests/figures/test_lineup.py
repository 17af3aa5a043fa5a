import numpy as np
import pytest
from made_up_lineup import made_up_lineup

from crosslab.figures.lineup import found_by_language, sentence_maps
from crosslab.lineup import lineup
from crosslab.records import Store

RIGHT = {"graft": {"de": 4, "sw": 6}, "graft+pairs": {"de": 5, "sw": 9}}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return lineup(made_up_lineup(tmp_path_factory.mktemp("s"), RIGHT))


def test_every_language_has_a_line_and_every_encoder_a_mark_on_it(found):
    axes = found_by_language(found).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Swahili", "German"]
    drawn = {line.get_label(): list(line.get_xdata()) for line in axes.lines}
    assert drawn == {"graft": [60.0, 40.0], "graft+pairs": [90.0, 50.0]}


def test_every_encoder_has_a_map_and_a_line_joins_each_translation_to_its_english(found):
    figure = sentence_maps(found)
    assert [axes.get_title() for axes in figure.axes] == ["graft", "graft+pairs"]
    lines = figure.axes[0].lines
    assert len(lines) == 4 * 2  # four sentences, two languages
    starts = {tuple(np.array(line.get_xydata())[0]) for line in lines}
    assert len(starts) == 4  # one English place each


@pytest.mark.parametrize("draw", [found_by_language, sentence_maps])
def test_without_encoders_the_picture_says_so(tmp_path, draw):
    (text,) = draw(lineup(Store(tmp_path))).axes[0].texts
    assert "no encoder" in text.get_text()
