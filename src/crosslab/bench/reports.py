"""What it takes to audit many reports."""

import os
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from crosslab.errors import RunError
from crosslab.provenance import interpreter
from crosslab.seeding import generator
from crosslab.timing import Speed

REPORTS: Final = {"smoke": 20, "lab": 10_000}


def auditing(many: int, rounds: int, scratch: Path) -> list[Speed]:
    """Measure what it takes to audit many reports in one call, and half of them.

    The command runs as a person runs it, so that starting is counted and memory is its own.
    """
    costs = [(_audit_cost(scratch, many // 2), _audit_cost(scratch, many)) for _ in range(rounds)]
    return [
        Speed(
            name="auditing",
            what=f"seconds to audit {many:,} reports",
            rounds=[most.seconds for _, most in costs],
            unit=" s",
            at_most=60,
        ),
        Speed(
            name="auditing",
            what=f"time for {many:,} reports / twice that for {many // 2:,}",
            rounds=[most.seconds / (2 * least.seconds) for least, most in costs],
            at_most=1.1,
        ),
        Speed(
            name="auditing",
            what=f"memory for {many:,} reports / that for {many // 2:,}",
            rounds=[most.mebibytes / least.mebibytes for least, most in costs],
            at_most=1.1,
        ),
    ]


class Cost(NamedTuple):
    """What a command took."""

    seconds: float  # of the processor
    mebibytes: float  # at its largest


def _audit_cost(scratch: Path, count: int) -> Cost:
    """Return what it takes to audit some reports, no two alike, and to write what was found."""
    folder = scratch / f"reports-{count}"
    folder.mkdir(exist_ok=True)
    paths = []
    for number in range(count):
        paths.append(folder / f"{number:05d}.txt")
        paths[-1].write_text(made_up_report(number), encoding="utf-8")
    files = ("--jsonl", str(folder / "found.jsonl"), "--csv", str(folder / "found.csv"))
    command = [interpreter(), "-m", "crosslab", "audit", *map(str, paths), *files]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert started.stderr is not None
    said = started.stderr.read().decode()
    _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    started.stderr.close()
    if started.returncode:
        raise RunError(said.splitlines() or ["The audit ended without a word."])
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def made_up_report(number: int) -> str:
    """Return a report of the usual form and length about nothing; each number gives another.

    Example:
        >>> made_up_report(1) == made_up_report(2)
        False
    """
    rng = generator(number, "bench", "report")
    words = "training transfer noise encoder benchmark language pairs robust words gain".split()

    def sentence(length: int) -> str:
        return f"{' '.join(rng.choice(words, length)).capitalize()} {rng.integers(1000)}."

    rows = [
        f"{sentence(int(rng.integers(6, 16)))}\t{'✓' if sure > 0.15 else '×'}\t{sure:.2f}"  # noqa: PLR2004 - the cut of the family
        for sure in rng.uniform(0.07, 0.25, 12)
    ]
    paragraphs = [sentence(9), "A machine", "June 25, 2026", "## Abstract"]
    paragraphs += [" ".join(sentence(20) for _ in range(5)), "## 1 Introduction"]
    paragraphs += [f"Research question: {sentence(20).rstrip('.')}?", "## 3 Results"]
    paragraphs += ["13 papers retrieved. 12 claims extracted; 9 verified.", "## 4 Limitations"]
    paragraphs += [" ".join(sentence(14) for _ in range(3)), "## 5 Extracted Claims"]
    paragraphs += ["Claim\tVerified\tConfidence\n" + "\n".join(rows), "## References"]
    identifiers = rng.integers(10_000, size=3)
    return "\n\n".join(
        [*paragraphs, *(f"- <http://arxiv.org/abs/2101.{n:05d}>" for n in identifiers)]
    )
