"""`.git-blame-ignore-revs` as it reads in a new repository.

The list that `git blame --ignore-revs-file` takes (https://git-scm.com/docs/git-blame) and that GitHub reads at the
root of a repository by this name: a whole id a line, "#" begins a comment, blank lines do not count.
"""

import posixpath
import re
from collections.abc import Callable
from pathlib import Path

from migration.git.command import run_git
from migration.git.tree_changes import Changes, Files, Transform
from migration.split.commit_map import read_commit_map

FILE_NAME = ".git-blame-ignore-revs"

_ID = re.compile(rb"[ \t]*([0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?)[ \t]*(?:#.*)?")


def with_new_ids(content: bytes, new_id: Callable[[str], str | None]) -> bytes:
    """The list for a new repository: the commits that moved, by their new ids, with their comments.

    new_id: of a monorepo's commit, by its whole id in lower case; None where it did not move. Its line goes, for git
    and GitHub would find no such commit; where a paragraph names commits and none is left, it goes with its comments.
    """
    paragraphs = re.split(rb"(\n(?:[ \t\r]*\n)+)", content)
    lists = b""
    for paragraph, blank in zip(paragraphs[::2], [*paragraphs[1::2], b""], strict=True):
        lines = [_follow(line, new_id) for line in paragraph.splitlines(keepends=True)]
        left = [line for line in lines if line is not None]
        if len(left) == len(lines) or any(_ID.match(line) for line in left):
            lists += b"".join(left).removesuffix(b"\n" if blank else b"") + blank
    return lists


def names_commits(content: bytes) -> bool:
    """Whether any commit is left in a list."""
    return any(_ID.fullmatch(line) for line in content.splitlines())


def _follow(line: bytes, new_id: Callable[[str], str | None]) -> bytes | None:
    """A line with the new id in place of the old; None for one whose commit did not move."""
    match = _ID.fullmatch(line.rstrip(b"\r\n"))
    if match is None:
        return line
    new = new_id(match[1].decode().lower())
    return None if new is None else line[: match.start(1)] + new.encode() + line[match.end(1) :]


def blame_ignore_revs(git_dir: Path, repository: str, monorepo_head: str) -> Transform:
    """Lists of commits for blame to ignore name the repository's own commits.

    A repository without a list at its root, where alone GitHub reads it, gets what moved of the monorepo's.
    """

    def transform(files: Files) -> Changes:
        lists = {path: files[path] for path in files if posixpath.basename(path) == FILE_NAME}
        monorepo_list = _regular_file(git_dir, monorepo_head, FILE_NAME)
        if monorepo_list is None and not lists:
            return Changes(contents={})
        new_ids = dict(read_commit_map(git_dir, repository, len(monorepo_head) // 2))
        rewritten = {path: with_new_ids(content, new_ids.get) for path, content in lists.items()}
        if FILE_NAME not in lists and monorepo_list is not None:
            moved = with_new_ids(monorepo_list, new_ids.get)
            rewritten |= {FILE_NAME: moved} if names_commits(moved) else {}
        return Changes(contents={path: content for path, content in rewritten.items() if content != lists.get(path)})

    return transform


def _regular_file(git_dir: Path, commit: str, path: str) -> bytes | None:
    entry = run_git("ls-tree", "-z", commit, "--", path, directory=git_dir)
    if not entry.startswith(b"100"):
        return None
    return run_git("cat-file", "blob", entry.split()[2].decode(), directory=git_dir)
