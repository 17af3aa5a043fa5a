import numpy as np
import pytest

from crosslab.lab.concepts import ADJECTIVES, NAMES, NOUNS, VERBS
from crosslab.lab.paraphrase import DIFFERENT, PARAPHRASE, other, paraphrase_pairs

SWAPS = {"nouns swapped", "places swapped", "adjectives swapped"}
REPLACEMENTS = {"verb replaced", "subject replaced", "adjective replaced"}


@pytest.fixture(scope="module")
def pairs(smoke_lab):
    return paraphrase_pairs(smoke_lab.world, 6000, np.random.default_rng(0))


def differing(pairs):
    """Return how many roles of each item differ between its two sentences."""
    return (pairs.first.matrix() != pairs.second.matrix()).sum(axis=1)


def test_a_paraphrase_means_the_same(pairs):
    assert np.all(differing(pairs)[pairs.label == PARAPHRASE] == 0)


def test_sentences_called_different_never_mean_the_same(pairs):
    assert np.all(differing(pairs)[pairs.label == DIFFERENT] > 0)


def test_about_half_of_the_items_are_paraphrases(pairs):
    assert abs((pairs.label == PARAPHRASE).mean() - 0.5) < 0.03


def test_every_kind_of_difference_occurs(pairs):
    assert set(pairs.rule[pairs.label == DIFFERENT].tolist()) == SWAPS | REPLACEMENTS


def test_a_swap_says_something_else_with_the_same_words(pairs):
    swapped = np.isin(pairs.rule, list(SWAPS))
    one, two = (np.sort(side.matrix()[swapped], axis=1) for side in (pairs.first, pairs.second))
    assert np.array_equal(one, two)


def test_a_replacement_changes_one_word_for_another_of_its_class(pairs):
    replaced = np.isin(pairs.rule, list(REPLACEMENTS))
    one, two = pairs.first.matrix()[replaced], pairs.second.matrix()[replaced]
    changed = one != two
    bounds = [kind.start for kind in (NOUNS, VERBS, ADJECTIVES, NAMES)]
    assert np.all(changed.sum(axis=1) == 1)
    assert np.array_equal(
        np.searchsorted(bounds, one[changed], side="right"),
        np.searchsorted(bounds, two[changed], side="right"),
    )


def test_most_differences_keep_every_word(pairs):
    # the words must not give the answer away: that is what the task is for
    rules = pairs.rule[pairs.label == DIFFERENT]
    assert np.isin(rules, list(SWAPS)).mean() > 0.5


def test_another_word_is_any_but_the_same():
    verbs = np.full(9000, VERBS[3], dtype=np.int16)
    drawn = other(verbs, VERBS, np.random.default_rng(0))
    found, counts = np.unique(drawn, return_counts=True)
    assert set(found.tolist()) == set(VERBS) - {VERBS[3]}
    assert counts.min() > 0.7 * counts.mean()
