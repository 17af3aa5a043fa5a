"""What grafting learns from, with every sentence that is used for measuring taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crosslab.data.loading import parallel, translations
from crosslab.data.rows import Translations
from crosslab.data.sources import Source
from crosslab.vocabularies.words import normal

# Beside tatoeba-mt: what else there is of sentences and their English.
_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "hi": ("joshua-wiki",),
    "sw": ("lafand-train",),
    "ur": ("joshua-wiki",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPairs:
    """Sentences of a language and their English, and how many were left out."""

    foreign: tuple[str, ...]
    english: tuple[str, ...]
    left_out: int  # because one of their sentences is among those measured on

    def __len__(self) -> int:
        return len(self.foreign)


def training_pairs(source: Source, language: str) -> TrainingPairs:
    """Return the translation pairs of a language that no measurement uses.

    Raises:
        DataError: A part of the data cannot be had, or fails a check.
    """
    parts = [
        translations(source, "tatoeba-mt", language),
        *(translations(source, "parallel", language, split) for split in _MORE.get(language, ())),
    ]
    measured = measured_sentences(source, language)
    pairs = [pair for part in parts for pair in zip(part.foreign, part.english, strict=True)]
    kept = [pair for pair in pairs if not measured & {normal(each) for each in pair}]
    return TrainingPairs(
        foreign=tuple(foreign for foreign, _ in kept),
        english=tuple(english for _, english in kept),
        left_out=len(pairs) - len(kept),
    )


def measured_sentences(source: Source, language: str) -> set[str]:
    """Return the sentences that alignment is measured on, as words are compared in."""
    tatoeba, flores = measuring_pairs(source, language).values()
    return {normal(each) for pairs in (tatoeba, flores) for side in pairs for each in side}


def measuring_pairs(
    source: Source, language: str
) -> dict[str, tuple[Sequence[str], Sequence[str]]]:
    """Return, for each set that alignment is measured on, sentences and their English."""
    tatoeba: Translations = translations(source, "tatoeba", language)
    flores = parallel(source, "flores", ["en", language])
    english, foreign = flores.pair("en", language)
    return {
        "tatoeba": (tatoeba.foreign, tatoeba.english),
        "flores": (foreign, english),
    }
