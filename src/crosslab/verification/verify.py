"""All checks, one after the other; none keeps the next from being made."""

from collections.abc import Callable

from crosslab.errors import StoreError, UsageError
from crosslab.locking import file_change, read_lock, violations, written_bars
from crosslab.records import MANIFEST, Store
from crosslab.reproduction import REPRODUCTION, kept_reproduction, outdated
from crosslab.scales import study_config
from crosslab.sealing import SEAL
from crosslab.verdicts import judged
from crosslab.verification.audit import literature_check, reports_check
from crosslab.verification.chain import chain_check, head_of
from crosslab.verification.checks import Check
from crosslab.verification.pages import built_check, chapters_check, generated_check
from crosslab.verification.rerun import rerun_check
from crosslab.verification.store import (
    files_check,
    found_records,
    manifest_check,
    seal_check,
    seals_of,
)


def verified(store: Store, scale: str, *, rerun: int, say: Callable[[str], None]) -> list[Check]:
    """Return what every check came to; ``say`` hears of runs as they are made again.

    Raises:
        CrosslabError: There is nothing to check, or no lock to check it by.
    """
    _require_inputs(store, scale)
    found = found_records(store)
    seals, broken = seals_of(store)
    checks = [
        files_check(found),
        chain_check(store, found, seals),
        seal_check(store, seals, broken),
        manifest_check(store, scale, found),
        bars_check(store),
        chapters_check(store, scale),
        generated_check(),
        built_check(),
        reproduction_check(store, scale),
        reports_check(),
        literature_check(store),
    ]
    if rerun:
        sound = [each.record.unit for each in found if each.record and not each.problems]
        units = [unit for unit in sound if unit.scale == scale]
        checks.append(rerun_check(store, units, head_of(found), rerun, say))
    return checks


def _require_inputs(store: Store, scale: str) -> None:
    """Refuse to begin without records and a lock; everything that is lacking is named."""
    study_config(scale)
    problems: list[str] = []
    if not any((store.root / scale / name).exists() for name in (MANIFEST, SEAL)):
        problems.append(
            f"{store.root / scale}: no study was made there. Run: crosslab study --scale {scale} "
            f"--results {store.root}"
        )
    for read in (written_bars, read_lock):
        try:
            read()
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(problems)


def bars_check(store: Store) -> Check:
    """Check that the bars are locked as they are written, and were before their runs."""
    return Check(
        name="bars",
        counted=len(written_bars()),
        what=f"bars, locked in {len(read_lock())} entries",
        problems=(*violations(store), *file_change()),
    )


def reproduction_check(store: Store, scale: str) -> Check:
    """Check that what is kept of a study made again is unaltered, and of these verdicts."""
    what = "estimates compared with those of the study made again"
    path = store.root / scale / REPRODUCTION
    try:
        kept = kept_reproduction(store, scale)
        published = judged(store, scale) if kept else []
    except StoreError as error:
        return Check(name="again", counted=0, what=what, problems=tuple(error.problems))
    if kept is None:
        return Check(name="again", counted=0, what=what, notes=("nothing is kept of one",))
    wrong = tuple(f"{path}: {each}." for each in outdated(kept, published))
    return Check(name="again", counted=len(kept.verdicts), what=what, problems=wrong)
