"""The world: what goes with what, and the meanings drawn from it.

Every content concept has a latent vector, and bilinear forms of these vectors say how
well two concepts go together, so that no two words keep the same company. Company is
all an encoder has to line up the words of two languages by, when it never sees them
side by side: words that could trade places unnoticed cannot be told apart.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

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
from crosslab.seeding import generator

Concepts = NDArray[np.int16]
Cumulative = NDArray[np.float64]  # rows end in 1: one distribution per row


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanings:
    """Many sentence meanings, one array per role; ``ABSENT`` where a role is empty.

    A subject is a quantified noun or, where ``quantifier`` is absent, a name.
    """

    quantifier: Concepts
    subject_modifier: Concepts
    subject: Concepts
    negation: Concepts
    verb: Concepts
    object_modifier: Concepts
    object: Concepts
    adposition: Concepts
    adjunct: Concepts

    def __len__(self) -> int:
        return int(self.verb.shape[0])

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> "Meanings":
        """Return the meanings at these rows."""
        return Meanings(**{role: getattr(self, role)[rows] for role in ROLES})

    def changed(self, where: NDArray[np.bool_], **roles: NDArray[np.integer] | int) -> "Meanings":
        """Return a copy in which the given roles hold new concepts where asked."""
        new = {
            role: np.where(where, value, getattr(self, role)).astype(np.int16)
            for role, value in roles.items()
        }
        return replace(self, **new)

    def matrix(self) -> Concepts:
        """Return the meanings as rows of concepts, in the order of ``ROLES``."""
        return np.stack([getattr(self, role) for role in ROLES], axis=1)


ROLES = tuple(field.name for field in fields(Meanings))


def joined(*parts: Meanings) -> Meanings:
    """Return the meanings of several batches, one after another."""
    return Meanings(
        **{role: np.concatenate([getattr(part, role) for part in parts]) for role in ROLES}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Which concepts go together, as cumulative tables that are cheap to draw from."""

    noun: Cumulative  # (1, nouns)
    quantifier_of_subject: Cumulative  # (nouns, quantifiers)
    negation_of_verb: Cumulative  # (verbs, 2): affirmed, negated
    verb_of_subject: Cumulative  # (names and nouns, verbs)
    object_of_verb: Cumulative  # (verbs, nouns)
    adjunct_of_verb: Cumulative  # (verbs, nouns)
    adposition_of_adjunct: Cumulative  # (nouns, adpositions)
    adjective_of_noun: Cumulative  # (nouns, adjectives)

    def meanings(self, count: int, rng: np.random.Generator) -> Meanings:
        """Return ``count`` meanings drawn from this world."""
        named = rng.random(count) < NAMED_SHARE
        noun = drawn(self.noun, np.zeros(count, dtype=np.intp), rng)
        name = rng.integers(len(NAMES), size=count)
        # Names follow the nouns in the table of subjects.
        verb = drawn(self.verb_of_subject, np.where(named, len(NOUNS) + name, noun), rng)
        thing = drawn(self.object_of_verb, verb, rng)
        place = drawn(self.adjunct_of_verb, verb, rng)
        link = drawn(self.adposition_of_adjunct, place, rng)
        placed = rng.random(count) < ADJUNCT_SHARE
        quantifier = np.asarray(QUANTIFIERS)[drawn(self.quantifier_of_subject, noun, rng)]
        negated = drawn(self.negation_of_verb, verb, rng).astype(np.bool_)
        negated &= named | (quantifier != NO)
        subject_modified = (rng.random(count) < SUBJECT_MODIFIED_SHARE) & ~named
        object_modified = rng.random(count) < OBJECT_MODIFIED_SHARE
        return Meanings(
            quantifier=_where(~named, quantifier),
            subject_modifier=_where(
                subject_modified, ADJECTIVES.start + drawn(self.adjective_of_noun, noun, rng)
            ),
            subject=np.where(named, NAMES.start + name, noun).astype(np.int16),
            negation=_where(negated, NOT),
            verb=(VERBS.start + verb).astype(np.int16),
            object_modifier=_where(
                object_modified, ADJECTIVES.start + drawn(self.adjective_of_noun, thing, rng)
            ),
            object=thing.astype(np.int16),
            adposition=_where(placed, np.asarray(ADPOSITIONS)[link]),
            adjunct=_where(placed, place),
        )

    def discourse(self, count: int, coherence: float, rng: np.random.Generator) -> Meanings:
        """Return meanings in which every second one goes on about the one before.

        Each phrase of the second is, with this probability, the phrase of the first:
        text speaks of the same things for a while. An encoder learns from that to look
        across sentences, which is what a sentence-pair task asks of it.
        """
        meanings = self.meanings(count, rng)
        second = np.arange(count) % 2 == 1
        before = meanings.take(np.maximum(np.arange(count) - 1, 0))
        for phrase in PHRASES:
            kept = second & (rng.random(count) < coherence)
            meanings = meanings.changed(kept, **{role: getattr(before, role) for role in phrase})
        return meanings.changed(meanings.quantifier == NO, negation=ABSENT)

    def adjectives(self, nouns: NDArray[np.integer], rng: np.random.Generator) -> Concepts:
        """Return an adjective for each noun; what goes with a name is what goes with noun 0."""
        rows = np.where(nouns < len(NOUNS), nouns, 0)
        return (ADJECTIVES.start + drawn(self.adjective_of_noun, rows, rng)).astype(np.int16)

    def places(
        self, verbs: NDArray[np.integer], rng: np.random.Generator
    ) -> tuple[Concepts, Concepts]:
        """Return an adposition and a noun to be added to each verb."""
        place = drawn(self.adjunct_of_verb, verbs - VERBS.start, rng)
        link = drawn(self.adposition_of_adjunct, place, rng)
        return np.asarray(ADPOSITIONS, dtype=np.int16)[link], place.astype(np.int16)


