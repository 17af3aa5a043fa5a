"""What reading a language by tokens takes, whichever vocabulary does it."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from crosslab.data.batching import Marks

ENGLISH: Final = "en"


class Spelled(Protocol):
    """A sentence in word pieces, and the word that each of them is a part of."""

    @property
    def ids(self) -> list[int]:
        """The id of every piece."""
        ...

    @property
    def word_ids(self) -> list[int | None]:
        """The number of the word that every piece is of."""
        ...

    def word_to_chars(self, word_index: int) -> tuple[int, int] | None:
        """Return where a word begins and ends in its sentence."""
        ...


class Pieces(Protocol):
    """A tokenizer into word pieces."""

    def encode_batch(self, input: Any, *, add_special_tokens: bool) -> Sequence[Spelled]:
        """Return sentences in word pieces, with or without marks around them."""
        ...


class Vocabulary(Protocol):
    """Reads every language of a study in tokens."""

    @property
    def marks(self) -> Marks:
        """What the encoder expects around sentences."""
        ...

    @property
    def pieces(self) -> Pieces:
        """What English is read by."""
        ...

    def ids(self, sentences: Sequence[str], language: str) -> list[list[int]]:
        """Return the token ids of sentences, without marks around them."""
        ...

    def tokens(self, word: str, language: str) -> Sequence[int]:
        """Return the tokens of one word."""
        ...

    def knows(self, word: str, language: str) -> bool:
        """Whether a word can be put in place of another and be read as what it is."""
        ...


def pieces_of(pieces: Pieces, sentences: Sequence[str]) -> list[list[int]]:
    """Return the ids of the word pieces of sentences, without marks around them."""
    return [each.ids for each in pieces.encode_batch(list(sentences), add_special_tokens=False)]
