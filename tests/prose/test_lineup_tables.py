import pytest
from conftest import rows
from made_up_lineup import made_up_lineup

from crosslab.lineup import lineup
from crosslab.prose import lineup_tables as tables
from crosslab.records import Store

RIGHT = {
    "graft": {"de": 4, "sw": 6},
    "graft+text": {"de": 4, "sw": 5},
    "graft+pairs": {"de": 7, "sw": 8},
    "scratch": {"de": 1, "sw": 1},
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return lineup(made_up_lineup(tmp_path_factory.mktemp("s"), RIGHT))


@pytest.fixture(scope="module")
def nothing(tmp_path_factory):
    return lineup(Store(tmp_path_factory.mktemp("none")))


def test_each_step_is_compared_with_the_one_before_and_the_other_encoder_with_none(found):
    said = tables.answer_words(found)
    assert "`graft`, with nothing trained, finds 50 % of sentences" in said
    assert "`graft+text` finds 45 % and 45 %, 5 points below `graft`" in said
    assert "`graft+pairs` finds 75 % and 75 %, 30 points above `graft+text`" in said
    assert "`scratch`, an encoder of its own, finds 10 %" in said


def test_a_missing_encoder_is_named(tmp_path):
    store = made_up_lineup(tmp_path, RIGHT, leave_out=["scratch"])
    assert "**Missing**: `scratch`" in tables.answer_words(lineup(store))


def test_every_encoder_and_every_language_has_a_line(found):
    encoders = rows(tables.encoder_table(found))[2:]
    assert [row[0] for row in encoders] == [f"`{key}`" for key in RIGHT]
    assert encoders[0][1:6] == ["50.0", "50.0", "50.0", "0.50", "2"]
    languages = rows(tables.language_table(found))[2:]
    assert languages == [
        ["German", "40.0", "40.0", "70.0", "10.0"],
        ["Swahili", "60.0", "50.0", "80.0", "10.0"],
    ]


def test_where_words_started_is_shown_per_language(found):
    assert rows(tables.origin_table(found))[2:] == [
        ["German", "1,200", "75", "25"],
        ["Swahili", "1,200", "75", "25"],
    ]


def test_the_encoder_from_nothing_is_described_by_its_record(found, nothing):
    asked = found.encoder("scratch").record.settings["scratch"]
    said = tables.witness_words(found)
    assert f"{asked['encoder']['layers']} layers of {asked['encoder']['hidden']} numbers" in said
    assert f"serve all {1 + len(asked['languages'])} languages" in said
    assert f"{asked['steps']:,} batches of {asked['batch']} inputs" in said
    assert "guessed 20 % of the pieces" in said
    assert "its loss was 4.25 at the end." in said
    assert said.endswith("it finds 10 % in German, 10 % in Swahili.")
    assert tables.witness_words(nothing) == "**`scratch` is not in this folder.**"


def test_languages_in_which_hardly_a_word_is_found_are_counted(tmp_path):
    few = {**RIGHT, "scratch": {"de": 3, "sw": 0}}
    said = tables.witness_words(lineup(made_up_lineup(tmp_path, few)))
    assert said.endswith("30 % in German, fewer than one in a hundred in 1 other language.")


def test_without_encoders_the_page_says_how_to_make_them(nothing):
    assert "crosslab run pretraining --scale bench" in tables.answer_words(nothing)
    for part in (tables.encoder_table, tables.language_table, tables.origin_table):
        assert part(nothing) == ""
