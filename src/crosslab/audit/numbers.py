"""The figures in a text: what could be measured, and no number of a section or a paper."""

import re
from typing import Final

from crosslab.audit.markup import visible

_FIGURE: Final = re.compile(r"(?<![\w.-])(\d{1,6}\.\d{1,6}|\d{1,3}(?=\s?(?:%|percent)))(?![\w-])")
_NO_FIGURE: Final = re.compile(
    r"\b(?:arxiv[:\s]?|sections?|tables?|figures?|fig\.|version|v|python|torch)\s?\d[\d.]*|https?://\S+",
    re.IGNORECASE,
)


def figures_in(text: str) -> list[str]:
    """Return the figures in a text; numbers of sections, tables and papers are none.

    Example:
        >>> figures_in("It gains 2.1 points (Section 3.2 of arXiv:2104.08645), or 5 %.")
        ['2.1', '5']
    """
    return _FIGURE.findall(_NO_FIGURE.sub(" ", visible(text)))
