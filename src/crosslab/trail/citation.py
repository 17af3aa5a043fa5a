"""What CITATION.cff says of the study: its title, who made it, under which licence."""

import re
from dataclasses import dataclass
from typing import Literal

import yaml

from crosslab.errors import UsageError
from crosslab.trail.contents import CITATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A person or a group."""

    name: str
    kind: Literal["Person", "Organization"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """How the study is cited."""

    title: str
    abstract: str
    authors: tuple[Author, ...]
    licence: str
    address: str | None  # of the code, once it has one

    @property
    def slug(self) -> str:
        """The title as the name of a file."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def citation() -> Citation:
    """Return how the study is cited.

    Raises:
        UsageError: The file is missing, or lacks what it must say.
    """
    try:
        held = yaml.safe_load(CITATION.read_text(encoding="utf-8"))
        return Citation(
            title=held["title"],
            abstract=held["abstract"].strip(),
            authors=tuple(_author(each) for each in held["authors"]),
            licence=held["license"],
            address=held.get("repository-code") or held.get("url"),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{CITATION} cannot be read ({type(error).__name__}: {str(error).splitlines()[0]}). It "
            "needs title, abstract, authors and license; bring it back with: git checkout -- "
            f"{CITATION}"
        ) from error


def _author(row: dict[str, str]) -> Author:
    """Return an author; whoever has a single name is a group.

    Example:
        >>> _author({"given-names": "Ada", "family-names": "Byron"}).name
        'Ada Byron'
    """
    if "name" in row:
        return Author(name=row["name"], kind="Organization")
    return Author(name=f"{row['given-names']} {row['family-names']}", kind="Person")
