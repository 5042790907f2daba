"""Trees whose files lose secrets. A tree in which none stands stays the one that it is."""

from collections.abc import Callable, Iterable, Iterator

from migration.git.command import ObjectStore
from migration.split.trees.tree_workshop import TreeWorkshop, is_folder

_GITLINK = b"160000"
_AT_ONCE = 20_000


class RedactedTrees:
    """Reads each distinct tree and file once.

    files: every file below the trees that were looked into, raw id to a name that it has there.
    replaced: raw ids of the files that change, to those that they become.
    """

    def __init__(self, store: ObjectStore, workshop: TreeWorkshop) -> None:
        self._store, self._workshop = store, workshop
        self._inside: dict[bytes, tuple[bytes, ...]] = {}  # tree -> what is directly in it, folders and files
        self._redacted: dict[bytes, bytes] = {}
        self.files: dict[bytes, bytes] = {}
        self.replaced: dict[bytes, bytes] = {}

    def look_into(self, trees: Iterable[bytes]) -> None:
        """Find all files below these trees."""
        pending = list(dict.fromkeys(tree for tree in trees if tree not in self._inside))
        while pending:
            subfolders: dict[bytes, None] = {}
            for tree, content in self._contents(pending):
                folders, files = self._entries(tree, content)
                self._inside[tree] = (*folders, *files)
                self.files |= {file: name for file, name in files.items() if file not in self.files}
                subfolders |= dict.fromkeys(folders)
            pending = [tree for tree in subfolders if tree not in self._inside]

    def redact(self, in_file: Callable[[bytes], bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Read the files, and note which change: (raw id, content, new content) of each of those."""
        files = [file for file in self.files if file not in self.replaced]
        for start in range(0, len(files), _AT_ONCE):
            batch = files[start : start + _AT_ONCE]
            for file, (_, content) in zip(batch, self._store.read(batch), strict=True):
                redacted = in_file(content)
                if redacted != content:
                    self.replaced[file] = self._store.object_format.object_id(b"blob", redacted)
                    yield file, content, redacted

    def tree(self, tree: bytes) -> bytes:
        """What a tree becomes, after `redact`."""
        if tree not in self._redacted:
            self._redacted[tree] = self._made(tree)
        return self._redacted[tree]

    def _made(self, tree: bytes) -> bytes:
        inside = self._inside.get(tree, ())
        changed = {child: new for child in inside if (new := self._changed(child)) != child}
        if not changed:
            return tree
        ((_, content),) = self._contents([tree])
        self._workshop.read[tree] = content
        entries = self._workshop.entries(tree) or {}
        return self._workshop.make({name: (mode, changed.get(child, child)) for name, (mode, child) in entries.items()})

    def _changed(self, child: bytes) -> bytes:
        return self.tree(child) if child in self._inside else self.replaced.get(child, child)

    def _contents(self, trees: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
        made = self._workshop.made
        stored = [tree for tree in trees if tree not in made]
        yield from ((tree, made[tree]) for tree in trees if tree in made)
        yield from ((tree, content) for tree, (_, content) in zip(stored, self._store.read(stored), strict=True))

    def _entries(self, tree: bytes, content: bytes) -> tuple[list[bytes], dict[bytes, bytes]]:
        """Raw ids of the folders, and of the files with their names."""
        is_kept = tree in self._workshop.read
        self._workshop.read.setdefault(tree, content)
        entries = self._workshop.entries(tree) or {}
        if not is_kept:
            del self._workshop.read[tree]  # a whole history of trees would fill the memory
        folders = [child for mode, child in entries.values() if is_folder(mode)]
        files = {child: name for name, (mode, child) in entries.items() if not is_folder(mode) and mode != _GITLINK}
        return folders, files
