import pytest

from crosslab.data.rows import Dictionary
from crosslab.vocabularies.choosing import chosen_words, counted, lexicon


def dictionary(translations, language="de"):
    return Dictionary(
        card="dictionaries",
        name="muse",
        language=language,
        translations=translations,
        identical=0,
        licence="CC0-1.0",
    )


MANY = {
    f"english{number}": (f"wort{'abcdefghij'[number % 10]}{'x' * (number // 10)}",)
    for number in range(400)
}


def test_one_word_in_twenty_is_held_out_and_is_in_the_graft_no_more():
    known = lexicon(dictionary(MANY))
    assert len(known.held_out) + len(known.english) == 400
    assert 8 <= len(known.held_out) <= 36
    assert not set(known.held_out) & set(known.english)


def test_what_is_held_out_follows_from_the_words_alone():
    fewer = dict(list(MANY.items())[:200])
    held = {*lexicon(dictionary(MANY)).held_out}
    known = {each for entry in fewer.values() for each in entry}
    assert {*lexicon(dictionary(fewer)).held_out} == held & known


def test_a_dictionary_is_turned_round_in_its_order():
    known = lexicon(dictionary({"house": ("Haus",), "home": ("haus", "heim at")}))
    assert {**known.english, **known.held_out} == {"haus": ("house", "home")}


def test_frequent_words_come_first_then_those_of_the_dictionary():
    known = lexicon(dictionary({"house": ("haus",), "tree": ("baum",)}))
    text = ["und das haus und", "das und 1999 ?", "selten"]
    assert chosen_words(text, known, 4)[:3] == ["und", "das", *known.english][:3]
    assert "selten" not in chosen_words(text, known, 100)
    assert "1999" not in chosen_words(text, known, 100)


def test_english_words_in_another_script_are_not_counted():
    known = lexicon(dictionary({"house": ("дом",)}, "ru"))
    assert dict(counted(["дом iphone дом"], known)) == {"дом": 2}


@pytest.mark.parametrize("size", [1, 3, 50])
def test_a_vocabulary_is_no_larger_than_asked_for(size):
    known = lexicon(dictionary(MANY))
    assert len(chosen_words(["a b a b"] * 3, known, size)) <= size
