"""The reports that the book shows: copies in ``claims/reports/``, abridged, every place kept.

What is under audit is kept word for word: claims, title, question, stated counts, references.
Other prose keeps its first and last words; each character between is replaced by a filler,
so that places are those of the original and nothing but what is audited is copied. The
index holds the SHA-256 of each original and of its copy.
"""

import re
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from crosslab.audit.abstracts import FILLER
from crosslab.audit.decoding import content, decoded, encoded
from crosslab.audit.parsing import parsed
from crosslab.entries import entries
from crosslab.errors import UsageError
from crosslab.layout import CLAIMS
from crosslab.provenance import digest
from crosslab.records import write_text

REPORTS: Final = CLAIMS / "reports"
INDEX: Final = REPORTS / "index.yaml"
_ABRIDGED: Final = ("abstract", "discussion", "limitations")
_KEPT_WORDS: Final = 6  # at either end of a passage
_NUMBERED: Final = re.compile(r"(\d+)_")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.[A-Za-z0-9]+")
_WORD: Final = re.compile(r"\S+")


class Kept(BaseModel):
    """A report that the book shows, and what it was copied from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    report: str
    original_sha256: str
    sha256: str
    characters: int
    abridged_characters: int

    @property
    def path(self) -> Path:
        """Where the copy is."""
        return REPORTS / self.report

    @property
    def short(self) -> str:
        """What the report is called in a table: the number its name begins with, or its name."""
        found = _NUMBERED.match(self.report)
        return found[1] if found else Path(self.report).stem

    @property
    def page(self) -> str:
        """The name of its page, which is an address: hyphens, no ending."""
        return Path(self.report).stem.replace("_", "-").lower()


def kept() -> list[Kept]:
    """Return the reports that the book shows, by name.

    Raises:
        UsageError: A copy is not what the index says, or is in no index.
    """
    found = sorted(entries(INDEX, "reports", Kept), key=lambda each: each.report)
    problems = [
        f"{each.path}: is not the copy that {INDEX} names; bring it back or keep it anew with: "
        "crosslab audit REPORT --keep"
        for each in found
        if not each.path.is_file() or digest(each.path.read_bytes()) != each.sha256
    ]
    known = {each.report for each in found} | {INDEX.name}
    problems += [
        f"{INDEX}: '{name}' is no name of a report." for name in known if not _is_name(name)
    ]
    problems += [
        f"{path}: is not in {INDEX}; keep a report with: crosslab audit REPORT --keep"
        for path in sorted(REPORTS.iterdir())
        if path.name not in known
    ]
    if problems:
        raise UsageError(problems)
    return found


def _is_name(name: str) -> bool:
    """Whether a name can be an address in the book."""
    return _NAME.fullmatch(name) is not None


def keep(path: Path) -> Kept:
    """Copy a report for the book, abridged, and enter it in the index.

    Raises:
        UsageError: The name cannot be an address, or another report has it or its page.
    """
    raw = content(path)
    if not _is_name(path.name):
        raise UsageError(
            f"{path}: the name becomes an address in the book; it takes letters, digits, hyphens "
            "and underscores, and an ending. Rename the file."
        )
    text = decoded(raw, path)
    copy = abridged(text)
    before = kept() if INDEX.is_file() else []
    entry = Kept(
        report=path.name,
        original_sha256=digest(raw),
        sha256=digest(encoded(copy, raw)),
        characters=len(text),
        abridged_characters=copy.count(FILLER) - text.count(FILLER),
    )
    if any(each.page == entry.page and each != entry for each in before):
        raise UsageError(
            f"{REPORTS / path.name}: another report is kept there, or has the same page "
            f"({entry.page}); rename {path}."
        )
    REPORTS.mkdir(exist_ok=True)
    entry.path.write_bytes(encoded(copy, raw))
    rows = {each.report: each.model_dump() for each in (*before, entry)}
    listed = {"reports": [rows[name] for name in sorted(rows)]}
    write_text(INDEX, yaml.safe_dump(listed, sort_keys=False, allow_unicode=True))
    return entry


def abridged(text: str) -> str:
    """Return a report of the same length in which prose that is not audited is filled in."""
    report = parsed(text, path="", sha256="")
    spans = [(part.start, part.end) for part in report.parts if part.kind in _ABRIDGED]
    characters = list(text)
    for start, end in [*spans, *report.uncovered]:
        words = list(_WORD.finditer(text, start, end))
        for word in words[_KEPT_WORDS:-_KEPT_WORDS]:
            characters[word.start() : word.end()] = FILLER * len(word[0])
    return "".join(characters)
