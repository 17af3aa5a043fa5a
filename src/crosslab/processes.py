"""Other processes: whether they are at work, and ending together with one of them."""

import os
import shutil
import threading
import time
from pathlib import Path
from typing import Final

_POLL_SECONDS: Final = 0.3


def alive(process: int) -> bool:
    """Whether a process is at work; one that has ended and only waits to be noticed is not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] != "Z"


def sweep(folder: Path) -> None:
    """Remove what processes left below a folder that were killed while they wrote."""
    for path in [*folder.glob("**/.*.tmp"), *folder.glob("**/.*.unfinished.ipynb")]:
        (writer, *_) = [part for part in path.name.split(".") if part.isdigit()] or [""]
        if not (writer and alive(int(writer))):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def end_with(parent: int) -> None:
    """End this process when another one is gone, however it went.

    A study that is killed outright cannot stop what it started; what it started
    watches it instead.
    """

    def watch() -> None:
        while alive(parent):
            time.sleep(_POLL_SECONDS)
        os._exit(3)

    threading.Thread(target=watch, daemon=True).start()
