"""A page for each claim: what the reports say, what is in print, what the runs say.

The three stand side by side and none overwrites another; where they do not go together the
page says so, in sentences that follow from the tables above them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from crosslab.audit.occurrences import Occurrence
from crosslab.chapters import CHAPTER_OF, RUNGS_CHAPTER, chapters
from crosslab.claims import Bar, Claim, Stance, Verdict, bars
from crosslab.literature.references import Reference
from crosslab.literature.testimony import Conclusion, Statement
from crosslab.numerals import points
from crosslab.prose.explorer_links import explorer_link
from crosslab.prose.render import (
    LITERATURE_WORDS,
    REPLICATION_WORDS,
    measured,
    plain,
    row_link,
    rung_words,
    source_words,
    table,
)

_LABORATORY: Final = "lab"
_AUDITED: Final = {"huang-2021-robust"}
MARKS: Final = {True: "✓ verified", False: "× not verified", None: "unreadable"}
OBSTACLE_WORDS: Final = {
    "needs-gpu": "it takes a GPU",
    "needs-network": "it takes a network",
    "data-unavailable": "the data are not to be had",
    "benchmark-does-not-exist": "the benchmark does not exist",
    "not-measurable": "it cannot be measured",
}


def claim_page(  # noqa: PLR0913 - everything that is known of a claim
    claim: Claim,
    *,
    places: Sequence[Occurrence],
    stance: Stance,
    conclusion: Conclusion,
    statements: Sequence[Statement],
    sources: Mapping[str, Reference],
    verdicts: Sequence[Verdict],
) -> str:
    """Return the page of one claim."""
    return "\n\n".join(
        [
            f"# {claim.name}",
            f"> {claim.quote}",
            f"*In short:* {_marks_words(places)}; {LITERATURE_WORDS[stance]}"
            f"{_alone_words(stance, statements)}; {_runs_words(claim, verdicts)}.",
            "## What the reports say",
            places_table(places),
            f"{explorer_link('These rows in the explorer of claims', claim=claim.claim_id)}.",
            "## What the literature says",
            f"**{stance}**: {LITERATURE_WORDS[stance]}. {conclusion.reason}",
            statements_list(statements, sources),
            "## What the re-computation says",
            _recomputed(claim, verdicts),
            "## Where these do not go together",
            _disagreements(claim, places, stance, verdicts),
        ]
    )


def places_table(places: Sequence[Occurrence]) -> str:
    """Return where a claim stands, linked to the marked-up report."""
    rows = [
        (
            row_link(f"{each.report.short}, row {each.row}", each.report, each.row),
            plain(each.text),
            MARKS[each.verified] + ("" if each.confidence is None else f", {each.confidence:.2f}"),
            f"{each.start} to {each.end}",
        )
        for each in places
    ]
    return table(("report", "words", "mark, confidence", "characters"), rows)


def statements_list(statements: Sequence[Statement], sources: Mapping[str, Reference]) -> str:
    """Return what each place in each source says, how it was checked, and its mark.

    A list, as whole sentences in four columns are cut off on a telephone.
    """
    items = [
        f"- **{each.stance}**: {plain(each.says)} ({plain(each.locator)}). "
        f"*Source:* {source_words(sources[each.source])}. "
        f"*How this is known:* {each.mark}: {plain(each.checked)}."
        for each in statements
    ]
    return "\n".join(items)


def _recomputed(claim: Claim, verdicts: Sequence[Verdict]) -> str:
    if claim.not_rerun is not None:
        words = (
            f"**not-testable-here** (`{claim.not_rerun.obstacle}`): "
            f"{OBSTACLE_WORDS[claim.not_rerun.obstacle]}; {claim.not_rerun.reason}."
        )
        if claim.not_rerun.command is not None:
            words += f" What would show it ({claim.not_rerun.cost}): `{claim.not_rerun.command}`"
        return words
    items = "\n".join(map(_outcome_item, verdicts))
    return f"{items}\n\n{_compared(claim, verdicts)}{_where_argued(claim, verdicts)}"


def _outcome_item(verdict: Verdict) -> str:
    """Return the verdict of a rung with what it rests on, in a line that a telephone can break."""
    words = explorer_link(verdict.replication, rung=verdict.rung, verdict=verdict.replication)
    claimed = "no figure" if verdict.claimed is None else points(verdict.claimed)
    return (
        f"- **{rung_words(verdict.rung, verdict.scale)}: {words}**. *Measured, in points, with its "
        f"95 % interval:* {measured(verdict)}. *Claimed:* {claimed}. "
        f"*Reason:* {plain(verdict.reason).rstrip('.')}."
    )


def _compared(claim: Claim, verdicts: Sequence[Verdict]) -> str:
    """Return what the runs compare: one method stands for what the claim says of a family."""
    ran = {each.rung for each in verdicts if each.records}
    on: dict[str, list[str]] = {}
    for bar in bars():
        if bar.claim_id == claim.claim_id:
            rung = f"`{bar.rung}`" + ("" if bar.rung in ran else " (not run)")
            on.setdefault(f"`{bar.treated}` with `{bar.control}`", []).append(rung)
    if not on:
        return ""
    said = "; ".join(f"{compared} on {' and '.join(rungs)}" for compared, rungs in on.items())
    return (
        f"The bars, locked before the runs that they judge, compare {said}. The other "
        "methods, adversarial training among them, took the same seeds and stand on [the front "
        "page](../index.md); no bar was locked for them. "
    )


def _where_argued(claim: Claim, verdicts: Sequence[Verdict]) -> str:
    """Return where the verdict on each rung is argued, if the book has it, and its runs."""
    chapter, there = CHAPTER_OF.get(claim.claim_id), {each.name for each in chapters()}
    if chapter not in there:
        return "The chapter that argues this verdict is not part of this book."
    said = (
        "The verdict on rung `lab` is argued, with figures, tests and every run, in "
        f"[its chapter](../executed/{chapter}.ipynb), which is about the laboratory alone."
    )
    for rung in sorted({each.rung for each in verdicts if each.records} - {_LABORATORY}):
        said += f" {_on_further_rung(_bar_of(claim, rung), in_book=RUNGS_CHAPTER in there)}"
    return said


def _bar_of(claim: Claim, rung: str) -> Bar:
    (found,) = (each for each in bars() if (each.claim_id, each.rung) == (claim.claim_id, rung))
    return found


def _on_further_rung(bar: Bar, *, in_book: bool) -> str:
    """Return where the verdict on a rung beside the laboratory stands, and where its runs do."""
    pages = " and ".join(f"[{each}](../runs/{bar.rung}-{each}.md)" for each in bar.experiments)
    word = "the page" if len(bar.experiments) == 1 else "the pages"
    where = f"in [the chapter on rungs](../executed/{RUNGS_CHAPTER}.ipynb)" if in_book else "above"
    return f"The verdict on rung `{bar.rung}` stands {where}, its runs on {word} of runs: {pages}."


def _marks_words(places: Sequence[Occurrence]) -> str:
    """Return how many reports make a claim and how many mark it as verified.

    Example:
        >>> _marks_words([])
        'no report makes it'
    """
    if not places:
        return "no report makes it"
    verified = sum(each.verified is True for each in places)
    count = "one report makes it" if len(places) == 1 else f"{len(places)} reports make it"
    return f"{count}, {verified or 'none'} of them as verified"


def _alone_words(stance: Stance, statements: Sequence[Statement]) -> str:
    """Return that nobody but the audited paper supports a claim, where it is so."""
    read = [each for each in statements if each.mark in {"SEEN", "DERIVED"}]
    supporting = {each.source for each in read if each.stance == "supports"}
    alone = stance == "supported" and supporting <= _AUDITED
    return ", by the word of the audited paper alone" if alone else ""


def _runs_words(claim: Claim, verdicts: Sequence[Verdict]) -> str:
    if claim.not_rerun is not None:
        return "no run here can bear on it"
    highest = [each for each in verdicts if each.records] or list(verdicts)
    return (
        "; ".join(
            f"on rung `{each.rung}` {REPLICATION_WORDS[each.replication]}" for each in highest
        )
        or "nothing has been run"
    )


def _disagreements(
    claim: Claim, places: Sequence[Occurrence], stance: Stance, verdicts: Sequence[Verdict]
) -> str:
    """Return every way in which reports, literature and runs differ on a claim."""
    yes = [each for each in places if each.verified is True]
    no = [each for each in places if each.verified is False]
    found = []
    if yes and no:
        found.append(
            f"The reports differ among themselves: {_named(yes)} {_verb(yes)} it as verified, "
            f"{_named(no)} not."
        )
    if yes and stance != "supported":
        found.append(f"{_named(yes)} {_verb(yes)} it as verified; {LITERATURE_WORDS[stance]}.")
    if no and stance == "supported":
        found.append(f"{_named(no)} {_verb(no)} it as not verified; {LITERATURE_WORDS[stance]}.")
    if yes and claim.not_rerun is None and not _borne_out(verdicts):
        found.append(
            f"{_named(yes)} {_verb(yes)} it as verified, and no run here reproduces it: "
            f"{_outcomes(verdicts) or 'nothing was run'}."
        )
    low = [each for each in yes if each.confidence is not None and each.confidence < 0.5]  # noqa: PLR2004 - more likely not than so
    if low:
        highest = max(each.confidence or 0 for each in low)
        found.append(
            f"Where it is marked as verified, the stated confidence is {highest:.2f} at most. The "
            "reports do not say what that number means; if it is a chance, it is below one half."
        )
    return "\n".join(f"- {each}" for each in found) or "They do not contradict each other."


def _borne_out(verdicts: Sequence[Verdict]) -> bool:
    """Return whether runs say all that a claim says: a direction is all, where no size is named."""
    return any(
        each.replication == "reproduced"
        or (each.claimed is None and each.replication == "direction-only")
        for each in verdicts
        if each.records
    )


def _outcomes(verdicts: Sequence[Verdict]) -> str:
    """Return what the runs of each rung came to."""
    return "; ".join(
        f"{rung_words(each.rung, each.scale)}: {each.replication}"
        for each in verdicts
        if each.records
    )


def _named(places: Sequence[Occurrence]) -> str:
    """Return reports by the number their names begin with.

    Example:
        >>> _named([])
        ''
    """
    numbers = [each.report.short for each in places]
    if len(numbers) == 1:
        return f"Report {numbers[0]}"
    return f"Reports {', '.join(numbers[:-1])} and {numbers[-1]}" if numbers else ""


def _verb(places: Sequence[Occurrence]) -> str:
    return "marks" if len(places) == 1 else "mark"
