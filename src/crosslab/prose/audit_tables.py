"""What the audit of all kept reports comes to: the matrix, the findings, the reviewers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import pandas as pd

from crosslab.audit.auditing import Row, Total, audit
from crosslab.audit.findings import KINDS, LEVELS
from crosslab.audit.findings.marks import Threshold, threshold
from crosslab.audit.keeping import Kept, kept
from crosslab.audit.knowledge import knowledge, verdicts_so_far
from crosslab.audit.matching import Matcher
from crosslab.audit.occurrences import occurrences
from crosslab.audit.report import PrintedClaim
from crosslab.audit.reviewers import REVIEWERS
from crosslab.audit.wordings import labelled, quality
from crosslab.claims import claims
from crosslab.literature.references import references
from crosslab.literature.testimony import benchmarks
from crosslab.prose.render import claim_link, page_name, plain, source_words, table
from crosslab.records import Store
from crosslab.stats.agreement import interval_alpha

_HALF: Final = 0.5  # more likely than not


def reports_overview() -> str:
    """Return the kept reports with what they ask, declare and hold."""
    places = [each for found in occurrences().values() for each in found]
    rows = [
        (
            f"[{each.short}](reports/{page_name(each)}.md)",
            f"`{each.report}`",
            sum(place.report == each for place in places),
            sum(place.report == each and place.verified is True for place in places),
            f"`{each.original_sha256[:12]}…`",
        )
        for each in kept()
    ]
    return table(("report", "file", "claims", "marked as verified", "SHA-256"), rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All kept reports, audited together."""

    reports: Sequence[Kept]
    rows: Sequence[Row]
    total: Total


def audited_reports(store: Store, scale: str) -> Audit:
    """Return the kept reports as the audit finds them."""
    reports, rows = kept(), list[Row]()
    total = audit(
        [each.path for each in reports],
        knowledge(verdicts_so_far(store, scale), store.root),
        lambda row, _: rows.append(row),
    )
    return Audit(reports=reports, rows=rows, total=total)


def audit_words(found: Audit) -> str:
    """Return what the audit comes to, in a few sentences."""
    total = found.total
    declared = sum(
        row["declared"]["claims"] == row["found"]["claims"]
        and row["declared"]["verified"] == row["found"]["verified"]
        for row in found.rows
    )
    unanswered = _reports_with(found, "question-unaddressed")
    copied = _reports_with(found, "abstract-copied")
    uncomputed = _reports_with(found, "number-uncomputed")
    return (
        f"{len(found.rows)} reports print {total.claims} claims, {total.verified} of them marked "
        f"as verified; {total.matched} are one of the {len(claims())} distinct claims of the "
        "registry. "
        f"In {declared} reports the declared counts of claims and of verified claims are what is "
        f"found. In {unanswered} no claim addresses the research question that the report asks; "
        f"{copied} print the abstract of the paper they are about as their own; {uncomputed} mark "
        "a figure as verified without showing a computation."
    )


def findings_table(found: Audit) -> str:
    """Return how often each kind of finding occurs in each report, the gravest first."""
    counts = [Counter(each["code"] for each in row["findings"]) for row in found.rows]
    order = sorted(KINDS, key=lambda code: -LEVELS.index(KINDS[code].level))
    rows = [
        (
            f"`{code}`",
            f"{KINDS[code].level}: {KINDS[code].meaning}",
            *(each[code] or "" for each in counts),
        )
        for code in order
        if any(code in each for each in counts)
    ]
    return table(("finding", "what it means", *(_link(each) for each in found.reports)), rows)


def marks_table(found: Audit) -> str:
    """Return for each report, and all together, where a cut through the confidences lies."""
    every = [_printed(row) for row in found.rows]
    rows = [
        (_link(report), *_cut(threshold(each)))
        for report, each in zip(found.reports, every, strict=True)
    ]
    together = _cut(threshold([claim for each in every for claim in each]))
    rows.append(("all together", *together[:-1], "not said: claims recur"))
    header = ("report", "marks", "verified", "cut at", "next lower", "exceptions", "by chance")
    return table(header, rows)


def _cut(cut: Threshold | None) -> tuple[str, ...]:
    if cut is None:
        return ("too few", *[""] * 5)
    return (
        str(cut.marks),
        str(cut.verified),
        f"{cut.confidence:.2f}",
        "none" if cut.below is None else f"{cut.below:.2f}",
        str(len(cut.exceptions)),
        f"at most {100 * cut.chance:.2g} %",
    )


def marks_words(found: Audit) -> str:
    """Return whether "verified" says more than the confidence does."""
    cut = threshold([claim for row in found.rows for claim in _printed(row)])
    if cut is None:
        return "There are too few marks of either kind to say anything about them."
    share = 100 * (1 - len(cut.exceptions) / cut.marks)
    words = (
        f"Over all reports the mark is the confidence, cut at {cut.confidence:.2f}: this gives "
        f"{cut.marks - len(cut.exceptions)} of {cut.marks} marks ({share:.0f} %). A mark that "
        "repeats a number in the next column is no second opinion."
    )
    highest = max(_confidences(found))
    if highest < _HALF:
        words += f" And no claim reaches a confidence of one half: the highest is {highest:.2f}."
    return words


