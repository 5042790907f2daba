"""Merging a branch with the vendor branch, without a work tree: the same inputs give the same commit."""

from collections.abc import Mapping
from pathlib import Path

from migration.git.command import GitError, run_git


def merged(git_dir: Path, present: str, tip: str, message: str) -> str | tuple[str, ...]:
    """Where `branch` goes, from its commit `present`, to have all of the vendor branch's commit `tip`, or of another's.

    `present` itself when it has it, `tip` when only the monorepo moved on, else a merge commit, dated as the tip. The
    paths that git could not merge when people and the monorepo changed the same lines. Raises GitError.
    """
    if is_ancestor(git_dir, tip, present):
        return present
    if is_ancestor(git_dir, present, tip):
        return tip
    tree, *conflicting = merged_tree(git_dir, present, tip)
    if conflicting:
        return tuple(conflicting)
    date = _git(git_dir, "show", "--no-patch", "--format=%cd", "--date=raw", tip)
    author = {"NAME": "multirepo", "EMAIL": "multirepo@users.noreply.github.com", "DATE": date}
    identity = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in author.items()}
    return _git(git_dir, "commit-tree", tree, "-p", present, "-p", tip, "-m", message, variables=identity)


def merged_tree(git_dir: Path, first: str, second: str) -> list[str]:
    """The tree of two commits' merge, then the paths that conflict: https://git-scm.com/docs/git-merge-tree#OUTPUT

    Raises GitError.
    """
    _, output = _answer(git_dir, "merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", first, second)
    return output.removesuffix("\0").split("\0")


def merge_base(git_dir: Path, first: str, second: str) -> str:
    """A best common ancestor of two commits; "" when they have none. Raises GitError."""
    _, output = _answer(git_dir, "merge-base", first, second)
    return output.partition("\n")[0]


def is_ancestor(git_dir: Path, older: str, newer: str) -> bool:
    """Whether `newer` has all of `older`'s history. Raises GitError."""
    other, _ = _answer(git_dir, "merge-base", "--is-ancestor", older, newer)
    return not other


def commits_between(git_dir: Path, since: str, until: str, paths: tuple[str, ...]) -> list[str]:
    """Commits of `until`, but not of `since`, that touch the paths: short id and subject, newest first, at most 20."""
    literal = [f":(literal){path}" for path in paths]
    listing = ("log", "--no-merges", "--max-count=20", "--format=%h %s", f"{since}..{until}", "--", *literal)
    return _git(git_dir, *listing).splitlines()


def _git(git_dir: Path, *arguments: str, variables: Mapping[str, str] | None = None) -> str:
    answer = run_git(*arguments, directory=git_dir, variables=variables)
    return answer.decode(errors="surrogateescape").removesuffix("\n")


def _answer(git_dir: Path, *arguments: str) -> tuple[bool, str]:
    """Of a command that ends with 1 for one of its two answers: whether it did, and what it printed."""
    try:
        return False, _git(git_dir, *arguments)
    except GitError as error:
        if error.code != 1:
            raise
        return True, error.printed.decode(errors="surrogateescape")
