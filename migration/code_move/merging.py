"""Merging a branch with the vendor branch, without a work tree: the same inputs give the same commit."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from migration.code_move.git_objects import git_environment
from migration.plan import VENDOR_BRANCH


def merged(git_dir: Path, branch: str, present: str, tip: str, message: str = "") -> str | tuple[str, ...]:
    """Where `branch` goes, from its commit `present`, to have all of the vendor branch's commit `tip`, or of another's.

    `present` itself when it has it, `tip` when only the monorepo moved on, else a merge commit, dated as the tip. The
    paths that git could not merge when people and the monorepo changed the same lines.
    """
    if is_ancestor(git_dir, tip, present):
        return present
    if is_ancestor(git_dir, present, tip):
        return tip
    done = _git(git_dir, "merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", present, tip)
    tree, *conflicting = done.stdout.removesuffix("\0").split("\0")
    if done.returncode:
        return tuple(conflicting)
    date = _git(git_dir, "show", "--no-patch", "--format=%cd", "--date=raw", tip).stdout.strip()
    author = {"NAME": "multirepo", "EMAIL": "multirepo@users.noreply.github.com", "DATE": date}
    identity = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in author.items()}
    message = message or f"Merge branch '{VENDOR_BRANCH}' into {branch}"
    return _git(
        git_dir, "commit-tree", tree, "-p", present, "-p", tip, "-m", message, environment=identity
    ).stdout.strip()


def is_ancestor(git_dir: Path, older: str, newer: str) -> bool:
    """Whether `newer` has all of `older`'s history."""
    return _git(git_dir, "merge-base", "--is-ancestor", older, newer).returncode == 0


def has_commit(git_dir: Path, commit: str) -> bool:
    """Whether the commit is on this machine."""
    return _git(git_dir, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0


def commits_between(git_dir: Path, since: str, until: str, paths: tuple[str, ...]) -> list[str]:
    """Commits of `until`, but not of `since`, that touch the paths: short id and subject, newest first, at most 20."""
    literal = [f":(literal){path}" for path in paths]
    shown = _git(git_dir, "log", "--no-merges", "--max-count=20", "--format=%h %s", f"{since}..{until}", "--", *literal)
    return shown.stdout.splitlines()


def _git(
    git_dir: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", "-C", str(git_dir), *arguments],
        env={**git_environment(user_config=False), **(environment or {})},
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )
