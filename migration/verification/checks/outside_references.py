"""References that lead out of a repository, to where its folder stood: in paths, links and workflows. Pure."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

import yaml

_RELATIVE = re.compile(r"(?<![\w./])((?:\.\./)+)[\w.-]")
_NOT_TEXT_OF_PEOPLE = ("package-lock.json", "poetry.lock", "uv.lock")


def references(files: Mapping[str, str], monorepo: str, owner: str) -> Iterator[str]:
    """What in these files needs the monorepo, as "path:line: the line".

    files: path to text. monorepo: its name. owner: whose it is on GitHub.
    """
    link = re.compile(rf"[/:]{re.escape(owner)}/{re.escape(monorepo)}(?:\.git)?(?![\w-])")
    for path, text in files.items():
        if PurePosixPath(path).name in _NOT_TEXT_OF_PEOPLE:
            continue
        depth = path.count("/")
        for number, line in enumerate(text.splitlines(), 1):
            leaves = any(len(found[1]) // 3 > depth for found in _RELATIVE.finditer(line))
            if leaves or link.search(line):
                yield f"{path}:{number}: {line.strip()[:120]}"


def foreign_imports(files: Mapping[str, str], modules: Mapping[str, str], allowed: Iterable[str]) -> Iterator[str]:
    """Imports of modules that belong to other repositories and that nothing declares.

    modules: top-level module to the package that has it. allowed: packages that the repository may import.
    """
    forbidden = {module for module, package in modules.items() if package not in set(allowed)}
    for path, text in files.items():
        if path.endswith(".py"):
            for number, module in _imported(text):
                if module in forbidden:
                    yield f"{path}:{number}: imports {module}, which is {modules[module]}'s"


def _imported(text: str) -> Iterator[tuple[int, str]]:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a template that becomes Python when it is filled in
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.lineno, node.module.partition(".")[0]


def absent_folders(files: Mapping[str, str]) -> Iterator[str]:
    """Folders that a workflow works in and that are not in the repository."""
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    for path, text in files.items():
        if path.startswith(".github/workflows/"):
            for folder in _values_of("working-directory", yaml.safe_load(text)):
                if "${{" not in folder and str(PurePosixPath(folder)) not in folders:
                    yield f"{path}: works in {folder}, which is not there"


def _values_of(key: str, node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name == key and isinstance(value, str):
                yield value
            yield from _values_of(key, value)
    elif isinstance(node, list):
        for each in node:
            yield from _values_of(key, each)
