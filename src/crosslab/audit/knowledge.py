"""What the audit knows before it reads a report: claims, verdicts, references, benchmarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crosslab.audit.abstracts import KnownAbstract, abstracts
from crosslab.audit.matching import Matcher
from crosslab.claims import RUNGS, Claim, Replication, Stance, Verdict, claims, is_whole
from crosslab.errors import StoreError
from crosslab.literature.citations import Finding, finding
from crosslab.literature.freezing import frozen_citations
from crosslab.literature.references import Reference, references
from crosslab.literature.testimony import KnownBenchmark, benchmarks, stances
from crosslab.records import Store
from crosslab.verdicts import by_arithmetic, judged_on_every_rung


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What reports are held against."""

    claims: Sequence[Claim]
    matcher: Matcher
    stances: Mapping[str, Stance]
    replications: Mapping[str, Replication]
    references: Mapping[str, Reference]  # by the identifier a report would cite
    answers: Mapping[str, Mapping[str, Finding]]  # of indexes, by what they were asked for
    benchmarks: Sequence[KnownBenchmark]
    abstracts: Sequence[KnownAbstract]


def knowledge(verdicts: Sequence[Verdict], results: Path) -> Knowledge:
    """Return what is known, verdicts from records and frozen answers of indexes included."""
    known = claims()
    return Knowledge(
        claims=known,
        matcher=Matcher(known),
        stances=stances(),
        replications=replications(known, verdicts),
        references=_by_identifier(),
        answers=_answers(results),
        benchmarks=benchmarks(),
        abstracts=abstracts(),
    )


def verdicts_so_far(store: Store, scale: str) -> list[Verdict]:
    """Return the verdicts from records, or from arithmetic alone where there are none."""
    try:
        return judged_on_every_rung(store, scale)
    except StoreError:
        return by_arithmetic()


def replications(known: Sequence[Claim], verdicts: Sequence[Verdict]) -> dict[str, Replication]:
    """Return what runs say of each claim, by the verdict on the highest rung that was finished.

    One that is still being run stands behind it, and before what is in print alone. A claim that
    no bar judges is not testable here; its reason stands in the registry.
    """
    found: dict[str, Replication] = {claim.claim_id: "not-testable-here" for claim in known}
    for verdict in sorted(verdicts, key=_weight):
        found[verdict.claim_id] = verdict.replication
    return found


def _weight(verdict: Verdict) -> tuple[bool, bool, int]:
    run = bool(verdict.records)
    return run, run and is_whole(verdict), RUNGS.index(verdict.rung)


def _answers(results: Path) -> dict[str, dict[str, Finding]]:
    return {
        question: {source: finding(answer) for source, answer in answers.items()}
        for question, answers in frozen_citations(results).items()
    }


def _by_identifier() -> dict[str, Reference]:
    found = {}
    for each in references().values():
        if each.arxiv:
            found[f"arXiv:{each.arxiv}"] = each
        if each.doi:
            found[f"doi:{each.doi}"] = each
        if each.anthology:
            found[f"acl:{each.anthology}"] = each
    return found
