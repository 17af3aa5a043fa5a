"""Whether a study made again says what the published one says.

Two things are compared: the answers of every run that both have under one fingerprint, byte
by byte, and each verdict, whose estimate should fall where the published study predicted a
re-run to fall. A seed more or less, another processor: the second may hold where the first
cannot.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict

from crosslab.checksums import PLACE, own_checksum_holds, with_own_checksum
from crosslab.claims import Verdict
from crosslab.errors import StoreError
from crosslab.records import ANSWERS, Store, Unit, write_text
from crosslab.verdicts import judged

REPRODUCTION: Final = "reproduction.json"
_AGAIN: Final = "crosslab reproduce --keep"
_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class Again(BaseModel):
    """A published verdict and the same one from the study made again."""

    model_config = _STRICT

    claim_id: str
    published_points: float
    predicted: tuple[float, float]
    again_points: float | None
    published: str
    again: str

    @property
    def inside(self) -> bool:
        """Whether the new estimate lies where a re-run was predicted to fall."""
        low, high = self.predicted
        return self.again_points is not None and low <= self.again_points <= high


class Reproduction(BaseModel):
    """What came of making a study again."""

    model_config = _STRICT

    scale: str
    processor: str
    commit: str
    finished: str
    runs_published: int
    runs_compared: int
    runs_identical: int
    verdicts: list[Again]


def reproduction(published: Store, own: Store, scale: str) -> Reproduction:
    """Return how a study made again compares with the published one.

    A run made again ends at another moment than the first: a record that is the published
    one to the last word is a copy of it, and agrees with itself.

    Raises:
        StoreError: One of the two has no study at this scale, they share no run, or some
            runs are copies.
    """
    again = {unit: own.record(unit) for unit in own.manifest(scale).units if _there(own, unit)}
    both = [unit for unit in published.manifest(scale).units if unit in again]
    if not both:
        raise StoreError(
            f"{own.root} has no run that {published.root} has under the same fingerprint; "
            f"run: crosslab study --scale {scale} --results {own.root}"
        )
    copied = [unit.label for unit in both if published.record(unit) == again[unit]]
    if copied:
        raise StoreError(
            f"{own.root}: {len(copied)} of {len(both)} runs are records of {published.root} itself "
            f"({copied[0]}, ...); a copy is no run made again. Make them in a folder of their "
            f"own: crosslab study --scale {scale} --results runs"
        )
    identical = sum(
        published.record(unit).files[ANSWERS] == again[unit].files[ANSWERS] for unit in both
    )
    latest = max(again.values(), key=lambda record: record.finished)
    return Reproduction(
        scale=scale,
        processor=latest.machine["processor"],
        commit=latest.commit,
        finished=latest.finished,
        runs_published=len(published.manifest(scale).units),
        runs_compared=len(both),
        runs_identical=identical,
        verdicts=_verdicts(judged(published, scale), judged(own, scale)),
    )


def _there(store: Store, unit: Unit) -> bool:
    return store.state(unit) == "present"


def _verdicts(published: Sequence[Verdict], own: Sequence[Verdict]) -> list[Again]:
    again = {(each.claim_id, each.rung): each for each in own}
    return [
        Again(
            claim_id=each.claim_id,
            published_points=each.estimate,
            predicted=each.prediction,
            again_points=again[each.claim_id, each.rung].estimate,
            published=each.replication,
            again=again[each.claim_id, each.rung].replication,
        )
        for each in published
        if each.estimate is not None and each.prediction is not None
    ]


def keep_reproduction(store: Store, found: Reproduction) -> Path:
    """Keep a reproduction with the study it is of, so that no byte of it can change unseen.

    Raises:
        StoreError: The study was made again in part only.
    """
    if found.runs_compared < found.runs_published:
        raise StoreError(
            f"Of {found.runs_published} published runs {found.runs_compared} were made again; only "
            "a study made again as a whole is kept."
        )
    path = store.root / found.scale / REPRODUCTION
    content = {**found.model_dump(mode="json"), "checksum": PLACE}
    write_text(path, with_own_checksum(json.dumps(content, indent=1) + "\n"))
    return path


def kept_reproduction(store: Store, scale: str) -> Reproduction | None:
    """Return the reproduction that is kept with a study, if there is one.

    Raises:
        StoreError: It cannot be read, or was altered after it was written.
    """
    path = store.root / scale / REPRODUCTION
    try:
        content = path.read_bytes()
        kept = json.loads(content)
        checksum = kept.pop("checksum", None)
        found = Reproduction.model_validate(kept)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StoreError(f"{path} cannot be read: {str(error).splitlines()[0]}.") from error
    if not own_checksum_holds(content, checksum):
        raise StoreError(f"{path} was altered after it was written; run: {_AGAIN}")
    return found


def outdated(kept: Reproduction, published: Sequence[Verdict]) -> Iterator[str]:
    """Return where a reproduction speaks of other verdicts than the published ones of now."""
    known = {each.claim_id: each for each in kept.verdicts}
    for now in published:
        if now.estimate is None or now.prediction is None:
            continue
        then = known.pop(now.claim_id, None)
        if then is None:
            yield f"says nothing of {now.claim_id}; run: {_AGAIN}"
        elif then.published != now.replication or not np.allclose(
            (then.published_points, *then.predicted), (now.estimate, *now.prediction)
        ):
            yield f"is of another published verdict on {now.claim_id}; run: {_AGAIN}"
    for claim_id in known:
        yield f"is of {claim_id}, on which the published study has no verdict; run: {_AGAIN}"
