"""The log of reproductions: what became of a study when it was made again."""

from crosslab.errors import StoreError
from crosslab.layout import PUBLISHED
from crosslab.prose.render import reproduction_words
from crosslab.records import Store
from crosslab.reproduction import kept_reproduction, reproduction


def reproduced(store: Store, scale: str) -> str:
    """Return whether the study, made again, says what the published one says."""
    if store.root == PUBLISHED:
        kept = kept_reproduction(store, scale)
        if kept is None:
            return "The published study has not been made again as a whole."
        return reproduction_words(kept)
    published = Store(PUBLISHED)
    if not published.has_study(scale):
        return f"No study at scale `{scale}` is published to compare this one with."
    try:
        return reproduction_words(reproduction(published, store, scale))
    except StoreError as error:
        return f"This study cannot be compared with the published one: {error}"
