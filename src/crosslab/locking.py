"""The lock of the bars: what counted as what, since when, and which runs came after.

``claims/bars.lock`` grows by an entry whenever the bars change. An entry holds the hash
of every bar, of the file, and of the entry before it, so no old entry can be edited away
without a trace. A bar is in force from the entry in which its present wording first
stood without later change; runs that were finished before that prove nothing by it.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from crosslab.errors import StaleError, StoreError, UsageError
from crosslab.layout import CLAIMS
from crosslab.provenance import digest, digest_of
from crosslab.records import Record, Store, read_record, write_text

BARS: Final = CLAIMS / "bars.yaml"
LOCK: Final = CLAIMS / "bars.lock"
_OF_QUESTIONS: Final = "question_bars"
_BACK: Final = "bring it back with: git checkout --"


class Entry(BaseModel):
    """The bars as they were when they were locked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    locked: str  # UTC
    bars: dict[str, str]  # SHA-256 of each bar, named after what it is about, and its rung
    file: str  # SHA-256 of bars.yaml, comments included
    previous: str | None  # checksum of the entry before
    checksum: str  # SHA-256 of all of the above

    @field_validator("locked")
    @classmethod
    def _is_a_time(cls, text: str) -> str:
        _moment(text)
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedBar:
    """A row of bars.yaml, as far as the lock is concerned with it."""

    key: str
    rung: str
    experiments: tuple[str, ...]
    checksum: str


def written_bars() -> list[LockedBar]:
    """Return the bars as they stand in bars.yaml now.

    Raises:
        UsageError: The file is missing, unreadable, or some rows cannot be told apart.
    """
    try:
        held = yaml.safe_load(BARS.read_bytes())
        bars = [_bar(row) for row in (*held["bars"], *held.get(_OF_QUESTIONS, ()))]
    except FileNotFoundError:
        raise UsageError(f"{BARS} is missing: {_BACK} {BARS}") from None
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError) as error:
        said = str(error).splitlines()[0]
        raise UsageError(
            f"{BARS} cannot be read ({type(error).__name__}: {said}). It holds lists 'bars' and "
            f"'{_OF_QUESTIONS}' of plain values, each with claim_id or question_id, rung, and "
            "experiments or experiment."
        ) from error
    keys = [bar.key for bar in bars]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise UsageError([f"{BARS}: bar {key} is there more than once." for key in twice])
    return bars


def _bar(row: Mapping[str, Any]) -> LockedBar:
    about = row["claim_id"] if "claim_id" in row else row["question_id"]
    experiments = row["experiments"] if "experiments" in row else [row["experiment"]]
    if not isinstance(experiments, list):
        raise TypeError(f"experiments of {about} is not a list")
    return LockedBar(
        key=f"{about}/{row['rung']}",
        rung=row["rung"],
        experiments=tuple(experiments),
        checksum=digest_of(row),
    )


def read_lock() -> list[Entry]:
    """Return the entries of the lock, oldest first, whether or not they are unaltered.

    Raises:
        UsageError: The file is missing or cannot be read.
    """
    try:
        held = json.loads(LOCK.read_bytes())["entries"]
        entries = [Entry.model_validate(each) for each in held]
    except FileNotFoundError:
        raise UsageError(
            f"{LOCK} is missing: {_BACK} {LOCK}, or, where bars were never locked, run "
            "crosslab lock before the runs they judge."
        ) from None
    except (OSError, ValueError, TypeError, KeyError, ValidationError) as error:
        raise UsageError(f"{LOCK} cannot be read: {_BACK} {LOCK}") from error
    if not entries:
        raise UsageError(f"{LOCK} holds no entry: {_BACK} {LOCK}")
    return entries


def lock_alterations(entries: Sequence[Entry]) -> list[str]:
    """Return what shows that the lock file is not as it was written, byte for byte."""
    problems = []
    for number, entry in enumerate(entries):
        before = entries[number - 1] if number else None
        if entry.checksum != _checksum(entry.model_dump()):
            problems.append(f"{LOCK}, entry {number + 1}: was altered after it was written.")
        if entry.previous != (before.checksum if before else None):
            problems.append(f"{LOCK}, entry {number + 1}: does not follow the entry before it.")
        if before and _moment(entry.locked) <= _moment(before.locked):
            problems.append(f"{LOCK}, entry {number + 1}: is no later than the one before it.")
    if not problems and LOCK.read_bytes() != _text(entries).encode():
        problems.append(f"{LOCK}: its layout was altered after it was written.")
    return [f"{each} Look at git diff, and {_BACK} {LOCK}" for each in problems]


def violations(store: Store) -> list[str]:
    """Return what keeps the bars from counting for the records of a store.

    Every bar must stand in the latest entry as it is written now, and must have stood so
    since before the first record it judges was finished.
    """
    entries, bars = read_lock(), written_bars()
    problems = lock_alterations(entries)
    latest = entries[-1]
    for bar in bars:
        held = latest.bars.get(bar.key)
        if held is None:
            problems.append(
                f"bar {bar.key} is not locked: lock it with `crosslab lock` before the runs it "
                "judges."
            )
        elif held != bar.checksum:
            problems.append(
                f"bar {bar.key} was changed after it was locked on "
                f"{in_force_since(entries, bar.key)}: lock it anew with `crosslab lock` and say "
                "why in LOG.md."
            )
        else:
            problems += _seen_too_early(store, bar, in_force_since(entries, bar.key))
    problems += [
        f"bar {key}, locked on {in_force_since(entries, key)}, is gone from {BARS}: bring it "
        "back, or withdraw it with `crosslab lock` and say why in LOG.md."
        for key in sorted(set(latest.bars) - {bar.key for bar in bars})
    ]
    return problems


