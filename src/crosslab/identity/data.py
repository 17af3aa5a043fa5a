"""The data sets that runs read, and at which revisions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from crosslab.arms import WORD_DATA
from crosslab.config import RealStudyConfig
from crosslab.data.cards import Card
from crosslab.data.catalogue import CARDS
from crosslab.data.folder import FolderSource, folder_source
from crosslab.experiments import ACROSS_DOMAINS, ATTACKED, GRAFT, GRAFT_PAIRS, GRAFT_TEXT
from crosslab.scales import study_config

# The data that each step of grafting reads, and what its encoder is measured on.
CHECKPOINT_DATA: Final[tuple[str, ...]] = ("tatoeba", "flores")  # all of it is on the hub


STEP_DATA: Final[Mapping[str, tuple[str, ...]]] = {
    GRAFT: ("dictionaries", "rawtext", "tatoeba", "flores"),
    GRAFT_TEXT: ("dictionaries", "rawtext", "tatoeba", "flores"),
    GRAFT_PAIRS: ("dictionaries", "tatoeba-mt", "parallel", "tatoeba", "flores"),
}


SCRATCH_DATA: Final[tuple[str, ...]] = (
    "dictionaries",
    "rawtext",
    "tatoeba-mt",
    "parallel",
    "tatoeba",
    "flores",
)


SEARCHED_DATA: Final[Mapping[str, tuple[str, ...]]] = {
    ATTACKED: ("lareqa", "neighbours", "dictionaries"),
    ACROSS_DOMAINS: ("lareqa", "flores", "tico19", "tatoeba"),
}


TOLD_DATA: Final = ("tatoeba-mt", "tatoeba", "flores")  # and by arms that are told of domains


Revisions = Mapping[str, str]  # of data sets, by card; those published where none is given


def revisions_of(scale: str, data: str = "") -> dict[str, str] | None:
    """Return the revisions of the data a scale reads: in a folder, else what was published.

    What a folder has nothing of comes from the hub, at the commit of its card.

    Raises:
        DataError: The folder has no manifest, or lacks what is not on the hub.
    """
    if not data or not isinstance(study_config(scale), RealStudyConfig):
        return None
    return revisions_from(folder_source(Path(data)), scale)


def revisions_from(folder: FolderSource, scale: str) -> dict[str, str]:
    """Return the revisions of the data a scale reads: in a folder, else on the hub."""
    return {
        key: folder.revision(CARDS[key]) if folder.holds(CARDS[key]) else on_hub(CARDS[key])
        for key in cards_read(scale)
    }


def on_hub(card: Card) -> str:
    """Return the commit at which a data set is read from the hub."""
    assert card.hub is not None
    return card.hub.revision or "newest"


def cards_read(scale: str) -> tuple[str, ...]:
    """Return the data sets that the runs of a scale read, by card."""
    config = study_config(scale)
    if not isinstance(config, RealStudyConfig):
        return ()
    steps = STEP_DATA.values() if config.graft else (CHECKPOINT_DATA,)
    tasks = [(task.card, task.training) for task in config.tasks.values()]
    searches = (*SEARCHED_DATA.values(), TOLD_DATA) if config.searches else ()
    every = (*steps, *tasks, *WORD_DATA.values(), *searches)
    return tuple(dict.fromkeys(card for cards in every for card in cards))


def revision(card: str, revisions: Revisions | None) -> str:
    """Return the revision of a data set: that of a folder, or the one published."""
    return CARDS[card].published_revision if revisions is None else revisions[card]
