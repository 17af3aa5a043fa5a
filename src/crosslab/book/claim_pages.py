"""A page for each claim: what the reports say, what is in print, what the runs say.

The three stand side by side and none overwrites another; where they do not go together the
page says so, in sentences that follow from the tables above them.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from crosslab.audit.occurrences import Occurrence
from crosslab.chapters import CHAPTER_OF, RUNGS_CHAPTER, chapters
from crosslab.claims import Claim, Stance, Verdict, bars
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
    source_words,
    table,
)

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
            statements_table(statements, sources),
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


def statements_table(statements: Sequence[Statement], sources: Mapping[str, Reference]) -> str:
    """Return what each place in each source says, how it was checked, and its mark."""
    rows = [
        (
            each.stance,
            f"{plain(each.says)} ({plain(each.locator)})",
            source_words(sources[each.source]),
            f"{each.mark}: {plain(each.checked)}",
        )
        for each in statements
    ]
    return table(("stance", "what it says, in our words", "source", "how this is known"), rows)


def _recomputed(claim: Claim, verdicts: Sequence[Verdict]) -> str:
    if claim.not_rerun is not None:
        words = (
            f"**not-testable-here** (`{claim.not_rerun.obstacle}`): "
            f"{OBSTACLE_WORDS[claim.not_rerun.obstacle]}; {claim.not_rerun.reason}."
        )
        if claim.not_rerun.command is not None:
            words += f" What would show it ({claim.not_rerun.cost}): `{claim.not_rerun.command}`"
        return words
    rows = [
        (
            each.rung,
            explorer_link(each.replication, rung=each.rung, verdict=each.replication),
            measured(each),
            "no figure" if each.claimed is None else points(each.claimed),
            plain(each.reason),
        )
        for each in verdicts
    ]
    header = ("rung", "replication", "measured, 95 % interval", "claimed", "reason")
    return f"{table(header, rows)}\n\n{_compared(claim)}{_where_argued(claim)}"


def _compared(claim: Claim) -> str:
    """Return what the runs compare: one method stands for what the claim says of a family."""
    mine = [bar for bar in bars() if bar.claim_id == claim.claim_id]
    said = {f"`{bar.treated}` with `{bar.control}`" for bar in mine}
    if not said:
        return ""
    return (
        f"The bar, locked before the runs, compares {' and '.join(sorted(said))}. The other "
        "methods, adversarial training among them, took the same seeds and stand on [the front "
        "page](../index.md); no bar was locked for them. "
    )


def _where_argued(claim: Claim) -> str:
    """Return a link to the chapter that argues a verdict, if the book has it."""
    chapter, there = CHAPTER_OF.get(claim.claim_id), {each.name for each in chapters()}
    if chapter not in there:
        return "The chapter that argues this verdict is not part of this book."
    said = (
        f"The verdict is argued, with figures, tests and every run, in "
        f"[its chapter](../executed/{chapter}.ipynb)"
    )
    if RUNGS_CHAPTER in there:
        said += f"; [the rungs](../executed/{RUNGS_CHAPTER}.ipynb) stand side by side in another"
    return f"{said}."


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
    decided = {each.replication for each in verdicts if each.records}
    if yes and claim.not_rerun is None and "reproduced" not in decided:
        found.append(
            f"{_named(yes)} {_verb(yes)} it as verified, and no run here reproduces it: "
            f"{', '.join(sorted(decided)) or 'nothing was run'}."
        )
    low = [each for each in yes if each.confidence is not None and each.confidence < 0.5]  # noqa: PLR2004 - more likely not than so
    if low:
        highest = max(each.confidence or 0 for each in low)
        found.append(
            f"Where it is marked as verified, the stated confidence is {highest:.2f} at most. The "
            "reports do not say what that number means; if it is a chance, it is below one half."
        )
    return "\n".join(f"- {each}" for each in found) or "They do not contradict each other."


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
