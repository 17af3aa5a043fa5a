"""How far the runs have come: a small file per run while it lasts, and a bar that reads them."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

FOLDER: Final = ".progress"
_WRITE_EVERY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How far one run has come."""

    run: str
    done: int
    total: int
    loss: float

    @property
    def share(self) -> float:
        """How much of the run's updates are done, from 0 to 1."""
        return self.done / self.total if self.total else 0.0


class FileReport:
    """Writes the heartbeat of a run to a file, seldom enough to cost nothing."""

    def __init__(self, results: Path, run: str) -> None:
        self.run = run
        self.path = results / FOLDER / f"{run.replace(' ', '-')}.json"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._written = 0.0

    def __call__(self, *, done: int, total: int, loss: float) -> None:
        """Write the heartbeat, if the last one is old enough or the run is done."""
        now = time.monotonic()
        if now - self._written < _WRITE_EVERY_SECONDS and done < total:
            return
        self._written = now
        beat = {"run": self.run, "done": done, "total": total, "loss": loss}
        # A heartbeat that cannot be written must not stop the run it belongs to.
        with suppress(OSError):
            temporary = self.path.with_suffix(".tmp")
            temporary.write_text(json.dumps(beat), encoding="utf-8")
            temporary.replace(self.path)

    def close(self) -> None:
        """Take the heartbeat away: the run is over."""
        self.path.unlink(missing_ok=True)


def heartbeats(results: Path) -> list[Heartbeat]:
    """Return the heartbeats of the runs at work, in a fixed order."""
    found = []
    for path in sorted((results / FOLDER).glob("*.json")):
        with suppress(OSError, ValueError, TypeError):
            found.append(Heartbeat(**json.loads(path.read_text(encoding="utf-8"))))
    return found


def clear(results: Path) -> None:
    """Forget the heartbeats that an interrupted study left behind."""
    for path in (results / FOLDER).glob("*"):
        path.unlink(missing_ok=True)


class Bar:
    """A progress bar on a terminal; nothing at all anywhere else."""

    def __init__(self, console: Console, total: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("runs · {task.fields[state]}"),
            console=console,
            disable=not console.is_terminal,
            transient=False,
        )
        self._began, self._total = time.monotonic(), total
        self._task = self._progress.add_task("study", total=total, state="starting")

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, done: int, beats: Sequence[Heartbeat]) -> None:
        """Show how many runs are done and what the others are doing."""
        passed = time.monotonic() - self._began
        self._progress.update(
            self._task,
            completed=done,
            state=state(beats, left_seconds(passed, done, self._total - done, beats)),
        )


def left_seconds(
    passed: float, finished: int, remaining: int, beats: Sequence[Heartbeat]
) -> float | None:
    """Return the seconds left at the pace so far, or None before there is a pace.

    Runs at work count by the share of their updates that is done.

    Example:
        >>> left_seconds(60, 2, 4, [])
        120.0
    """
    under_way = sum(beat.share for beat in beats)
    pace = finished + under_way
    return None if pace <= 0 else passed * max(0.0, remaining - under_way) / pace


def state(beats: Sequence[Heartbeat], left: float | None) -> str:
    """Return what the runs are doing, in one line: what matters most comes first.

    The experiment is left out of a run's name; arm and seed tell it from the others.

    Example:
        >>> state([Heartbeat("e standard seed 1", 5, 10, 0.25)], 90)
        '1:30 left · standard seed 1 50 % loss 0.250'
    """
    at_work = [
        f"{beat.run.partition(' ')[2]} {100 * beat.share:.0f} % loss {beat.loss:.3f}"
        for beat in beats
    ]
    return " · ".join(["starting" if left is None else f"{clock(left)} left", *at_work])


def clock(seconds: float) -> str:
    """Return a duration as a person reads it.

    Example:
        >>> clock(90), clock(3700)
        ('1:30', '1:01:40')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
