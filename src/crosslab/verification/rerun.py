"""Make some recorded runs again and compare their answers with those on record.

Nobody picks the runs: arms take turns, and within an arm and between arms the order is
that of a hash over the head of the chain, which nobody could know before the last run.

Answers must be the same bytes on the same machine: same processor, system, Python, device
and number of threads. Package versions are the same in any case, because a run under
others has another fingerprint and is not planned. On another machine sums are rounded
otherwise, and training amplifies that, so other predictions fail only where they are more
than `ELSEWHERE_SHARE` of all. One lab run made with another instruction set on the same
machine gave 1.5 % other predictions; the other nine seeds of its arm give 16 to 24 %.
"""

import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from crosslab.errors import CrosslabError
from crosslab.experiments import PRETRAINING
from crosslab.identity.planned import PlannedRun
from crosslab.layout import CACHE
from crosslab.provenance import digest, interpreter
from crosslab.records import ANSWERS, SHORT, Record, Store, Unit, read_record
from crosslab.runs import chosen_runs
from crosslab.verification.checks import Check

ELSEWHERE_SHARE: Final = 0.05
_MACHINE: Final = ("processor", "system", "python", "device", "threads")
_QUESTION: Final = ["item", "first", "second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """What making a run again came to."""

    unit: Unit
    outcome: str  # identical | same-predictions | different | not-planned | failed
    share: float | None  # of predictions that are the same
    elsewhere: bool  # on another machine than the one on record
    detail: str = ""

    @property
    def line(self) -> str:
        """The outcome in a line."""
        return f"{self.unit.label}: {self.outcome}" + (f", {self.detail}" if self.detail else "")

    @property
    def holds(self) -> bool:
        """Whether the record stands, by the rule at the head of this module."""
        if self.outcome in ("identical", "not-planned"):
            return True
        return self.elsewhere and self.share is not None and self.share >= 1 - ELSEWHERE_SHARE


def chosen(units: Sequence[Unit], count: int, head: str) -> list[Unit]:
    """Return the runs to make again: arms take turns, in an order the chain's head decides."""

    def order(name: str) -> str:
        return digest(f"{head} {name}")

    arms: dict[str, list[Unit]] = defaultdict(list)
    for unit in sorted(units, key=lambda unit: order(unit.folder)):
        arms[f"{unit.scale}/{unit.experiment}/{unit.arm}"].append(unit)
    rounds = zip_longest(*(arms[name] for name in sorted(arms, key=order)))
    return [unit for unit in chain.from_iterable(rounds) if unit is not None][:count]


def rerun_check(
    store: Store, units: Sequence[Unit], head: str, count: int, say: Callable[[str], None]
) -> Check:
    """Make some runs again and check that they answer what is on record."""
    made = []
    scratch = CACHE / f"verify-{os.getpid()}"
    try:
        for unit in chosen(units, count, head):
            made.append(_made_again(store, unit, scratch / unit.fingerprint[:SHORT]))
            say(made[-1].line)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Check(
        name="rerun",
        counted=sum(each.outcome != "not-planned" for each in made),
        what=f"runs made again, chosen by the chain's head {head[:12]}",
        problems=tuple(f"{each.line}." for each in made if not each.holds),
        notes=tuple(each.line for each in made if each.holds),
    )


def _made_again(store: Store, unit: Unit, scratch: Path) -> Rerun:
    record = read_record(store.folder(unit))
    planned = _planned(unit)
    if planned is None or planned.unit != unit:
        said = f"the present code plans another run; check out {record.commit}"
        return Rerun(unit=unit, outcome="not-planned", share=None, elsewhere=False, detail=said)
    again = Store(scratch)
    for parent in planned.parents:
        if store.folder(parent).exists():
            shutil.copytree(store.folder(parent), again.folder(parent))
    done = subprocess.run(_command(unit, scratch), capture_output=True, text=True, check=False)
    if done.returncode != 0 or again.state(unit) != "present":
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it ended without a word"]
        return Rerun(unit=unit, outcome="failed", share=None, elsewhere=False, detail=last[0])
    return compared(record, store.folder(unit), again.record(unit), again.folder(unit))


def _planned(unit: Unit) -> PlannedRun | None:
    """Return the run that the present code would make; nothing if it knows no such run."""
    seeds = () if unit.experiment == PRETRAINING else (unit.seed,)
    try:
        (planned,) = chosen_runs(unit.experiment, unit.scale, (unit.arm,), seeds)
    except CrosslabError:
        return None
    return planned


def _command(unit: Unit, scratch: Path) -> list[str]:
    seed = [] if unit.experiment == PRETRAINING else ["--seed", str(unit.seed)]
    return [
        *(interpreter(), "-m", "crosslab", "run", unit.experiment, "--scale", unit.scale),
        *("--arm", unit.arm, *seed, "--results", str(scratch)),
    ]


def compared(record: Record, folder: Path, again: Record, other: Path) -> Rerun:
    """Return how the answers of a run made again compare with those on record."""
    differs = [name for name in _MACHINE if record.machine.get(name) != again.machine.get(name)]
    share = _same_share(folder / ANSWERS, other / ANSWERS)
    if record.files[ANSWERS] == again.files[ANSWERS]:
        outcome = "identical"
    else:
        outcome = "same-predictions" if share == 1 else "different"
    others = sorted({*record.files, *again.files} - {ANSWERS})
    details = [
        f"{100 * share:.2f} % of predictions are the same" if outcome == "different" else "",
        *(f"{name} differs" for name in others if record.files.get(name) != again.files.get(name)),
        f"on another {', '.join(differs)}" if differs else "",
    ]
    return Rerun(
        unit=record.unit,
        outcome=outcome,
        share=share,
        elsewhere=bool(differs),
        detail=", ".join(filter(None, details)),
    )


def _same_share(first: Path, second: Path) -> float:
    """Return the share of questions, asked in either run, that got the same prediction."""
    one, two = (
        pq.read_table(path, columns=[*_QUESTION, "prediction"]).to_pandas()
        for path in (first, second)
    )
    both = one.merge(two, on=_QUESTION, how="outer", suffixes=("", "_again"))
    return float((both["prediction"] == both["prediction_again"]).mean())
