"""Domains and styles: what is talked about more in one place than in another, and in which words.

A domain has favourites among nouns, verbs and adjectives. Who goes with whom stays as it is in
the world, so a word means the same everywhere; what changes is how often it comes up. A style is
a preference for one of two synonyms. Both are true by construction: nobody has to label a text.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from crosslab.config import DomainConfig
from crosslab.lab.concepts import ADJECTIVES, NOUNS, VERBS
from crosslab.lab.laboratory import Laboratory
from crosslab.lab.world import Cumulative, World
from crosslab.seeding import generator

Weights = NDArray[np.float64]


def specialized(lab: Laboratory, domain: DomainConfig) -> Laboratory:
    """Return the laboratory of a domain: the same languages, its world, its style."""
    world = in_domain(lab.world, domain, lab.config.world.seed)
    return replace(lab, world=world, domain=domain.key, formal=domain.formal)


def in_domain(world: World, domain: DomainConfig, seed: int) -> World:
    """Return the world as a domain speaks of it."""
    nouns, verbs, adjectives = (
        _favourites(domain, seed, kind, len(concepts))
        for kind, concepts in (("nouns", NOUNS), ("verbs", VERBS), ("adjectives", ADJECTIVES))
    )
    return replace(
        world,
        noun=weighed(world.noun, nouns),
        verb_of_subject=weighed(world.verb_of_subject, verbs),
        object_of_verb=weighed(world.object_of_verb, nouns),
        adjunct_of_verb=weighed(world.adjunct_of_verb, nouns),
        adjective_of_noun=weighed(world.adjective_of_noun, adjectives),
    )


def _favourites(domain: DomainConfig, seed: int, kind: str, count: int) -> Weights:
    drawn = generator(seed, "domain", domain.key, kind).standard_normal(count)
    weights: Weights = np.exp(domain.focus * drawn)
    return weights


def weighed(table: Cumulative, weights: Weights) -> Cumulative:
    """Return a table of draws in which every choice has this much more weight.

    Example:
        >>> weighed(np.array([[0.5, 1.0]]), np.array([3.0, 1.0])).tolist()
        [[0.75, 1.0]]
    """
    shares = np.diff(table, axis=1, prepend=0.0) * weights
    sums: Cumulative = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    sums[:, -1] = 1.0
    return sums
