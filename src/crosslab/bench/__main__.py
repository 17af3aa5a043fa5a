"""Measure speeds and print them: ``python -m crosslab.bench``."""

import json
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import typer
from transformers.utils import logging

from crosslab.bench.laboratory import lab_bench, lab_text
from crosslab.bench.measures import Bench, bucketing, epoch, fine_tuning, pair_matrix, updates
from crosslab.bench.real import grafting, real_bench
from crosslab.bench.reports import REPORTS, auditing
from crosslab.bench.searching import embedding, searching
from crosslab.errors import CrosslabError, UsageError
from crosslab.layout import CACHE, keep_inside
from crosslab.models import settle
from crosslab.prose.render import table
from crosslab.provenance import machine
from crosslab.records import write_text
from crosslab.registry import lookup
from crosslab.scales import lab_config
from crosslab.timing import Speed

_UPDATES: Final = 60
_REAL_UPDATES: Final = 25  # each takes longer


class Asked:
    """What is to be measured: at which scale, how often, on which data."""

    def __init__(self, scale: str, data: Path | None, rounds: int, scratch: Path) -> None:
        self.scale, self.data, self.rounds, self.scratch = scale, data, rounds, scratch

    @property
    def folder(self) -> Path:
        """The folder of real data, without which nothing is measured on them."""
        assert self.data is not None
        return self.data

    @cached_property
    def bench(self) -> Bench:
        """What the measurements of training and answering share, made when it is needed."""
        if self.data is None:
            return lab_bench(self.scale, rounds=self.rounds, updates=_UPDATES, scratch=self.scratch)
        return real_bench(
            self.scale,
            self.data,
            rounds=self.rounds,
            updates=_REAL_UPDATES,
            scratch=self.scratch,
        )


MEASUREMENTS: Final[Mapping[str, Callable[[Asked], list[Speed]]]] = {
    "lab-text": lambda asked: lab_text(asked.scale, asked.rounds),
    "grafting": lambda asked: grafting(asked.scale, asked.folder, asked.rounds),
    "epoch": lambda asked: epoch(asked.bench),
    "fine-tuning": lambda asked: fine_tuning(asked.bench),
    "pair-matrix": lambda asked: pair_matrix(asked.bench),
    "updates": lambda asked: updates(asked.bench),
    "bucketing": lambda asked: bucketing(asked.bench),
    "embedding": lambda asked: embedding(asked.scale, asked.rounds, asked.scratch),
    "searching": lambda asked: searching(asked.scale, asked.rounds),
    "auditing": lambda asked: auditing(
        REPORTS.get(asked.scale, REPORTS["lab"]), asked.rounds, asked.scratch
    ),
}
_REAL_ALONE: Final = ("grafting", "epoch")
_ON_REAL_LANGUAGES: Final = (*_REAL_ALONE, "fine-tuning", "pair-matrix", "updates", "bucketing")


def main(
    only: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(MEASUREMENTS)}; repeatable.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds that count.")] = 5,
    scale: Annotated[
        str, typer.Option(help="smoke, lab, or bench with --data; promises are made for lab.")
    ] = "lab",
    data: Annotated[
        Path | None, typer.Option(help="Folder with real data, which scale bench reads.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write JSON to this file; '-' is standard output.")
    ] = None,
) -> None:
    """Measure the speeds the project promises and print them."""
    chosen = _chosen(scale, data, only)
    keep_inside()
    settle(threads=1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    with TemporaryDirectory(dir=CACHE) as scratch:
        asked = Asked(scale, data, rounds, Path(scratch))
        found = [speed for measure in chosen for speed in measure(asked)]
    if json_file is None:
        typer.echo(table(("speed", "median", "spread", "promised", ""), map(Speed.row, found)))
        return
    _write_json({"scale": scale, "machine": machine(), "speeds": found}, json_file)


def _chosen(
    scale: str, data: Path | None, only: list[str] | None
) -> list[Callable[[Asked], list[Speed]]]:
    """Return what to measure; what cannot be measured is refused before anything is written."""
    here = _ON_REAL_LANGUAGES if scale == "bench" else set(MEASUREMENTS).difference(_REAL_ALONE)
    names = [name for name in MEASUREMENTS if name in here]
    known = {name: MEASUREMENTS[name] for name in names}
    if scale == "bench" and data is None:
        raise UsageError("Scale bench is measured on real data: give their folder with --data DIR.")
    if scale != "bench":
        lab_config(scale)
        if data is not None:
            raise UsageError(f"Scale {scale} makes its own data and takes no --data.")
    return [lookup(known, each, kind="speed") for each in only or known]


def _write_json(value: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(value, indent=1, default=Speed.plain) + "\n"
    if str(path) == "-":
        typer.echo(text, nl=False)
    else:
        write_text(path, text)


def cli() -> int:
    """Measure, and turn every error into lines and an exit status."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    try:
        app(prog_name="python -m crosslab.bench")
    except CrosslabError as error:
        for problem in error.problems:
            typer.echo(f"crosslab: {problem}", err=True)
        return error.exit_status
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    sys.exit(cli())
