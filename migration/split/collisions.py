"""What is said about moves that bring different files to one path."""

from collections.abc import Sequence

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.errors import SplitError
from migration.split.trees.composition import PathCollisionError

_NAMED = 3


class MovesCollideError(SplitError):
    """Moves of one repository bring different files to one path."""


def collision_message(
    repository: str, selection: CodeSelection, error: PathCollisionError, source_ids: Sequence[bytes]
) -> str:
    """Paths, moves and commits of a few collisions, and what to do. source_ids: raw, of all commits of the history."""
    listed = []
    for collision in error.collisions[:_NAMED]:
        path = collision.path.decode("utf-8", "backslashreplace")
        moves = [move for move in selection.moves[: collision.move] if _covers(move, path)]
        sources = " and ".join(move.source for move in (*moves, selection.moves[collision.move]))
        commit = source_ids[collision.row - error.rows].hex()
        listed.append(f"{path} (from {sources}, commit {commit[:12]})")
    more = f" and {len(error.collisions) - _NAMED:,} more" if len(error.collisions) > _NAMED else ""
    return (
        f"{repository}: Moves bring different files to one path, and one of the files would be lost: "
        f"{', '.join(listed)}{more}. Add the path to `exclude` of one of the moves, or change its `to`."
    )


def _covers(move: FolderMove, path: str) -> bool:
    return not move.target or f"{path}/".startswith(f"{move.target}/") or move.target.startswith(f"{path}/")
