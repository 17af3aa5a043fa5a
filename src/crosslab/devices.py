"""What a run computes on: a GPU of its own where there is one, else the processor."""

import fcntl
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import torch

from crosslab.config import Precision
from crosslab.errors import RunError, UsageError

_POLL_SECONDS: Final = 1.0


def device() -> str:
    """Return where a run computes: on the GPU that it claimed, or on the processor."""
    return f"cuda:{torch.cuda.current_device()}" if torch.cuda.is_available() else "cpu"


def device_name(gpus: int) -> str:
    """Return what a record says of what a run was computed on."""
    if not gpus:
        return "cpu"
    name = torch.cuda.get_device_name()
    without = "" if _has_bfloat16() else ", without bfloat16: float32"
    return f"{name}{without}" if gpus == 1 else f"{gpus} x {name}{without}"


def precision_here(asked: Precision) -> Precision:
    """Return in which precision a run computes: as asked, or float32 where its GPU lacks that."""
    return asked if _has_bfloat16() else "float32"


def _has_bfloat16() -> bool:
    """Return whether bfloat16 is there; a processor always has it, if slowly."""
    if not torch.cuda.is_available():
        return True
    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


@contextmanager
def memory_of(run: str) -> Iterator[None]:
    """Say in one line what to do if a run does not fit into memory.

    Raises:
        RunError: It did not.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not _is_about_memory(error):
            raise
        raise RunError(
            f"{run} needs more memory than there is. Run fewer at once (--cores), spread it over "
            "more GPUs (--gpus), or compute each update in more parts: accumulation, in scales.py. "
            "What was recorded stays."
        ) from error


def _is_about_memory(error: RuntimeError) -> bool:
    about = isinstance(error, torch.OutOfMemoryError)
    return about or "allocate memory" in str(error) or "out of memory" in str(error)


def gpus() -> Sequence[int]:
    """Return the GPUs that this process may use, by number; asking does not start them."""
    return range(torch.cuda.device_count())


@contextmanager
def claimed(count: int, present: Sequence[int], folder: Path | None = None) -> Iterator[list[int]]:
    """Hold so many GPUs that no other run holds, waiting for them if need be; none where none are.

    The system lets go of them when the process ends.

    Raises:
        UsageError: There are fewer.
    """
    if present and count > len(present):
        raise UsageError(
            f"A run on {count} GPUs was asked for, and {len(present)} can be used here. Ask for "
            f"{len(present)} at most: --gpus {len(present)}."
        )
    wanted = count if present else 0
    with ExitStack() as held:
        found: list[int] = []
        with _locked(folder or Path(tempfile.gettempdir()), "all"):  # one run chooses at a time
            while len(found) < wanted:
                free = next((each for each in present if _taken(folder, each, held)), None)
                if free is None:
                    time.sleep(_POLL_SECONDS)
                else:
                    found.append(free)
        yield found


@contextmanager
def _locked(folder: Path, name: str) -> Iterator[None]:
    with _file(folder, name).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _taken(folder: Path | None, number: int, held: ExitStack) -> bool:
    """Take a GPU for as long as others are held, if nobody has it."""
    handle = _file(folder or Path(tempfile.gettempdir()), str(number)).open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return False
    held.enter_context(handle)
    return True


def _file(folder: Path, name: str) -> Path:
    return folder / f"crosslab-gpu-{name}.lock"
