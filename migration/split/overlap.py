"""Whether two moves take one file of the monorepo, by the paths that its history really has."""

import os
from collections.abc import Mapping
from itertools import combinations

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.errors import SplitError
from migration.git.command import ObjectStore, run_git
from migration.git.object_format import FORMATS
from migration.split.workspace import Split

_NAMED = 3


def demand_no_overlap(split: Split, selections: Mapping[str, CodeSelection]) -> None:
    """Raise SplitError with the files that two moves take. Only folders that lie in one another are looked at.

    At the root of a repository, files may land beside one folder: the plan alone does not say which moves take files.
    """
    for name, selection in selections.items():
        at_root = [move.source or "." for move in selection.moves if not move.target]
        folders = [source for source in at_root if source not in split.files]
        if len(folders) > 1:
            raise SplitError(
                f"{name}: The folders {' and '.join(folders)} move to the root. Give each but one a folder with `to`."
            )
    moves = [(name, move) for name, selection in selections.items() for move in selection.moves]
    for (name, move), (other_name, other) in combinations(moves, 2):
        inner, outer = (move, other) if _lies_in(move.source, other.source) else (other, move)
        is_copy = name != other_name and (move.shared or other.shared)
        if is_copy or not outer.source or not _lies_in(inner.source, outer.source):
            continue
        paths = _paths_of(split, inner.source)
        if both := sorted(paths - _excluded(split, inner, paths) - _excluded(split, outer, paths)):
            listed = ", ".join(both[:_NAMED]) + (f" and {len(both) - _NAMED:,} more" if len(both) > _NAMED else "")
            repositories = " and ".join(dict.fromkeys((name, other_name)))
            raise SplitError(
                f"{repositories}: Two moves take {listed}. Exclude these files from one of the two, of "
                f"{outer.source} and {inner.source}, in all commits: see `exclude`."
            )


def _lies_in(folder: str, outer: str) -> bool:
    return folder != outer and (not outer or folder.startswith(f"{outer}/"))


def _paths_of(split: Split, folder: str) -> set[str]:
    """Every path that the history, or the newest commit, has in the folder."""
    commands = (
        ("log", "--format=", "--name-only", "-z", "--no-renames", "--full-history"),
        ("ls-tree", "-r", "-z", "--name-only", "--full-tree"),
    )
    paths: set[str] = set()
    for command in commands:
        arguments = ("--literal-pathspecs", *command, split.monorepo_head, "--", folder)
        listing = run_git(*arguments, directory=split.git_dir)
        paths.update(os.fsdecode(listing).split("\0"))
    return paths - {""}


def _excluded(split: Split, move: FolderMove, paths: set[str]) -> set[str]:
    if not move.exclude:
        return set()
    store = ObjectStore(split.git_dir, FORMATS["sha1" if len(split.monorepo_head) == 40 else "sha256"])
    prefix = os.fsencode(f"{move.source}/" if move.source else "")
    inside = [os.fsencode(path).removeprefix(prefix) for path in paths]
    return {os.fsdecode(prefix + path) for path in store.ignored(move.exclude, inside)}
