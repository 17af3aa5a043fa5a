"""What stands in print, and how it was looked for: searches, stances, citations."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from crosslab.claims import claims
from crosslab.literature.citations import citation_state, finding
from crosslab.literature.found import Search, kept_searches
from crosslab.literature.freezing import frozen_citations
from crosslab.literature.references import LISTED, Reference, by_arxiv, references
from crosslab.literature.screening import criteria
from crosslab.literature.testimony import Statement, conclusions, questions, stances, statements
from crosslab.prose.render import claim_link, plain, source_words, table

_SIDES: Final = ("supports", "contradicts", "qualifies", "silent")
ANSWERS_IN_PRINT: Final = {
    "supported": "What is in print says yes.",
    "contradicted": "What is in print says no.",
    "conflicting": "What is in print is divided.",
    "source-silent": "Nothing that was found in print answers it.",
    "not-found": "Nothing was found in print.",
}
_STATES: Final = {
    "exists-right": "exists",
    "exists-misdescribed": "exists and is described as something else",
    "not-found": "was not found",
    "cannot-tell": "cannot be told",
}


def searches(results: Path) -> list[Search]:
    """Return the searches that are kept with a study."""
    return kept_searches(results)


def searches_words(found: Sequence[Search]) -> str:
    """Return what the searches came to, or why they came to nothing."""
    if not found:
        return (
            "No search of a database is kept with this study; make one with `crosslab literature "
            "search QUERY`. What stands in this chapter came by hand."
        )
    asked = sum(len(each.sources) for each in found)
    silent = sum(one.state == "unavailable" for each in found for one in each.sources)
    works = sum(each.flow.included for each in found)
    if silent == asked:
        reasons = sorted({str(one.reason) for each in found for one in each.sources})
        return (
            f"{len(found)} searches were made and none was answered: each of {asked} questions to "
            f"a database ended in {' or '.join(f'`{each}`' for each in reasons)}. No answer is "
            "made up for one that is missing; where there is a network, "
            "`crosslab literature refresh --results results` asks again. What stands in this "
            "chapter came by hand, every fact with a mark that says how it was come by."
        )
    return (
        f"{len(found)} searches asked {asked} questions of databases, of which {asked - silent} "
        f"were answered; {works} works were included."
    )


def searches_table(found: Sequence[Search]) -> str:
    """Return how it stands with each source of each search."""
    rows = [
        (
            plain(each.query),
            one.name,
            one.state if one.reason is None else f"{one.state}: {one.reason}",
            one.works,
            one.asked.removesuffix("+00:00"),
            plain(one.client),
        )
        for each in found
        for one in each.sources
    ]
    return table(("query", "source", "state", "works", "asked (UTC)", "client"), rows)


def flow_counts(found: Sequence[Search]) -> dict[str, Any]:
    """Return the flow of records over all searches; works that came by hand are counted once.

    A source that never answered gave no number, which is not the number nought.
    """
    totals: dict[str, Any] = {"by hand": len(references())}
    identified: dict[str, int | None] = {}
    excluded: dict[str, int] = {each.id: 0 for each in criteria()}
    for each in found:
        for one in each.sources:
            before = identified.setdefault(one.name, None)
            if one.state != "unavailable":
                identified[one.name] = (before or 0) + one.works
        for criterion, count in each.flow.excluded.items():
            excluded[criterion] = excluded.get(criterion, 0) + count
    totals["identified"] = identified
    totals["duplicates"] = sum(each.flow.duplicates for each in found)
    totals["screened"] = sum(each.flow.screened for each in found)
    totals["excluded"] = excluded
    totals["included"] = sum(each.flow.included for each in found)
    return totals


def criteria_table() -> str:
    """Return the criteria of screening, in the order in which they are applied."""
    return table(("criterion", "why"), [(f"`{each.id}`", plain(each.words)) for each in criteria()])


def stances_table() -> str:
    """Return how many places in print stand on which side of each claim, and what that makes."""
    said, rows = stances(), statements()
    return table(
        ("claim", "literature", "for", "against", "qualifies", "silent", "not read"),
        [
            (claim_link(claim), said[claim.claim_id], *_sides(rows, claim.claim_id))
            for claim in claims()
        ],
    )


def _sides(rows: Sequence[Statement], about: str) -> list[str]:
    """Return the counts of one row: what decides by side, and what does not decide."""
    mine = [each for each in rows if each.about == about]
    read = [each.stance for each in mine if each.mark in {"SEEN", "DERIVED"}]
    counts = [*(read.count(side) for side in _SIDES), len(mine) - len(read)]
    return [str(count) if count else "" for count in counts]


def questions_words() -> str:
    """Return what is in print about each research question, and what keeps it from an answer."""
    said, ended, rows, cited = stances(), conclusions(), statements(), references()
    parts = []
    for question in questions().values():
        mine = [each for each in rows if each.about == question.question_id]
        lines = [
            f"- {each.stance}: {plain(each.says)} ({source_words(cited[each.source])}; {each.mark})"
            for each in mine
        ]
        parts += [
            f"### {question.name}",
            f"Asked by `{question.report}`. **{ANSWERS_IN_PRINT[said[question.question_id]]}** "
            f"{ended[question.question_id].reason}",
            f"*What is in the way* (`{question.obstacle}`): {question.reason}"
            if question.obstacle
            else "Nothing is in the way.",
            "\n".join(lines),
        ]
    return "\n\n".join(parts)


def citations_table(results: Path) -> str:
    """Return the state of every reference that a report lists."""
    answers, known = frozen_citations(results), by_arxiv()
    return table(
        ("reference", "what it is", "about", "state", "why"),
        [_citation(each, known.get(each), answers) for each in LISTED],
    )


def _citation(
    arxiv: str, known: Reference | None, answers: Mapping[str, Mapping[str, object]]
) -> tuple[str, ...]:
    address = f"[{arxiv}](https://arxiv.org/abs/{arxiv})"
    if known is None:
        return (address, "not known here", "", _STATES["cannot-tell"], "nobody looked")
    said = {source: finding(each) for source, each in answers.get(f"arxiv:{arxiv}", {}).items()}  # type: ignore[arg-type]
    standing = citation_state(known, said)
    return (
        address,
        plain(known.title or "not identified"),
        known.domain,
        _STATES[standing.state],
        plain(standing.why),
    )


def citations_words() -> str:
    """Return what can be said of the references as a whole."""
    known = [each for arxiv, each in by_arxiv().items() if arxiv in LISTED]
    vision = sum(each.domain == "vision" for each in known)
    unknown = sum(each.domain == "unknown" for each in known)
    return (
        f"Of the {len(LISTED)} works that the reports list beside the paper itself, {vision} are "
        f"about images and cannot bear on transfer between languages; {unknown} could not be "
        "identified. The reports print bare addresses, so there is no description that could be "
        "wrong."
    )
