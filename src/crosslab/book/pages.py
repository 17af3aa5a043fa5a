"""Every page and part of a page that is no chapter, and every file beside them."""

from collections.abc import Sequence

from crosslab.audit.auditing import Row, audit
from crosslab.audit.keeping import kept
from crosslab.audit.knowledge import knowledge
from crosslab.audit.occurrences import occurrences
from crosslab.book.claim_pages import claim_page
from crosslab.book.evidence_check import require_evidence
from crosslab.book.explorer import explorer_part
from crosslab.book.explorer_rows import ListedClaim, explored, explorer_files
from crosslab.book.extras import extras
from crosslab.book.front_page import answer, methods, printed
from crosslab.book.numbers import FILE, as_file, numbers
from crosslab.book.parameters import parameters_part
from crosslab.book.report_pages import report_page
from crosslab.book.reproduction_log import reproduced
from crosslab.book.rerun import scales_table
from crosslab.book.run_pages import further_scales, run_pages
from crosslab.book.status_page import status
from crosslab.claims import Verdict, claims
from crosslab.layout import BOOK, GENERATED
from crosslab.literature.references import references
from crosslab.literature.testimony import conclusions, stances, statements
from crosslab.prose.audit_tables import reports_overview
from crosslab.prose.language_tables import language_parts
from crosslab.prose.question_tables import answers_part
from crosslab.prose.render import page_name
from crosslab.records import Store
from crosslab.trail.page import trail_pages
from crosslab.verdicts import judged_on_every_rung


def generated(store: Store, scale: str) -> dict[str, str]:
    """Return the generated pages and parts of pages, by their path below the book's folder."""
    require_evidence()
    verdicts = judged_on_every_rung(store, scale)
    found = explored(verdicts)
    parts = {
        "answer": answer(store, verdicts),
        "printed": printed(verdicts),
        "methods": methods(store, scale),
        "status": status(store, scale),
        "rerun": scales_table(store),
        "reproduction": reproduced(store, scale),
        "explorer": explorer_part(found),
        "reports": reports_overview(),
        "questions": answers_part(store, scale),
        "parameters": parameters_part(),
        **language_parts(store, scale),
    }
    pages = {f"{GENERATED.name}/{name}.md": text for name, text in parts.items()}
    pages[str(FILE.relative_to(BOOK))] = as_file(numbers(store, scale, verdicts))
    pages |= _claim_pages(verdicts)
    pages |= _report_pages(verdicts, found.claims, store)
    pages |= run_pages(store, scale)
    beside = extras() | trail_pages(store, scale, further_scales(store, scale))
    beside |= explorer_files(found)
    return {name: text + "\n" for name, text in pages.items()} | beside


def _claim_pages(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Return a page for each claim; its name is its address for good."""
    places, said, ended, cited = occurrences(), stances(), conclusions(), references()
    rows = statements()
    return {
        f"claims/{claim.claim_id}.md": claim_page(
            claim,
            places=places[claim.claim_id],
            stance=said[claim.claim_id],
            conclusion=ended[claim.claim_id],
            statements=[each for each in rows if each.about == claim.claim_id],
            sources=cited,
            verdicts=[each for each in verdicts if each.claim_id == claim.claim_id],
        )
        for claim in claims()
    }


def _report_pages(
    verdicts: Sequence[Verdict], listed: Sequence[ListedClaim], store: Store
) -> dict[str, str]:
    """Return a page for each report that is kept."""
    reports, rows = kept(), list[Row]()
    audit(
        [each.path for each in reports],
        knowledge(verdicts, store.root),
        lambda row, _: rows.append(row),
    )
    return {
        f"reports/{page_name(each)}.md": report_page(each, row, listed)
        for each, row in zip(reports, rows, strict=True)
    }
