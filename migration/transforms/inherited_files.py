"""Files beside and parent a moved folder that decide about its files, as they read at its new repository's root.

A moved folder keeps its own such files. What the monorepo's root, and the folders between, say about it would be lost.
"""

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from migration.git.command import run_git
from migration.git.gitlinks import SETTINGS, absolute_url, gitlinks, submodule_entries, submodule_sources
from migration.git.tree_changes import Changes, Files, Transform
from migration.plan import Move, Repository
from migration.transforms.inherited_rules import Rules, attributes_of, editor_settings_of, ignored_of

RULES: dict[str, tuple[str, Rules]] = {
    "attributes": (".gitattributes", attributes_of),
    "ignore": (".gitignore", ignored_of),
    "editorconfig": (".editorconfig", editor_settings_of),
}
"""By the word in the plan: the file's name, and what of it is about one folder."""

MAILMAP = ".mailmap"
_LICENSES = ("license", "licence", "copying", "notice", "unlicense", "patents")


def is_license(name: str) -> bool:
    """Whether a file at the root is about the rights to all others."""
    return name.lower().split(".")[0].split("-")[0] in _LICENSES


def inherited_inputs(git_dir: Path, monorepo_head: str, moves: Iterable[Move]) -> str:
    """Differs where `inherit` has something else to read."""
    folders = sorted({folder for move in moves for folder in _parents(move.source)} - {""})
    names = [name for name, _ in RULES.values()]
    paths = [f"{folder}/{name}" for folder in folders for name in names]
    listed = run_git("ls-tree", "-z", "--full-tree", monorepo_head, directory=git_dir)
    root = [line for line in listed.split(b"\0") if _is_read(os.fsdecode(line.partition(b"\t")[2]))]
    deeper = run_git("ls-tree", "-z", "--full-tree", monorepo_head, "--", *paths, directory=git_dir) if paths else b""
    return os.fsdecode(b"\0".join([*root, deeper]))


def _is_read(name: str) -> bool:
    return name in [MAILMAP, SETTINGS, *(file for file, _ in RULES.values())] or is_license(name)


def inherit(git_dir: Path, repository: Repository, monorepo_head: str, head: str, address: str = "") -> Transform:
    """What the plan's `inherit` adds to the repository's root. A file that the plan adds goes before.

    head: of the repository's history. address: of the monorepo; "" where it is not known.
    """

    def transform(files: Files) -> Changes:
        words = repository.transforms.inherit
        read = _MonorepoFiles(git_dir, monorepo_head)
        contents: dict[str, bytes | None] = {}
        for word, (name, rules) in RULES.items():
            if word in words:
                contents |= _with_rules(read, repository.moves, files, name, rules)
        if "mailmap" in words:
            contents |= _with_mailmap(read, files)
        if "license" in words:
            contents |= _with_licenses(read, files)
        if "submodules" in words:
            contents |= _with_submodules(git_dir, repository.moves, monorepo_head, head, files, address)
        return Changes(contents=contents)

    return transform


class _MonorepoFiles:
    def __init__(self, git_dir: Path, commit: str) -> None:
        self._git_dir, self._commit = git_dir, commit

    def __call__(self, path: str) -> bytes | None:
        """A regular file of the monorepo; None where it has none at the path."""
        entry = run_git("ls-tree", "-z", "--full-tree", self._commit, "--", path, directory=self._git_dir)
        if not entry.startswith(b"100"):
            return None
        return run_git("cat-file", "blob", entry.split()[2].decode(), directory=self._git_dir)

    def is_file(self, path: str) -> bool:
        entry = run_git("ls-tree", "-z", "--full-tree", self._commit, "--", path, directory=self._git_dir)
        return b" blob " in entry.partition(b"\t")[0]

    def names(self) -> list[str]:
        """Of the root's regular files."""
        listed = run_git("ls-tree", "-z", "--full-tree", self._commit, directory=self._git_dir).split(b"\0")
        return [os.fsdecode(line.partition(b"\t")[2]) for line in listed if line.startswith(b"100")]


