"""Where things lie in a checkout; every path is relative to the project's folder."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from crosslab.errors import UsageError

LOCK_FILE: Final = Path("requirements.lock")
SNAKEFILE: Final = Path("Snakefile")
RUN_NOTEBOOK: Final = Path("notebooks/run_experiment.ipynb")
NOTEBOOKS: Final = Path("notebooks")
CLAIMS: Final = Path("claims")
BOOK: Final = Path("book")
EXECUTED: Final = Path("book/executed")
GENERATED: Final = Path("book/_generated")  # parts that pages take in
OWN_PAGES: Final = (
    Path("book/claims"),
    Path("book/reports"),
    Path("book/runs"),
)  # generated as pages, addresses kept
EXTRA: Final = Path("book/_extra")  # generated, laid beside the pages: data, notebooks
BUILT: Final = Path("_build")

PUBLISHED: Final = Path("results")  # committed: what the published book shows
CACHE: Final = Path(".cache")  # scratch of the tools, which would else go to the home folder
OWN: Final = Path("runs")  # a reader's own runs: never committed, never mixed with the above


def keep_inside() -> None:
    """Have the tools that this process starts keep their scratch in the project's folder."""
    with suppress(OSError):  # a folder that cannot be written to is reported by who needs it
        CACHE.mkdir(exist_ok=True)
    for variable, name in (("MPLCONFIGDIR", "matplotlib"), ("IPYTHONDIR", "ipython")):
        os.environ.setdefault(variable, str(Path.cwd() / CACHE / name))


def require_project() -> None:
    """Refuse to work anywhere but in the project's folder.

    Raises:
        UsageError: A file that every command needs is missing.
    """
    missing = [str(path) for path in (SNAKEFILE, RUN_NOTEBOOK, LOCK_FILE) if not path.is_file()]
    if missing:
        raise UsageError(
            f"{', '.join(missing)}: not found in {Path.cwd()}. Run crosslab in the project's "
            "folder; if the file was deleted there, bring it back with: git checkout -- "
            + " ".join(missing)
        )
