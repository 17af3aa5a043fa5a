"""What each scale takes: its command, its runs, time and memory, and what has to be there."""

from typing import Final

from crosslab.book.again import span
from crosslab.config import StudyConfig
from crosslab.planning import GIB_OF_A_RUN
from crosslab.prose.render import table
from crosslab.records import Store
from crosslab.runs import planned_runs
from crosslab.scales import SCALES, study_config

_SHOWN: Final = ("smoke", "lab", "bench", "paper")  # the others are where settings are chosen
_NEVER: Final = "nobody has run it here"


def scales_table(store: Store) -> str:
    """Return what a study of each scale takes, as far as records tell."""
    rows = [_row(store, scale) for scale in SCALES if scale in _SHOWN]
    header = ("scale", "command", "runs", "time of a core", "memory of a run")
    return table(header, rows)


def _row(store: Store, scale: str) -> tuple[str, ...]:
    own = isinstance(study_config(scale), StudyConfig)
    command = f"`crosslab study --scale {scale}{'' if own else ' --data DIR'}`"
    runs = f"{len(planned_runs(scale)):,}"
    memory = f"{GIB_OF_A_RUN[scale]} GiB" if scale in GIB_OF_A_RUN else "see `crosslab plan`"
    if not store.has_study(scale):
        return f"`{scale}`", command, runs, "minutes" if scale == "smoke" else _NEVER, memory
    units = store.manifest(scale).units
    seconds = [store.record(each).wall_seconds for each in units if store.state(each) == "present"]
    return f"`{scale}`", command, runs, span(sum(seconds)), memory
