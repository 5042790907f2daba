"""All files of a repository, after a module got another name."""

import posixpath
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from libcst import ParserSyntaxError
from tomlkit.exceptions import TOMLKitError

from migration.transforms.renaming.dockerfile import dockerfile_renamed
from migration.transforms.renaming.documents import document_renamed, notebook_renamed
from migration.transforms.renaming.manifest import distribution_renamed, manifest_renamed
from migration.transforms.renaming.places import Files, PythonModule, find_module
from migration.transforms.renaming.python_code import RenamedCode, code_renamed
from migration.transforms.renaming.settings_files import settings_renamed
from migration.transforms.renaming.text import ModuleInText

_LOCK_FILES = ("poetry.lock", "uv.lock", "pdm.lock", "pixi.lock")
_SETTINGS = (".yml", ".yaml", ".toml", ".cfg", ".ini", ".coveragerc", ".importlinter", ".env", ".flake8", ".service")
_DOCUMENTS = (".md", ".markdown", ".rst", ".txt", ".qmd")
_COMMANDS = (".sh", ".bash", ".zsh", ".mk", ".fish", ".ps1", ".bat", "makefile", "procfile", "justfile", "jenkinsfile")


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A line to check by hand. path: after the renaming. line: from 1; 0 for a file that is not text in UTF-8.

    text: of the line, without indentation.
    """

    path: str
    line: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Renaming:
    """changes: path to new content, or to None for a file that is gone. moves: old path to new. doubts: by path.

    outside_syntax: changed lines that are not Python code, nor a setting, a command or a path.
    """

    changes: Mapping[str, bytes | None]
    moves: Mapping[str, str]
    doubts: tuple[Doubt, ...]
    outside_syntax: tuple[Doubt, ...] = ()


def rename_modules(files: Files, names: Mapping[str, str], foreign: Mapping[str, str] | None = None) -> Renaming:
    """Rename each module. files: the whole tree. names: old name to new name.

    foreign: the same for modules of other repositories that this one imports. Raises RenameError.
    """
    now = dict(files)
    moves = {path: path for path in files}
    doubts: list[Doubt] = []
    notes: list[Doubt] = []
    modules = [*((old, new, True) for old, new in names.items()), *((*pair, False) for pair in (foreign or {}).items())]
    for old, new, is_own in modules:
        module = find_module(now, old, new) if is_own else PythonModule(old=old, new=new)
        before, renamer = now, ModuleRenamer(now, module)
        now = {module.moves.get(path, path): renamer.renamed(path, content) for path, content in before.items()}
        moves = {origin: module.moves.get(path, path) for origin, path in moves.items()}
        doubts += renamer.doubts(now)
        notes += renamer.notes(before, now)
    changes: dict[str, bytes | None] = {path: None for path in files if path not in now}
    changes |= {path: content for path, content in now.items() if files.get(path) != content}
    moved = {origin: path for origin, path in moves.items() if origin != path}
    return Renaming(changes=changes, moves=moved, doubts=_order(doubts), outside_syntax=_order(notes))


def _order(lines: list[Doubt]) -> tuple[Doubt, ...]:
    return tuple(sorted(lines, key=lambda line: (line.path, line.line)))


class ModuleRenamer:
    """The rules for one module, file by file."""

    def __init__(self, files: Files, module: PythonModule) -> None:
        self._module = module
        self._word = re.compile(rb"(?<![\w.])" + re.escape(module.old.encode()) + rb"(?!\w)")
        self._distributions: dict[str, str] = {}
        for path, content in files.items():
            if posixpath.basename(path) == "pyproject.toml":
                self._distributions |= distribution_renamed(content, ModuleInText(module))

    def renamed(self, path: str, content: bytes) -> bytes:
        """The content after the renaming."""
        text = text_of(path, content)
        if text is None or self._module.leaf not in text:
            return content
        if is_python(path):
            try:
                return self._code(content, path).code
            except ParserSyntaxError:
                return content  # a template, or made wrong on purpose for a test
        return self._text_renamed(path, text).encode()

    def _text_renamed(self, path: str, text: str) -> str:
        folder, name = posixpath.split(path)
        names, kind = ModuleInText(self._module, folder), name.lower()
        if kind == "pyproject.toml":
            try:
                text = manifest_renamed(text.encode(), names).decode()
            except TOMLKitError:
                return text
            return "\n".join(names.prose(line) if line.lstrip().startswith("#") else line for line in text.split("\n"))
        if kind.startswith("dockerfile") or kind.endswith(".dockerfile") or kind.startswith("containerfile"):
            return dockerfile_renamed(text, names, folder)
        if kind.endswith(".ipynb"):
            return notebook_renamed(text, names, lambda code: self._code(code, path).code)
        if kind.endswith(_DOCUMENTS) and not kind.startswith("requirements"):
            return document_renamed(text, names, lambda code: self._code(code, "").code)
        if kind.endswith(_SETTINGS) or kind.startswith(".env"):
            return settings_renamed(names.paths(text), names)
        if kind.endswith(_COMMANDS) or text.startswith("#!") or kind == "package.json":
            return names.command(names.paths(text))
        return names.paths(text)

    def _code(self, content: bytes, path: str) -> RenamedCode:
        names = ModuleInText(self._module, posixpath.dirname(path))
        return code_renamed(content, names, self._package(path), self._distributions)

    def _package(self, path: str) -> str:
        """The dotted package of a file, from the nearest root; "" where it has none."""
        folder = posixpath.dirname(path)
        roots = [root for root in self._module.roots if folder == root or folder.startswith(f"{root}/") or not root]
        root = max(roots, key=len, default="")
        return folder.removeprefix(root).strip("/").replace("/", ".")

    def doubts(self, files: Files) -> Iterator[Doubt]:
        """The lines that still have the old name."""
        names = ModuleInText(self._module)
        for path, content in files.items():
            text = text_of(path, content)
            if text is None:
                if posixpath.basename(path) not in _LOCK_FILES and self._word.search(content):
                    what = "a file that is not text in UTF-8 names the module; a pickle of its classes cannot be read"
                    yield Doubt(path=path, line=0, text=what)
            elif names.has_word(text):
                yield from _lines(path, text, self._lines_left(path, content, text, names))

    def _lines_left(self, path: str, content: bytes, text: str, names: ModuleInText) -> list[int]:
        if is_python(path):
            try:
                return self._code(content, path).doubtful
            except ParserSyntaxError:
                pass  # then every line counts
        return names.lines_left(text)

    def notes(self, before: Files, after: Files) -> Iterator[Doubt]:
        """The changed lines of comments, docstrings and documents."""
        for path, content in before.items():
            target = self._module.moves.get(path, path)
            if after[target] == content:
                continue
            text = text_of(target, after[target]) or ""
            if is_python(path):
                yield from _lines(target, text, self._code(content, path).outside_syntax)
            elif path.lower().endswith(_DOCUMENTS):
                pairs = enumerate(zip(content.decode().splitlines(), text.splitlines(), strict=False), 1)
                yield from _lines(target, text, [number for number, (old, new) in pairs if old != new])


def _lines(path: str, text: str, numbers: list[int]) -> Iterator[Doubt]:
    lines = text.splitlines()
    yield from (Doubt(path=path, line=number, text=lines[number - 1].strip()) for number in numbers)


def is_python(path: str) -> bool:
    """Whether a file is Python code, by its name."""
    return path.endswith((".py", ".pyi"))


def text_of(path: str, content: bytes) -> str | None:
    """The text of a file; None for one that is not written by people: binary, or a lock file, which is made again."""
    if posixpath.basename(path) in _LOCK_FILES or b"\0" in content:
        return None
    try:
        encoding = tokenize.detect_encoding(BytesIO(content).readline)[0] if is_python(path) else "utf-8"
        return content.decode(encoding)
    except (UnicodeDecodeError, SyntaxError):
        return None