# Roles that only make sense together: a name has neither quantifier nor modifier.
PHRASES = (
    ("quantifier", "subject_modifier", "subject"),
    ("negation", "verb"),
    ("object_modifier", "object"),
    ("adposition", "adjunct"),
)

NAMED_SHARE = 0.25
ADJUNCT_SHARE = 0.5
NEGATED_SHARE = 0.2
SUBJECT_MODIFIED_SHARE = 0.4
OBJECT_MODIFIED_SHARE = 0.5
QUANTIFIERS = (EVERY, SOME, NO)
QUANTIFIER_SHARES = (0.35, 0.45, 0.20)


def drawn(
    table: Cumulative, rows: NDArray[np.integer], rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return one draw from each of these rows of a cumulative table.

    Comparing against the whole row is ten times cheaper than ``Generator.choice``.
    """
    points = rng.random(rows.shape[0])
    reached = np.asarray(points)[:, None] >= table[rows]
    return np.asarray(reached.sum(axis=1), dtype=np.intp)


def world(config: WorldConfig) -> World:
    """Return the world that belongs to this configuration."""
    rng = generator(config.seed, "world")
    nouns, verbs = (rng.standard_normal((len(r), config.latent_size)) for r in (NOUNS, VERBS))
    names, adjectives = (
        rng.standard_normal((len(r), config.latent_size)) for r in (NAMES, ADJECTIVES)
    )
    links, quantifiers, polarities = (
        rng.standard_normal((count, config.latent_size))
        for count in (len(ADPOSITIONS), len(QUANTIFIERS), 2)
    )
    shape = (config.latent_size, config.latent_size)
    (
        subject_form,
        object_form,
        adjunct_form,
        adjective_form,
        link_form,
        quantity_form,
        polarity_form,
    ) = (rng.standard_normal(shape) / np.sqrt(config.latent_size) for _ in range(7))
    # Zipf-like: the k-th noun is drawn with a weight of 1 / (k + 5).
    frequency = np.log(1 / (rng.permutation(len(NOUNS)) + 5.0))
    subjects = np.concatenate([nouns, names])
    sharp = config.sharpness

    def table(
        given: NDArray[np.float64],
        form: NDArray[np.float64],
        choices: NDArray[np.float64],
        prior: NDArray[np.float64] | float = 0.0,
    ) -> Cumulative:
        return cumulative(sharp * given @ form @ choices.T / np.sqrt(config.latent_size) + prior)

    return World(
        noun=cumulative(frequency[None, :]),
        quantifier_of_subject=table(
            nouns, 0.5 * quantity_form, quantifiers, np.log(QUANTIFIER_SHARES)
        ),
        negation_of_verb=table(
            verbs, 0.5 * polarity_form, polarities, np.log([1 - NEGATED_SHARE, NEGATED_SHARE])
        ),
        verb_of_subject=table(subjects, subject_form, verbs),
        object_of_verb=table(verbs, object_form, nouns, 0.5 * frequency),
        adjunct_of_verb=table(verbs, adjunct_form, nouns, 0.5 * frequency),
        adposition_of_adjunct=table(nouns, link_form, links),
        adjective_of_noun=table(nouns, adjective_form, adjectives),
    )


def cumulative(scores: NDArray[np.float64]) -> Cumulative:
    """Return the softmax of each row, summed up so that a uniform point picks a column."""
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    sums: Cumulative = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    sums[:, -1] = 1.0
    return sums


def _where(present: NDArray[np.bool_], concept: NDArray[np.integer] | int) -> Concepts:
    return np.where(present, concept, ABSENT).astype(np.int16)
