import unicodedata
from collections import Counter

import pytest
from conftest import made_up_study, rows

from crosslab.config import RealStudyConfig
from crosslab.data.catalogue import CARDS
from crosslab.data.languages import NAMES
from crosslab.lineup import SCALE
from crosslab.prose.language_tables import (
    cards_of,
    invented_part,
    real_languages,
    real_table,
    samples_part,
)
from crosslab.records import Store
from crosslab.scales import study_config

# What the names of a script's letters begin with, in Unicode.
LETTERS = {
    "Latin": {"LATIN"},
    "Cyrillic": {"CYRILLIC"},
    "Greek": {"GREEK"},
    "Arabic": {"ARABIC"},
    "Devanagari": {"DEVANAGARI"},
    "Thai": {"THAI"},
    "Hangul": {"HANGUL"},
    "Han characters and kana": {"CJK", "HIRAGANA"},
    "Han characters": {"CJK"},
}
LEFT_OUT: set[str] = set()  # languages of the tests in which no pair was written
LANGUAGES = real_languages()


def letters(text):
    return [sign for sign in text if unicodedata.category(sign)[0] == "L"]


def asked_at_bench():
    study = study_config(SCALE)
    assert isinstance(study, RealStudyConfig)
    return {
        "en",
        *(key for task in study.tasks.values() for key in task.targets),
        *study.searches.languages,
        *study.graft.languages,
    }


def test_every_language_of_the_tests_has_a_pair_of_sentences_or_is_named_as_left_out():
    assert [each.code for each in LANGUAGES if each.code not in NAMES] == []
    assert asked_at_bench() - {each.code for each in LANGUAGES} == LEFT_OUT


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_a_sample_is_in_the_script_and_the_direction_it_is_said_to_be_in(language):
    script = language.script.split(",")[0]
    for text in (language.first, language.second):
        found = {unicodedata.name(sign).split()[0] for sign in letters(text)}
        assert found == LETTERS[script]
        directions = {unicodedata.bidirectional(sign) for sign in letters(text)}
        assert directions == ({"AL"} if language.rtl else {"L"})
        assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.code)
def test_the_two_sentences_differ_and_are_made_of_nearly_the_same_letters(language):
    assert language.first != language.second
    one, other = (Counter(letters(text.lower())) for text in (language.first, language.second))
    assert (one - other).total() + (other - one).total() <= 8  # an ending, an article


def test_a_sentence_is_marked_with_its_language_and_its_direction():
    table = {row[0]: row for row in rows(samples_part())[2:]}
    assert 'lang="ur" dir="rtl"' in table["Urdu"][1]
    assert 'lang="zh-Hans" dir="ltr"' in table["Chinese"][2]
    assert len(table) == len(LANGUAGES)


def test_a_language_is_asked_in_what_its_card_has_and_the_study_asks():
    for language in LANGUAGES:
        for card in cards_of(language.code):
            there = language.code in CARDS[card].languages
            assert there or (card, language.code) == ("tatoeba", "en")  # what others come with
    assert "tico19" not in cards_of("sw")  # it has Swahili, in which nothing is searched
    assert cards_of("ko") == ["pawsx", "flores", "tatoeba"]


def test_without_an_encoder_the_languages_stand_there_without_how_they_line_up(tmp_path):
    table = rows(real_table(Store(tmp_path / "empty")))
    assert table[0][-1] == "asked in"
    assert len(table) - 2 == len(LANGUAGES)


def test_invented_languages_are_those_of_the_records_or_said_to_be_missing(tmp_path):
    made = invented_part(made_up_study(tmp_path / "s", seeds=2), "smoke")
    assert len(rows(made)) > 3
    missing = made_up_study(tmp_path / "t", seeds=2, leave_out=lambda unit: unit.arm == "standard")
    assert invented_part(missing, "smoke").startswith("Not shown: No seed")
