"""Tables of every parameter: of notebooks, of commands, and every setting at every scale.

The words about a setting are those that stand beside it in ``config.py``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from inspect import getsource
from typing import Any, Final

from crosslab import config
from crosslab.prose.declarations import Declaration, DeclaredClass, declared_classes
from crosslab.prose.render import plain, table
from crosslab.scales import SCALES

# A scale that is another one but for what is named: it is shown where it differs.
_LIKE: Final[Mapping[str, str]] = {"tuning": "lab", "bench-tuning": "bench"}
_LONG: Final = 10_000  # a number from here on is written with separators


@dataclass(frozen=True, slots=True)
class NotebookParameter:
    """A parameter of a notebook."""

    notebook: str  # as a page shows it
    declared: Declaration
    default: Any


@dataclass(frozen=True, slots=True)
class CommandOption:
    """An option or an argument of a command."""

    name: str
    default: str
    words: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the command line."""

    name: str
    words: str
    options: tuple[CommandOption, ...]


# Notebooks


def notebook_table(found: Sequence[NotebookParameter]) -> str:
    """Return every parameter of some notebooks; those that are alike share a line."""
    several = len({each.notebook for each in found}) > 1
    alike: dict[tuple[str, ...], list[str]] = {}
    for each in sorted(found, key=lambda each: each.declared.name) if several else found:
        said = each.declared
        row = (f"`{said.name}`", f"`{said.kind}`", f"`{each.default!r}`", plain(said.words))
        alike.setdefault(row, []).append(each.notebook)
    header = ("parameter", "type", "default", "what it is", *(["of"] if several else []))
    rows = [(*row, *([_named(row[0], alike, row)] if several else [])) for row in alike]
    return table(header, rows)


def _named(name: str, alike: Mapping[tuple[str, ...], Sequence[str]], row: tuple[str, ...]) -> str:
    """Return the notebooks of a line; most of them by what they are: not the ones named beside."""
    others = [each for each in alike if each[0] == name and each != row]
    every = {one for notebooks in alike.values() for one in notebooks}
    named = {one for each in others for one in alike[each]}
    if named and len(alike[row]) > len(named) and {*alike[row], *named} == every:
        return "every other chapter"
    return ", ".join(alike[row])


# Commands


def command_tables(found: Sequence[Command]) -> str:
    """Return what each command does and what it can be told."""
    return "\n\n".join(_command(each) for each in found)


def _command(each: Command) -> str:
    rows = [(f"`{one.name}`", one.default, plain(one.words)) for one in each.options]
    said = f"### `{each.name}`\n\n{plain(each.words)}"
    return f"{said}\n\n{table(('option', 'default', 'what it does'), rows)}" if rows else said


# Settings


def settings_tables() -> str:
    """Return every class of settings in the order of the file: each field, at every scale."""
    places = _places(SCALES)
    return "\n\n".join(_class(each, places[each.name]) for each in setting_classes())


def setting_classes() -> list[DeclaredClass]:
    """Return the classes of settings, with what stands beside each field."""
    return declared_classes(getsource(config))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where some settings stand: at which scale, and below which names."""

    scale: str
    path: str
    found: Any


def _places(scales: Mapping[str, Any]) -> dict[str, list[_Place]]:
    """Return every object of settings there is, by its class."""
    found: dict[str, list[_Place]] = {}
    for scale, study in scales.items():
        for path, each in _inside(study, ""):
            found.setdefault(type(each).__name__, []).append(_Place(scale, path, each))
    return found


def _inside(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield some settings and all that they hold, each with the names that lead to it."""
    if is_dataclass(value):
        yield path, value
        held = [(field.name, getattr(value, field.name)) for field in fields(value)]
    elif isinstance(value, Mapping):
        held = list(value.items())
    elif isinstance(value, tuple):
        held = [(getattr(each, "key", ""), each) for each in value if is_dataclass(each)]
    else:
        return
    for name, each in held:
        yield from _inside(each, f"{path}.{name}" if path else str(name))


def _class(declared: DeclaredClass, places: Sequence[_Place]) -> str:
    names = _short([each.path for each in places])
    rows = [
        (
            f"`{each.name}`",
            f"`{each.kind}`",
            plain(each.words),
            _values({(p.scale, names[p.path]): _text(getattr(p.found, each.name)) for p in places}),
        )
        for each in declared.fields
    ]
    heading = f"({_anchor(declared.name)})=\n### `{declared.name}`"
    header = ("setting", "type", "what it is", "value")
    return f"{heading}\n\n{plain(declared.words)}\n\n{_where(places)}\n\n{table(header, rows)}"


