"""What can be said of a report's references: from what was seen, and from what indexes answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from crosslab.audit.matching import stems
from crosslab.audit.report import Cited
from crosslab.literature.citations import CitationState, Finding, asked_by, citation_state
from crosslab.literature.references import Reference
from crosslab.literature.works import Work

_TITLE_SHARE: Final = 0.6  # of a title's words, in what a report prints beside the identifier


class Judged(NamedTuple):
    """A reference of a report: which of four states it is in, and why."""

    described: str
    status: CitationState
    why: str
    known: Reference | None
    fits: bool  # whether what is printed could be the work that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A reference as a report prints it, in the terms in which indexes are asked."""

    title: str | None
    authors: tuple[str, ...] = ()
    year: int | None = None
    arxiv: str | None
    doi: str | None
    anthology: str | None
    mark: str


def judged(
    cited: Sequence[Cited],
    known: Mapping[str, Reference],
    answers: Mapping[str, Mapping[str, Finding]],
) -> list[Judged]:
    """Return the state of each reference.

    Args:
        cited: What a report lists.
        known: The works that are known here, by the identifier a report would cite.
        answers: What indexes said of an identifier (``arxiv:2104.08645``), by index.
    """
    return [_judged(each, known.get(each.identifier), answers) for each in cited]


def _judged(
    cited: Cited, known: Reference | None, answers: Mapping[str, Mapping[str, Finding]]
) -> Judged:
    fits = known is None or _fits(cited.described, known)
    printed = _printed(cited, known if fits else None)
    question = asked_by(printed)
    said = {} if question is None else answers.get(":".join(question), {})
    for work in said.values():
        if isinstance(work, Work) and printed.title and _holds(cited.described, work.title):
            printed = replace(printed, title=work.title)  # an entry holds more than a title
    standing = citation_state(printed, said)
    why = standing.why
    if known is not None and known.mark != "SEEN":
        why = f"{why}; looked for here, and not identified"
    elif known is not None and not fits:
        why = f"printed as “{cited.described[:80]}”, seen here as “{known.title}”; {why}"
    return Judged(cited.described, standing.state, why, known, fits)


def _printed(cited: Cited, known: Reference | None) -> Printed:
    """Return a reference in the terms of the indexes; a bare identifier describes nothing.

    ``known`` is the work that was seen under the identifier, if what is printed fits it.
    """
    scheme, _, value = cited.identifier.partition(":")
    return Printed(
        title=_title(cited, known),
        arxiv=value if scheme == "arXiv" else None,
        doi=value if scheme == "doi" else None,
        anthology=value if scheme == "acl" else None,
        mark="NOT FOUND" if known is None else known.mark,
    )


def _title(cited: Cited, known: Reference | None) -> str | None:
    if not cited.described:
        return None
    return cited.described if known is None else known.title


def _fits(described: str, known: Reference) -> bool:
    """Whether what is printed could be the work that was seen: by its title, or by an author."""
    if not described or known.title is None:
        return True
    said = described.casefold()
    named = any(each.split(",")[0].casefold() in said for each in known.authors)
    return named or _holds(described, known.title)


def _holds(described: str, title: str) -> bool:
    words = set(stems(title))
    return len(words & set(stems(described))) >= _TITLE_SHARE * len(words)
