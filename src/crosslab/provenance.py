"""Where an answer came from: source files, package versions, commit, machine.

``source_digests`` follows imports inside this package, so that a run is tied to
the code that can change its answer and to no other. Comments, docstrings and
layout do not count. Two modules are left out on purpose: ``errors`` can only
refuse, and ``config`` acts through its values, which every fingerprint holds.
"""

import ast
import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

PACKAGE: Final = "crosslab"
PACKAGE_FOLDER: Final = Path(__file__).parent

# Packages that take part in computing an answer.
ANSWERING_PACKAGES: Final = ("numpy", "tokenizers", "torch", "transformers")

WITHOUT_INFLUENCE: Final = frozenset({"crosslab", "crosslab.errors", "crosslab.config"})


def digest(content: bytes | str) -> str:
    """Return the SHA-256 of some content, in hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def digest_of(value: Any) -> str:
    """Return the SHA-256 of plain data, whatever the order of its keys.

    Example:
        >>> digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
        True
    """
    return digest(json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False))


def source_digests(modules: Iterable[str]) -> dict[str, str]:
    """Return the digest of every module that these modules import, themselves included."""
    pending = list(modules)
    found: dict[str, str] = {}
    while pending:
        module = pending.pop()
        if module in found or module in WITHOUT_INFLUENCE:
            continue
        found[module], imports = _read(module_path(module))
        pending += imports
    return dict(sorted(found.items()))


def module_path(module: str) -> Path:
    """Return the file a module of this package is written in."""
    path = PACKAGE_FOLDER.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _read(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the digest of a module and what it imports; read once per process."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = tuple(imported_modules(tree))
    return digest(ast.dump(_Bare().visit(tree))), imports


def imported_modules(tree: ast.Module) -> list[str]:
    """Return the modules of this package that some code imports, and their packages.

    Example:
        >>> imported_modules(ast.parse("from crosslab.prose import render"))
        ['crosslab.prose', 'crosslab.prose.render']
    """
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            members = [f"{node.module}.{alias.name}" for alias in node.names]
            names += [node.module, *(name for name in members if _is_module(name))]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name for name in names if name.split(".")[0] == PACKAGE]


def _is_module(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] == PACKAGE and module_path(name).is_file()


class _Bare(ast.NodeTransformer):
    """Drop docstrings, which change no answer."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_docstring(body[0]):
            node.body = body[1:]  # type: ignore[attr-defined]
        return super().generic_visit(node)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def answering_versions() -> dict[str, str]:
    """Return the versions of the packages that take part in computing an answer.

    Local build labels (``+cpu``) are left out: the device is recorded apart.
    """
    return {name: _version(name).partition("+")[0] for name in ANSWERING_PACKAGES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def machine() -> dict[str, str]:
    """Return what a reader needs to know about the machine a run was made on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "device": "cpu",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


@cache
def commit() -> str:
    """Return the git commit of the working tree, ``+changed`` if it is not clean.

    Example:
        >>> bool(commit())
        True
    """
    folder = PACKAGE_FOLDER
    try:
        head = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+changed" if changed else "")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def interpreter() -> str:
    """Return the Python that runs this, for the commands a study starts."""
    return sys.executable
