"""Whether a citation is right: four states, and no index alone may accuse.

Indexes err. One of them serves well-known papers under wrong titles, others lack what is
there. So it takes two that do not feed on each other to call a citation misdescribed or
not found, and one that agrees with it to call it right. In between the state is that it
cannot be told, and the reason says what was missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal, Protocol

from crosslab.literature.answers import Answer, Unavailable
from crosslab.literature.works import (
    OTHER_TITLE,
    SAME_TITLE,
    Kind,
    Work,
    likeness,
    share_an_author,
)

CitationState = Literal["exists-right", "exists-misdescribed", "not-found", "cannot-tell"]
Comparison = Literal["agrees", "contradicts", "unclear"]

# Which indexes can be asked for one work by which identifier.
COVER: Final[Mapping[Kind, frozenset[str]]] = {
    "arxiv": frozenset({"arxiv", "openalex", "semantic-scholar"}),
    "anthology": frozenset({"anthology", "semantic-scholar"}),
    "doi": frozenset({"crossref", "openalex", "semantic-scholar"}),
}

# Two of these are one voice: OpenAlex has its DOIs and their descriptions from Crossref.
_ONE_VOICE: Final = frozenset({frozenset({"crossref", "openalex"})})


class Reference(Protocol):
    """What is known of a citation; what nobody claims of it is None or empty."""

    @property
    def title(self) -> str | None:
        """Its title."""

    @property
    def authors(self) -> tuple[str, ...]:
        """Its authors."""

    @property
    def year(self) -> int | None:
        """Its year."""

    @property
    def arxiv(self) -> str | None:
        """Its arXiv id."""

    @property
    def doi(self) -> str | None:
        """Its DOI."""

    @property
    def anthology(self) -> str | None:
        """Its id in the ACL Anthology."""

    @property
    def mark(self) -> str:
        """How it was come by; SEEN means that a person had it before their eyes."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The index covers this kind of identifier and has no such work."""


Finding = Work | Absent | Unavailable


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a citation, and why."""

    state: CitationState
    why: str
    retracted: bool = False


def asked_by(reference: Reference) -> tuple[Kind, str] | None:
    """Return the identifier that indexes are asked for, or None if there is nothing to ask by.

    The most telling one comes first: an arXiv id or Anthology id names the work wherever
    it was published.
    """
    for kind, identifier in (
        ("arxiv", reference.arxiv),
        ("anthology", reference.anthology),
        ("doi", reference.doi),
    ):
        if identifier is not None:
            return kind, identifier  # type: ignore[return-value]
    return None


def finding(answer: Answer) -> Finding:
    """Return what an answer to a question for one work says of it."""
    if answer.works:
        return answer.works[0]
    if answer.reason is not None:
        return Unavailable(answer.reason, answer.detail or "")
    return Absent()


def citation_state(reference: Reference, answers: Mapping[str, Finding]) -> Standing:
    """Return how it stands with a citation, from what the indexes say of its identifier."""
    works = {source: each for source, each in answers.items() if isinstance(each, Work)}
    retracted = any(each.retracted for each in works.values())
    state, why = _existing(reference, works) if works else _missing(reference, answers)
    told = f"{why}; {_sources(works, lambda each: each.retracted)} has it as retracted"
    return Standing(state, told if retracted else why, retracted)


def _existing(reference: Reference, works: Mapping[str, Work]) -> tuple[CitationState, str]:
    """Return the state of a citation that at least one index has."""
    compared = {source: comparison(reference, work) for source, work in works.items()}
    agreeing = [source for source, each in compared.items() if each == "agrees"]
    against = [source for source, each in compared.items() if each == "contradicts"]
    if agreeing:
        aside = f"; {_and(against)} has another description" if against else ""
        return "exists-right", f"{_and(agreeing)} has it as described{aside}"
    for one, other in combinations(sorted(against), 2):
        if _independent(one, other) and _same(works[one], works[other]):
            said = f"{one} and {other} have it as '{works[one].title}'"
            return "exists-misdescribed", f"{said}, {_people(works[one])}, and none as described"
    if against:
        return "cannot-tell", (
            f"{_and(against)} describes it otherwise, and no second index that is independent "
            "says the same; one index alone accuses nobody"
        )
    return (
        "cannot-tell",
        f"{_and(list(works))} has it, but the descriptions are neither alike nor unlike",
    )


def _missing(reference: Reference, answers: Mapping[str, Finding]) -> tuple[CitationState, str]:
    """Return the state of a citation that no index has."""
    question = asked_by(reference)
    if question is None:
        return _seen_or(reference, "it has no identifier to ask an index by")
    cover = COVER[question[0]]
    without = sorted(
        source for source, each in answers.items() if isinstance(each, Absent) and source in cover
    )
    silent = sorted(
        f"{source} ({each.reason})"
        for source, each in answers.items()
        if isinstance(each, Unavailable)
    )
    if without and reference.mark == "SEEN":
        return "cannot-tell", f"a person has seen it, and {_and(without)} does not have it"
    if any(_independent(one, other) for one, other in combinations(without, 2)):
        return "not-found", f"{_and(without)} have no such {question[0]}, and none has it"
    if without:
        unasked = f"; no answer from {_and(silent)}" if silent else ""
        return (
            "cannot-tell",
            f"{_and(without)} does not have it, and one voice is not enough{unasked}",
        )
    return _seen_or(reference, f"no index answered: {_and(silent) or 'none was asked'}")


def _seen_or(reference: Reference, otherwise: str) -> tuple[CitationState, str]:
    """Return that a person vouches for a citation, if one does and no index says anything."""
    if reference.mark == "SEEN":
        return "exists-right", f"it was looked up and read here (SEEN); {otherwise}"
    return "cannot-tell", otherwise


def comparison(reference: Reference, work: Work) -> Comparison:
    """Return whether an index describes a work as the citation does."""
    title = None if reference.title is None else likeness(reference.title, work.title)
    people = (
        not reference.authors
        or not work.authors
        or share_an_author(reference.authors, work.authors)
    )
    years = reference.year is None or work.year is None or abs(reference.year - work.year) <= 1
    if (title is not None and title < OTHER_TITLE) or not people:
        return "contradicts"
    # A year that is off by more is a reprint as often as a mistake.
    return "agrees" if (title is None or title >= SAME_TITLE) and years else "unclear"


def _same(one: Work, other: Work) -> bool:
    """Whether two indexes describe the same work."""
    people = not one.authors or not other.authors or share_an_author(one.authors, other.authors)
    return likeness(one.title, other.title) >= SAME_TITLE and people


def _independent(one: str, other: str) -> bool:
    return one != other and frozenset({one, other}) not in _ONE_VOICE


def _people(work: Work) -> str:
    return (
        f"by {work.authors[0]} and others"
        if len(work.authors) > 1
        else (f"by {work.authors[0]}" if work.authors else "authors not given")
    )


def _sources(works: Mapping[str, Work], which: Callable[[Work], bool]) -> str:
    return _and(sorted(source for source, each in works.items() if which(each)))


def _and(names: Sequence[str]) -> str:
    """Return names as they stand in a sentence."""
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
