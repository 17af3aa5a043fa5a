"""Whether the records of a store follow one another: one start, one head, no fork, no gap."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from crosslab.provenance import digest
from crosslab.records import RECORD, Store
from crosslab.sealing import Seal
from crosslab.verification.checks import Check
from crosslab.verification.store import Found

_DAMAGED: Final = "was made anew after it was damaged"


def chain_check(store: Store, found: Sequence[Found], seals: Mapping[str, Seal]) -> Check:
    """Check that the records follow one another: one start, one head, no fork, no gap."""
    links = {each.checksum: each for each in found}
    followers: dict[str | None, list[Found]] = defaultdict(list)
    for each in found:
        if each.record is not None:
            followers[each.record.previous].append(each)
    known = {**_retired(seals), **_set_aside(store), **_replaced(seals)}
    gaps = [each for each in followers if each is not None and each not in links]
    notes = [known[each] for each in gaps if each in known]
    problems = [
        f"{_named(followers[each])} follows a record that is missing or was altered: "
        f"{_sealed_name(each, seals)} (SHA-256 {each})."
        for each in gaps
        if each not in known
    ]
    problems += _fork_problems(links, followers)
    heads = _heads(found)
    if len(heads) > 1 + len(gaps):  # each gap leaves an end of its own
        problems.append(f"The chain has {len(heads)} ends: {_named(heads)}.")
    if found and not followers.get(None) and not gaps:
        problems.append("The chain has no beginning.")
    return Check(
        name="chain",
        counted=len(found),
        what="records, one following the other"
        + (f"; head {heads[0].checksum}" if len(heads) == 1 else ""),
        problems=tuple(problems),
        notes=tuple(notes),
    )


def head_of(found: Sequence[Found]) -> str:
    """Return the hash of the record that no other follows, all of them where there are several."""
    return " ".join(each.checksum for each in _heads(found))


def _heads(found: Sequence[Found]) -> list[Found]:
    followed = {each.record.previous for each in found if each.record}
    return [each for each in found if each.checksum not in followed]


def _fork_problems(
    links: Mapping[str, Found], followers: Mapping[str | None, Sequence[Found]]
) -> Iterator[str]:
    for before, after in followers.items():
        if len(after) == 1:
            continue
        if before is None:
            yield f"The chain begins more than once: {_named(after)}."
        else:
            place = links[before].folder if before in links else "a record that is not there"
            yield f"The chain forks: {_named(after)} all follow {place}."


def _named(found: Sequence[Found]) -> str:
    return ", ".join(str(each.folder) for each in found)


def _sealed_name(checksum: str, seals: Mapping[str, Seal]) -> str:
    """Return the folder that held a record with this hash when it was sealed."""
    for scale, seal in seals.items():
        for name, sealed in seal.files.items():
            if sealed == checksum:
                return f"{scale}/{Path(name).parent}"
    return "one that was never sealed"


def _set_aside(store: Store) -> dict[str, str]:
    """Return what is to be said of records that a study set aside, by their hash."""
    return {
        digest(path.read_bytes()): f"{path.parent} {_DAMAGED}"
        for path in store.root.glob(f"*/*/*/*/{RECORD}.damaged")
    }


def _replaced(seals: Mapping[str, Seal]) -> dict[str, str]:
    return {
        checksum: f"{scale}/{Path(name).parent} {_DAMAGED}"
        for scale, seal in seals.items()
        for checksum, name in seal.replaced.items()
    }


def _retired(seals: Mapping[str, Seal]) -> dict[str, str]:
    return {
        checksum: f"{scale}/{Path(name).parent} was taken out, one of {len(seal.retired)} runs "
        "that the study no longer consists of"
        for scale, seal in seals.items()
        for checksum, name in seal.retired.items()
    }
