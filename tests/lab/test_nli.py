"""Labels checked against an independent reading of the sentences: small models of the world.

A model says which of a few things a name, a noun or an adjective is true of, who does
what to what, and where. A label is right if it holds in every model that was drawn, or,
for "neutral", if models of both kinds turn up.
"""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from crosslab.lab.concepts import ABSENT, EVERY, NO, NOT, SOME, VERBS
from crosslab.lab.nli import CONTRADICTION, ENTAILMENT, NEUTRAL, nli_pairs
from crosslab.lab.world import ROLES

MODELS, THINGS, PAIRS = 3000, 4, 600
NOUN_SLOTS, ADJECTIVE_SLOTS, ADPOSITION_SLOTS, NAME_SLOTS = 6, 4, 2, 2

RULES = {
    ENTAILMENT: {
        "said again",
        "place dropped",
        "object adjective dropped",
        "subject adjective dropped",
        "every to some",
    },
    NEUTRAL: {
        "object replaced",
        "roles swapped",
        "object adjective added",
        "place added",
        "some to every",
    },
    CONTRADICTION: {
        "negated",
        "affirmed",
        "opposite verb",
        "some not to every",
        "to no",
        "from no",
    },
}


@dataclass
class Models:
    """Many models at once; the first axis of every array is the model."""

    noun: np.ndarray  # (models, noun slots, things)
    adjective: np.ndarray  # (models, adjective slots, things)
    name: np.ndarray  # (models, name slots): which thing it names
    does: np.ndarray  # (models, verb and its opposite, subjects, objects)
    where: np.ndarray  # (models, adpositions, verbs, subjects, objects, places)


def drawn_models(seed):
    """Return models of many densities, in which opposite verbs exclude each other."""
    rng = np.random.default_rng(seed)

    def relation(*shape):
        density = rng.choice([0.2, 0.5, 0.9], size=(MODELS, *(1 for _ in shape)))
        return rng.random((MODELS, *shape)) < density

    noun = relation(NOUN_SLOTS, THINGS)
    does = relation(2, THINGS, THINGS)
    # Of each opposite pair one verb has precedence: where a subject does it to anything
    # of some kind, it does the other to nothing of that kind.
    stronger = rng.integers(2, size=MODELS)
    every = np.arange(MODELS)
    kinds = (does[every, stronger][:, :, None, :] & noun[:, None]).any(axis=3)
    barred = (kinds[..., None] & noun[:, None]).any(axis=2)  # (models, subjects, objects)
    does[every, 1 - stronger] &= ~barred
    return Models(
        noun=noun,
        adjective=relation(ADJECTIVE_SLOTS, THINGS),
        name=rng.integers(THINGS, size=(MODELS, NAME_SLOTS)),
        does=does,
        where=relation(ADPOSITION_SLOTS, 2, THINGS, THINGS, THINGS),
    )


class Reading:
    """Gives the concepts of two sentences their slots, and says in which models each is true."""

    def __init__(self, models, *sentences):
        self.models = models
        self.nouns, self.adjectives, self.names, self.adpositions = {}, {}, {}, {}
        self.verb = sentences[0].verb

    def _slot(self, slots, concept):
        return slots.setdefault(concept, len(slots))

    def kind(self, noun, adjective=ABSENT):
        """Return what the phrase is true of, shape (models, things)."""
        found = self.models.noun[:, self._slot(self.nouns, noun)]
        if adjective == ABSENT:
            return found
        return found & self.models.adjective[:, self._slot(self.adjectives, adjective)]

    def _deed(self, said):
        """Return which things do what the sentence says of its subject, shape (models, things)."""
        together = {said.verb, self.verb}
        assert len(together) == 1 or {min(together) - VERBS.start} <= set(range(0, 30, 2))
        assert max(together) - min(together) <= 1
        verb = int(said.verb != self.verb)
        events = self.models.does[:, verb]  # (models, subjects, objects)
        if said.adjunct != ABSENT:
            link = self._slot(self.adpositions, said.adposition)
            at = self.models.where[:, link, verb] & self.kind(said.adjunct)[:, None, None]
            events = events & at.any(axis=3)
        return (events & self.kind(said.object, said.object_modifier)[:, None]).any(axis=2)

    def true_in(self, said):
        """Return in which models the sentence is true, and in which it can be said at all."""
        deed = self._deed(said) ^ (said.negation == NOT)
        everywhere = np.ones(MODELS, dtype=bool)
        if said.quantifier == ABSENT:
            named = self.models.name[:, self._slot(self.names, said.subject)]
            return deed[np.arange(MODELS), named], everywhere
        subjects = self.kind(said.subject, said.subject_modifier)
        some = (subjects & deed).any(axis=1)
        truth = {EVERY: ~(subjects & ~deed).any(axis=1), SOME: some, NO: ~some}[said.quantifier]
        return truth, subjects.any(axis=1) if said.quantifier == EVERY else everywhere


def sentence(meanings, row):
    return SimpleNamespace(**{role: int(getattr(meanings, role)[row]) for role in ROLES})


def counts(models, premise, hypothesis):
    """Return in how many models both are true, and in how many the premise alone is."""
    reading = Reading(models, premise, hypothesis)
    one, can_say_one = reading.true_in(premise)
    two, can_say_two = reading.true_in(hypothesis)
    one = one & can_say_one & can_say_two
    return int((one & two).sum()), int((one & ~two).sum())


@pytest.fixture(scope="module")
def models():
    return drawn_models(seed=0)


@pytest.fixture(scope="module")
def judged(smoke_lab, models):
    """Every item with its label, its rule, and how many models of each kind it has."""
    pairs = nli_pairs(smoke_lab.world, PAIRS, np.random.default_rng(1))
    return [
        (label, rule, *counts(models, sentence(pairs.first, row), sentence(pairs.second, row)))
        for row, (label, rule) in enumerate(
            zip(pairs.label.tolist(), pairs.rule.tolist(), strict=True)
        )
    ]


def test_what_is_entailed_is_never_false_while_the_premise_is_true(judged):
    wrong = [item for item in judged if item[0] == ENTAILMENT and (item[3] > 0 or item[2] < 10)]
    assert not wrong


def test_contradictory_sentences_are_never_true_together(judged):
    wrong = [item for item in judged if item[0] == CONTRADICTION and (item[2] > 0 or item[3] < 10)]
    assert not wrong


def test_a_neutral_sentence_may_be_true_and_may_be_false(judged):
    wrong = [item for item in judged if item[0] == NEUTRAL and (item[2] == 0 or item[3] == 0)]
    assert not wrong


def test_every_rule_was_judged_under_its_own_label(judged):
    found = {label: {rule for each, rule, *_ in judged if each == label} for label in RULES}
    assert found == RULES


def test_each_label_is_a_third_of_the_items(smoke_lab):
    pairs = nli_pairs(smoke_lab.world, 6000, np.random.default_rng(2))
    shares = np.bincount(pairs.label, minlength=3) / len(pairs)
    assert np.abs(shares - 1 / 3).max() < 0.05


def test_the_second_sentence_never_negates_twice(smoke_lab):
    pairs = nli_pairs(smoke_lab.world, 6000, np.random.default_rng(3))
    assert not np.any((pairs.second.quantifier == NO) & (pairs.second.negation == NOT))


def test_the_premise_is_left_as_it_was_drawn(smoke_lab):
    pairs = nli_pairs(smoke_lab.world, 500, np.random.default_rng(4))
    drawn = smoke_lab.world.meanings(500, np.random.default_rng(4))
    assert np.array_equal(pairs.first.matrix(), drawn.matrix())