def agreement_words(found: Audit) -> str:
    """Return how far the reports agree with each other, and on what they do not."""
    alpha = found.total.alpha
    marks: dict[str, set[bool]] = {}
    for row in found.rows:
        for each in row["claims"]:
            if each["claim_id"] and each["verified"] is not None:
                marks.setdefault(each["claim_id"], set()).add(each["verified"])
    names = {claim.claim_id: claim for claim in claims()}
    apart = [claim_link(names[each]) for each, said in marks.items() if len(said) > 1]
    measured = "cannot be computed" if alpha is None else f"is {alpha:.2f}"
    return (
        f"Reports that check the same claim against the same paper should give it the same mark. "
        f"They do for {len(marks) - len(apart)} of {len(marks)} claims and differ on {len(apart)}"
        f"{': ' + ', '.join(apart) if apart else ''}. Krippendorff's alpha {measured} (1: they "
        "always agree; 0: as chance would have it)."
    )


def matching_words() -> str:
    """Return how claims are matched to the registry, and how often that goes wrong."""
    matcher = Matcher(claims())
    chosen = quality(matcher, labelled("choosing"))
    judged = quality(matcher, labelled("judging"))
    return (
        "A claim is matched to the registry by the words it shares, each brought to its stem and "
        "weighted by how few claims use it; another figure, benchmark, address or direction, or "
        "the lack of an essential word, makes another claim. The threshold, "
        f"{matcher.threshold}, was chosen on wordings that were at hand while the matcher was made "
        f"(precision {chosen.precision:.2f}, recall {chosen.recall:.2f}; a wrong match counts four "
        "times a missed one). Others were written by somebody who had not seen it, half of them to "
        f"deceive it: {judged.right} right, {judged.wrong} wrong, {judged.missed} missed, so "
        f"precision {judged.precision:.2f} and recall {judged.recall:.2f}. One mistake that these "
        "showed has been mended since, so the figures flatter a little. A wrong match is told from "
        "its words and its score, which stand beside each other on the page of the report."
    )


def reviewers_table(found: Audit) -> str:
    """Return what each reviewer gives each report, beside the report's own score."""
    rows = []
    for report, row in zip(found.reports, found.rows, strict=True):
        scores = {each["reviewer"]: each["score"] for each in row["reviews"]}
        declared = row["declared"]["quality"]
        rows.append(
            (
                _link(report),
                *(f"{scores[name]:.1f}" if name in scores else "" for name in REVIEWERS),
                f"{fmean(scores.values()):.1f}",
                "none" if declared is None else f"{declared:.1f}",
            )
        )
    return table(("report", *REVIEWERS, "mean", "declared by the report"), rows)


def reviewers_words(found: Audit) -> str:
    """Return how far reviewers agree with each other and with the reports' own scores."""
    given = [{each["reviewer"]: each["score"] for each in row["reviews"]} for row in found.rows]
    alpha = interval_alpha([[each.get(name) for name in REVIEWERS] for each in given])
    means = [fmean(each.values()) for each in given]
    declared = [row["declared"]["quality"] for row in found.rows]
    higher = sum(own is not None and own > mean for own, mean in zip(declared, means, strict=True))
    spread = [max(each.values()) - min(each.values()) for each in given]
    said = "cannot be computed" if alpha is None else f"is {alpha:.2f}"
    return (
        f"The reviewers are rubrics, not people. They look at different things and differ by "
        f"{min(spread):.1f} to {max(spread):.1f} points on one report; their agreement over "
        f"reports (Krippendorff's alpha) {said}, so their mean averages unlike things. "
        f"{higher} of {len(given)} reports give themselves more than that mean."
    )


def benchmarks_table() -> str:
    """Return the benchmarks that were looked for and not found, and what comes near."""
    known = references()
    rows = [
        (
            f"**{plain(each.name)}**",
            plain(each.searched or ""),
            "; ".join(
                f"{plain(real.name)}: {plain(real.fact)} ({real.mark})"
                + (f", {source_words(known[real.source])}" if real.source else "")
                for real in each.nearest
            ),
        )
        for each in benchmarks()
        if not each.exists
    ]
    return table(("name", "what was searched", "nearest real things"), rows)


def marks_frame(found: Audit) -> pd.DataFrame:
    """Return every mark with its confidence: ``report, confidence, verified``."""
    return pd.DataFrame(
        [
            (report.short, each["confidence"], each["verified"])
            for report, row in zip(found.reports, found.rows, strict=True)
            for each in row["claims"]
            if each["confidence"] is not None and each["verified"] is not None
        ],
        columns=["report", "confidence", "verified"],
    )


def cuts(found: Audit) -> dict[str, tuple[float | None, float]]:
    """Return between which two confidences each report's cut lies."""
    made = {
        report.short: threshold(_printed(row))
        for report, row in zip(found.reports, found.rows, strict=True)
    }
    return {name: (cut.below, cut.confidence) for name, cut in made.items() if cut is not None}


def scores_frame(found: Audit) -> pd.DataFrame:
    """Return every score: ``report, reviewer, score``; the report's own is ``declared``."""
    rows = []
    for report, row in zip(found.reports, found.rows, strict=True):
        rows += [(report.short, each["reviewer"], each["score"]) for each in row["reviews"]]
        if row["declared"]["quality"] is not None:
            rows.append((report.short, "declared", row["declared"]["quality"]))
    return pd.DataFrame(rows, columns=["report", "reviewer", "score"])


def _printed(row: Row) -> list[PrintedClaim]:
    fields = ("text", "start", "end", "verified", "confidence")
    return [PrintedClaim(**{name: each[name] for name in fields}) for each in row["claims"]]


def _confidences(found: Audit) -> list[float]:
    return [
        each["confidence"]
        for row in found.rows
        for each in row["claims"]
        if each["confidence"] is not None
    ]


def _reports_with(found: Audit, code: str) -> int:
    return sum(any(each["code"] == code for each in row["findings"]) for row in found.rows)


def _link(report: Kept) -> str:
    return f"[{report.short}](../reports/{page_name(report)}.md)"
