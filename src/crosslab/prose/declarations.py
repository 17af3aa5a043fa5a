"""What a declaration in the source says of itself: its name, its type, and the words beside it.

The words are the comment at the end of its line or, where that has no room, the comment in the
lines before it. So they stand where the setting stands, and pages take them from there.
"""

import ast
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Declaration:
    """One line ``name: type = value`` of a class, or of a cell."""

    name: str
    kind: str
    words: str  # empty where nothing is said


@dataclass(frozen=True, slots=True)
class DeclaredClass:
    """A class that declares fields, as the source has it."""

    name: str
    words: str  # its docstring
    fields: tuple[Declaration, ...]


def declared_classes(source: str) -> list[DeclaredClass]:
    """Return the classes of a module that declare fields, in the order of the file."""
    comments = _comments(source)
    found = [
        DeclaredClass(
            name=node.name,
            words=ast.get_docstring(node) or "",
            fields=tuple(_declared(node.body, comments)),
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    ]
    return [each for each in found if each.fields]


def declarations(source: str) -> list[Declaration]:
    """Return what some code declares outside any class, in order.

    Example:
        >>> declarations("seed: int = 0  # of the draw")
        [Declaration(name='seed', kind='int', words='of the draw')]
    """
    return _declared(ast.parse(source).body, _comments(source))


def _declared(body: list[ast.stmt], comments: Mapping[int, tuple[str, bool]]) -> list[Declaration]:
    return [
        Declaration(each.target.id, ast.unparse(each.annotation), _words(each, comments))
        for each in body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]


def _words(statement: ast.stmt, comments: Mapping[int, tuple[str, bool]]) -> str:
    """Return the comment at the end of a statement, or the lines of comment just before it."""
    beside, alone = comments.get(statement.end_lineno or statement.lineno, ("", True))
    if not alone:
        return beside
    above = []
    line = statement.lineno - 1
    while line in comments and comments[line][1]:
        above.append(comments[line][0])
        line -= 1
    return " ".join(reversed(above))


def _comments(source: str) -> dict[int, tuple[str, bool]]:
    """Return the comment of each line that has one, and whether nothing stands before it."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        each.start[0]: (
            each.string.lstrip("#").strip(),
            not each.line[: each.start[1]].strip(),
        )
        for each in tokens
        if each.type == tokenize.COMMENT
    }
