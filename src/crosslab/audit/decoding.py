"""From the bytes of a file to text whose characters can be counted back to those bytes.

Nothing is dropped and nothing is put right: a byte-order mark is the first character, line
ends stay what they are, and a byte that is no UTF-8 becomes one stand-in character. So
``encoded(text) == content`` holds for every text that is not refused.
"""

import codecs
import re
from pathlib import Path
from typing import Final

from crosslab.errors import UsageError

LARGEST_BYTES: Final = 20_000_000
_BINARY_SHARE: Final = 0.02  # of characters that no text contains
_NO_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\udc80-\udcff]")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", "surrogateescape"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "surrogatepass"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "surrogatepass"),
)
UNDECODED: Final = re.compile("[\udc80-\udcff]+")


def content(path: Path) -> bytes:
    """Return the bytes of a report.

    Raises:
        UsageError: It cannot be read, is empty, or is larger than any report.
    """
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name the reports in it, such as {path}/*.txt.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is a pipe or a device; save the report to a file first.")
    try:
        with path.open("rb") as file:
            found = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}.") from error
    if len(found) > LARGEST_BYTES:
        raise UsageError(
            f"{path}: is larger than {LARGEST_BYTES // 1_000_000} MB, which no report is; "
            "name a text file with the report alone."
        )
    if not found.strip():
        raise UsageError(f"{path}: is empty; a report is a text with a table of claims.")
    return found


def decoded(found: bytes, path: Path) -> str:
    """Return the text of a report, one character for whatever cannot be decoded.

    Raises:
        UsageError: The file is no text.
    """
    encoding, errors = _encoding(found)
    try:
        text = found.decode(encoding, errors)
    except UnicodeDecodeError:  # half a character of UTF-16 at the end of the file
        text = ""
    strange = sum(len(each) for each in _NO_TEXT.findall(text))
    if not text or "\x00" in text or strange > _BINARY_SHARE * len(text):
        raise UsageError(
            f"{path}: looks like a binary file; a report is text in UTF-8, or in UTF-16 with a "
            "byte-order mark."
        )
    return text


def encoded(text: str, found: bytes) -> bytes:
    """Return part of a decoded text as the bytes it stands for in its file."""
    encoding, errors = _encoding(found)
    return text.encode(encoding, errors)


def presentable(text: str) -> str:
    r"""Return text that any output can hold: stand-ins for undecoded bytes become ``U+FFFD``.

    One character stays one character, so that offsets still fit.

    Example:
        >>> presentable("caf\udce9")
        'caf�'
    """
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _encoding(found: bytes) -> tuple[str, str]:
    for mark, encoding, errors in _MARKS:
        if found.startswith(mark):
            return encoding, errors
    return "utf-8", "surrogateescape"
