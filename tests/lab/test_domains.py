from dataclasses import replace

import numpy as np
import pytest

from crosslab.config import DomainConfig
from crosslab.errors import UsageError
from crosslab.lab.concepts import CONTENT, NOUNS, VERBS
from crosslab.lab.domains import in_domain, weighed

MEDICAL, SPORTS = DomainConfig(key="medical"), DomainConfig(key="sports")
COUNT = 20_000


def counts(world, role="object", seed=0):
    drawn = getattr(world.meanings(COUNT, np.random.default_rng(seed)), role)
    return np.bincount(drawn, minlength=len(CONTENT))[: len(CONTENT)] / COUNT


def shares_of(table):
    return np.diff(table, axis=1, prepend=0.0)


def test_a_domain_without_focus_is_the_world_as_it_is(smoke_lab):
    plain = in_domain(smoke_lab.world, DomainConfig(key="any", focus=0.0), seed=1)
    assert np.allclose(plain.verb_of_subject, smoke_lab.world.verb_of_subject)
    assert np.allclose(plain.noun, smoke_lab.world.noun)


def test_domains_speak_of_other_things_and_each_of_the_same_again(smoke_lab):
    medical, again = (in_domain(smoke_lab.world, MEDICAL, seed=1) for _ in range(2))
    sports = in_domain(smoke_lab.world, SPORTS, seed=1)
    apart = abs(counts(medical) - counts(sports)).sum() / 2
    chance = abs(counts(medical) - counts(again, seed=1)).sum() / 2
    assert np.array_equal(medical.noun, again.noun)
    assert chance < 0.1
    assert apart > 0.4


def test_the_more_focus_the_further_apart(smoke_lab):
    plain = counts(smoke_lab.world)
    found = [
        abs(counts(in_domain(smoke_lab.world, DomainConfig(key="m", focus=each), 1)) - plain).sum()
        for each in (0.5, 1.5, 3.0)
    ]
    assert found == sorted(found)


def test_what_goes_with_what_stays_as_it_is_but_for_the_favourites(smoke_lab):
    # The odds of a verb for two subjects differ by the same factor in every domain: words keep
    # their company, and so their meaning.
    here = shares_of(smoke_lab.world.verb_of_subject)
    there = shares_of(in_domain(smoke_lab.world, MEDICAL, seed=1).verb_of_subject)
    odds = [np.log(each[NOUNS[3]] / each[NOUNS[7]]) for each in (here, there)]
    difference = odds[1] - odds[0]
    assert np.allclose(difference, difference[0], atol=1e-6)
    assert here.shape[1] == len(VERBS)


def test_every_row_stays_a_distribution(smoke_lab):
    found = weighed(smoke_lab.world.object_of_verb, np.linspace(0.01, 5, len(NOUNS)))
    assert (found[:, -1] == 1).all()
    assert (np.diff(found, axis=1) >= 0).all()


@pytest.mark.parametrize("formal", [0.0, 0.3, 1.0])
def test_a_style_is_a_share_of_first_synonyms(smoke_lab, formal):
    rng = np.random.default_rng(0)
    meanings = smoke_lab.world.meanings(3000, rng)
    said = replace(smoke_lab, formal=formal).sentences(meanings, "ave", rng)
    forms = smoke_lab.lexicons["ave"].forms[list(CONTENT)]
    first, second = set(forms[:, 0]), set(forms[:, 1])
    words = [word for sentence in said for word in sentence.split()]
    found = sum(word in first for word in words)
    assert found / (found + sum(word in second for word in words)) == pytest.approx(
        formal, abs=0.02
    )


def test_settings_that_make_no_sense_are_refused_together():
    with pytest.raises(UsageError) as refused:
        DomainConfig(key="", focus=-1, formal=2)
    assert len(refused.value.problems) == 3
