"""The page of every parameter, gathered from where each is declared."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from typer.main import get_command

from crosslab.book.run import declared_parameters, parameters_cell, read_notebook
from crosslab.chapters import chapters
from crosslab.layout import RUN_NOTEBOOK
from crosslab.prose.declarations import declarations
from crosslab.prose.parameter_tables import (
    Command,
    CommandOption,
    NotebookParameter,
    command_tables,
    notebook_table,
    settings_tables,
)


def parameters_part() -> str:
    """Return every parameter: of notebooks, of the command line, and every setting."""
    return "\n\n".join(
        [
            "## Parameters of notebooks",
            "The run notebook, `notebooks/run_experiment.ipynb`, makes runs:",
            notebook_table(_declared(RUN_NOTEBOOK, f"`{RUN_NOTEBOOK.stem}`")),
            "Chapters read records and show them:",
            notebook_table(chapter_parameters()),
            "## Options of commands",
            command_tables(commands()),
            "## Settings",
            settings_tables(),
        ]
    )


def chapter_parameters() -> list[NotebookParameter]:
    """Return what the chapters of the book declare."""
    return [
        each
        for chapter in chapters()
        for each in _declared(chapter.notebook, f"[{chapter.name}](executed/{chapter.name}.ipynb)")
    ]


def _declared(path: Path, shown: str) -> list[NotebookParameter]:
    notebook = read_notebook(path)
    defaults = declared_parameters(notebook, path)
    return [
        NotebookParameter(shown, each, defaults[each.name].default)
        for each in declarations(parameters_cell(notebook, path).source)
    ]


def commands() -> list[Command]:
    """Return the commands of the command line, those of a group under the group's name.

    The command line builds the book, so it stands above this module; it is looked up by name when
    it is described, and imports nothing heavy.
    """
    return list(_commands(get_command(import_module("crosslab.__main__").app), "crosslab"))


def _commands(command: Any, name: str) -> Iterator[Command]:
    inside = getattr(command, "commands", {})
    for key, each in inside.items():
        yield from _commands(each, f"{name} {key}")
    if not inside:
        options = tuple(_option(each) for each in command.params if not _unnamed(each))
        yield Command(name, command.help or "", options)


def _unnamed(parameter: Any) -> bool:
    return bool(getattr(parameter, "hidden", False) or parameter.name == "help")


def _option(parameter: Any) -> CommandOption:
    argument = parameter.param_type_name == "argument"
    name = parameter.name.upper() if argument else parameter.opts[0]
    return CommandOption(name, _default(parameter), parameter.help or "")


def _default(parameter: Any) -> str:
    """Return what an option is if nothing is said."""
    if parameter.required:
        return "has to be given"
    if parameter.default in (None, ()):
        return "none"
    return "off" if parameter.default is False else f"`{parameter.default}`"
