"""The laboratory: one world, its languages, and sentences on demand."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosslab.config import LabConfig, LanguageConfig
from crosslab.lab.concepts import ABSENT, CONCEPT_COUNT, GLOSSES, NAMES
from crosslab.lab.grammar import laid_out, present
from crosslab.lab.lexicon import SYNONYMS, Forms, Lexicon, lexicons
from crosslab.lab.world import Meanings, World, world
from crosslab.registry import lookup
from crosslab.seeding import generator


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A world together with the languages that are spoken in it."""

    config: LabConfig
    world: World
    lexicons: Mapping[str, Lexicon]
    domain: str = ""  # that its world is limited to, if it is (``domains.py``)
    formal: float | None = None  # share of words said with the first of two synonyms: a style

    def language(self, key: str) -> LanguageConfig:
        """Return the configuration of a language, or refuse with the nearest known one."""
        return lookup({each.key: each for each in self.config.languages}, key, kind="language")

    def sentences(self, meanings: Meanings, key: str, rng: np.random.Generator) -> list[str]:
        """Return one sentence for each meaning, words and fronting drawn at random."""
        concepts, synonyms = self._choices(meanings, key, rng)
        if self.formal is not None:
            synonyms = (rng.random(concepts.shape) >= self.formal).astype(np.intp)
        return _text(spelling(self.lexicons[key], concepts, synonyms))

    def mixed_sentences(
        self, meanings: Meanings, key: str, partners: NDArray[np.str_], rng: np.random.Generator
    ) -> list[str]:
        """Return sentences in which some words come from a partner language.

        Order is the speaker's own. A sentence is mixed with probability
        ``mixed_sentence_share``; within it a word comes from the partner at the mixing
        rate of the pair, which is that of its target language.
        """
        concepts, synonyms = self._choices(meanings, key, rng)
        words = spelling(self.lexicons[key], concepts, synonyms)
        rates = {each.key: each.mixing for each in self.config.languages}
        rate = np.array([max(rates[key], rates[partner]) for partner in partners.tolist()])
        mixed = rng.random(len(meanings)) < self.config.mixed_sentence_share
        swapped = rng.random(concepts.shape) < (rate * mixed)[:, None]
        for partner in np.unique(partners):
            rows = partners == partner
            foreign = spelling(self.lexicons[str(partner)], concepts[rows], synonyms[rows])
            words[rows] = np.where(swapped[rows], foreign, words[rows])
        return _text(words)

    def glossed(
        self, meanings: Meanings, key: str, rng: np.random.Generator
    ) -> list[list[tuple[str, str]]]:
        """Return each sentence as (word, English gloss) in the order it is said."""
        concepts, synonyms = self._choices(meanings, key, rng)
        words = spelling(self.lexicons[key], concepts, synonyms)
        return [
            [
                (word, word if concept in NAMES else GLOSSES[concept])
                for word, concept in zip(row, row_concepts, strict=True)
                if concept != ABSENT
            ]
            for row, row_concepts in zip(words.tolist(), concepts.tolist(), strict=True)
        ]

    def _choices(
        self, meanings: Meanings, key: str, rng: np.random.Generator
    ) -> tuple[NDArray[np.int16], NDArray[np.intp]]:
        fronted = rng.random(len(meanings)) < self.language(key).fronting
        concepts, _ = laid_out(meanings, self.language(key), fronted)
        return concepts, rng.integers(SYNONYMS, size=concepts.shape)


def laboratory(config: LabConfig) -> Laboratory:
    """Return the laboratory that belongs to this configuration."""
    return Laboratory(
        config=config,
        world=world(config.world),
        lexicons=lexicons(config.languages, config.world.seed),
    )


def spelling(lexicon: Lexicon, concepts: NDArray[np.int16], synonyms: NDArray[np.intp]) -> Forms:
    """Return the forms of laid-out concepts, an empty string where there is none."""
    return np.where(present(concepts), lexicon.forms[concepts % CONCEPT_COUNT, synonyms], "")


def _text(words: Forms) -> list[str]:
    return [" ".join(filter(None, row)) for row in words.tolist()]


def pretraining_text(lab: Laboratory, key: str) -> list[str]:
    """Return the text a language brings to pre-training, code-mixed at its own rate.

    A target mixes in words of the source; the source mixes in words of each target
    in turn. No two languages share a meaning on purpose: the corpora are not parallel.
    """
    language = lab.language(key)
    rng = generator(lab.config.world.seed, "text", key)
    meanings = lab.world.discourse(language.sentences, lab.config.coherence, rng)
    source, *targets = (each.key for each in lab.config.languages)
    partners = rng.choice(targets, size=len(meanings)) if key == source else [source]
    return lab.mixed_sentences(meanings, key, np.resize(partners, len(meanings)), rng)
