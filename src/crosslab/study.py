"""A study: one at a time in a folder, resumable, scheduled by Snakemake.

Snakemake gets the runs that are missing, batched by experiment and seed, and spreads
them over local cores or a cluster. What is missing is not for it to say (``planning``).
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from crosslab.errors import BusyError, RunError, StoppedError, StoreError, UsageError
from crosslab.experiments import PRETRAINING
from crosslab.identity.data import revisions_of
from crosslab.identity.planned import PlannedRun
from crosslab.layout import CACHE, LOCK_FILE, SNAKEFILE
from crosslab.planning import Batch, Step, batch_name, batches, explained, steps
from crosslab.processes import sweep
from crosslab.progress import Bar, clear, heartbeats
from crosslab.provenance import digest, interpreter
from crosslab.records import RECORD, Manifest, Store, write_text

WORK: Final = ".study"  # scratch of the scheduler, below the results folder
EXECUTORS: Final = ("local", "slurm", "kubernetes")
_POLL_SECONDS: Final = 0.3
_GRACE_SECONDS: Final = 10


def study(  # noqa: PLR0913 - the options of the command
    store: Store,
    scale: str,
    *,
    cores: int,
    executor: str,
    console: Console,
    data: str = "",
    gpus: int = 1,
) -> int:
    """Bring the study of a scale up to date and return how many runs were made.

    Raises:
        BusyError: Another study works in this folder.
        RunError: Some runs failed; the others are recorded.
    """
    _require_executor(executor)
    with only_study(store.root):
        plan = steps(store, scale, revisions_of(scale, data))
        todo = _prepared(store, scale, plan, console)
        if todo:
            options = ["--gpus", str(gpus), *(["--data", data] if data else [])]
            _schedule(
                store, scale, todo, cores=cores, executor=executor, console=console, options=options
            )
        return len(todo)


def _require_executor(executor: str) -> None:
    if executor not in EXECUTORS:
        raise UsageError(f"Unknown executor '{executor}'. Known: {', '.join(EXECUTORS)}.")
    plugin = f"snakemake_executor_plugin_{executor}"
    if executor != "local" and find_spec(plugin) is None:
        package = plugin.replace("_", "-")
        raise UsageError(
            f"Executor '{executor}' needs the package {package}: pip install {package}"
        )


def _prepared(store: Store, scale: str, plan: Sequence[Step], console: Console) -> list[PlannedRun]:
    """Set damaged records aside, write what the study consists of, say what will run and why."""
    sweep(store.root)
    for step in plan:
        if step.state == "damaged":
            aside = store.set_aside(step.planned.unit)
            console.print(
                f"{store.folder(step.planned.unit)}: damaged; kept as {aside.name}.", soft_wrap=True
            )
    _keep_manifest(store, scale, plan)
    todo = [step.planned for step in plan if step.state != "present"]
    for line in explained(plan):
        console.print(line, highlight=False, soft_wrap=True)
    return todo


def _keep_manifest(store: Store, scale: str, plan: Sequence[Step]) -> None:
    """Write what the study consists of, unless that is what is written already.

    A study with nothing to make keeps the lock file's hash that its runs were made under.
    """
    manifest = Manifest(
        scale=scale,
        planned=datetime.now(UTC).isoformat(timespec="seconds"),
        lock=lock_digest(),
        units=[step.planned.unit for step in plan],
    )
    with suppress(StoreError):
        written = store.manifest(scale)
        kept = {"planned": manifest.planned}
        if all(step.state == "present" for step in plan):
            kept["lock"] = manifest.lock
        if written.model_copy(update=kept) == manifest:
            return
    store.write_manifest(manifest)


def lock_digest() -> str:
    """Return the hash of the dependency lock file, or say how to get it back."""
    try:
        return digest(LOCK_FILE.read_bytes())
    except OSError:
        raise UsageError(
            f"{LOCK_FILE} is missing: bring it back with git checkout -- {LOCK_FILE}"
        ) from None


def _schedule(  # noqa: PLR0913 - see study
    store: Store,
    scale: str,
    todo: Sequence[PlannedRun],
    *,
    cores: int,
    executor: str,
    console: Console,
    options: Sequence[str],
) -> None:
    missing = batches(todo)
    work = _fresh_work(store)
    plan = work / "plan.json"
    write_text(
        plan,
        json.dumps(
            _plan(store, work, scale, missing, executor=executor, options=options), indent=1
        ),
    )
    command = [
        *(interpreter(), "-m", "snakemake", "all", "--snakefile", str(SNAKEFILE)),
        *("--cores" if executor == "local" else "--jobs", str(cores), "--executor", executor),
        *("--config", f"plan={plan}"),
        # Locks and resuming are ours (only_study, fingerprints): what Snakemake
        # remembers of a killed study must neither block nor steer the next one.
        *("--nolock", "--rerun-incomplete", "--keep-going", "--quiet", "all"),
    ]
    with (work / "snakemake.log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=_environment(), start_new_session=True
        )
        try:
            _watch(process, store, todo, console)
        except KeyboardInterrupt:
            _stop(process)
            raise StoppedError(_so_far(store, todo)) from None
    _report_failures(store, work, missing, todo)


def _environment() -> dict[str, str]:
    """Return an environment in which Snakemake's cache is ours and the hub's stays its own."""
    hub = os.environ.get("HF_HOME") or str(
        Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "huggingface"
    )
    return {**os.environ, "XDG_CACHE_HOME": str(Path.cwd() / CACHE), "HF_HOME": hub}


def _fresh_work(store: Store) -> Path:
    """Return an empty folder of this study's own; what outlived an earlier one stays out of it."""
    scratch = store.root / WORK
    shutil.rmtree(scratch, ignore_errors=True)
    clear(store.root)
    return scratch / f"{os.getpid()}-{time.time_ns()}"


