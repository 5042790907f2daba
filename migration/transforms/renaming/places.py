"""Where a module is in a repository, and what is in it."""

import ast
import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Files = Mapping[str, bytes]
"""A repository's tree: path to content."""


class RenameError(Exception):
    """A module cannot be renamed as the plan says. Says which, where, and what to do."""


@dataclass(frozen=True, kw_only=True)
class PythonModule:
    """A module and its new name, both dotted where it is in a namespace or another package.

    moves: old path to new path of each of its files. folders: the same for its folders, one for each source root.
    definitions: of each module in it, by its dotted name below the module ("" is the module itself), the names that
        it defines. Empty for a module of another repository, of which nothing is known.
    roots: folders that code is imported from and that commands run in; "" is the repository's root.
    """

    old: str
    new: str
    moves: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    roots: tuple[str, ...] = ("",)

    @cached_property
    def leaf(self) -> str:
        """The last part of the old name, which is also the name of its folder or file."""
        return self.old.rpartition(".")[2]

    def has(self, rest: str) -> bool:
        """Whether "module.rest" is something: a module in it, or a name that one of them defines, or its attribute."""
        if not self.definitions or not rest:
            return True
        inside = ""
        for part in rest.split("."):
            child = f"{inside}.{part}" if inside else part
            if child not in self.definitions:
                return part in self.definitions[inside]
            inside = child
        return True


def find_module(files: Files, old: str, new: str) -> PythonModule:
    """The module `old` of a tree: a folder or a file where the project's build looks for its code.

    Raises RenameError when there is none, or when something has the new name already.
    """
    moves: dict[str, str] = {}
    folders: dict[str, str] = {}
    definitions: dict[str, frozenset[str]] = {}
    roots = tuple(dict.fromkeys(_source_roots(files)))
    for root in roots:
        folder, target = (posixpath.join(root, name.replace(".", "/")) for name in (old, new))
        inside = [path for path in files if path.startswith(f"{folder}/")]
        if any(path.endswith(".py") for path in inside):
            moves |= {path: target + path.removeprefix(folder) for path in inside}
            folders[folder] = target
            for path in inside:
                _define_folders(definitions, path.removeprefix(f"{folder}/"))
            definitions |= {
                _dotted(path.removeprefix(f"{folder}/")): _defined(files[path])
                for path in inside
                if path.endswith((".py", ".pyi"))
            }
        if (file := f"{folder}.py") in files:
            moves[file] = f"{target}.py"
            definitions[""] = _defined(files[file])
    if not moves:
        raise RenameError(
            f"no module {old!r} was found: neither a folder with Python files nor {old.replace('.', '/')}.py, at the "
            "root of a project or in its src. Correct `transforms.rename_modules` in the plan."
        )
    if taken := sorted(set(moves.values()) & (files.keys() - moves.keys())):
        raise RenameError(f"{old!r} cannot become {new!r}: {taken[0]} exists already. Choose another name in the plan.")
    return PythonModule(old=old, new=new, moves=moves, folders=folders, definitions=definitions, roots=roots)


def _define_folders(definitions: dict[str, frozenset[str]], path: str) -> None:
    """Every folder on the way to a file, which a namespace package has no `__init__.py` for."""
    parts = path.split("/")[:-1]
    for depth in range(len(parts) + 1):
        definitions.setdefault(".".join(parts[:depth]), frozenset())


def _dotted(path: str) -> str:
    module = path.rpartition(".")[0].replace("/", ".")
    return "" if module == "__init__" else module.removesuffix(".__init__")


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
    """What Poetry's `packages`, setuptools' `where` and `package-dir`, and uv's `module-root` name."""
    with suppress(tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError, TypeError):
        tool: dict[str, Any] = tomllib.loads(content.decode()).get("tool", {})
        yield from (package["from"] for package in tool.get("poetry", {}).get("packages", ()) if "from" in package)
        setuptools = tool.get("setuptools", {})
        yield from setuptools.get("package-dir", {}).values()
        packages = setuptools.get("packages", {})
        if isinstance(packages, dict):
            yield from packages.get("find", {}).get("where", ())
        if "module-root" in (backend := tool.get("uv", {}).get("build-backend", {})):
            yield backend["module-root"]


def _defined(content: bytes) -> frozenset[str]:
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
    return frozenset(names)
