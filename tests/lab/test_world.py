from dataclasses import replace

import numpy as np
import pytest

from crosslab.config import WorldConfig
from crosslab.lab.concepts import (
    ABSENT,
    ADJECTIVES,
    ADPOSITIONS,
    EVERY,
    NAMES,
    NO,
    NOT,
    NOUNS,
    SOME,
    VERBS,
)
from crosslab.lab.world import PHRASES, cumulative, drawn, joined, world

CLASSES = {
    "quantifier": {EVERY, SOME, NO, ABSENT},
    "subject_modifier": {*ADJECTIVES, ABSENT},
    "subject": {*NOUNS, *NAMES},
    "negation": {NOT, ABSENT},
    "verb": {*VERBS},
    "object_modifier": {*ADJECTIVES, ABSENT},
    "object": {*NOUNS},
    "adposition": {*ADPOSITIONS, ABSENT},
    "adjunct": {*NOUNS, ABSENT},
}


@pytest.fixture(scope="module")
def meanings(smoke_lab):
    return smoke_lab.world.meanings(20_000, np.random.default_rng(0))


@pytest.mark.parametrize("role", CLASSES)
def test_a_role_holds_concepts_of_its_class_and_all_of_them(meanings, role):
    # 20,000 meanings leave hardly a word unused
    found = set(getattr(meanings, role).tolist())
    assert found <= CLASSES[role]
    assert len(found) > 0.9 * len(CLASSES[role])


def test_names_have_neither_quantifier_nor_modifier(meanings):
    named = meanings.subject >= NAMES.start
    assert set(meanings.quantifier[named].tolist()) == {ABSENT}
    assert set(meanings.subject_modifier[named].tolist()) == {ABSENT}


def test_nouns_as_subjects_are_always_quantified(meanings):
    assert ABSENT not in meanings.quantifier[meanings.subject < NOUNS.stop]


def test_nothing_is_negated_twice(meanings):
    assert not np.any((meanings.quantifier == NO) & (meanings.negation == NOT))


def test_a_place_has_an_adposition_and_a_noun_or_neither(meanings):
    assert np.array_equal(meanings.adposition == ABSENT, meanings.adjunct == ABSENT)


@pytest.mark.parametrize(
    ("role", "share"), [("quantifier", 0.75), ("adjunct", 0.5), ("object_modifier", 0.5)]
)
def test_optional_roles_are_filled_as_often_as_agreed(meanings, role, share):
    assert abs((getattr(meanings, role) != ABSENT).mean() - share) < 0.015


def test_draws_follow_their_row_of_the_table():
    shares = np.array([[0.5, 0.3, 0.2], [0.1, 0.0, 0.9]])
    rows = np.repeat([0, 1], 10_000)
    picked = drawn(np.cumsum(shares, axis=1), rows, np.random.default_rng(0))
    for row in (0, 1):
        counts = np.bincount(picked[rows == row], minlength=3)
        assert np.abs(counts / 10_000 - shares[row]).max() < 0.02


def test_a_column_without_share_is_never_drawn():
    table = np.array([[0.0, 1.0, 1.0]])
    picked = drawn(table, np.zeros(5000, dtype=np.intp), np.random.default_rng(0))
    assert set(picked.tolist()) == {1}


def test_scores_become_the_sums_of_their_softmax():
    sums = cumulative(np.log([[1.0, 3.0, 4.0]]) + 1000.0)
    assert np.allclose(sums, [[0.125, 0.5, 1.0]])


def test_the_verb_follows_the_subject(smoke_lab, meanings):
    # what lets words of two languages be told apart by their company
    subject = np.bincount(meanings.subject).argmax()
    own = np.bincount(meanings.verb[meanings.subject == subject], minlength=VERBS.stop)
    every = np.bincount(meanings.verb, minlength=VERBS.stop)
    assert np.abs(own / own.sum() - every / every.sum()).sum() / 2 > 0.3


