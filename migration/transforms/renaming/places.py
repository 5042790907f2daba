"""Where a module lies in a repository, and what is in it."""

import ast
import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

Files = Mapping[str, bytes]
"""A repository's tree: path to content."""


class RenameError(Exception):
    """A module cannot be renamed as the plan says. Says which, where, and what to do."""


@dataclass(frozen=True, kw_only=True)
class PythonModule:
    """A top-level module and its new name.

    moves: old path to new path of each of its files. members: what can stand behind "name." in code: its modules,
        packages, and the names that its `__init__.py` defines. children: what can stand behind "name/" in a path.
    """

    old: str
    new: str
    moves: Mapping[str, str]
    members: frozenset[str]
    children: frozenset[str]


def find_module(files: Files, old: str, new: str) -> PythonModule:
    """The module `old` of a tree: a folder or a file where the project's build looks for its code.

    Raises RenameError when there is none, or when something has the new name already.
    """
    moves: dict[str, str] = {}
    members: set[str] = set()
    children: set[str] = set()
    for root in dict.fromkeys(_source_roots(files)):
        folder, target = posixpath.join(root, old) + "/", posixpath.join(root, new)
        inside = [path for path in files if path.startswith(folder)]
        if any(path.endswith(".py") for path in inside):
            moves |= {path: f"{target}/{path.removeprefix(folder)}" for path in inside}
            names = {path.removeprefix(folder).split("/")[0] for path in inside}
            children |= names
            members |= {name.removesuffix(".py") for name in names} - {"__init__"}
            members |= _defined(files.get(f"{folder}__init__.py", b""))
        if (file := posixpath.join(root, f"{old}.py")) in files:
            moves[file] = f"{target}.py"
            members |= _defined(files[file])
    if not moves:
        raise RenameError(
            f"no module {old!r} was found: neither a folder with Python files nor {old}.py, at the root of a project "
            "or in its src. Correct `transforms.rename_modules` in the plan."
        )
    if taken := sorted(set(moves.values()) & (files.keys() - moves.keys())):
        raise RenameError(f"{old!r} cannot become {new!r}: {taken[0]} exists already. Choose another name in the plan.")
    return PythonModule(old=old, new=new, moves=moves, members=frozenset(members), children=frozenset(children))


def _source_roots(files: Files) -> Iterator[str]:
    """The folders that code is imported from: of each project, the repository's root among them."""
    yield from ("", "src")
    for path in files:
        folder, name = posixpath.split(path)
        if name in ("pyproject.toml", "setup.py", "setup.cfg"):
            yield from (folder, posixpath.join(folder, "src"))
        if name == "pyproject.toml":
            yield from (posixpath.normpath(posixpath.join(folder, root)) for root in _declared_roots(files[path]))


def _declared_roots(content: bytes) -> Iterator[str]:
    """What Poetry's `packages` and setuptools' `where` and `package-dir` name."""
    with suppress(tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError, TypeError):
        tool: dict[str, Any] = tomllib.loads(content.decode()).get("tool", {})
        yield from (package["from"] for package in tool.get("poetry", {}).get("packages", ()) if "from" in package)
        setuptools = tool.get("setuptools", {})
        yield from setuptools.get("package-dir", {}).values()
        packages = setuptools.get("packages", {})
        if isinstance(packages, dict):
            yield from packages.get("find", {}).get("where", ())


def _defined(content: bytes) -> set[str]:
    """The names that a module defines or imports at its top level."""
    names: set[str] = set()
    with suppress(SyntaxError, ValueError):
        for node in ast.parse(content).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names
