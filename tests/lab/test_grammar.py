from dataclasses import replace

import numpy as np
import pytest

from crosslab.config import WORD_ORDERS
from crosslab.lab.concepts import ABSENT
from crosslab.lab.grammar import laid_out, role_order
from crosslab.lab.world import ROLES
from crosslab.scales import study_config

LANGUAGES = study_config("smoke").lab.languages
PLAIN = LANGUAGES[0]


@pytest.mark.parametrize("order", WORD_ORDERS)
def test_a_clause_follows_the_order_of_its_language(order):
    roles = role_order(replace(PLAIN, order=order), fronted=False)
    heads = {"S": "subject", "V": "verb", "O": "object"}
    assert "".join(sorted(order, key=lambda letter: roles.index(heads[letter]))) == order


@pytest.mark.parametrize("order", WORD_ORDERS)
@pytest.mark.parametrize("fronted", [True, False])
def test_every_role_has_one_place(order, fronted):
    assert sorted(role_order(replace(PLAIN, order=order), fronted=fronted)) == sorted(ROLES)


@pytest.mark.parametrize(
    ("adjective_first", "phrases"),
    [
        (True, ["quantifier subject_modifier subject", "object_modifier object"]),
        (False, ["quantifier subject subject_modifier", "object object_modifier"]),
    ],
)
def test_adjectives_stand_on_the_side_their_language_puts_them(adjective_first, phrases):
    language = replace(PLAIN, adjective_first=adjective_first)
    said = " ".join(role_order(language, fronted=False))
    assert all(phrase in said for phrase in phrases)


@pytest.mark.parametrize(
    ("prepositions", "phrase"),
    [(True, ("adposition", "adjunct")), (False, ("adjunct", "adposition"))],
)
def test_adpositions_stand_on_the_side_their_language_puts_them(prepositions, phrase):
    language = replace(PLAIN, prepositions=prepositions)
    assert role_order(language, fronted=False)[-2:] == phrase
    assert role_order(language, fronted=True)[:2] == phrase


def test_fronting_moves_the_place_and_leaves_the_clause_alone():
    last, first = (role_order(PLAIN, fronted=fronted) for fronted in (False, True))
    assert first[2:] == last[:-2]


def test_negation_stands_before_its_verb():
    roles = role_order(replace(PLAIN, order="SOV"), fronted=False)
    assert roles.index("negation") + 1 == roles.index("verb")


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)
def test_words_of_two_languages_align_by_role(smoke_lab, language):
    rng = np.random.default_rng(0)
    meanings = smoke_lab.world.meanings(300, rng)
    concepts, roles = laid_out(meanings, language, rng.random(300) < 0.5)
    by_role = np.full_like(concepts, ABSENT)
    np.put_along_axis(by_role, roles, concepts, axis=1)
    assert np.array_equal(by_role, meanings.matrix())


def test_each_sentence_is_fronted_or_not_on_its_own(smoke_lab):
    meanings = smoke_lab.world.meanings(4, np.random.default_rng(0))
    fronted = np.array([True, False, False, True])
    _, roles = laid_out(meanings, PLAIN, fronted)
    expected = [[ROLES.index(role) for role in role_order(PLAIN, fronted=f)] for f in fronted]
    assert roles.tolist() == expected
