"""Which new commit stands for each commit of the monorepo, from the commit map and the monorepo's graph."""

from array import array
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

NONE = -1


@dataclass(frozen=True)
class Lines:
    """All by position in the monorepo's graph.

    images: for each commit the kept one that stands for it: itself, or its nearest kept ancestor; NONE without one.
    parents: for each kept commit the images of its parents, each once.
    undecided: commits that fell away though they have several nearest kept ancestors, none behind another.
    needless: kept commits with the files of a parent that has all the other parents behind it.
    """

    images: "array[int]"
    parents: dict[int, tuple[int, ...]]
    undecided: list[int]
    needless: list[int]


def nearest_kept(
    parents: Sequence[Sequence[int]], reached: Sequence[int], trees: Mapping[int, bytes], whole: Set[int] = frozenset()
) -> Lines:
    """Follow every commit that is reached, parents before children.

    trees: of the kept commits, NONE for no files. whole: commits that stay even when they change nothing.
    """
    lines = Lines(array("i"), {}, [], [])
    images = lines.images
    for position, its_parents in enumerate(parents):
        if len(its_parents) == 1 and position not in trees:
            images.append(images[its_parents[0]])  # most commits: nothing to decide
            continue
        found = {images[parent]: None for parent in its_parents} if reached[position] else {}
        found.pop(NONE, None)
        newest = max(found, default=NONE)
        joined = len(found) < 2 or _all_behind(found, newest, lines.parents)
        if position in trees:
            images.append(position)
            lines.parents[position] = tuple(found)
            if joined and position not in whole and trees[position] == trees.get(newest, trees[NONE]):
                lines.needless.append(position)
        else:
            images.append(newest)
            if not joined:
                lines.undecided.append(position)
    return lines


def _all_behind(lines: Mapping[int, None], newest: int, parents: Mapping[int, tuple[int, ...]]) -> bool:
    """Whether `newest` has all the others among its ancestors. Nothing older than the oldest of them is looked at."""
    missing = set(lines) - {newest}
    oldest = min(missing)
    visited = {newest}
    pending = [newest]
    while pending and missing:
        for parent in parents[pending.pop()]:
            if parent >= oldest and parent not in visited:
                visited.add(parent)
                missing.discard(parent)
                pending.append(parent)
    return not missing
