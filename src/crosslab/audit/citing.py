"""What an entry of a list of references points to."""

import re
from typing import Final

from crosslab.audit.markup import visible
from crosslab.audit.report import Cited

_BULLET: Final = re.compile(r"\s*(?:[-*+•]|\[?\d{1,4}[\].)])?\s*")
_IDENTIFIERS: Final = (
    ("arXiv:", re.compile(r"(?:arxiv\.org/(?:abs|pdf)/|arxiv:\s?)(\d{4}\.\d{4,5})(?:v\d+)?", re.I)),
    (
        "arXiv:",
        re.compile(r"(?:arxiv\.org/(?:abs|pdf)/|arxiv:\s?)([a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.I),
    ),
    ("doi:", re.compile(r"\b(10\.\d{4,9}/[^\s<>\"|,;]+[^\s<>\"|,;.)\]])")),
    ("acl:", re.compile(r"aclanthology\.org/([A-Z0-9][\w.-]*\w)", re.I)),
    ("", re.compile(r"(https?://[^\s<>\"|]+)")),
)
_REST: Final = re.compile(r"<?https?://\S*|\b(?:arxiv|doi):\s?\S*|[<>()\[\]]", re.I)
_LONGEST: Final = 300


def cited(text: str, offset: int) -> list[Cited]:
    """Return the entry of a line: an identifier where it has one, its words where not.

    Example:
        >>> [each.identifier for each in cited("- <http://arxiv.org/abs/2104.08645v2>", 0)]
        ['arXiv:2104.08645']
        >>> cited("2. A. Author. A title. doi:10.1000/abc.", 0)[0].described
        'A. Author. A title.'
    """
    begin = _BULLET.match(text)
    start = begin.end() if begin else 0
    body = text[start:].rstrip()
    if not body:
        return []
    described = visible(_REST.sub(" ", body)).strip(" -:;")
    for prefix, pattern in _IDENTIFIERS:
        found = pattern.search(body)
        if found is not None:
            identifier = prefix + found[1]
            return [
                Cited(
                    identifier=identifier, described=described, start=offset + start,
                    end=offset + start + len(body),
                )
            ]  # fmt: skip
    return [
        Cited(
            identifier=visible(body)[:_LONGEST],
            described=described,
            start=offset + start,
            end=offset + start + len(body),
        )
    ]
