import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from crosslab.lab.concepts import CONTENT, FUNCTIONS, NAMES
from crosslab.lab.lexicon import lexicons
from crosslab.scales import study_config

LANGUAGES = study_config("smoke").lab.languages
SOURCE, *TARGETS = (language.key for language in LANGUAGES)
# consonants and vowels take turns; a word may end in either
PRONOUNCEABLE = re.compile(r"([^aeiou]{1,2}[aeiou]{1,2}){1,4}([nrlsmkt]|sh)?")


@pytest.fixture(scope="module")
def words(smoke_lab):
    return smoke_lab.lexicons


def borrowing(share):
    return lexicons([LANGUAGES[0], replace(LANGUAGES[1], borrowed_share=share)], seed=0)


@pytest.mark.parametrize("key", [SOURCE, *TARGETS])
def test_every_word_can_be_pronounced(words, key):
    unspeakable = [word for word in words[key].words() if not PRONOUNCEABLE.fullmatch(word.lower())]
    assert not unspeakable


@pytest.mark.parametrize("key", [SOURCE, *TARGETS])
def test_every_content_word_has_two_different_forms(words, key):
    forms = words[key].forms[list(CONTENT)]
    assert np.all(forms[:, 0] != forms[:, 1])


@pytest.mark.parametrize("key", [SOURCE, *TARGETS])
def test_names_and_function_words_have_one_form(words, key):
    forms = words[key].forms[[*NAMES, *FUNCTIONS]]
    assert np.all(forms[:, 0] == forms[:, 1])


@pytest.mark.parametrize("key", [SOURCE, *TARGETS])
def test_no_two_concepts_of_a_language_share_a_form(words, key):
    forms = words[key].forms
    assert len(words[key].words()) == len(CONTENT) * 2 + len(NAMES) + len(FUNCTIONS)
    assert {forms[concept, 0] for concept in CONTENT}.isdisjoint(forms[list(CONTENT), 1])


def test_languages_share_names_and_loans_and_nothing_else(words):
    for one, two in combinations(words, 2):
        first, second = words[one].forms, words[two].forms
        same = first == second
        shared = set(words[one].words()) & set(words[two].words())
        assert shared == set(first[same].tolist())
        assert same[list(NAMES)].all()
        assert not same[list(FUNCTIONS)].any()
        assert not same[list(CONTENT), 1].any()


def test_loans_are_taken_from_the_source(words):
    for one, two in combinations(TARGETS, 2):
        same = words[one].forms[:, 0] == words[two].forms[:, 0]
        assert np.all(words[one].forms[same, 0] == words[SOURCE].forms[same, 0])


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_language_borrows_the_share_it_is_told_to(share):
    source, target = borrowing(share).values()
    borrowed = source.forms[list(CONTENT), 0] == target.forms[list(CONTENT), 0]
    assert abs(borrowed.mean() - share) < (0.15 if share == 0.5 else 1e-9)


def test_names_are_capitalized_and_other_words_are_not(words):
    forms = words[SOURCE].forms[:, 0]
    assert {concept for concept, form in enumerate(forms) if form[0].isupper()} == set(NAMES)


def test_the_synonym_of_a_synonym_is_the_word_itself(words):
    synonyms = words[SOURCE].synonyms()
    assert all(synonyms[other] == word != other for word, other in synonyms.items())


def test_content_words_have_synonyms_and_no_others_do(words):
    assert set(words[SOURCE].synonyms()) == set(words[SOURCE].forms[list(CONTENT)].ravel())


def test_a_synonym_says_the_same_concept(words):
    forms = words[SOURCE].forms
    concept_of = {form: concept for concept, row in enumerate(forms) for form in row}
    synonyms = words[SOURCE].synonyms()
    assert all(concept_of[word] == concept_of[other] for word, other in synonyms.items())


def test_the_same_seed_makes_the_same_words_and_another_seed_others():
    one, again, other = (lexicons(LANGUAGES[:2], seed)["bor"].forms for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert np.mean(one == other) < 0.1


def test_a_further_language_leaves_the_words_of_the_others_alone():
    few, more = lexicons(LANGUAGES[:3], seed=0), lexicons(LANGUAGES[:5], seed=0)
    assert all(np.array_equal(few[key].forms, more[key].forms) for key in few)