def _where(places: Sequence[_Place]) -> str:
    """Return under which names a study has these settings."""
    paths = [f"`{each}`" for each in dict.fromkeys(place.path for place in places) if each]
    return f"In a study: {', '.join(paths)}." if paths else "A study as a whole."


def _short(paths: Sequence[str]) -> dict[str, str]:
    """Return what tells each of some dotted names from the others.

    Example:
        >>> _short(["tasks.nli.finetune", "tasks.paraphrase.finetune"])
        {'tasks.nli.finetune': 'nli', 'tasks.paraphrase.finetune': 'paraphrase'}
        >>> _short(["finetune", "questions.finetune"])
        {'finetune': 'finetune', 'questions.finetune': 'questions.finetune'}
    """
    parts = [each.split(".") for each in dict.fromkeys(paths)]
    least = min(len(each) for each in parts)
    begin = next((n for n in range(least) if len({each[n] for each in parts}) > 1), least)
    end = next((n for n in range(least) if len({each[-1 - n] for each in parts}) > 1), least)
    if begin + end >= least:
        begin = end = 0
    return {".".join(each): ".".join(each[begin : len(each) - end]) for each in parts}


def _values(value_at: Mapping[tuple[str, str], str]) -> str:
    """Return each value by scale and name with where it holds, the commonest one first.

    A scale that is like another is shown where it differs from it.

    Example:
        >>> _values({("lab", "task"): "5", ("smoke", "task"): "5"})
        '5'
        >>> _values({("lab", "task"): "5", ("smoke", "task"): "1"})
        '5: `lab`<br>1: `smoke`'
        >>> _values({("lab", "a"): "5", ("lab", "b"): "5", ("lab", "c"): "1"})
        '5, but<br>1: c'
    """
    shown = {
        (scale, name): text
        for (scale, name), text in value_at.items()
        if value_at.get((_LIKE.get(scale, ""), name)) != text
    }
    counts = Counter(shown.values())
    first, times = counts.most_common(1)[0]
    if len(counts) == 1:
        return first
    several = len({name for _, name in shown}) > 1
    lines = [] if not several or 2 * times <= len(shown) else [f"{first}, but"]
    rest = [each for each in counts if not lines or each != first]
    return "<br>".join([*lines, *(f"{each}: {_holds(shown, each, several)}" for each in rest)])


def _holds(shown: Mapping[tuple[str, str], str], text: str, several: bool) -> str:
    """Return where a value holds: under which names, and at which of the scales they have."""
    together: dict[tuple[str, ...], list[str]] = {}
    for name in dict.fromkeys(name for _, name in shown):
        scales = [scale for scale, each in shown if each == name]
        here = tuple(scale for scale in scales if shown[scale, name] == text)
        if here:
            everywhere = several and len(here) == len(scales)
            together.setdefault(() if everywhere else here, []).append(name if several else "")
    return "; ".join(
        " ".join(part for part in (", ".join(names), _quoted(scales, several)) if part)
        for scales, names in together.items()
    )


def _quoted(scales: Sequence[str], several: bool) -> str:
    said = ", ".join(f"`{scale}`" for scale in scales)
    return f"({said})" if several and said else said


def _text(value: Any) -> str:
    """Return a value as it stands in a cell; settings of a class of their own by its name."""
    if is_dataclass(value):
        name = type(value).__name__
        return f"[{name}](#{_anchor(name)})"
    if isinstance(value, Mapping):
        return _held(list(value), list(value.values()))
    if isinstance(value, tuple) and any(is_dataclass(each) for each in value):
        return _held([each.key for each in value], value)
    if isinstance(value, tuple):
        return ", ".join(_text(each) for each in value) or "none"
    return _single(value)


def _held(keys: Sequence[str], values: Sequence[Any]) -> str:
    """Return the keys of some settings of one class, and that class."""
    if not keys:
        return "none"
    return f"{', '.join(f'`{key}`' for key in keys)}, each a {_text(values[0])}"


def _single(value: Any) -> str:
    """Return one value as it is written in a table.

    Example:
        >>> _single(24_000), _single(1 / 3), _single("SVO"), _single(None), _single(True)
        ('24,000', '0.3333', '`SVO`', 'none', 'yes')
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if value >= _LONG else str(value)
    return f"{value:.4g}" if isinstance(value, float) else f"`{value}`"


def _anchor(name: str) -> str:
    return f"setting-{name.lower()}"
