"""Papermill, strict: a notebook is run with parameters it declares, or not at all.

Papermill itself only warns about a parameter that a notebook does not declare and
then runs the defaults, so a misspelt name gives a wrong result and no error.
"""

import ast
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from crosslab import errors
from crosslab.checksums import PLACE, own_checksum_holds, with_own_checksum
from crosslab.errors import CrosslabError, ParameterError, RunError, StoreError, UsageError

TYPES: Final[Mapping[str, type]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "list": list,
}
MARKDOWN: Final = "text/markdown"
STAMP: Final = "crosslab"  # the key of our own entry in a notebook's metadata


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter a notebook declares."""

    name: str
    kind: str
    default: Any

    def accepts(self, value: Any) -> bool:
        """Whether a value is of the declared type; a whole number is a float, a bool no number."""
        if self.kind in ("int", "float") and isinstance(value, bool):
            return False
        return isinstance(value, (int, float) if self.kind == "float" else TYPES[self.kind])


def read_notebook(path: Path) -> NotebookNode:
    """Return a notebook, or say in one line why it cannot be read."""
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except FileNotFoundError:
        raise UsageError(f"{path}: no such notebook.") from None
    except Exception as error:  # nbformat raises many kinds, all meaning the same
        raise UsageError(f"{path}: not a readable notebook ({str(error)[:80]}).") from error
    return notebook


def declared_parameters(notebook: NotebookNode, path: Path) -> dict[str, Parameter]:
    """Return what a notebook declares in its ``parameters`` cell.

    Raises:
        ParameterError: There is no such cell, or a line of it is not
            ``name: type = literal``.
    """
    found: dict[str, Parameter] = {}
    problems = []
    for statement in parsed(parameters_cell(notebook, path), path).body:
        parameter = _parameter(statement)
        if parameter is None:
            problems.append(
                f"{path}: '{ast.unparse(statement)}' in the parameters cell is not "
                f"'name: type = literal' with a type among {', '.join(TYPES)}."
            )
        else:
            found[parameter.name] = parameter
    if problems:
        raise ParameterError(problems)
    return found


def parameters_cell(notebook: NotebookNode, path: Path) -> NotebookNode:
    """Return the cell in which a notebook declares its parameters.

    Raises:
        ParameterError: There is no such cell, or more than one.
    """
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ParameterError(
            f"{path}: {len(cells)} cells are tagged 'parameters'; exactly one is needed."
        )
    cell: NotebookNode = cells[0]
    return cell


def parsed(cell: NotebookNode, path: Path) -> ast.Module:
    """Return the syntax tree of a code cell, or name the notebook it cannot be read in."""
    try:
        return ast.parse(str(cell.source))
    except SyntaxError as error:
        raise UsageError(f"{path}: a code cell is not Python: {error.msg}: {error.text}") from error


def _parameter(statement: ast.stmt) -> Parameter | None:
    match statement:
        case ast.AnnAssign(
            target=ast.Name(id=name), annotation=ast.Name(id=kind), value=ast.expr() as value
        ) if kind in TYPES:
            try:
                parameter = Parameter(name, kind, ast.literal_eval(value))
            except ValueError:
                return None
            return parameter if parameter.accepts(parameter.default) else None
    return None


def checked(
    declared: Mapping[str, Parameter], given: Mapping[str, Any], path: Path
) -> dict[str, Any]:
    """Return the parameters a run will really have, defaults filled in.

    Raises:
        ParameterError: Some given parameters are undeclared or ill-typed; all are named.
    """
    problems = [
        problem for name in given if (problem := _problem(declared, name, given[name], path))
    ]
    if problems:
        raise ParameterError(problems)
    return {name: given.get(name, each.default) for name, each in declared.items()}


def _problem(declared: Mapping[str, Parameter], name: str, value: Any, path: Path) -> str | None:
    if name not in declared:
        near = get_close_matches(name, declared, n=1)
        guess = f" Did you mean '{near[0]}'?" if near else ""
        return f"{path} has no parameter '{name}'.{guess} Declared: {', '.join(declared)}."
    if not declared[name].accepts(value):
        return (
            f"{path}: parameter '{name}' takes {declared[name].kind}, "
            f"got {type(value).__name__} {value!r}."
        )
    return None


STARTS: Final = 3  # of a kernel, before giving up


_NOT_UP: Final = "Kernel died before replying"  # what the client says of one that never began


Finish = Callable[[NotebookNode, Mapping[str, Any]], None]  # what is written into a copy, last


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    *,
    stamp: Mapping[str, Any],
    finish: Finish = lambda *_: None,
) -> None:
    """Run a notebook with these parameters and keep the executed copy.

    The copy appears under its name when the run is complete; a run that failed is
    kept beside it as ``*.failed.ipynb``, with the error where it happened. ``finish`` may add
    to a complete one; it is told the stamp, in which stand the time and the memory it took.

    Raises:
        ParameterError: Before anything runs.
        RunError: A cell failed; errors of this package keep their own kind.
    """
    template = read_notebook(notebook)
    effective = checked(declared_parameters(template, notebook), parameters, notebook)
    unfinished = output.with_name(f".{output.stem}.{os.getpid()}.unfinished.ipynb")
    failed = output.with_name(f"{output.stem}.failed.ipynb")
    began = time.monotonic()
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with _quiet():
            _executed(notebook, _measuring(template), unfinished, effective)
        took = {"seconds": _since(began), "parameters": effective}
        _stamp(unfinished, {**stamp, **took}, finish)
        failed.unlink(missing_ok=True)
        unfinished.replace(output)
    except PapermillExecutionError as error:
        unfinished.replace(failed)
        raise _translated(error, failed) from error
    except DeadKernelError:
        raise RunError(
            f"The kernel of {notebook} ended without a word, as it does when memory runs out; "
            "close other programs or run fewer things at a time."
        ) from None
    except OSError as error:
        raise StoreError(f"{output} could not be written: {error.strerror or error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


# The last thing a kernel does is to say how much memory it took at most; Linux counts kibibytes.
_MEASURE: Final = """
import resource, sys
unit = 1 if sys.platform == "darwin" else 1024
print(unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _measuring(template: NotebookNode) -> NotebookNode:
    """Return a notebook that ends in a cell that prints the memory it took."""
    measuring = deepcopy(template)
    measuring.cells.append(nbformat.v4.new_code_cell(_MEASURE.strip()))  # type: ignore[no-untyped-call]
    return measuring


def _executed(
    notebook: Path, template: NotebookNode, output: Path, parameters: Mapping[str, Any]
) -> None:
    """Execute a notebook; where its kernel does not come up, try again.

    Kernels look for free ports before they take them, and two that start at once may find the
    same ones. No cell has run by then.
    """
    for start in range(1, STARTS + 1):
        try:
            papermill.execute_notebook(
                template,
                output,
                parameters,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                extra_arguments=["--log-level=CRITICAL"],
            )
        except RuntimeError as error:
            if _NOT_UP not in str(error):
                raise
            if start == STARTS:
                raise RunError(
                    f"The kernel of {notebook} did not come up in {STARTS} starts: {error}. Close "
                    "other programs or run fewer things at a time."
                ) from error
        else:
            return


def _translated(error: PapermillExecutionError, kept: Path) -> CrosslabError:
    """Return the error of a cell as the error it was, where it is one of ours."""
    kind = getattr(errors, str(error.ename), None)
    if isinstance(kind, type) and issubclass(kind, CrosslabError):
        return kind(str(error.evalue).splitlines())
    return RunError(
        f"Cell {error.exec_count} failed: {error.ename}: {error.evalue} (kept as {kept})."
    )


def _stamp(path: Path, stamp: Mapping[str, Any], finish: Finish) -> None:
    """Write what the copy was made from into its metadata, and drop what differs per machine.

    The stamp ends in the checksum of the whole copy, outputs and stamp included.
    """
    notebook = read_notebook(path)
    memory = int(_printed(notebook.cells.pop())) / 2**20
    notebook.metadata[STAMP] = {**stamp, "mebibytes": round(memory), "checksum": PLACE}
    notebook.metadata.pop("papermill", None)  # absolute paths and times of this machine
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [each for each in cell.outputs if not _says_nothing(each)]
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = without_places(output.text)
    finish(notebook, notebook.metadata[STAMP])
    text = str(nbformat.writes(notebook))  # type: ignore[no-untyped-call]
    path.write_text(with_own_checksum(text + "\n"), encoding="utf-8")


def _printed(cell: NotebookNode) -> str:
    """Return the last line that a cell printed; a kernel may have complained before it."""
    said = [each.text for each in cell.outputs if each.get("name") == "stdout"]
    return str(said[-1]).strip().splitlines()[-1]


def _says_nothing(output: NotebookNode) -> bool:
    """Whether an output is an empty text, in whose place a page would show the name of its type."""
    return bool(output.get("data", {}).get(MARKDOWN) == "")


def unaltered(path: Path) -> bool:
    """Whether an executed copy is, byte for byte, what it was when it was executed."""
    stamp = read_notebook(path).metadata.get(STAMP, {})
    return own_checksum_holds(path.read_bytes(), stamp.get("checksum"))


def without_places(text: str) -> str:
    """Return what a notebook printed, without where on this machine it was printed.

    Example:
        >>> without_places(f"{sys.prefix}/lib/x.py: a warning")
        '(environment)/lib/x.py: a warning'
        >>> without_places(f"read from {gettempdir()}/tmpab_1")
        'read from (temporary)'
    """
    places = {sys.prefix: "(environment)", str(Path.cwd()): ".", str(Path.home()): "~"}
    for place, name in places.items():
        if place != "/":  # a home that is the root is no secret, and every path begins there
            text = text.replace(place, name)
    return re.sub(rf"{re.escape(gettempdir())}/[\w.-]+", "(temporary)", text)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 1)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep papermill's narration out of the log; what matters is raised."""
    logger = logging.getLogger("papermill")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
