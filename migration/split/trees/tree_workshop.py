"""Trees: making the trees that no commit of the monorepo has.

A tree object is a run of entries `mode SP name NUL id`, see `git help ls-tree`. A folder that moves to the root
of its repository needs none made: its own tree becomes the root.
"""

import re
from collections.abc import Set

from migration.errors import SplitError
from migration.git.object_format import ObjectFormat

Entries = dict[bytes, tuple[bytes, bytes]]
"""The entries of one tree: name to (mode, id)."""

FOLDER_MODE = b"40000"
_NAMED = 3
"""How many of the paths that two trees both have are named."""


def is_folder(mode: bytes) -> bool:
    """Whether a tree's mode means a folder, as git reads it: old writers padded it with zeros."""
    return int(mode, 8) & 0o170000 == 0o040000


class TreeWorkshop:
    """Makes trees out of read ones, and remembers each step.

    It does no I/O: a tree it lacks is noted in `missing` and the result is None. Fill `read` and ask again.
    """

    def __init__(self, object_format: ObjectFormat) -> None:
        self.missing: set[bytes] = set()
        self.read: dict[bytes, bytes] = {}  # id -> content, from the monorepo
        self.empty_tree = object_format.empty_tree
        self.made: dict[bytes, bytes] = {self.empty_tree: b""}  # id -> content
        self._format = object_format
        self._overlaid: dict[tuple[bytes, bytes], bytes] = {}
        self._lost: dict[tuple[bytes, bytes], tuple[bytes, ...]] = {}
        self._entry = re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % object_format.size, re.DOTALL)
        self._whole = re.compile(rb"(?:[0-7]+ [^\0]+\0.{%d})*+" % object_format.size, re.DOTALL)

    def entries(self, tree: bytes) -> Entries | None:
        """The entries of a tree, or None when it still has to be read. Raises SplitError on a malformed tree."""
        content = self.made.get(tree, self.read.get(tree))
        if content is None:
            self.missing.add(tree)
            return None
        found = self._entry.findall(content) if self._whole.fullmatch(content) else []
        entries = {name: (mode, object_id) for mode, name, object_id in found}
        if len(entries) != len(found) or (content and not found):
            raise SplitError(f"The tree {tree.hex()} of the monorepo is malformed. Run `git fsck` there and repair it.")
        return entries

    def make(self, entries: Entries) -> bytes:
        """The id of the tree with these entries, in git's order: a folder sorts as if its name ended in "/"."""
        ordered = sorted((name + b"/" if is_folder(mode) else name, name) for name, (mode, _) in entries.items())
        content = b"".join(b"%b %b\0%b" % (entries[name][0], name, entries[name][1]) for _, name in ordered)
        tree = self._format.object_id(b"tree", content)
        self.made[tree] = content
        return tree

    def file_tree(self, name: str, file: bytes) -> bytes:
        """The tree with one file. file: mode, space and raw id."""
        mode, _, blob = file.partition(b" ")
        return self.make({name.encode("utf-8", "surrogateescape"): (mode, blob)})

    def place(self, tree: bytes, target: str) -> bytes:
        """The tree that has `tree` at the path `target`; "" is the root. An empty tree leaves no folders."""
        if tree != self.empty_tree:
            for name in reversed(target.encode().split(b"/") if target else []):
                tree = self.make({name: (FOLDER_MODE, tree)})
        return tree

    def overlay(self, under: bytes, over: bytes) -> bytes | None:
        """Both trees in one. Folders merge; where two files, or a file and a folder, meet, `over` wins: see `lost`."""
        if under in (over, self.empty_tree) or over == self.empty_tree:
            return under if over == self.empty_tree else over
        known = self._overlaid.get((under, over))
        if known:
            return known
        lower, upper = self.entries(under), self.entries(over)
        if lower is None or upper is None:
            return None
        complete, merged, lost = True, dict(lower), list[bytes]()
        for name, (mode, object_id) in upper.items():
            chosen: bytes | None = object_id
            if is_folder(mode) and name in lower and is_folder(lower[name][0]):
                chosen = self.overlay(lower[name][1], object_id)
                lost += [name + b"/" + path for path in self.lost(lower[name][1], object_id)]
            elif lower.get(name, (mode, object_id)) != (mode, object_id):
                lost.append(name)
            if chosen is None:
                complete = False
            else:
                merged[name] = (mode, chosen)
        if not complete:
            return None
        if lost:
            self._lost[under, over] = tuple(lost[:_NAMED])
        self._overlaid[under, over] = self.make(merged)
        return self._overlaid[under, over]

    def lost(self, under: bytes, over: bytes) -> tuple[bytes, ...]:
        """Some paths at which `overlay` of the two dropped a file or a folder of `under` that `over` does not have."""
        return self._lost.get((under, over), ())

    def closure(self, trees: set[bytes]) -> dict[bytes, bytes]:
        """The made trees among these and below them, with their contents: what has to be written."""
        needed: dict[bytes, bytes] = {}
        pending = list(trees)
        while pending:
            tree = pending.pop()
            if tree in self.made and tree not in needed:
                needed[tree] = self.made[tree]
                pending.extend(child for mode, child in (self.entries(tree) or {}).values() if is_folder(mode))
        return needed


class Exclusion:
    """The files of one move that stay behind.

    Like the workshop it does no I/O: a file that it knows nothing of is noted in `undecided`, as a path inside the
    moved folder, and the result is None. Call `decide` and ask again.
    """

    def __init__(self, workshop: TreeWorkshop, inverted: bool = False) -> None:
        """inverted: `apply` gives the files that stay behind instead."""
        self._inverted = inverted
        self.undecided: set[bytes] = set()
        self._stays_behind: dict[bytes, bool] = {}
        self._workshop = workshop
        self._known: dict[tuple[bytes, bytes], bytes] = {}

    def decide(self, left_behind: Set[bytes]) -> None:
        """Take the answer for all that is undecided: the files that stay behind."""
        self._stays_behind.update({path: path in left_behind for path in self.undecided})
        self.undecided.clear()

    def apply(self, tree: bytes, path: bytes = b"") -> bytes | None:
        """The tree without the excluded files and without folders that thereby became empty.

        None when something is missing. path: where the tree stands, ending in "/" unless it is the top.
        """
        known = self._known.get((tree, path))
        if known:
            return known
        entries = self._workshop.entries(tree)
        if entries is None:
            return None
        complete, remaining = True, Entries()
        for name, (mode, object_id) in entries.items():
            chosen = self._choose(mode, object_id, path + name)
            if chosen is None:
                complete = False
            elif self._workshop.made.get(chosen) != b"":
                remaining[name] = (mode, chosen)
        if not complete:
            return None
        self._known[tree, path] = tree if remaining == entries else self._workshop.make(remaining)
        return self._known[tree, path]

    def _choose(self, mode: bytes, object_id: bytes, path: bytes) -> bytes | None:
        """What of an entry stays: the entry itself, another tree, or the empty tree for nothing."""
        if is_folder(mode):
            return self.apply(object_id, path + b"/")
        stays_behind = self._stays_behind.get(path)
        if stays_behind is None:
            self.undecided.add(path)
            return None
        return self._workshop.empty_tree if stays_behind is not self._inverted else object_id
