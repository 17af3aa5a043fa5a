"""The vocabulary of a published checkpoint: one for all its languages, as its tokenizer has it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from transformers import PreTrainedTokenizerBase

from crosslab.data.batching import Marks
from crosslab.vocabularies.vocabulary import Pieces

_WORD: Final = re.compile(r"\w+|[^\w\s]")
_END: Final = "</w>"  # what closes a word in the pieces of XLM

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ByWords:
    """A sentence in pieces, each counted to the word or the sign that it stands in."""

    ids: list[int]
    word_ids: list[int | None]
    spans: Sequence[Span]

    def word_to_chars(self, word_index: int) -> Span | None:
        """Return where a word begins and ends in its sentence."""
        return self.spans[word_index]


def by_words(sentence: str, ids: Sequence[int], places: Sequence[Span]) -> ByWords:
    """Return pieces by the words of a sentence, given where each piece begins and ends.

    Pieces know of spaces at most, and a word may touch a comma. A piece that reaches over the
    end of a word makes one word of both; one that is nothing but a space is of the word after.
    """
    inked = [_inked(sentence, begin, end) for begin, end in places]
    crossed = {at for begin, end in inked for at in range(begin + 1, end)}
    spans: list[Span] = []
    for found in _WORD.finditer(sentence):
        if spans and found.start() in crossed:
            spans[-1] = (spans[-1][0], found.end())
        else:
            spans.append(found.span())
    ends = [end for _, end in spans]
    word, word_ids = 0, []
    for begin, _ in inked:
        while word + 1 < len(spans) and begin >= ends[word]:
            word += 1
        word_ids.append(word)
    return ByWords(list(ids), list(word_ids), spans or [(0, 0)])


def _inked(sentence: str, begin: int, end: int) -> Span:
    """Return a span without the spaces it begins with."""
    while begin < end and sentence[begin].isspace():
        begin += 1
    return begin, end


class PublishedPieces:
    """A published tokenizer as word pieces that know their words."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer

    def encode_batch(self, input: Any, *, add_special_tokens: bool) -> list[ByWords]:
        """Return sentences in word pieces, with or without marks around them."""
        if not self.tokenizer.is_fast:
            return [self._slowly(each) for each in input]
        found = self.tokenizer(
            list(input),
            add_special_tokens=add_special_tokens,
            return_offsets_mapping=True,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,
        )
        return [
            by_words(sentence, ids, places)
            for sentence, ids, places in zip(
                input, found["input_ids"], found["offset_mapping"], strict=True
            )
        ]

    def _slowly(self, sentence: str) -> ByWords:
        pieces = self.tokenizer.tokenize(sentence)
        ids = self.tokenizer.convert_tokens_to_ids(pieces)
        return by_words(sentence, ids, list(_places(sentence, pieces)))


def _places(sentence: str, pieces: Sequence[str]) -> Iterator[Span]:
    """Yield where pieces stand that do not say it themselves; what was rewritten stands nowhere.

    Example:
        >>> list(_places("a bee.", ["a</w>", "be", "e</w>", ".</w>"]))
        [(0, 1), (2, 4), (4, 5), (5, 6)]
    """
    at = 0
    for piece in pieces:
        surface = piece.removesuffix(_END)
        found = sentence.find(surface, at)
        if found < 0:
            yield at, at
            continue
        at = found + len(surface)
        yield found, at


class PublishedVocabulary:
    """Reads every language with the tokenizer that the checkpoint was pre-trained with."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.pieces: Pieces = PublishedPieces(tokenizer)
        self.unknown = tokenizer.unk_token_id
        self.marks = _marks(tokenizer)

    def ids(self, sentences: Sequence[str], language: str) -> list[list[int]]:  # noqa: ARG002
        """Return the token ids of sentences, without marks around them."""
        return [each.ids for each in self.pieces.encode_batch(sentences, add_special_tokens=False)]

    def tokens(self, word: str, language: str) -> Sequence[int]:
        """Return the tokens of one word."""
        return self.ids([word], language)[0]

    def knows(self, word: str, language: str) -> bool:
        """Whether a word can be put in place of another: nothing of it is unknown."""
        tokens = self.tokens(word, language)
        return bool(tokens) and self.unknown not in tokens


def _marks(tokenizer: PreTrainedTokenizerBase) -> Marks:
    """Return what a tokenizer puts around two sentences, found by looking at what it does."""
    whole = list(tokenizer("one", "two")["input_ids"])
    first, second = (
        list(tokenizer(each, add_special_tokens=False)["input_ids"]) for each in ("one", "two")
    )
    begin, end = _found(whole, first), _found(whole, second) + len(second)
    return Marks(
        before=tuple(whole[:begin]),
        between=tuple(whole[begin + len(first) : end - len(second)]),
        after=tuple(whole[end:]),
        padding=int(tokenizer.pad_token_id),
        special=tuple(sorted(tokenizer.all_special_ids)),
    )


def _found(whole: Sequence[int], part: Sequence[int]) -> int:
    """Return where the last stretch begins that is like this."""
    places = range(len(whole) - len(part), -1, -1)
    return next(at for at in places if list(whole[at : at + len(part)]) == list(part))
