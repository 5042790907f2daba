"""Which tree each moved folder had in each commit, for all folders of all repositories in one pass."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from migration.code_move.errors import SplitError
from migration.code_move.object_format import ObjectFormat
from migration.code_move.trees import subfolder_pattern

ABSENT = b""


@dataclass(frozen=True)
class FolderTrees:
    """One folder through the whole history.

    trees: its distinct trees as raw ids; trees[0] is ABSENT.
    numbers: for each position in the CommitGraph the position in `trees`.
    """

    trees: list[bytes]
    numbers: "array[int]"


def find_folders(
    paths: Iterable[str],
    roots: FolderTrees,
    read: Callable[[Sequence[bytes]], Iterator[tuple[bytes, bytes]]],
    object_format: ObjectFormat,
) -> dict[str, FolderTrees]:
    """Walk down from the root trees, level by level, and read each distinct tree of a level once.

    paths: folders, "/" between names; "" is the root. read: (kind, content) of each object asked for, in order.
    """
    found = {"": roots}
    wanted = {path: tuple(path.split("/")) if path else () for path in paths}
    for depth in range(max(map(len, wanted.values()), default=0)):
        children: dict[str, list[str]] = {}
        for *parents, name in sorted({names[: depth + 1] for names in wanted.values() if len(names) > depth}):
            children.setdefault("/".join(parents), []).append(name)
        contents = read([tree for parent in children for tree in found[parent].trees[1:]])
        for parent, names in children.items():
            below = _subfolders(found[parent], names, contents, object_format)
            found |= {f"{parent}/{name}" if parent else name: trees for name, trees in zip(names, below, strict=True)}
            if parent and parent not in wanted:
                del found[parent]
    return {path: found[path] for path in wanted}


def _subfolders(
    parent: FolderTrees, names: list[str], contents: Iterator[tuple[bytes, bytes]], object_format: ObjectFormat
) -> list[FolderTrees]:
    """The folders `names` inside one folder; takes as many contents as the parent has trees."""
    pattern = subfolder_pattern([name.encode("utf-8", "surrogateescape") for name in names], object_format)
    positions: list[dict[bytes, int]] = [{ABSENT: 0} for _ in names]
    of_parent = [array("i", [0]) for _ in names]
    for tree, (_, content) in zip(parent.trees[1:], contents, strict=False):
        entries = pattern.fullmatch(content)
        if entries is None:
            raise SplitError(f"The tree {tree.hex()} of the monorepo is malformed. Run `git fsck` there and repair it.")
        for known, numbers, found in zip(positions, of_parent, entries.groups(ABSENT), strict=True):
            numbers.append(known.setdefault(found, len(known)))
    return [
        FolderTrees(list(known), array("i", [numbers[number] for number in parent.numbers]))
        for known, numbers in zip(positions, of_parent, strict=True)
    ]
