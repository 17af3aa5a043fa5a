"""What a reader sees of a cell or a line: markup taken off, characters brought to one form.

Nothing here renders or resolves anything: markup is text that is taken away.
"""

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final

_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>")
_AUTOLINK: Final = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,1000})>")
_LINK: Final = re.compile(r"!?\[([^\[\]]{0,1000})\]\([^()\s]{0,1000}\)")
_EMPHASIS: Final = re.compile(r"(\*\*|__|`|~~)")
_ACCENTS: Final = r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE: Final = re.compile(rf"({_ACCENTS}{{8}}){_ACCENTS}+")
_SHORT: Final = 300  # characters
_FORMS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f", ""),
        "\u2026": "...",
    }
)


def visible(text: str) -> str:
    r"""Return a cell or line as a reader sees it.

    Example:
        >>> visible('The code is at <a href="https://a.org/x">https://a.org/x</a>\u00a0.')
        'The code is at https://a.org/x .'
        >>> visible("**Abstract**"), visible("[the paper](https://a.org)"), visible("it\u2019s")
        ('Abstract', 'the paper', "it's")
    """
    return _remembered(text) if len(text) <= _SHORT else _visible(text)


@lru_cache(maxsize=4096)  # marks, numbers and heads recur in every report
def _remembered(text: str) -> str:
    return _visible(text)


def _visible(text: str) -> str:
    if "<" in text:
        text = _TAG.sub("", _AUTOLINK.sub(r"\1", text))
    if "&" in text:
        text = html.unescape(text)
    if "[" in text:
        text = _LINK.sub(r"\1", text)
    if any(sign in text for sign in "*_`~"):
        text = _EMPHASIS.sub("", text)
    if not text.isascii():
        text = _PILE.sub(r"\1", text)  # to put thousands of accents in order takes too long
        text = unicodedata.normalize("NFKC", text.translate(_FORMS)).translate(_FORMS)
    return " ".join(text.split())


def harmless(text: str) -> str:
    r"""Return text without characters that would steer a terminal or cannot be written.

    Example:
        >>> harmless("a\x1b[31mb")
        'a�[31mb'
    """
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