def _plan(  # noqa: PLR0913 - what the Snakefile is told
    store: Store,
    work: Path,
    scale: str,
    missing: Sequence[Batch],
    *,
    executor: str,
    options: Sequence[str],
) -> dict[str, Any]:
    """Return what the Snakefile reads: plain data, the batches and how to start one."""
    start = [interpreter(), "-m", "crosslab", "run"]
    options = ["--scale", scale, "--results", str(store.root), *options]
    # On a cluster the run is on another machine, where this process cannot be seen.
    parent = ["--parent", str(os.getpid())] if executor == "local" else []
    return {
        "work": str(work),
        "parent": os.getpid() if executor == "local" else None,
        "batches": [
            {**asdict(batch), "command": [*start, batch.experiment, *options, *parent, *_of(batch)]}
            for batch in missing
        ],
    }


def _of(batch: Batch) -> list[str]:
    arms = [word for arm in batch.arms for word in ("--arm", arm)]
    seed = [] if batch.experiment == PRETRAINING else ["--seed", str(batch.seed)]
    return [*arms, *seed]


def _watch(
    process: "subprocess.Popen[bytes]", store: Store, todo: Sequence[PlannedRun], console: Console
) -> None:
    """Show the bar until the scheduler ends."""
    folders = [store.folder(planned.unit) / RECORD for planned in todo]
    with Bar(console, len(todo)) as bar:
        while process.poll() is None:
            bar.update(sum(path.exists() for path in folders), heartbeats(store.root))
            time.sleep(_POLL_SECONDS)
        bar.update(sum(path.exists() for path in folders), [])


def _so_far(store: Store, todo: Sequence[PlannedRun]) -> str:
    made = sum(store.state(planned.unit) == "present" for planned in todo)
    return f"interrupted with {made} of {len(todo)} runs made; the same command goes on from here."


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the scheduler and every run it started; records are whole or not there."""
    for each in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, each)
            process.wait(timeout=_GRACE_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        else:
            return


def _report_failures(
    store: Store, work: Path, missing: Sequence[Batch], todo: Sequence[PlannedRun]
) -> None:
    """Raise with what went wrong in every batch that did not end well."""
    absent = {
        batch_name(planned.unit) for planned in todo if store.state(planned.unit) != "present"
    }
    problems = [
        f"{batch.name}: {words}"
        for batch in missing
        if batch.name in absent or not (work / f"{batch.name}.done").exists()
        for words in _last_words(work / f"{batch.name}.log")
    ]
    if problems:
        raise RunError([*problems, "What was recorded stays; start the study again to go on."])


def _last_words(log: Path) -> list[str]:
    """Return the problems a run named at its end, or why it never began."""
    try:
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError:
        return ["did not begin, because a run it builds on failed or the scheduler stopped."]
    named = [line.removeprefix("crosslab: ") for line in lines if line.startswith("crosslab: ")]
    return named or lines[-1:] or [f"ended without a word; see {log}."]


@contextmanager
def only_study(root: Path) -> Iterator[None]:
    """Hold the folder for one study; the system frees it even if the study is killed.

    Raises:
        BusyError: Another study holds it.
    """
    path = root / ".study.lock"
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
    except OSError as error:
        raise StoreError(
            f"{root} cannot be written to: {error.strerror}. Choose another folder with --results."
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise BusyError(
                f"Another study is at work in {root} (process {holder}). "
                "Wait for it, stop it, or choose another folder with --results."
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
