"""The command line: ``crosslab plan | run | study | audit | verdicts | literature | verify | ...``.

Exit status: 0 good; 1 what was checked does not hold; 2 unusable input, one clear
line per problem; 3 interrupted, and the same command goes on from there.

Modules that need torch, Sphinx or Snakemake are imported inside the command that uses
them: ``crosslab book`` must work where torch is not installed, and ``--help`` at once.
"""

import json
import os
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from crosslab.audit.markup import harmless
from crosslab.errors import CrosslabError, StaleError, StoppedError, UsageError
from crosslab.layout import OWN, PUBLISHED, RUN_NOTEBOOK, keep_inside, require_project
from crosslab.literature.command import literature
from crosslab.records import Store, write_text
from crosslab.sealing import sealing

_STOPPED_BY_KEYBOARD = 130  # what typer ends with on Ctrl-C

app = typer.Typer(
    name="crosslab",
    help="Robust cross-lingual transfer, re-examined: plan, run, judge and publish the study.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(literature)

Scale = Annotated[str, typer.Option(help="How large the study is: smoke, lab, bench or paper.")]
Results = Annotated[
    Path, typer.Option(help="Folder of the records: 'runs' is your own, 'results' the published.")
]
Cores = Annotated[int, typer.Option(min=1, help="Processor cores to use.")]
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write JSON to this file; '-' is standard output.")
]
Data = Annotated[
    Path | None,
    typer.Option(help="Folder with real data. The lab makes its own and takes none."),
]
Gpus = Annotated[int, typer.Option(min=1, help="GPUs that work on one run, where there are any.")]


@app.callback(invoke_without_command=True)
def main(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)
    ] = False,
) -> None:
    """Robust cross-lingual transfer, re-examined."""
    if show_version:
        typer.echo(f"crosslab {version('crosslab')}")
        raise typer.Exit


