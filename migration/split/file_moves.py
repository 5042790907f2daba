"""Which moves take a single file: the plan does not say it, the history does."""

import os
import re
from collections.abc import Iterable, Mapping

from migration.desired_state.code_selection import CodeSelection
from migration.errors import SplitError
from migration.git.command import GitError, run_git
from migration.monorepo.source import SourceMonorepo


def find_file_moves(
    source: SourceMonorepo, selections: Mapping[str, CodeSelection], known: Mapping[str, bool]
) -> dict[str, bool]:
    """For each source of a move whether it is a file: at the head, or, where it is gone, when it was last there.

    known: what the split before found. Raises SplitError for a file with keys that only a folder can have.
    """
    sources = {move.source for selection in selections.values() for move in selection.all_moves if move.source}
    at_head = _kinds(source, source.head.hex(), sources)
    absent = {path for path in sources - at_head.keys() if path not in known}
    kinds = {path: at_head.get(path, known.get(path, False)) for path in sources}
    kinds |= {path: _was_file(source, path) for path in absent}
    for name, selection in selections.items():
        for move in selection.moves:
            if kinds.get(move.source) and move.exclude:
                raise SplitError(f"{name}: {move.source} is a file: remove `exclude` and `include` of its move.")
            if kinds.get(move.source) and any(not entry.path for entry in move.entries):
                raise SplitError(f"{name}: {move.source} is a file: name files in its `earlier`, not the root.")
    return kinds


def _kinds(source: SourceMonorepo, commit: str, paths: Iterable[str]) -> dict[str, bool]:
    """Whether it is a file, of each path that the commit has."""
    literal = [f":(literal){path}" for path in sorted(paths)]
    command = ("ls-tree", "-z", "--full-tree", commit, *literal)
    listing = _ask(source, *command) if literal else b""
    lines = (line.partition(b"\t") for line in listing.split(b"\0")[:-1])
    return {os.fsdecode(path): b" blob " in facts for facts, _, path in lines}


def _was_file(source: SourceMonorepo, path: str) -> bool:
    """Whether the last commit that changed something at the path changed a file there."""
    command = ("log", "-1", "-m", "--full-history", "--no-renames", "--format=", "--name-only", "-z")
    tips = (source.head.hex(), "--tags")
    changed = _ask(source, *command, *tips, "--", f":(top,literal){path}")
    return os.fsencode(path) in changed.split(b"\0")


def _ask(source: SourceMonorepo, *command: str) -> bytes:
    """The answer of git. Raises SplitError where an object is missing, GitError otherwise."""
    try:
        return run_git(*command, directory=source.path, user_config=True)
    except GitError as error:
        missing = re.search(r"(?:[Cc]ould not read|bad object|unable to read tree) \(?([0-9a-f]{40,64})", str(error))
        if missing is None:
            raise
        raise SplitError(
            f"{source.path} lacks the object {missing[1]}. Run `git fsck --connectivity-only` there and repair it, for "
            "example by a fresh clone."
        ) from error
