"""Whether the reports are the copies that were kept, and the literature what was written."""

from crosslab.audit.keeping import REPORTS, kept
from crosslab.audit.occurrences import occurrences
from crosslab.errors import StoreError, UsageError
from crosslab.literature.freezing import SEARCHES, frozen_citations, frozen_questions
from crosslab.literature.testimony import problems, statements
from crosslab.records import Store
from crosslab.verification.checks import Check


def reports_check() -> Check:
    """Check that every kept report is the copy its index names, and that all are named."""
    what = "claims in the reports that are kept"
    if not REPORTS.is_dir():
        return Check(name="reports", counted=0, what=what, notes=("no report is kept",))
    try:
        reports = kept()
        found = sum(len(each) for each in occurrences().values())
    except UsageError as error:
        return Check(name="reports", counted=0, what=what, problems=tuple(error.problems))
    return Check(name="reports", counted=found, what=f"{what}: {len(reports)} copies")


def literature_check(store: Store) -> Check:
    """Check that evidence, sources and claims fit together, and that frozen answers are whole."""
    what = "places in print, and the answers of databases that are kept"
    wrong = list(problems())
    counted = 0
    if not wrong:
        counted = len(statements())
    try:
        asked = frozen_questions(store.root)
        answers = sum(len(sources) for _, _, sources in asked)
        answers += sum(len(each) for each in frozen_citations(store.root).values())
    except StoreError as error:
        return Check(
            name="literature", counted=counted, what=what, problems=(*wrong, *error.problems)
        )
    notes = () if answers else (f"no search is kept in {store.root / SEARCHES}",)
    return Check(
        name="literature",
        counted=counted + answers,
        what=f"{what}: {counted} and {answers}",
        problems=tuple(wrong),
        notes=notes,
    )
