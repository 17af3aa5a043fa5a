"""A page for each kept report: what it asks and declares, what was found, its text marked."""

from collections.abc import Sequence
from html import escape

from crosslab.audit.auditing import Row
from crosslab.audit.decoding import decoded
from crosslab.audit.keeping import REPORTS, Kept, kept
from crosslab.audit.page import marked_text
from crosslab.book.claim_pages import MARKS
from crosslab.book.explorer_rows import ListedClaim, outcomes
from crosslab.chapters import chapter_link
from crosslab.prose.explorer_links import explorer_link, report_names
from crosslab.prose.render import plain, table


def report_page(kept: Kept, row: Row, listed: Sequence[ListedClaim]) -> str:
    """Return the page of one report; ``listed`` is what is known of the claims of the registry."""
    raw = kept.path.read_bytes()
    declared, found = row["declared"], row["found"]
    text = marked_text(decoded(raw, kept.path), row, lambda claim: f"../claims/{claim}.html")
    return "\n\n".join(
        [
            f"# Report {kept.short}",
            f"**{plain(row['title'] or 'Without a title')}**",
            f"*It asks:* {plain(row['research_question'] or 'nothing')}",
            f"It declares {_said(declared['claims'])} claims, {_said(declared['verified'])} of "
            f"them verified, {_said(declared['papers'])} papers and a quality of "
            f"{_said(declared['quality'])} of 10. Found: {found['claims']} claims, "
            f"{found['verified']} marked as verified, {len(row['references'])} references; "
            f"{row['coverage']['uncovered']} of {row['coverage']['characters']} characters belong "
            "to no known part.",
            "## What speaks against it",
            findings_table(row),
            "## Its claims",
            claims_table(row, listed),
            f"{_in_explorer(kept)}.",
            "How often each of these occurs over all reports, and what the marks are worth, stands "
            f"in {chapter_link('audit', 'the chapter on the audit')}; what is in print about the "
            f"question, in {chapter_link('literature', 'the one on the literature')}.",
            "## Automated reviewers",
            "Rubrics, not people: a score is the weighted share of its criteria, from 0 to 10. The "
            f"report's own score is {_said(declared['quality'])}.",
            reviews_table(row),
            "## The report with its claims marked",
            "Green: marked as verified; red: not. A claim leads to its page; what is underlined "
            "has a finding, which is told where the pointer rests on it and in the table above. "
            "Shaded "
            f"blocks stand for {kept.abridged_characters} characters that are not under audit and "
            f"are not copied here, each in its place: so fewer word sequences of the abstract can "
            f"be read here than in the original. `{kept.report}`, the original: SHA-256 "
            f"`{kept.original_sha256}`; this copy: `{kept.sha256}`.",
            f'```{{raw}} html\n<pre class="report">{text}</pre>\n```',
        ]
    )


def _in_explorer(report: Kept) -> str:
    """Return a link to the rows of a report in the explorer of claims."""
    name = report_names(kept())[report.report]
    return explorer_link("These claims in the explorer of claims", report=name)


def findings_table(row: Row) -> str:
    """Return the findings of a report, the gravest first, each with its place."""
    order = {"error": 0, "warning": 1, "info": 2}
    rows = [
        (f"{each['level']}: `{each['code']}`", plain(_short(each["message"])), _place(each))
        for each in sorted(row["findings"], key=lambda each: (order[each["level"]], each["start"]))
    ]
    return table(("finding", "what", "characters"), rows)


def _short(message: str) -> str:
    """Return what was found, with other reports named by their file alone."""
    return message.replace(f"{REPORTS}/", "")


def claims_table(row: Row, listed: Sequence[ListedClaim]) -> str:
    """Return the claims of a report, each linked to its page and to its place below."""
    ran = {each.claim_id: "; ".join(outcomes(each)) for each in listed}
    rows = [
        (
            f'<a href="#claim-{number}">{number}</a>',
            plain(each["text"]),
            _marked(each),
            _registry(each),
            each["literature"] or "",
            ran.get(each["claim_id"], ""),
        )
        for number, each in enumerate(row["claims"], start=1)
    ]
    header = ("row", "claim", "the report", "registry", "literature", "runs")
    return table(header, rows)


def _marked(claim: Row) -> str:
    """Return the mark and the confidence that a report prints."""
    number = "" if claim["confidence"] is None else f", {claim['confidence']:.2f}"
    return f"{MARKS[claim['verified']]}{number}"


def _registry(claim: Row) -> str:
    """Return the claim of the registry that a printed one is, and how alike they are."""
    if claim["claim_id"] is None:
        return f"none alike ({claim['match_score']:.2f})"
    return f"[{claim['claim_id']}](../claims/{claim['claim_id']}.md) ({claim['match_score']:.2f})"


def reviews_table(row: Row) -> str:
    """Return what each reviewer gives, and what moved it."""
    rows = [
        (
            each["reviewer"],
            f"{each['score']:.1f}",
            "; ".join(
                f"{one['name']} {one['share']:.2f} (weight {one['weight']}): {plain(one['why'])}"
                for one in each["criteria"]
            ),
        )
        for each in row["reviews"]
    ]
    return table(("reviewer", "score", "what moved it"), rows)


def _place(finding: Row) -> str:
    return f"{finding['start']} to {finding['end']}"


def _said(value: float | None) -> str:
    return "no number of" if value is None else escape(f"{value:g}")