def test_no_two_words_of_a_class_keep_the_same_company(smoke_lab):
    tables = smoke_lab.world
    for table in (tables.verb_of_subject, tables.object_of_verb, tables.adjective_of_noun):
        shares = np.diff(table, axis=1, prepend=0.0)
        distance = np.abs(shares[:, None] - shares[None]).sum(axis=2) / 2
        assert distance[~np.eye(len(shares), dtype=bool)].min() > 0.01


def test_an_added_adjective_goes_with_its_noun(smoke_lab):
    noun, others = 7, [3, 8]
    nouns = np.full(5000, noun)
    drawn_adjectives = smoke_lab.world.adjectives(nouns, np.random.default_rng(0))
    shares = np.bincount(drawn_adjectives - ADJECTIVES.start, minlength=len(ADJECTIVES)) / 5000
    table = np.diff(smoke_lab.world.adjective_of_noun, axis=1, prepend=0.0)
    assert np.abs(shares - table[noun]).sum() < 0.1
    assert all(np.abs(shares - table[other]).sum() > 0.2 for other in others)


def test_the_same_seed_makes_the_same_world_and_another_seed_another():
    one, again, other = (world(WorldConfig(seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.verb_of_subject, again.verb_of_subject)
    assert not np.allclose(one.verb_of_subject, other.verb_of_subject)


def repeated(meanings):
    """Return, for each phrase, the share of second sentences that say it as the first did."""
    first, second = meanings.take(slice(0, None, 2)), meanings.take(slice(1, None, 2))
    same = {
        phrase: np.all([getattr(first, r) == getattr(second, r) for r in phrase], axis=0)
        for phrase in PHRASES
    }
    return {phrase: rows.mean() for phrase, rows in same.items()}


def test_the_second_sentence_keeps_about_as_many_phrases_as_coherence_says(smoke_lab):
    chance, kept = (
        repeated(smoke_lab.world.discourse(20_000, coherence, np.random.default_rng(0)))
        for coherence in (0.0, 0.4)
    )
    for phrase in PHRASES:
        # a negation kept beside a new "no" is dropped, so its phrase repeats a little less
        slack = 0.04 if "negation" in phrase else 0.02
        assert abs(kept[phrase] - (0.4 + 0.6 * chance[phrase])) < slack


def test_full_coherence_repeats_every_first_sentence(smoke_lab):
    found = smoke_lab.world.discourse(1000, 1.0, np.random.default_rng(0)).matrix()
    assert np.array_equal(found[0::2], found[1::2])


def test_sentences_two_apart_have_no_more_in_common_than_chance(smoke_lab):
    found = smoke_lab.world.discourse(20_000, 1.0, np.random.default_rng(0))
    firsts = found.take(slice(0, None, 2))
    assert repeated(firsts)[PHRASES[2]] < 0.05


def test_discourse_never_negates_twice(smoke_lab):
    found = smoke_lab.world.discourse(20_000, 0.5, np.random.default_rng(0))
    assert not np.any((found.quantifier == NO) & (found.negation == NOT))


def test_discourse_keeps_names_bare_and_places_whole(smoke_lab):
    found = smoke_lab.world.discourse(20_000, 0.5, np.random.default_rng(0))
    named = found.subject >= NAMES.start
    assert np.array_equal(named, found.quantifier == ABSENT)
    assert np.all(found.subject_modifier[named] == ABSENT)
    assert np.array_equal(found.adposition == ABSENT, found.adjunct == ABSENT)


def test_a_change_reaches_the_asked_rows_and_roles_only(meanings):
    few = meanings.take(slice(0, 4))
    where = np.array([True, False, True, False])
    changed = few.changed(where, verb=VERBS[5])
    assert changed.verb.tolist() == np.where(where, VERBS[5], few.verb).tolist()
    assert np.array_equal(replace(changed, verb=few.verb).matrix(), few.matrix())


def test_joining_what_was_taken_apart_gives_it_back(meanings):
    parts = meanings.take(slice(0, 7)), meanings.take(slice(7, 20))
    assert np.array_equal(joined(*parts).matrix(), meanings.take(slice(0, 20)).matrix())
