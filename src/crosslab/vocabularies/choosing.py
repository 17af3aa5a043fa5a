"""Which words a grafted language has, and which dictionary entries are kept for measuring."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crosslab.data.rows import Dictionary
from crosslab.seeding import derived_seed
from crosslab.vocabularies.words import LATIN, UNSPACED, cut, is_word, normal, words

_HELD_OUT: Final = 20  # one word in so many is kept for measuring
_FEWEST: Final = 2  # times that a word must be in the text to be one of the vocabulary
_TEXT_SHARE: Final = 0.75  # of the vocabulary at most that is chosen by how frequent words are


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The English of the words of one language, those for grafting and those held out."""

    language: str
    english: Mapping[str, tuple[str, ...]]  # in the order of the dictionary
    held_out: Mapping[str, tuple[str, ...]]


def lexicon(dictionary: Dictionary) -> Lexicon:
    """Return a dictionary turned round, one word in twenty held out.

    Which ones follows from the words themselves. Translations of several words are passed over.
    """
    english: dict[str, dict[str, None]] = {}
    for word, translations in dictionary.translations.items():
        for each in map(normal, translations):
            if is_word(each) and not any(letter.isspace() for letter in each):
                english.setdefault(each, {})[normal(word)] = None
    language = dictionary.language
    held = {word for word in english if _is_held_out(language, word)}
    return Lexicon(
        language=language,
        english={word: tuple(each) for word, each in english.items() if word not in held},
        held_out={word: tuple(each) for word, each in english.items() if word in held},
    )


def _is_held_out(language: str, word: str) -> bool:
    return derived_seed(0, "held out", language, word) % _HELD_OUT == 0


def chosen_words(text: Iterable[str], known: Lexicon, size: int) -> list[str]:
    """Return the words of a vocabulary: the frequent ones of a text, then those of a lexicon.

    In languages without spaces only words of the lexicon can be found in text, and letters.
    """
    counts = counted(text, known)
    frequent = sorted(
        (word for word, count in counts.items() if count >= _FEWEST),
        key=lambda word: (-counts[word], word),
    )
    ordered = dict.fromkeys(frequent[: int(size * _TEXT_SHARE)])
    for word in (*known.english, *frequent):
        if len(ordered) >= size:
            break
        ordered.setdefault(word)
    return list(ordered)


def counted(text: Iterable[str], known: Lexicon) -> Counter[str]:
    """Return how often each word of a language is in its text; English words are not counted."""
    language = known.language
    listed = {*known.english, *known.held_out}
    counts: Counter[str] = Counter()
    for line in text:
        counts.update(_words(line, language, listed))
    return Counter(
        {
            word: count
            for word, count in counts.items()
            if is_word(word) and (language in LATIN or not word.isascii())
        }
    )


def _words(line: str, language: str, listed: set[str]) -> Iterator[str]:
    for word in words(line):
        if language in UNSPACED:
            yield from cut(word, listed.__contains__)
        else:
            yield word
