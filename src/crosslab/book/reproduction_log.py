"""The log of reproductions: what became of a study when it was made again."""

from crosslab.book.run_pages import present
from crosslab.errors import StoreError
from crosslab.layout import PUBLISHED
from crosslab.numerals import counted
from crosslab.prose.render import reproduction_words
from crosslab.records import Store
from crosslab.reproduction import Reproduction, kept_reproduction, reproduction


def reproduced(store: Store, scale: str) -> str:
    """Return whether the study, made again, says what the published one says."""
    if store.root == PUBLISHED:
        kept = kept_reproduction(store, scale)
        if kept is None:
            return "The published study has not been made again as a whole."
        return f"{reproduction_words(kept)}\n\n{_since(store, scale, kept)}"
    published = Store(PUBLISHED)
    if not published.has_study(scale):
        return f"No study at scale `{scale}` is published to compare this one with."
    try:
        return reproduction_words(reproduction(published, store, scale))
    except StoreError as error:
        return f"This study cannot be compared with the published one: {error}"


def _since(store: Store, scale: str, kept: Reproduction) -> str:
    """Return how much of what is published now was there when the study was made again."""
    records = [store.record(unit) for unit in present(store, scale)]
    later = sum(each.finished > kept.finished for each in records)
    if not later:
        return f"All {counted(len(records), 'run')} that are published now were there by then."
    which = "All of them" if later == len(records) else f"Of them {later}"
    return (
        f"{counted(len(records), 'run')} are published now. {which} finished after "
        "that: they were made by later code, or are of questions that came later, and have not "
        "been made again as a whole. What was compared vouches for how steady the laboratory is, "
        "not for them."
    )
