import numpy as np
import pytest
from made_up_lineup import made_up_lineup
from pictures import legible, nothing_shown, opaque, words

from crosslab.figures.lineup import found_by_language, sentence_maps
from crosslab.lineup import lineup
from crosslab.records import Store

RIGHT = {"graft": {"de": 4, "sw": 6}, "graft+pairs": {"de": 5, "sw": 9}}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return lineup(made_up_lineup(tmp_path_factory.mktemp("s"), RIGHT))


def test_every_language_has_a_line_and_every_encoder_a_mark_on_it(found):
    shown = found_by_language(found)
    axes = shown.figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["German", "Swahili"]
    drawn = {line.get_label(): list(line.get_xdata()) for line in axes.lines}
    assert drawn == {"graft": [40.0, 60.0], "graft+pairs": [50.0, 90.0]}
    held = {key: list(rows["found_percent"]) for key, rows in shown.data.groupby("encoder")}
    assert held == drawn


def test_the_finding_names_the_best_and_the_poorest_language_of_each_encoder(found, tmp_path):
    said = words(found_by_language(found))
    assert "graft finds 50.0 % on average, from 40.0 % in German to 60.0 % in Swahili" in said
    turned = lineup(made_up_lineup(tmp_path, {"graft": {"de": 8, "sw": 1}}))
    assert "from 10.0 % in Swahili to 80.0 % in German" in words(found_by_language(turned))


def test_one_language_alone_is_no_range(tmp_path):
    alone = lineup(made_up_lineup(tmp_path, {"graft": {"de": 8}}))
    assert words(found_by_language(alone)).endswith("graft finds 80.0 % in German.")


def test_languages_with_the_same_share_are_named_together_and_equal_ones_are_no_range(tmp_path):
    equal = lineup(made_up_lineup(tmp_path / "a", {"graft": {"de": 8, "sw": 8}}))
    assert words(found_by_language(equal)).endswith("graft finds 80.0 % in each of 2 languages.")
    shared = lineup(made_up_lineup(tmp_path / "b", {"graft": {"de": 8, "sw": 1, "fr": 8}}))
    said = words(found_by_language(shared))
    assert "from 10.0 % in Swahili to 80.0 % in German and French" in said


def test_every_encoder_has_a_map_and_a_line_joins_each_translation_to_its_english(found):
    shown = sentence_maps(found)
    assert [axes.get_title() for axes in shown.figure.axes] == ["graft", "graft+pairs"]
    lines = shown.figure.axes[0].lines
    assert len(lines) == 4 * 2  # four sentences, two languages
    starts = {tuple(np.array(line.get_xydata())[0]) for line in lines}
    assert len(starts) == 4  # one English place each


def test_the_places_that_are_drawn_are_those_of_the_table(found):
    shown = sentence_maps(found)
    for axes, (_, rows) in zip(shown.figure.axes, shown.data.groupby("encoder"), strict=True):
        drawn = np.concatenate([each.get_offsets() for each in axes.collections])
        held = rows[["across", "up"]].to_numpy()
        assert sorted(map(tuple, drawn)) == sorted(map(tuple, held))


def test_sentences_differ_in_mark_as_well_as_in_colour(found):
    rings = sentence_maps(found).figure.axes[0].collections[1::2]
    assert len({tuple(map(tuple, ring.get_paths()[0].vertices)) for ring in rings}) == 4


def test_the_maps_in_words_say_how_near_translations_lie(found):
    said = sentence_maps(found).finding
    assert "4 sentences in 3 languages" in said
    # translations lie 1 and 2 away, English sentences 2, 4, 6, 2, 4 and 2
    assert f"{1.5 / (20 / 6):.2f} with graft and" in said


@pytest.mark.parametrize("draw", [found_by_language, sentence_maps])
def test_without_encoders_the_picture_says_so(tmp_path, draw):
    assert nothing_shown(draw(lineup(Store(tmp_path))), "no encoder")


@pytest.mark.parametrize("draw", [found_by_language, sentence_maps])
def test_the_background_is_opaque_and_words_are_legible(found, draw):
    assert opaque(draw(found).figure)
    assert legible(draw(found).figure)
