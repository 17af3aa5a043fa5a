"""A text that carries its own checksum, so that no byte of it can change unseen.

The checksum is that of the whole text with ``PLACE`` where the checksum stands, which
leaves no byte uncovered: neither layout nor the checksum itself.
"""

from typing import Final

from crosslab.provenance import digest

PLACE: Final = "SHA-256 of this file with these words in its place"


def with_own_checksum(text: str) -> str:
    """Return a text in which its checksum has taken the one place kept for it.

    Example:
        >>> text = with_own_checksum("{'checksum': '" + PLACE + "'}")
        >>> own_checksum_holds(text.encode(), text[14:-2])
        True
    """
    assert text.count(PLACE) == 1, "the place of the checksum must occur exactly once"
    return text.replace(PLACE, digest(text))


def own_checksum_holds(content: bytes, checksum: object) -> bool:
    """Whether a file is as it was written, given the checksum read from it.

    Example:
        >>> own_checksum_holds(b"anything", None)
        False
    """
    if not isinstance(checksum, str) or not checksum or content.count(checksum.encode()) != 1:
        return False
    return digest(content.replace(checksum.encode(), PLACE.encode())) == checksum
