"""What can be said of a report's references: from what was seen, and from what indexes answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from crosslab.audit.matching import stems
from crosslab.audit.report import Cited
from crosslab.literature.citations import CitationState, Finding, asked_by, citation_state
from crosslab.literature.references import Reference

_TITLE_SHARE: Final = 0.6  # of a title's words, in what a report prints beside the identifier


class Judged(NamedTuple):
    """A reference of a report: which of four states it is in, and why."""

    described: str
    status: CitationState
    why: str
    known: Reference | None


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
    printed = _printed(cited, known)
    question = asked_by(printed)
    said = {} if question is None else answers.get(":".join(question), {})
    standing = citation_state(printed, said)
    why = standing.why
    if known is not None and known.mark != "SEEN":
        why = f"{why}; looked for here, and not identified"
    elif known is not None and printed.mark != "SEEN":
        why = f"{why}; seen here under this identifier: “{known.title}”, which is not printed"
    return Judged(cited.described, standing.state, why, known)


def _printed(cited: Cited, known: Reference | None) -> Printed:
    """Return a reference in the terms of the indexes; a bare identifier describes nothing.

    What was seen here vouches for it as far as what is printed fits what was seen.
    """
    scheme, _, value = cited.identifier.partition(":")
    fits = known is not None and _fits(cited.described, known)
    return Printed(
        title=_title(cited, known if fits else None),
        arxiv=value if scheme == "arXiv" else None,
        doi=value if scheme == "doi" else None,
        anthology=value if scheme == "acl" else None,
        mark=known.mark if known is not None and fits else "NOT FOUND",
    )


def _title(cited: Cited, known: Reference | None) -> str | None:
    if not cited.described:
        return None
    return cited.described if known is None else known.title


def _fits(described: str, known: Reference) -> bool:
    if not described or known.title is None:
        return True
    title = set(stems(known.title))
    return len(title & set(stems(described))) >= _TITLE_SHARE * len(title)
