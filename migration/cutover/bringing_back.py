"""The work that people did in a new repository, as commits of the monorepo: the same people, dates, words and merges.

Each commit of theirs becomes one whose tree is that of the monorepo at the time, with the repository's folders as the
commit has them. Nothing is replayed, so nothing can conflict: only the result is merged with the monorepo.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from migration.cutover.reversal import Reversal, tree_of
from migration.delivery.vendor_tip import Tip
from migration.desired_state.code_selection import FolderMove
from migration.git.command import run_git
from migration.git.merge import is_ancestor
from migration.git.rewrite import carry_commit, link_commit
from migration.git.tree_entries import entries, with_entries
from migration.split.commit_map import read_commit_map
from migration.split.redaction_record import RedactionRecord, read_redactions


@dataclass(frozen=True, kw_only=True)
class BroughtBack:
    """source: the repository's commit. head: the monorepo's that has all of it. commits: how many of people's it took.

    listed: files in which a transform could not be undone, or that belong to no folder of the monorepo, and changed
        copies of what another repository owns.
    """

    source: str
    head: str
    commits: int
    listed: tuple[str, ...]


@dataclass
class BringingBack:
    """One repository. git_dir: of the split, with the monorepo's objects and people's. moves: of the repository."""

    git_dir: Path
    repository: str
    moves: tuple[FolderMove, ...]
    reversal: Reversal
    _listed: set[str] = field(default_factory=set)
    _originals: dict[str, str] = field(default_factory=dict)
    _new: dict[str, str] = field(default_factory=dict)
    _bases: dict[str, tuple[str, str]] = field(default_factory=dict)

    def bring(self, head: str, vendor: str, origin: str, known: Mapping[str, str]) -> BroughtBack:
        """Everything in `head`, a commit of the repository, that is not in `vendor`, its vendor branch.

        origin: the monorepo's commit for work that goes on from nothing of the monorepo's. known: commits of the
        repository that an earlier rollback brought back, each with the monorepo's. Raises GitError.
        """
        id_size = len(head) // 2
        self._originals = originals = {new: old for old, new in read_commit_map(self.git_dir, self.repository, id_size)}
        left_out = [f"^{commit}" for commit in (vendor, *known)]
        listed = ("rev-list", "--reverse", "--topo-order", "--parents", head, *left_out)
        listing = run_git(*listed, directory=self.git_dir)
        made = 0
        for commit, returned in known.items():
            base = run_git("merge-base", commit, vendor, directory=self.git_dir).decode().strip()
            tip = Tip.read(self.git_dir, base)
            self._new[commit], self._bases[commit] = returned, (base, tip.split_head if tip else base)
        for commit, *parents in (line.split() for line in listing.decode().splitlines()):
            for parent in parents:
                if parent not in self._new:
                    tip = Tip.read(self.git_dir, parent)
                    split = tip.split_head if tip else parent
                    self._new[parent] = originals.get(split, origin)
                    self._bases[parent] = (parent, split)
            made += self._bring(commit, parents, origin)
        return BroughtBack(
            source=head, head=self._new.get(head, origin), commits=made, listed=tuple(sorted(self._listed))
        )

    def _bring(self, commit: str, parents: list[str], origin: str) -> int:
        base = self._latest([self._bases[parent] for parent in parents if self._bases[parent][0]])
        self._bases[commit] = base
        carried = self._new.get(base[0], origin) if base[0] else origin
        new_parents = self._without_ancestors([self._new[parent] for parent in parents] or [origin])
        tree = self._tree(commit, base, carried)
        if len(new_parents) == 1 and tree == tree_of(self.git_dir, new_parents[0]):
            self._new[commit] = new_parents[0]
            return 0
        self._new[commit] = self._write(commit, tree, new_parents)
        return 1

    def _latest(self, bases: list[tuple[str, str]]) -> tuple[str, str]:
        """Of vendor branch commits, each with its split's, the one that has the others."""
        found = ("", "")
        for base in dict.fromkeys(bases):
            if not found[0] or is_ancestor(self.git_dir, found[0], base[0]):
                found = base
        return found

    def _without_ancestors(self, commits: list[str]) -> list[str]:
        distinct = list(dict.fromkeys(commits))
        return [
            commit
            for commit in distinct
            if not any(other != commit and is_ancestor(self.git_dir, commit, other) for other in distinct)
        ]

    def _tree(self, commit: str, base: tuple[str, str], carried: str) -> str:
        """The monorepo's tree at `carried` with the repository's folders as `commit` has them."""
        vendor, split = base
        worked_on = tree_of(self.git_dir, commit)
        before = tree_of(self.git_dir, split) if split else _empty_tree(self.git_dir)
        transformed = tree_of(self.git_dir, vendor) if vendor else before
        original = self._with_secrets(split) if split else before
        back, listed = self.reversal.tree(self.git_dir, worked_on, transformed, original)
        self._listed.update(listed)
        old, new = entries(self.git_dir, original), entries(self.git_dir, back)
        changed = (path for path in old | new if old.get(path) != new.get(path))
        self._listed.update(path for path in changed if self._source(path) is None)
        places = dict.fromkeys(self._place(old)) | self._place(new)
        return with_entries(self.git_dir, tree_of(self.git_dir, carried), places)

    def _with_secrets(self, split: str) -> str:
        """The tree of a commit of the split before redaction: nothing that people left goes back redacted."""
        record = read_redactions(self.git_dir).get(self.repository)
        if record is None or split not in self._originals:
            return tree_of(self.git_dir, split)
        redacted = set(record.files.values())
        monorepo = entries(self.git_dir, self._originals[split])
        places: dict[str, str | None] = {}
        for path, entry in entries(self.git_dir, split).items():
            if (new := entry.split(" ")[1]) in redacted:
                olds = (monorepo.get(source, "") for source in self._sources(path))
                places[path] = next((old for old in olds if _becomes(old, new, record)), entry)
        return with_entries(self.git_dir, tree_of(self.git_dir, split), places)

    def _sources(self, path: str) -> Iterator[str]:
        """Where the file can have been in the monorepo, under all names that its folder had."""
        for move in self.moves:
            named = (replace(move, source=name).origin(path) for name in move.names)
            yield from (source for source in named if source is not None)

    def _place(self, files: Mapping[str, str]) -> dict[str, str | None]:
        """Path in the monorepo to "mode id" of each file that has a place there."""
        placed = {self._source(path): entry for path, entry in files.items()}
        return {path: entry for path, entry in placed.items() if path is not None}

    def _source(self, path: str) -> str | None:
        """Where a file goes in the monorepo; None where no move has a place for it, and for a copy."""
        fitting = [move for move in self.moves if move.origin(path) is not None]
        move = max(fitting, key=lambda move: (len(move.target), not move.shared), default=None)
        return None if move is None or move.shared else move.origin(path)

    def _write(self, commit: str, tree: str, parents: list[str]) -> str:
        """The same commit with another tree and other parents; a signature was of the one that it was."""
        carried, _ = carry_commit(run_git("cat-file", "commit", commit, directory=self.git_dir))
        rewritten = link_commit(carried, bytes.fromhex(tree), map(bytes.fromhex, parents))
        written = run_git(
            "hash-object", "-t", "commit", "-w", "--stdin", directory=self.git_dir, standard_input=rewritten
        )
        return written.decode().strip()


def _becomes(entry: str, new: str, record: RedactionRecord) -> bool:
    """Whether a file of the monorepo, as "mode id" or "", is the redacted one."""
    return record.files.get(entry.rpartition(" ")[2]) == new


def _empty_tree(git_dir: Path) -> str:
    return run_git("hash-object", "-t", "tree", "-w", "--stdin", directory=git_dir).decode().strip()
