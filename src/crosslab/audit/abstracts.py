"""Abstracts in print, known by the hashes of their word sequences and not by their words.

So a copied abstract is recognized without the project holding a copy of its own.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from crosslab.audit.markup import visible
from crosslab.entries import entries
from crosslab.layout import CLAIMS
from crosslab.provenance import digest

ABSTRACTS: Final = CLAIMS / "abstracts.yaml"
WORDS: Final = 5  # of a sequence
_DIGITS: Final = 10  # of its hash
FILLER: Final = "\N{LIGHT SHADE}"  # stands for a character that a copy of a report leaves out
_WORD: Final = re.compile(r"\w+")


class KnownAbstract(BaseModel):
    """An abstract in print."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arxiv: str
    words: int
    checked: str
    sequences: list[str]


class Copied(NamedTuple):
    """How much of a text stands in an abstract in print."""

    arxiv: str
    shared: int  # of the text's word sequences
    legible: int
    words: int  # of the abstract
    reached: int  # the number of the abstract's last word sequence that the text holds

    @property
    def share(self) -> float:
        """How much of the text stands in the abstract."""
        return self.shared / self.legible


def abstracts() -> list[KnownAbstract]:
    """Return the abstracts that a report's can be compared with."""
    return entries(ABSTRACTS, "abstracts", KnownAbstract)


def sequences(text: str) -> list[str]:
    """Return the hash of every sequence of words in a text, in their order.

    What a copy leaves out breaks a sequence.

    Example:
        >>> len(sequences("one two three four five six"))
        2
        >>> sequences("One, two; three four five") == sequences("one two three four five")
        True
    """
    stretches = [_WORD.findall(each) for each in visible(text).casefold().split(FILLER)]
    return [
        digest(" ".join(words[place : place + WORDS]))[:_DIGITS]
        for words in stretches
        for place in range(len(words) - WORDS + 1)
    ]


def copied(text: str, known: Sequence[KnownAbstract]) -> Copied | None:
    """Return the abstract in print that a text has most of, or nothing if it has none."""
    mine = sequences(text)
    best: Copied | None = None
    for each in known:
        places = {value: place for place, value in reversed([*enumerate(each.sequences)])}
        held = [places[value] for value in mine if value in places]
        if held and (best is None or len(held) > best.shared):
            best = Copied(each.arxiv, len(held), len(mine), each.words, held[-1])
    return best
