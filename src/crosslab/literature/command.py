"""The command line of the literature search: ``crosslab literature search | refresh``.

Exit status as elsewhere: 0 good, though sources may have been unavailable (they are named
on standard error); 1 no source at all gave anything; 2 unusable input. The clients of the
services are an extra, so what needs them is imported inside the commands.
"""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
import yaml
from rich.console import Console
from rich.table import Table

from crosslab.errors import RunError, UsageError
from crosslab.layout import OWN, keep_inside, require_project
from crosslab.literature.answers import WHAT_TO_DO
from crosslab.literature.citations import citation_state
from crosslab.literature.references import references
from crosslab.records import write_text

if TYPE_CHECKING:
    from crosslab.literature.found import Search
    from crosslab.literature.gathering import Access

_CLIENTS: Final = (
    "arxiv",
    "bibtexparser",
    "habanero",
    "httpx",
    "pyalex",
    "requests",
    "semanticscholar",
)

literature = typer.Typer(
    name="literature",
    help="Search the literature in six indexes; the same search again needs no network.",
    no_args_is_help=True,
)

Sources = Annotated[list[str] | None, typer.Option("--source", help="A source; all if not given.")]
Results = Annotated[Path, typer.Option(help="Folder below which the answers are kept.")]
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write JSON to this file; '-' is standard output.")
]
Keys = Annotated[
    Path | None, typer.Option("--keys", help="YAML file with a line 'source: key' for each key.")
]
Endpoints = Annotated[
    list[str] | None,
    typer.Option("--endpoint", help="SOURCE=URL: ask a source at another address."),
]


@literature.command()
def search(  # noqa: PLR0913, PLR0917 - the options of the command
    query: Annotated[str, typer.Argument(help='Words to look for; a "quoted phrase" stays whole.')],
    source: Sources = None,
    limit: Annotated[int, typer.Option(help="Works to take from each source at most.")] = 100,
    results: Results = OWN,
    keys: Keys = None,
    endpoint: Endpoints = None,
    json_file: JsonFile = None,
) -> None:
    """Search, merge, screen and count; sources that answered before are not asked again."""
    _ready()
    from crosslab.literature import search as searching

    found = searching.search(
        query,
        results=results,
        limit=limit,
        chosen=tuple(source or ()),
        access=_access(keys, endpoint or ()),
    )
    _tell([found], json_file)


@literature.command()
def refresh(  # noqa: PLR0913, PLR0917 - the options of the command
    source: Sources = None,
    results: Results = OWN,
    keys: Keys = None,
    endpoint: Endpoints = None,
    citations: Annotated[
        bool,
        typer.Option("--citations", help="Look every reference of the project up again as well."),
    ] = False,
    json_file: JsonFile = None,
) -> None:
    """Ask the sources of every search again; no answer is replaced by one that is worse."""
    _ready()
    from crosslab.literature import search as searching

    access = _access(keys, endpoint or ())
    if citations:
        _look_up(results, access)
    found = searching.refresh(results, chosen=tuple(source or ()), access=access)
    _tell(found, json_file)


def _look_up(results: Path, access: "Access") -> None:
    """Ask the indexes for every reference of the project and show how it stands with each."""
    from crosslab.literature.lookups import looked_up

    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    for each in references().values():
        standing = citation_state(each, looked_up(each, results=results, access=access, again=True))
        console.print(f"{each.key}: {standing.state}: {standing.why}")


def _ready() -> None:
    """Refuse to start outside the project, or without the clients of the services."""
    require_project()
    keep_inside()
    missing = [name for name in _CLIENTS if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"{', '.join(missing)}: not installed. The literature search is an extra: "
            "pip install -e '.[literature]'"
        )


def _access(keys: Path | None, endpoints: Sequence[str]) -> "Access":
    """Return how the sources are reached, or refuse with every problem at once."""
    from crosslab.literature.gathering import Access

    problems: list[str] = []
    addresses = _addresses(endpoints, problems)
    secrets = {} if keys is None else _secrets(keys, problems)
    if problems:
        raise UsageError(problems)
    return Access(keys=secrets, endpoints=addresses)


def _addresses(endpoints: Sequence[str], problems: list[str]) -> dict[str, str]:
    """Return the address given for each source; what cannot be used goes to the problems."""
    found = {}
    for each in endpoints:
        name, _, address = each.partition("=")
        if not address.startswith(("http://", "https://")):
            problems.append(f"--endpoint {each}: must be SOURCE=URL, the URL with http(s)://.")
        elif _known(name, f"--endpoint {each}", problems):
            found[name] = address.rstrip("/")
    return found


def _secrets(path: Path, problems: list[str]) -> dict[str, str]:
    """Return the keys of a file; no message repeats one."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        # What YAML says of an error quotes the line, which may be a key.
        why = error.strerror if isinstance(error, OSError) else "it is no YAML"
        problems.append(f"{path} cannot be read: {why}.")
        return {}
    if not isinstance(content, dict):
        problems.append(f"{path}: must hold a line 'source: key' for each key.")
        return {}
    found = {}
    for name, key in content.items():
        if not isinstance(key, str) or not key.isascii() or not key.isprintable() or " " in key:
            problems.append(f"{path}, {name}: a key is a text of ASCII letters without spaces.")
        elif _known(str(name), str(path), problems):
            found[str(name)] = key
    return found


def _known(name: str, where: str, problems: list[str]) -> bool:
    from crosslab.literature.sources import source

    try:
        source(name)
    except UsageError as error:
        problems += [f"{where}: {problem}" for problem in error.problems]
        return False
    return True


def _tell(found: Sequence["Search"], json_file: Path | None) -> None:
    """Show what was found, name the sources that gave nothing, and fail if none gave anything."""
    if json_file is not None:
        content = {"searches": [each.model_dump(mode="json") for each in found]}
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        if str(json_file) == "-":
            typer.echo(text, nl=False)
        else:
            write_text(json_file, text)
    console = Console(quiet=str(json_file) == "-", soft_wrap=True, highlight=False, markup=False)
    for each in found:
        _show(each, console)
    silent = [line for each in found for line in _silent(each)]
    if any(each.failed for each in found):
        raise RunError([*silent, "No source gave anything, and nothing was frozen before."])
    for line in silent:
        typer.echo(f"crosslab: {line}", err=True)


def _show(found: "Search", console: Console) -> None:
    """Print a search: a row for each source, then where the records went."""
    console.print(f"{found.query} (at most {found.limit} from each source)")
    table = Table("source", "state", "works", "asked", box=None, pad_edge=False)
    for each in found.sources:
        state = each.state if each.reason is None else f"{each.state}: {each.reason}"
        table.add_row(each.name, state, str(each.works), each.asked)
    console.print(table)
    flow = found.flow
    console.print(f"{sum(flow.identified.values())} records, {flow.duplicates} of them duplicates")
    console.print(f"{flow.screened} works screened")
    for criterion, count in flow.excluded.items():
        console.print(f"  {count} left out: {criterion}")
    console.print(f"{flow.included} works included; {flow.by_hand} more came by hand")
    disputed = sum(bool(each.work.conflicts) for each in found.works)
    if disputed:
        console.print(f"On {disputed} works the sources disagree; --json lists how.")


def _silent(found: "Search") -> list[str]:
    """Return a line for each source that failed, or that an older answer stands for."""
    lines = []
    for each in found.sources:
        if each.kept is not None:
            lines.append(f"{each.name}: {each.kept}.")
        elif each.reason is not None:
            lines.append(
                f"{each.name} is {each.state}: {each.reason} ({each.detail}); "
                f"{WHAT_TO_DO[each.reason]}."
            )
    return lines
