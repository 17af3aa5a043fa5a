"""The words of each language: invented, pronounceable, and told apart by their sound.

A language picks its consonants, vowels and syllable shapes from a common stock,
so its words look alike to a reader and unlike those of the next language.
No two concepts share a form, within a language or across languages, except for
words that one language borrowed from the source language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crosslab.config import LanguageConfig
from crosslab.lab.concepts import CONCEPT_COUNT, CONTENT, FUNCTIONS, NAMES
from crosslab.seeding import generator

SYNONYMS: Final = 2  # forms per content concept; names and function words have one

_LENGTHENED_SHARE: Final = 0.1

Forms = NDArray[Any]  # strings; "object" arrays are what numpy can index and join

_ONSETS: Final = "p t k b d g m n l r s z f v h y w sh ch br dr kl tr".split()
_VOWELS: Final = "a e i o u".split()
_GLIDES: Final = "ai au ei ia oi ua".split()
_CODAS: Final = "n r l s m k t sh".split()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The forms of one language: a string for each concept and synonym."""

    forms: Forms  # (concepts, synonyms)

    def words(self) -> list[str]:
        """Return every distinct form of the language, sorted."""
        return sorted(set(self.forms.ravel().tolist()))

    def synonyms(self) -> dict[str, str]:
        """Return, for each content word, the other word for the same concept."""
        pairs = self.forms[list(CONTENT)]
        return {a: b for first, second in pairs for a, b in ((first, second), (second, first))}

    def translations(self, others: Sequence["Lexicon"]) -> dict[str, list[str]]:
        """Return, for each word, every word of other languages for the same concept."""
        found: dict[str, list[str]] = {}
        for concept, forms in enumerate(self.forms):
            there = dict.fromkeys(form for other in others for form in other.forms[concept])
            for word in set(forms):
                found[word] = [form for form in there if form != word]
        return {word: others for word, others in found.items() if others}


def lexicons(languages: Sequence[LanguageConfig], seed: int) -> dict[str, Lexicon]:
    """Return the lexicon of each language; the first language is the source."""
    used: set[str] = set()
    source, *targets = languages
    made = {source.key: _own_words(source, seed, used)}
    for language in targets:
        made[language.key] = _with_loans(
            _own_words(language, seed, used), made[source.key], language, seed
        )
    return made


@dataclass(frozen=True, slots=True)
class _Sounds:
    """What the words of one language are made of."""

    onsets: list[str]
    vowels: list[str]
    codas: list[str]

    def word(self, syllables: int, rng: np.random.Generator) -> str:
        """Return a word of this many open syllables, perhaps closed by a consonant."""
        body = "".join(
            str(rng.choice(self.onsets)) + str(rng.choice(self.vowels)) for _ in range(syllables)
        )
        return body + str(rng.choice(self.codas))

    def new_word(self, syllables: int, used: set[str], rng: np.random.Generator) -> str:
        """Return a word nobody has used yet; short inventories grow by a syllable now and then."""
        word = self.word(syllables, rng)
        while word in used:
            syllables += int(rng.random() < _LENGTHENED_SHARE)
            word = self.word(syllables, rng)
        used.add(word)
        return word


def _sounds(rng: np.random.Generator) -> _Sounds:
    """Return the sounds of a language, picked from the common stock."""
    # Each plain vowel four times, so that the one glide colours words without filling them.
    plain = 4 * rng.choice(_VOWELS, size=4, replace=False).tolist()
    return _Sounds(
        onsets=rng.choice(_ONSETS, size=10, replace=False).tolist(),
        vowels=[*plain, str(rng.choice(_GLIDES))],
        codas=["", *rng.choice(_CODAS, size=2, replace=False).tolist()],
    )


def _own_words(language: LanguageConfig, seed: int, used: set[str]) -> Lexicon:
    rng = generator(seed, "words", language.key)
    sounds = _sounds(rng)
    forms = np.empty((CONCEPT_COUNT, SYNONYMS), dtype=object)
    for concept in range(CONCEPT_COUNT):
        syllables = 1 if concept in FUNCTIONS else 2
        word = sounds.new_word(syllables, used, rng)
        forms[concept] = word.capitalize() if concept in NAMES else word
        if concept in CONTENT:
            forms[concept, 1] = sounds.new_word(syllables, used, rng)
    return Lexicon(forms)


def _with_loans(own: Lexicon, source: Lexicon, language: LanguageConfig, seed: int) -> Lexicon:
    """Return the lexicon with names, and some content words, taken from the source."""
    rng = generator(seed, "loans", language.key)
    forms = own.forms.copy()
    forms[list(NAMES)] = source.forms[list(NAMES)]
    borrowed = np.asarray(CONTENT)[rng.random(len(CONTENT)) < language.borrowed_share]
    forms[borrowed, 0] = source.forms[borrowed, 0]
    return Lexicon(forms)
