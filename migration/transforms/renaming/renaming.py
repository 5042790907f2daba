"""All files of a repository, after a module got another name."""

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from libcst import ParserSyntaxError
from tomlkit.exceptions import TOMLKitError

from migration.transforms.renaming.manifest import manifest_renamed
from migration.transforms.renaming.places import Files, PythonModule, find_module
from migration.transforms.renaming.python_code import code_renamed
from migration.transforms.renaming.text import ModuleInText, dockerfile_renamed, is_python, text_of


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A line that a person must look at. path: after the renaming. line: from 1. text: of it, without indentation."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Renaming:
    """changes: path to new content, or to None for a file that is gone. moves: old path to new. doubts: by path."""

    changes: Mapping[str, bytes | None]
    moves: Mapping[str, str]
    doubts: tuple[Doubt, ...]


def rename_modules(files: Files, names: Mapping[str, str]) -> Renaming:
    """Rename each module. files: the whole tree. names: old name to new name. Raises RenameError."""
    now = dict(files)
    moves = {path: path for path in files}
    doubts: list[Doubt] = []
    for old, new in names.items():
        module = find_module(now, old, new)
        now = {module.moves.get(path, path): _renamed(path, content, module) for path, content in now.items()}
        moves = {origin: module.moves.get(path, path) for origin, path in moves.items()}
        doubts += _doubts(now, module)
    changes: dict[str, bytes | None] = {path: None for path in files if path not in now}
    changes |= {path: content for path, content in now.items() if files.get(path) != content}
    moved = {origin: path for origin, path in moves.items() if origin != path}
    return Renaming(
        changes=changes, moves=moved, doubts=tuple(sorted(doubts, key=lambda doubt: (doubt.path, doubt.line)))
    )


def _renamed(path: str, content: bytes, module: PythonModule) -> bytes:
    names, name, text = ModuleInText(module), posixpath.basename(path), text_of(path, content)
    if text is None or module.old not in text:
        return content
    try:
        if is_python(path):
            return code_renamed(content, module, names)[0]
        if name == "pyproject.toml":
            text = manifest_renamed(content, module).decode()
    except (ParserSyntaxError, TOMLKitError):
        return content  # a template, or made wrong on purpose for a test
    if name.lower().startswith("dockerfile") or name.lower().endswith(".dockerfile"):
        text = dockerfile_renamed(text, names)
    return names.renamed(text).encode()


def _doubts(files: Files, module: PythonModule) -> Iterator[Doubt]:
    names = ModuleInText(module)
    for path, content in files.items():
        text = text_of(path, content)
        if text is None or not names.is_left_in(text):
            continue
        numbers = names.lines_left(text)
        if is_python(path):
            with suppress(ParserSyntaxError):  # then every line counts
                numbers = code_renamed(content, module, names)[1]
        lines = text.splitlines()
        yield from (Doubt(path=path, line=number, text=lines[number - 1].strip()) for number in numbers)
