"""An English vocabulary with the words of other languages grafted onto it.

English is read by the word pieces it was pre-trained with. Every other language has words
of its own, one token each, numbered after the pieces. A word without a number is read as
the known word it shares most of its beginning with, or of its end; a word that is like none
is spelled in English pieces, as are numbers, punctuation and words in the Latin alphabet
where the language has another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from tokenizers import Tokenizer

from crosslab.data.batching import Marks
from crosslab.vocabularies.vocabulary import pieces_of
from crosslab.vocabularies.words import LATIN, UNSPACED, cut, is_word, words

_SHARED_LETTERS: Final = 4  # that two forms of a word must have in common, and
_SHARED_SHARE: Final = 0.6  # this share of the longer one
_HANGUL: Final = ("\uac00", "\ud7a3")


@dataclass(frozen=True, slots=True)
class Likeness:
    """Finds, for a word, the known word that is most like it in its beginning or its end."""

    beginnings: Mapping[str, str]
    ends: Mapping[str, str]

    def nearest(self, word: str) -> str | None:
        """Return the known word, nothing where none is like it."""
        least = _least_shared(word)
        for length in range(len(word), least - 1, -1):
            for known, part in (
                (self.beginnings, word[:length]),
                (self.ends, word[len(word) - length :]),
            ):
                if part in known:
                    return known[part]
        return None


def likeness(known: Iterable[str]) -> Likeness:
    """Return what finds the likest of these words; of equally like ones the earlier."""
    beginnings: dict[str, str] = {}
    ends: dict[str, str] = {}
    for word in known:
        for length in range(_least_shared(word), len(word) + 1):
            beginnings.setdefault(word[:length], word)
            ends.setdefault(word[len(word) - length :], word)
    return Likeness(beginnings, ends)


def _least_shared(word: str) -> int:
    """Return how many letters a word must share with another one to count as a form of it."""
    letters = 2 if _HANGUL[0] <= word[0] <= _HANGUL[1] else _SHARED_LETTERS
    return max(letters, -int(-_SHARED_SHARE * len(word) // 1))


@dataclass(frozen=True)
class GraftedVocabulary:
    """Reads English in pieces and every other language in words of its own."""

    pieces: Tokenizer
    words_of: Mapping[str, Sequence[str]]  # per language, in the order of their numbers
    marks: Marks
    _numbers: dict[str, dict[str, int]] = field(init=False, repr=False)
    _likeness: dict[str, Likeness] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        numbers: dict[str, dict[str, int]] = {}
        first = self.pieces.get_vocab_size()
        for language, own in self.words_of.items():
            numbers[language] = {word: first + place for place, word in enumerate(own)}
            first += len(own)
        object.__setattr__(self, "_numbers", numbers)
        object.__setattr__(
            self, "_likeness", {key: likeness(own) for key, own in self.words_of.items()}
        )
        object.__setattr__(self, "spelled", lru_cache(maxsize=200_000)(self._spelled))

    @property
    def unknown(self) -> int:
        """The piece that stands for what cannot be spelled."""
        return self._piece("[UNK]")

    @property
    def mask(self) -> int:
        """The piece that stands for a hidden word."""
        return self._piece("[MASK]")

    def _piece(self, name: str) -> int:
        number = self.pieces.token_to_id(name)
        assert number is not None
        return int(number)

    def __len__(self) -> int:
        return self.pieces.get_vocab_size() + sum(map(len, self.words_of.values()))

    def numbers(self, language: str) -> Mapping[str, int]:
        """Return the token of every word of a language."""
        return self._numbers[language]

    def knows(self, word: str, language: str) -> bool:
        """Whether a word can be put in place of another: it has a token of its own."""
        return word in self._numbers[language]

    def ids(self, sentences: Sequence[str], language: str) -> list[list[int]]:
        """Return the token ids of sentences, without marks around them."""
        if language not in self.words_of:
            return pieces_of(self.pieces, sentences)
        return [
            [token for word in self.split(each, language) for token in self.tokens(word, language)]
            for each in sentences
        ]

    def split(self, sentence: str, language: str) -> Iterator[str]:
        """Yield the words of a sentence."""
        for word in words(sentence):
            if language in UNSPACED:
                yield from cut(word, self._numbers[language].__contains__)
            else:
                yield word

    def tokens(self, word: str, language: str) -> tuple[int, ...]:
        """Return the tokens of a word: its own, that of the likest word, or English pieces."""
        own = self._numbers.get(language)
        if own is None:
            return tuple(self.spelled(word))
        if word in own:
            return (own[word],)
        foreign = word.isascii() and language not in LATIN
        if is_word(word) and not foreign and not self._is_piece(word):
            like = self._likeness[language].nearest(word)
            if like is not None:
                return (own[like],)
        return tuple(self.spelled(word))

    def _is_piece(self, word: str) -> bool:
        return self.pieces.token_to_id(word) is not None

    def _spelled(self, word: str) -> list[int]:
        return pieces_of(self.pieces, [word])[0]

    spelled = _spelled
