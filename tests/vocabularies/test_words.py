import pytest

from crosslab.vocabularies.words import cut, is_word, normal, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("क्या आप ठीक हैं?", ["क्या", "आप", "ठीक", "हैं", "?"]),  # vowel signs stay
        ("كَتَبَ الوَلَدُ، درسَه", ["كتب", "الولد", "،", "درسه"]),  # short vowels go
        ("L'été, naïve", ["l", "'", "été", ",", "naïve"]),
        ("Đây là sách.", ["đây", "là", "sách", "."]),
        ("Hyvin-kö 3,5 %", ["hyvin", "-", "kö", "3", ",", "5", "%"]),
    ],
)  # fmt: skip
def test_text_is_cut_at_spaces_and_punctuation_and_nowhere_else(text, expected):
    assert words(text) == expected


def test_the_same_letters_composed_differently_are_the_same_word():
    assert normal("e\u0301te\u0301") == normal("\u00e9t\u00e9") == "été"


def test_joiners_and_soft_hyphens_do_not_count():
    assert words("mi\u00adle\u200cage\u200b") == ["mileage"]


def test_without_spaces_the_longest_known_word_is_taken():
    known = {"昨日", "昨日は", "雨", "雨が"}
    assert list(cut("昨日は雨が降", known.__contains__)) == ["昨日は", "雨が", "降"]


def test_latin_letters_within_other_scripts_stay_together():
    assert list(cut("ใช้wifi5วัน", {"ใช้", "วัน"}.__contains__)) == ["ใช้", "wifi5", "วัน"]


def test_numbers_and_punctuation_are_no_words():
    assert [each for each in ("dog", "dog2", "2", "…", "雨") if is_word(each)] == ["dog", "雨"]