def file_change() -> list[str]:
    """Return whether bars.yaml changed since it was locked in anything but its bars."""
    latest = read_lock()[-1]
    same = {bar.key: bar.checksum for bar in written_bars()} == latest.bars
    if same and digest(BARS.read_bytes()) != latest.file:
        return [
            f"{BARS}: comments or layout were changed after it was locked on {latest.locked}; no "
            "bar was. Lock it anew with `crosslab lock`."
        ]
    return []


def _seen_too_early(store: Store, bar: LockedBar, since: str) -> list[str]:
    early = records_before(store, bar, since)
    if not early:
        return []
    more = f" (and {len(early) - 1} more)" if len(early) > 1 else ""
    return [
        f"bar {bar.key} was locked on {since}, after record {early[0].unit.folder}{more} was "
        f"finished on {early[0].finished}: results seen before the bar. Move those records away "
        "and make the runs again."
    ]


def records_before(store: Store, bar: LockedBar, since: str) -> list[Record]:
    """Return the records a bar judges that were finished no later than a moment, oldest first."""
    moment = _moment(since)
    found = [
        record
        for record in _judged_by(store, bar)
        if (finished := _finished(record)) is None or finished <= moment
    ]
    return sorted(found, key=lambda record: record.finished)


def _judged_by(store: Store, bar: LockedBar) -> list[Record]:
    records = []
    for folder in store.folders():
        scale, experiment, *_ = folder.relative_to(store.root).parts
        if scale == bar.rung and experiment in bar.experiments:
            with suppress(StoreError):  # a record that cannot be read is reported as such
                records.append(read_record(folder))
    return records


def _finished(record: Record) -> datetime | None:
    """Return when a record was finished; nothing where that is no time, which counts as early."""
    try:
        return _moment(record.finished)
    except ValueError:
        return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def in_force_since(entries: Sequence[Entry], key: str) -> str:
    """Return when the last wording of a bar was first locked without later change."""
    since = entries[-1]
    for entry in reversed(entries):
        if entry.bars.get(key) != since.bars[key]:
            break
        since = entry
    return since.locked


def lock(store: Store, now: datetime) -> list[str]:
    """Lock the bars as they are written now; return what was done, a line per bar.

    What is locked already is not locked again: the file then stays as it is.

    Raises:
        UsageError: A file cannot be read, or the clock is behind the last entry.
        StaleError: The lock was altered after it was written.
    """
    entries = read_lock() if LOCK.exists() else []
    altered = lock_alterations(entries) if entries else []
    if altered:
        raise StaleError(altered)
    bars, file = written_bars(), digest(BARS.read_bytes())
    if entries and file == entries[-1].file:
        return [
            f"All {len(bars)} bars are locked as they are written since {entries[-1].locked}; "
            "nothing to do."
        ]
    entry = _entry(bars, file, entries, now)
    write_text(LOCK, _text([*entries, entry]))
    before = entries[-1].bars if entries else {}
    return [
        f"Locked on {entry.locked}, entry {len(entries) + 1} of {LOCK}:",
        *_said(store, bars, before, [*entries, entry]),
    ]


def _entry(bars: Sequence[LockedBar], file: str, entries: Sequence[Entry], now: datetime) -> Entry:
    if entries and now <= _moment(entries[-1].locked):
        raise UsageError(
            f"The clock says {now.isoformat()}, which is not after the last lock "
            f"({entries[-1].locked}): set the clock right."
        )
    held = {
        "locked": now.isoformat(timespec="milliseconds"),
        "bars": {bar.key: bar.checksum for bar in bars},
        "file": file,
        "previous": entries[-1].checksum if entries else None,
    }
    return Entry(**held, checksum=_checksum(held))  # type: ignore[arg-type]


def _said(
    store: Store, bars: Sequence[LockedBar], before: Mapping[str, str], entries: Sequence[Entry]
) -> list[str]:
    """Return what became of each bar, and which records are older than its lock."""
    lines = []
    for bar in bars:
        if bar.key not in before:
            state = "new"
        else:
            state = "unchanged" if before[bar.key] == bar.checksum else "changed"
        lines.append(f"  {bar.key}: {state}")
        early = records_before(store, bar, in_force_since(entries, bar.key))
        if early:
            lines.append(
                f"    {len(early)} records in {store.root}/ are older than this lock "
                f"({early[0].finished} to {early[-1].finished}): they cannot be judged by it. "
                "Move them away and make the runs again."
            )
    gone = sorted(set(before) - {bar.key for bar in bars})
    return [*lines, *(f"  {key}: withdrawn" for key in gone)]


def _checksum(held: Mapping[str, Any]) -> str:
    return digest_of({key: value for key, value in held.items() if key != "checksum"})


def _text(entries: Sequence[Entry]) -> str:
    held = {"entries": [entry.model_dump() for entry in entries]}
    return json.dumps(held, indent=1, ensure_ascii=False) + "\n"