@app.command()
def plan(  # noqa: PLR0913, PLR0917 - the options of the command
    scale: Scale = "lab",
    results: Results = OWN,
    cores: Cores = 2,
    data: Data = None,
    price: Annotated[float, typer.Option(min=0, help="Price of a GPU hour, any currency.")] = 2.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what would run, how long it would take, and what is already there."""
    from crosslab.costs import costs_of, only_in_folders
    from crosslab.identity.data import revisions_of
    from crosslab.planning import explained, steps

    _in_project()
    _refuse_unused(data, scale)
    store = Store(results)
    found = steps(store, scale, revisions_of(scale, _text(data)))
    cost = costs_of(scale, store, Store(PUBLISHED), found, cores=cores, price_per_hour=price)
    if as_json:
        runs = [
            {**each.planned.unit.model_dump(), "state": each.state, "why": list(each.why)}
            for each in found
        ]
        typer.echo(json.dumps({"scale": scale, "runs": runs, **cost.numbers()}, indent=1))
        return
    for line in explained(found):
        typer.echo(line)
    for line in (*cost.words(), *([] if data else only_in_folders(scale, found))):
        typer.echo(line)


@app.command()
def run(  # noqa: PLR0913, PLR0917 - the options of the command
    experiment: Annotated[str, typer.Argument(help="An experiment, or 'pretraining'.")],
    scale: Scale = "lab",
    arm: Annotated[list[str] | None, typer.Option(help="An arm; all if not given.")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="A seed; all if not given.")] = None,
    results: Results = OWN,
    data: Data = None,
    gpus: Gpus = 1,
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Make runs of one experiment through the run notebook."""
    from crosslab.book.run import execute
    from crosslab.identity.data import revisions_of
    from crosslab.processes import end_with
    from crosslab.runs import chosen_runs

    if parent is not None:
        end_with(parent)
    _in_project()
    _refuse_unused(data, scale)
    revisions = revisions_of(scale, _text(data))
    planned = chosen_runs(experiment, scale, tuple(arm or ()), tuple(seed or ()), revisions)
    store = Store(results)
    asked = {each.unit for each in planned}
    parents = {each for one in planned for each in one.parents} - asked
    missing = [each for each in parents if store.state(each) != "present"]
    for first in sorted({each.experiment for each in missing}):
        before = sorted(each.arm for each in missing if each.experiment == first)
        run(first, scale=scale, arm=before, results=results, data=data, gpus=gpus)
    # A study seals what its runs wrote when it ends.
    with sealing(store, scale) if parent is None else nullcontext():
        for number in sorted({each.unit.seed for each in planned}):
            units = [each.unit for each in planned if each.unit.seed == number]
            if any(store.state(unit) != "present" for unit in units):
                parameters = {
                    "experiment": experiment,
                    "scale": scale,
                    "arms": [unit.arm for unit in units],
                    "seed": number,
                    "results": str(results),
                    "data": _text(data),
                    "gpus": gpus,
                }
                stamp = {"runs": [unit.folder for unit in units]}
                execute(RUN_NOTEBOOK, store.notebook(units), parameters, stamp=stamp)
            for unit in units:
                typer.echo(f"{store.folder(unit)}")


@app.command()
def study(  # noqa: PLR0913, PLR0917 - the options of the command
    scale: Scale = "lab",
    results: Results = OWN,
    cores: Cores = 2,
    executor: Annotated[str, typer.Option(help="local, slurm or kubernetes.")] = "local",
    data: Data = None,
    gpus: Gpus = 1,
) -> None:
    """Bring the whole study of a scale up to date; an interrupted one goes on."""
    from crosslab import study as scheduling

    _in_project()
    _refuse_unused(data, scale)
    console, store = Console(), Store(results)
    with sealing(store, scale):
        made = scheduling.study(
            store,
            scale,
            cores=cores,
            executor=executor,
            console=console,
            data=_text(data),
            gpus=gpus,
        )
    if made:
        console.print(f"{made} runs made, recorded in {results}/{scale}/.", highlight=False)


@app.command()
def join(
    other: Annotated[Path, typer.Argument(help="Folder of the records to take.")],
    scale: Scale = "lab",
    results: Results = OWN,
    retire: Annotated[
        bool, typer.Option("--retire", help="Take out runs that the study no longer consists of.")
    ] = False,
) -> None:
    """Take the finished runs of a study that was made elsewhere into a store."""
    from crosslab.joining import joined

    _in_project()
    found = joined(Store(other), Store(results), scale, retire=retire)
    typer.echo(
        f"{found.taken} runs taken, {found.there} were there, {found.unfinished} of the study are "
        f"unfinished, {found.retired} taken out: {results}/{scale}/."
    )


@app.command()
def audit(  # noqa: PLR0913, PLR0917 - the options of the command
    reports: Annotated[list[Path], typer.Argument(help="Reports: text or Markdown files.")],
    json_file: JsonFile = None,
    jsonl_file: Annotated[
        Path | None, typer.Option("--jsonl", help="Write one line of JSON per report.")
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write one row per claim; '-' is standard output.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write a page with the claims marked in place.")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            help="End with status 1 at findings of this level or above: info, warning, error."
        ),
    ] = None,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Keep abridged copies, which gives them pages in the book."),
    ] = False,
    scale: Scale = "lab",
    results: Results = PUBLISHED,
) -> None:
    """Extract, match and judge the claims of reports, and say what speaks against them."""
    from crosslab.audit.command import run_audit

    _in_project()
    files = {"json": json_file, "jsonl": jsonl_file, "csv": csv_file, "html": html_file}
    run_audit(reports, files, store=Store(results), scale=scale, fail_on=fail_on, keep_them=keep)


@app.command()
def verdicts(
    scale: Annotated[
        str | None, typer.Option(help="Of this scale alone; by default of every rung that was run.")
    ] = None,
    results: Results = PUBLISHED,
    json_file: JsonFile = None,
) -> None:
    """Judge the claims from the records, answer the questions, and show both tables."""
    from crosslab.answering import answers, answers_on_every_rung
    from crosslab.prose.question_tables import answers_table
    from crosslab.prose.render import verdict_table
    from crosslab.verdicts import as_rows, judged, judged_on_every_rung

    _in_project()
    store = Store(results)
    found = judged_on_every_rung(store, "lab") if scale is None else judged(store, scale)
    given = answers_on_every_rung(store, "lab") if scale is None else answers(store, scale)
    if json_file is not None:
        _write_json({"verdicts": [*as_rows(found), *as_rows(given)]}, json_file)
    else:
        typer.echo(verdict_table(found))
        typer.echo(f"\n{answers_table(given)}" if given else "")