def _with_rules(
    read: _MonorepoFiles, moves: Sequence[Move], files: Files, name: str, rules: Rules
) -> dict[str, bytes | None]:
    own = files.get(name)
    if name == ".editorconfig" and own is not None and _is_topmost(own.decode(errors="surrogateescape")):
        return {}
    parts = list(dict.fromkeys(_parts(read, moves, name, rules)))
    known = set((own or b"").splitlines())
    inherited = os.fsencode("\n".join(parts))
    if not parts or set(inherited.splitlines()) <= known | {b""}:
        return {}
    return {name: inherited if own is None else inherited + b"\n" + own}


def _parts(read: _MonorepoFiles, moves: Sequence[Move], name: str, rules: Rules) -> Iterator[str]:
    """What is left of each file, those nearer to the root first."""
    for move in moves:
        folder, target = _places(move, read.is_file)
        files = [
            (parent, content) for parent in _parents(move.source) if (content := read(posixpath.join(parent, name)))
        ]
        texts = [(parent, content.decode(errors="surrogateescape")) for parent, content in files]
        if name == ".editorconfig":
            texts = _from_topmost(texts)
        for parent, text in texts:
            relative = posixpath.relpath(folder or ".", parent or ".")
            left = rules(text, "" if relative == "." else relative, target, not parent)
            if left:
                yield left


def _places(move: Move, is_file: Callable[[str], bool]) -> tuple[str, str]:
    """The moved folder, and the folder where it lands; of a moved file those that it is in."""
    target = "" if move.target == "." else move.target
    if move.source != "." and is_file(move.source):
        return posixpath.dirname(move.source), posixpath.dirname(target)
    return "" if move.source == "." else move.source, target


def _parents(folder: str) -> list[str]:
    """The folders that a folder is in, the root first; nothing for the root."""
    names = [] if folder == "." else folder.split("/")
    return ["/".join(names[:depth]) for depth in range(len(names))]


def _is_topmost(text: str) -> bool:
    preamble = text.split("[", 1)[0]
    return any(line.replace(" ", "").strip().lower() == "root=true" for line in preamble.splitlines())


def _from_topmost(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    topmost = [position for position, (_, text) in enumerate(texts) if _is_topmost(text)]
    return texts[topmost[-1] :] if topmost else texts


def _with_mailmap(read: _MonorepoFiles, files: Files) -> dict[str, bytes | None]:
    """The monorepo's names for people go before the folder's own, which git did not read there."""
    content, own = read(MAILMAP), files.get(MAILMAP)
    if content is None or content == own:
        return {}
    return {MAILMAP: content if own is None else own.rstrip(b"\n") + b"\n" + content}


def _with_submodules(
    git_dir: Path, moves: Sequence[Move], monorepo_head: str, head: str, files: Files, address: str
) -> dict[str, bytes | None]:
    """The monorepo's entries of the gitlinks that moved. The moved folder's own entries go before."""
    links = gitlinks(git_dir, head)
    if not links:
        return {}
    known, inherited = submodule_entries(git_dir, head), submodule_entries(git_dir, monorepo_head)
    places = [(move.source, move.target) for move in moves]
    texts = [files[SETTINGS]] if SETTINGS in files else []
    for path in links:
        entry = next((inherited[old] for old in submodule_sources(places, path) if old in inherited), None)
        if entry and path not in known:
            texts.append(os.fsencode(replace(entry, path=path, url=absolute_url(entry.url, address)).text))
    content = b"".join(texts)
    return {SETTINGS: content} if content != files.get(SETTINGS, b"") else {}


def _with_licenses(read: _MonorepoFiles, files: Files) -> dict[str, bytes | None]:
    """Those of a kind that the repository has not at its root."""
    present = {name.lower().split(".")[0] for name in files if "/" not in name}
    names = [name for name in read.names() if is_license(name) and name.lower().split(".")[0] not in present]
    return {name: content for name in names if (content := read(name)) is not None}
