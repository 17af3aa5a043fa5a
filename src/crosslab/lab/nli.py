"""NLI items: entailment, neutral, contradiction, by rules of quantifiers and polarity.

How the sentences are meant: ``every`` has at least one thing to speak of; objects
and places are "at least one"; a negation stands inside its subject ("every dog does
not open a door": of each dog it is false that it opens one); opposite verbs exclude
each other for the same subject and kind of object. An *upward* place is one where saying
less remains true: objects and places of a sentence that neither negates nor says "no".
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from crosslab.lab.concepts import ABSENT, EVERY, NO, NOT, NOUNS, SOME, opposite
from crosslab.lab.pairs import Pairs, Rule, Task, chosen, other
from crosslab.lab.world import Meanings, World

ENTAILMENT, NEUTRAL, CONTRADICTION = range(3)


def nli_pairs(world: World, count: int, rng: np.random.Generator) -> Pairs:
    """Return NLI items, about a third of each label."""
    first = world.meanings(count, rng)
    wanted = rng.integers(3, size=count)
    rules = [
        Rule(rule.name, rule.label, rule.applies & (wanted == rule.label), rule.second)
        for rule in (*_entailments(first), *_neutrals(first, world, rng), *_contradictions(first))
    ]
    return chosen(first, rules, [1.0] * len(rules), rng)


def _upward(first: Meanings) -> NDArray[np.bool_]:
    return np.asarray((first.negation == ABSENT) & (first.quantifier != NO))


def _entailments(first: Meanings) -> list[Rule]:
    """Return the rules by which the second sentence says no more than the first."""
    upward = _upward(first)
    always = np.ones(len(first), dtype=np.bool_)
    placed = upward & (first.adjunct != ABSENT)
    object_modified = upward & (first.object_modifier != ABSENT)
    # "some A N ..." entails "some N ..." whatever the polarity behind it.
    some_modified = (first.quantifier == SOME) & (first.subject_modifier != ABSENT)
    every = first.quantifier == EVERY
    return [
        Rule("said again", ENTAILMENT, always, first),
        Rule(
            "place dropped",
            ENTAILMENT,
            placed,
            first.changed(placed, adposition=ABSENT, adjunct=ABSENT),
        ),
        Rule(
            "object adjective dropped",
            ENTAILMENT,
            object_modified,
            first.changed(object_modified, object_modifier=ABSENT),
        ),
        Rule(
            "subject adjective dropped",
            ENTAILMENT,
            some_modified,
            first.changed(some_modified, subject_modifier=ABSENT),
        ),
        Rule("every to some", ENTAILMENT, every, first.changed(every, quantifier=SOME)),
    ]


def _neutrals(first: Meanings, world: World, rng: np.random.Generator) -> list[Rule]:
    """Return the rules by which the second sentence may be true or not."""
    upward = _upward(first)
    always = np.ones(len(first), dtype=np.bool_)
    noun_subject = first.subject < NOUNS.stop
    swappable = noun_subject & (first.subject != first.object)
    bare = upward & (first.object_modifier == ABSENT)
    unplaced = upward & (first.adjunct == ABSENT)
    some = first.quantifier == SOME
    adposition, adjunct = world.places(first.verb, rng)
    return [
        Rule(
            "object replaced",
            NEUTRAL,
            always,
            first.changed(always, object=other(first.object, NOUNS, rng)),
        ),
        Rule(
            "roles swapped",
            NEUTRAL,
            swappable,
            first.changed(swappable, subject=first.object, object=first.subject),
        ),
        Rule(
            "object adjective added",
            NEUTRAL,
            bare,
            first.changed(bare, object_modifier=world.adjectives(first.object, rng)),
        ),
        Rule(
            "place added",
            NEUTRAL,
            unplaced,
            first.changed(unplaced, adposition=adposition, adjunct=adjunct),
        ),
        Rule("some to every", NEUTRAL, some, first.changed(some, quantifier=EVERY)),
    ]


def _contradictions(first: Meanings) -> list[Rule]:
    """Return the rules by which the two sentences cannot both be true."""
    upward = _upward(first)
    # "some X V" and "some X does not V" can both be true; names and "every" cannot.
    definite = first.quantifier != SOME
    negatable = upward & definite
    affirmable = (first.negation == NOT) & definite
    to_no = upward & ~(first.quantifier == ABSENT)
    from_no = first.quantifier == NO
    some_not = (first.quantifier == SOME) & (first.negation == NOT)
    opposites = opposite(first.verb)
    return [
        Rule("negated", CONTRADICTION, negatable, first.changed(negatable, negation=NOT)),
        Rule("affirmed", CONTRADICTION, affirmable, first.changed(affirmable, negation=ABSENT)),
        Rule("opposite verb", CONTRADICTION, negatable, first.changed(negatable, verb=opposites)),
        Rule(
            "some not to every",
            CONTRADICTION,
            some_not,
            first.changed(some_not, quantifier=EVERY, negation=ABSENT),
        ),
        Rule("to no", CONTRADICTION, to_no, first.changed(to_no, quantifier=NO)),
        Rule("from no", CONTRADICTION, from_no, first.changed(from_no, quantifier=SOME)),
    ]


TASK: Final = Task(
    key="nli",
    labels=("entailment", "neutral", "contradiction"),
    draw=nli_pairs,
    stands_for="XNLI",
)
