"""The files that the moves give a repository, path by path, compared with the files that its commits have."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from migration.desired_state.code_selection import FolderMove
from migration.proof.evidence import differences, file_at, ignored, listing
from migration.proof.untaken_files import Changes, UntakenFiles, rest_changes


class Layout:
    """The files of several moves over each other. Where two different ones meet, one is lost, which is a failure."""

    def __init__(self, moves: int) -> None:
        self._layers: list[dict[bytes, bytes]] = [{} for _ in range(moves)]
        self._folders: list[Counter[bytes]] = [Counter() for _ in range(moves)]  # how many files are below each

    def change(self, move: int, changes: Mapping[bytes, bytes]) -> set[bytes]:
        """Change the files of one move; gives all paths whose file may thereby be another."""
        layer, folders = self._layers[move], self._folders[move]
        touched = set(changes)
        for path, entry in changes.items():
            parent_folders = _folders_of(path)
            if len(self._layers) > 1:
                touched.update(folder for folder in parent_folders if any(folder in other for other in self._layers))
                if any(other[path] for other in self._folders):
                    inside = path + b"/"
                    touched.update(file for other in self._layers for file in other if file.startswith(inside))
            if path in layer:
                folders.subtract(parent_folders)
                del layer[path]
            if entry:
                folders.update(parent_folders)
                layer[path] = entry
        return touched

    def file(self, path: bytes) -> bytes:
        """The file at a path; b"" for nothing."""
        for layer, folders in zip(reversed(self._layers), reversed(self._folders), strict=True):
            if path in layer:
                return layer[path]
            if folders[path] > 0 or any(folder in layer for folder in _folders_of(path)):
                return b""  # a folder where the others have a file, or the other way round: the later move wins
        return b""

    def loses_file(self, path: bytes) -> bool:
        """Whether a move has a file at the path that the new repository does not have."""
        file = self.file(path)
        return any(layer.get(path, file) != file for layer in self._layers)

    def lost_files(self) -> set[bytes]:
        """Every path at which a move has a file that the new repository does not have."""
        return {path for layer in self._layers for path in layer if self.loses_file(path)}

    def files(self) -> dict[bytes, bytes]:
        """Every file."""
        present = ((path, self.file(path)) for layer in self._layers for path in layer)
        return {path: entry for path, entry in present if entry}


def _folders_of(path: bytes) -> list[bytes]:
    names = path.split(b"/")
    return [b"/".join(names[:depth]) for depth in range(1, len(names))]


def _landed(move: FolderMove, changes: Sequence[Mapping[bytes, bytes]]) -> list[Changes]:
    """Changes inside a moved folder, or of a moved file, as changes of the new repository."""
    if move.is_file:
        target = move.target.encode("utf-8", "surrogateescape")
        return [dict.fromkeys([target], *each.values()) if each else {} for each in changes]
    left_behind: set[bytes] = set()
    if move.exclude:
        left_behind = ignored(move.exclude, {path for each in changes for path in each})
    prefix = f"{move.target}/".encode("utf-8", "surrogateescape") if move.target else b""
    return [{prefix + path: entry for path, entry in each.items() if path not in left_behind} for each in changes]


def wrong_paths(
    git_dir: Path,
    moves: Sequence[FolderMove],
    compared: Sequence[tuple[tuple[bytes, ...], bytes]],
    taken: Sequence[Sequence[str | None]],
    as_expected: Callable[[Mapping[bytes, bytes]], Mapping[bytes, bytes]],
) -> Iterator[bytes | None]:
    """For each comparison the first path that differs, or None where every file is as the moves say.

    compared: the trees of the moved folders, one for each move, and the new repository's tree. From one comparison
    to the next only what changed is looked at. as_expected: what files of the monorepo must become.
    """
    moved = [
        _changes(git_dir, move, [folders[number] for folders, _ in compared], taken)
        for number, move in enumerate(moves)
    ]
    arrived = differences(git_dir, [tree for _, tree in compared], "-r")
    layout, actual, wrong = Layout(len(moves)), dict[bytes, bytes](), set[bytes]()
    for number, changes in enumerate(arrived):
        actual.update(changes)
        touched = set(changes).union(
            *(layout.change(move, as_expected(each[number])) for move, each in enumerate(moved))
        )
        for path in touched:
            if layout.file(path) == actual.get(path, b"") and not layout.loses_file(path):
                wrong.discard(path)
            else:
                wrong.add(path)
        yield min(wrong, default=None)


def _changes(
    git_dir: Path, move: FolderMove, versions: Sequence[bytes], taken: Sequence[Sequence[str | None]]
) -> list[Changes]:
    """For each version of what moved how the new repository changes. versions: trees, of a file b"mode id"."""
    if move.others:
        return _landed(move, list(rest_changes(git_dir, move.others, versions, taken)))
    if not move.is_file:
        return _landed(move, list(differences(git_dir, versions, "-r")))
    pairs = zip([b"", *versions], versions, strict=False)
    return _landed(move, [{} if before == after else {b"": after} for before, after in pairs])


def layout_at(
    git_dir: Path,
    commit: bytes,
    moves: Sequence[FolderMove],
    paths: Sequence[Sequence[str]],
    taken: Sequence[Sequence[str]],
) -> Layout:
    """Every file that the moves take from one commit of the monorepo, listed again.

    paths: of each move, that count. taken: the same for the moves that the move of the rest leaves to others.
    """
    layout = Layout(len(moves))
    for number, move in enumerate(moves):
        files_of_move = _files_of(git_dir, commit, move, paths[number])[1]
        if move.others:
            theirs = [_files_of(git_dir, commit, *each)[0] for each in zip(move.others, taken, strict=True)]
            remainder = UntakenFiles(move.others, files_of_move)
            files_of_move = {path: file for path, file in files_of_move.items() if remainder.has(path, theirs)}
        layout.change(number, _landed(move, [files_of_move])[0])
    return layout


def _files_of(
    git_dir: Path, commit: bytes, move: FolderMove, paths: Sequence[str]
) -> tuple[str | None, dict[bytes, bytes]]:
    """The first of the paths that the commit has, and the files there."""
    read = file_at if move.is_file else listing
    return next(((path, files) for path in paths if (files := read(git_dir, commit, path))), (None, {}))
