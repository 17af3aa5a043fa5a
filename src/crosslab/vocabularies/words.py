"""Text of any language as words, the way dictionaries write them.

Lower case, composed characters, no vowel signs in Arabic script, no joiners. Languages that
put no spaces between words are cut by the longest words that are known.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

UNSPACED: Final = frozenset({"ja", "th", "zh"})
LATIN: Final = frozenset({"de", "en", "es", "fr", "sw", "tr", "vi"})

# Signs that belong to the letter before them, which Python does not count as part of words.
_SIGNS: Final = "\u0300-\u036f\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # noqa: E501
_WORD: Final = re.compile(rf"[\w{_SIGNS}]+|[^\w\s]")
_PART: Final = re.compile(r"[a-z0-9]+|[^a-z0-9]+")
_DROPPED: Final = dict.fromkeys(
    [0x00AD, 0x0640, *range(0x064B, 0x0653), *range(0x200B, 0x2010), 0x2060, 0xFEFF]
)
_LONGEST: Final = 16  # letters of a word in text without spaces


def normal(text: str) -> str:
    """Return text as words are compared in.

    Example:
        >>> normal("Cafe\u0301")
        'café'
    """
    return unicodedata.normalize("NFC", text.translate(_DROPPED).lower())


def words(text: str) -> list[str]:
    """Return the words of a text with spaces, and its punctuation, each by itself.

    Example:
        >>> words("Wo ist's?")
        ['wo', 'ist', "'", 's', '?']
    """
    return _WORD.findall(normal(text))


def cut(run: str, known: Callable[[str], bool]) -> Iterator[str]:
    """Yield the words of a text without spaces: the longest that is known each time, else a letter.

    Letters of the Latin alphabet and digits stay together.

    Example:
        >>> list(cut("theyhave3cats", {"they", "the", "have", "cat"}.__contains__))
        ['theyhave3cats']
        >>> list(cut("昨日ab雨", {"昨日"}.__contains__))
        ['昨日', 'ab', '雨']
    """
    for part in _PART.findall(run):
        if part[0].isascii():
            yield part
            continue
        begin = 0
        while begin < len(part):
            ends = range(min(len(part), begin + _LONGEST), begin + 1, -1)
            end = next((each for each in ends if known(part[begin:each])), begin + 1)
            yield part[begin:end]
            begin = end


def is_word(word: str) -> bool:
    """Whether this is a word, and not punctuation or a number.

    Example:
        >>> is_word("dog"), is_word("3"), is_word("?")
        (True, False, False)
    """
    return any(each.isalpha() for each in word) and not any(each.isdigit() for each in word)
