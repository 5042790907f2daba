"""References that lead out of a repository, to where its folder stood: in paths, links and workflows. Pure."""

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import yaml

from migration.verification.references.path_expressions import opened_paths, paths_outside

_RELATIVE = re.compile(r"(?<![\w./])((?:\.\./)+|\.\.(?=[\s\"'/)]|$))[\w.-]*")
_NOT_WRITTEN_BY_PEOPLE = ("package-lock.json", "poetry.lock", "uv.lock", "pnpm-lock.yaml", "yarn.lock")
_DOCUMENTS = (".md", ".rst", ".markdown", ".txt")
_LINK = re.compile(r"\]\(\s*<?((?:\.\./)+)|^\s*\[[^\]]+\]:\s*((?:\.\./)+)|(?:href|src)=[\"']((?:\.\./)+)")
_SCRIPT_IMPORT = re.compile(
    r"(?:from|import|require\(|import\(|url\(|new URL\(|@import|include|extends|(?:outDir|envDir|publicDir):)\s*"
    r"[\"']?((?:\.\./)+)"
    r"|[\"'](?:path|src|href|extends|main|\$schema|\$ref)[\"']\s*:\s*[\"'](?:file:|link:)?((?:\.\./)+)"
)
_SCRIPTS = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".vue", ".svelte", ".css", ".scss", ".html")
_COMMENTS = {".sql": "--"}
_ROOT_OF_GIT = re.compile(r"\$\(git rev-parse --show-toplevel\)[\"']?/([\w./-]+)")
_OF_SCRIPT = re.compile(
    r"(?:\$\(\s*(?:cd\s+[\"']?\$\()?\s*dirname\s+(?:--\s+)?[\"']?\$\{?(?:0|BASH_SOURCE(?:\[0\])?)\}?[\"']?\s*\)[\"']?"
    r"|\$\{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\})((?:/\.\.)+)"
)
_MAKE_ABOVE = re.compile(r"\b(?:make|git|npm|tar)\s+(?:--directory|--prefix|-C)[ =]?((?:\.\./?)+)(?=[\s\"')]|$)")
_TAGS = re.compile(r"--match[= ][\"']?([\w./*?\[\]-]+)")


def references(files: Mapping[str, str], monorepo: str, owner: str) -> Iterator[str]:
    """What in these files needs the monorepo, as "path:line: the line".

    files: path to text. monorepo: its name. owner: whose it is on GitHub. A path counts where something opens it:
    not in comments, in the prose of documents, or in strings that Python code only compares.
    """
    link = re.compile(rf"[/:]{re.escape(owner)}/{re.escape(monorepo)}(?:\.git)?(?![\w-])")
    for path, text in files.items():
        if PurePosixPath(path).name in _NOT_WRITTEN_BY_PEOPLE:
            continue
        lines = text.splitlines()
        numbers = {number for number, line in enumerate(lines, 1) if link.search(line)}
        numbers |= _python_lines(path, text, files) if path.endswith(".py") else _lines_outside(path, lines, files)
        yield from (f"{path}:{number}: {lines[number - 1].strip()[:120]}" for number in sorted(numbers))


def _python_lines(path: str, text: str, files: Mapping[str, str]) -> set[int]:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a template that becomes Python when it is filled in
        return set()
    found = {line for line, _ in paths_outside(path, tree)}
    for line, target in opened_paths(tree):
        inside = [posixpath.normpath(posixpath.join(base, target)) for base in (posixpath.dirname(path), "")]
        if not any(_exists(place, files) for place in inside):
            found.add(line)
    return found | _lines_outside(path, [line if _COMMAND.search(line) else "" for line in text.splitlines()], files)


_COMMAND = re.compile(r"show-toplevel|\bmake -C|dirname .?\$")


def _lines_outside(path: str, lines: Sequence[str], files: Mapping[str, str]) -> set[int]:
    """The lines of a file in any other language with a path that leads out of the repository."""
    depth, suffix = path.count("/"), PurePosixPath(path).suffix.lower()
    found = set()
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(_COMMENTS.get(suffix, ("#", "//", "* ", "<!--"))) and suffix not in _DOCUMENTS:
            continue
        pattern = _LINK if suffix in _DOCUMENTS else _SCRIPT_IMPORT if suffix in _SCRIPTS else _RELATIVE
        ups = [next(filter(None, match.groups())).count("..") for match in pattern.finditer(line)]
        ups += [match[1].count("..") for match in _OF_SCRIPT.finditer(line)]
        is_above = any(count > depth for count in ups) and not _only_below_script(line, depth)
        root = [match[1] for match in _ROOT_OF_GIT.finditer(line)]
        lost = [target for target in root if not _exists(posixpath.normpath(target), files)]
        if is_above or lost or any(match[1].count("..") > depth for match in _MAKE_ABOVE.finditer(line)):
            found.add(number)
    return found


def _only_below_script(line: str, depth: int) -> bool:
    """Whether every `..` of a line starts at the script's own folder and stays in the repository."""
    rest = _OF_SCRIPT.sub(lambda match: match[0] if match[1].count("..") > depth else "", line)
    return rest != line and not _RELATIVE.search(rest)


def _exists(path: str, files: Mapping[str, str]) -> bool:
    return path == "." or path in files or any(file.startswith(f"{path.rstrip('/')}/") for file in files)


def former_paths(files: Mapping[str, str], moves: Mapping[str, str]) -> Iterator[str]:
    """Paths that start at the monorepo's root, of files that are here under another path.

    moves: the folder in the monorepo to the folder here.
    """
    for path, text in files.items():
        if path.endswith(_DOCUMENTS) or PurePosixPath(path).name in _NOT_WRITTEN_BY_PEOPLE:
            continue
        for source, target in moves.items():
            written = re.compile(rf"(?<![\w./-]){re.escape(source)}/([\w./-]*[\w-])")
            whole = re.compile(rf"(?<![\w./-]){re.escape(source)}(?=/?(?:[\s\"',;)}}\]]|$))") if "/" in source else None
            for number, line in enumerate(text.splitlines(), 1):
                if line.lstrip().startswith(("#", "//")):
                    continue
                names = [posixpath.normpath(posixpath.join(target, match[1])) for match in written.finditer(line)]
                is_moved = any(_exists(name, files) for name in names) or bool(whole and whole.search(line))
                if is_moved and not _exists(source, files):
                    yield f"{path}:{number}: {line.strip()[:120]}"


def lost_tags(files: Mapping[str, str], tags: Iterable[str]) -> Iterator[str]:
    """Patterns of `git describe --match` that no tag of the repository fits, although it has tags."""
    known = list(tags)
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            for match in () if path.endswith(_DOCUMENTS) else _TAGS.finditer(line):
                if known and not any(fnmatchcase(tag, match[1]) for tag in known):
                    yield f"{path}:{number}: no tag fits {match[1]}: {line.strip()[:120]}"


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
