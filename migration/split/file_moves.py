"""Which moves take a single file: the plan does not say it, the history does."""

import os
from collections.abc import Iterable, Mapping

from migration.desired_state.code_selection import CodeSelection
from migration.errors import SplitError
from migration.git.command import GitError, run_git
from migration.git.tree_entries import kinds_at
from migration.monorepo.source import SourceMonorepo


def find_file_moves(
    source: SourceMonorepo, selections: Mapping[str, CodeSelection], known: Mapping[str, bool]
) -> dict[str, bool]:
    """For each source of a move whether it is a file: at the head, or, where it is gone, when it was last there.

    A source that never was anywhere is what its earlier names were.

    known: what the split before found. Raises SplitError for a file with keys that only a folder can have.
    """
    sources = {move.source for selection in selections.values() for move in selection.all_moves if move.source}
    at_head = _kinds(source, sources)
    kinds = {path: at_head.get(path, known.get(path, False)) for path in sources}
    before = {path: _was_file(source, path) for path in sources - at_head.keys() if path not in known}
    kinds |= {path: bool(was_file) for path, was_file in before.items()}
    for selection in selections.values():
        for move in selection.moves:
            if before.get(move.source, False) is None:
                kinds[move.source] = any(_was_file(source, entry.path) for entry in move.entries if entry.path)
    for name, selection in selections.items():
        for move in selection.moves:
            if kinds.get(move.source) and move.exclude:
                raise SplitError(f"{name}: {move.source} is a file: remove `exclude` and `include` of its move.")
            if kinds.get(move.source) and any(not entry.path for entry in move.entries):
                raise SplitError(f"{name}: {move.source} is a file: name files in its `earlier`, not the root.")
    return kinds


def _kinds(source: SourceMonorepo, paths: Iterable[str]) -> dict[str, bool]:
    """Whether it is a file, of each path that the head has.

    Where git cannot read one, because its name is hostile or a tree is damaged, it counts as a folder: the split reads
    the objects itself, and reports what is wrong with them.
    """
    ordered = sorted(paths)
    try:
        found = kinds_at(source.path, source.head.hex(), ordered, user_config=True)
    except GitError:
        alone = ordered if len(ordered) > 1 else ()
        return {path: kind for each in alone for path, kind in _kinds(source, [each]).items()}
    return {path: kind == "blob" for path, kind in found.items()}


def _was_file(source: SourceMonorepo, path: str) -> bool | None:
    """Whether the last commit that changed something at the path changed a file there; None without any."""
    command = ("log", "-1", "-m", "--full-history", "--no-renames", "--format=", "--name-only", "-z")
    tips = (source.head.hex(), "--tags", "--", f":(top,literal){path}")
    try:
        changed = run_git(*command, *tips, directory=source.path, user_config=True)
    except GitError:  # as in `_kinds`
        return None
    return os.fsencode(path) in changed.split(b"\0") if changed else None
