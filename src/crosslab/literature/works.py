"""A published work as one index describes it, and what is compared between two descriptions.

Identifiers and texts are brought into one form when a ``Work`` is made, so that no two
sources differ only in how they write: DOIs lose their resolver, arXiv ids their version,
and a DOI that merely wraps an arXiv or Anthology id counts as that id.
"""

import html
import re
import unicodedata
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, model_validator

Kind = Literal["doi", "arxiv", "anthology"]  # what a work can be asked for by

SAME_TITLE: Final = 0.9  # likeness from which two titles count as one, misprints allowed for
OTHER_TITLE: Final = 0.6  # likeness below which they belong to different works

_TAG: Final = re.compile(r"<[^<>]*>")  # Crossref's abstracts and some titles carry markup
_DOI: Final = re.compile(r"(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ARXIV: Final = re.compile(
    r"(?:^|arxiv[.:]|abs/|pdf/)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?$",
    re.IGNORECASE,
)
_ARXIV_DOI: Final = "10.48550/arxiv."
_ANTHOLOGY: Final = re.compile(
    r"(?:^|aclanthology\.org/|10\.18653/v1/|10\.3115/v1/)"
    r"([a-z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+)/?$",
    re.IGNORECASE,
)


class Work(BaseModel):
    """One work, as one source describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    identifier: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    arxiv: str | None = None
    anthology: str | None = None
    abstract: str | None = None
    url: str | None = None
    retracted: bool = False

    @model_validator(mode="before")
    @classmethod
    def _in_one_form(cls, given: Any) -> Any:
        """Return the fields in the form in which they are compared."""
        if not isinstance(given, dict):
            return given
        doi = plain_doi(given.get("doi"))
        arxiv = plain_arxiv(given.get("arxiv")) or plain_arxiv(doi)
        return given | {
            "title": plain_text(given.get("title")),
            "authors": tuple(filter(None, map(plain_text, given.get("authors") or ()))),
            "doi": None if (doi or "").startswith(_ARXIV_DOI) else doi,
            "arxiv": arxiv,
            "anthology": plain_anthology(given.get("anthology")) or plain_anthology(doi),
            "abstract": plain_text(given.get("abstract")) or None,
        }


def plain_text(text: str | None) -> str:
    """Return a text without markup, entities and line breaks.

    Example:
        >>> plain_text(" <i>Fish</i> &amp;   chips ")
        'Fish & chips'
    """
    # Markup goes before the entities are read, or "a &lt; b" would lose its end.
    return " ".join(html.unescape(_TAG.sub(" ", text or "")).split())


def plain_doi(text: str | None) -> str | None:
    """Return a DOI in lower case and without its resolver.

    Example:
        >>> plain_doi("https://doi.org/10.1000/ABC"), plain_doi("none")
        ('10.1000/abc', None)
    """
    found = _DOI.search(text or "")
    return found[1].lower() if found else None


def plain_arxiv(text: str | None) -> str | None:
    """Return an arXiv id without version and address.

    Example:
        >>> plain_arxiv("http://arxiv.org/abs/2104.08645v2"), plain_arxiv("10.48550/arxiv.2104.08645")
        ('2104.08645', '2104.08645')
    """  # noqa: E501
    found = _ARXIV.search((text or "").strip())
    return found[1].lower() if found else None


def plain_anthology(text: str | None) -> str | None:
    """Return an id of the ACL Anthology: old ones in capitals, new ones in small letters.

    Example:
        >>> plain_anthology("https://aclanthology.org/2021.emnlp-main.126/")
        '2021.emnlp-main.126'
        >>> plain_anthology("10.18653/v1/n19-1423")
        'N19-1423'
    """
    found = _ANTHOLOGY.search((text or "").strip())
    if not found:
        return None
    return found[1].lower() if found[1][0].isdigit() else found[1].upper()


def plain_title(title: str) -> str:
    """Return the words of a title, without accents, case and punctuation.

    Example:
        >>> plain_title("Zero-Shot  Ubersetzung?") == plain_title("zero shot {Ü}bersetzung")
        True
    """
    letters = unicodedata.normalize("NFKD", title.replace("{", "").replace("}", ""))
    kept = (each for each in letters if not unicodedata.combining(each))
    return " ".join("".join(each if each.isalnum() else " " for each in kept).casefold().split())


def likeness(one: str, other: str) -> float:
    """Return how alike two titles are, from 0 to 1, whichever comes first.

    Example:
        >>> likeness("A Title", "a title!"), likeness("", "a title")
        (1.0, 0.0)
    """
    first, second = sorted((plain_title(one), plain_title(other)))
    if not first:
        return 0.0  # what has no title is like nothing
    return 1.0 if first == second else SequenceMatcher(None, first, second, False).ratio()


def share_an_author(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a family name of one list stands anywhere in the other.

    Names come as "First Last", as "Last, First" and with initials, so only the family
    name is looked for, and in the whole of the other name.

    Example:
        >>> share_an_author(("A. Pérez", "B. Unn"), ("Perez, Ana",))
        True
    """
    return _named_in(one, other) or _named_in(other, one)


def _named_in(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    words = {word for name in other for word in plain_title(name).split()}
    return any(family in words for name in one if (family := family_name(name)))


def family_name(name: str) -> str:
    """Return the last word of a person's family name, in the form names are compared in.

    Example:
        >>> family_name("Ana van der Berg"), family_name("van der Berg, Ana")
        ('berg', 'berg')
    """
    words = plain_title(name.partition(",")[0]).split()
    return words[-1] if words else ""