@app.command()
def reproduce(
    scale: Scale = "lab",
    results: Results = OWN,
    json_file: JsonFile = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what came of it with the published study.")
    ] = False,
) -> None:
    """Compare a study made again with the published one: answers, estimates, verdicts."""
    from crosslab.prose.render import reproduction_words
    from crosslab.reproduction import keep_reproduction, reproduction

    _in_project()
    found = reproduction(Store(PUBLISHED), Store(results), scale)
    typer.echo(reproduction_words(found))
    if keep:
        typer.echo(f"\nKept in {keep_reproduction(Store(PUBLISHED), found)}.")
    if json_file is not None:
        _write_json(found.model_dump(mode="json"), json_file)
    if not all(each.inside for each in found.verdicts):
        raise StaleError("The study made again does not say what the published one says.")


@app.command()
def lock(results: Results = PUBLISHED) -> None:
    """Lock the bars: what will count as what, from now on."""
    from crosslab import locking

    _in_project()
    for line in locking.lock(Store(results), datetime.now(UTC)):
        typer.echo(line)


@app.command()
def verify(
    scale: Scale = "lab",
    results: Results = PUBLISHED,
    json_file: JsonFile = None,
    rerun: Annotated[
        int, typer.Option(min=0, help="Make this many runs again and compare their answers.")
    ] = 0,
) -> None:
    """Check that no record, bar or page was altered and that pages show what records give."""
    from crosslab.verification.checks import as_json, lines
    from crosslab.verification.verify import verified

    _in_project()
    console = Console(quiet=str(json_file) == "-", soft_wrap=True, highlight=False, markup=False)
    checks = verified(Store(results), scale, rerun=rerun, say=console.print)
    for line in lines(checks):
        console.print(line)
    if json_file is not None:
        _write_json(as_json(checks, scale, str(results)), json_file)
    if problems := [problem for check in checks for problem in check.problems]:
        raise StaleError(problems)


@app.command()
def book(
    scale: Scale = "lab",
    results: Results = PUBLISHED,
    show: Annotated[bool, typer.Option("--open", help="Open the book in a browser.")] = False,
    pdf: Annotated[
        Path | None, typer.Option(help="Print the whole book into this file; needs Chromium.")
    ] = None,
) -> None:
    """Execute the chapters, render the pages and build the book from the records."""
    from crosslab.book.build import build
    from crosslab.book.pdf import found_browser, write_pdf

    _in_project()
    if pdf is not None:
        found_browser()  # or minutes would be spent on a book that cannot be printed
    page = build(Store(results), scale)
    typer.echo(f"The book is at {page}.")
    if pdf is not None:
        typer.echo(f"{write_pdf(page.parent, pdf)} pages of it are printed in {pdf}.")
    if show:
        typer.launch(str(page))


def _in_project() -> None:
    require_project()
    keep_inside()


def _refuse_unused(data: Path | None, scale: str) -> None:
    from crosslab.config import StudyConfig
    from crosslab.scales import study_config

    if data is not None and isinstance(study_config(scale), StudyConfig):
        raise UsageError(
            f"--data {data}: scale {scale} makes its own data and takes none; leave the option out."
        )


def _text(data: Path | None) -> str:
    return "" if data is None else str(data)


def _write_json(value: dict[str, Any], path: Path) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    if str(path) == "-":
        typer.echo(text, nl=False)
    else:
        write_text(path, text)


def cli() -> None:
    """Run the command line and turn every error into lines and an exit status."""
    sys.exit(_status())


def _status() -> int:
    try:
        app(prog_name="crosslab")
    except CrosslabError as error:
        for problem in error.problems:
            typer.echo(f"crosslab: {harmless(problem)}", err=True)
        return error.exit_status
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{harmless(str(error.filename))}: " if error.filename else ""
        typer.echo(f"crosslab: {where}{error.strerror or error}.", err=True)
        return UsageError.exit_status
    except SystemExit as end:
        if end.code != _STOPPED_BY_KEYBOARD:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        typer.echo("crosslab: interrupted; the same command goes on from here.", err=True)
        return StoppedError.exit_status
    return 0


if __name__ == "__main__":
    cli()
