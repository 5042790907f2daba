"""All moves of all repositories, out of one monorepo, in one pass."""

import difflib
import functools
import hashlib
import json
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from migration.code_move.composition import compose_repository, move_sources
from migration.code_move.errors import SplitError
from migration.code_move.folders import ABSENT, FolderTrees, find_folders
from migration.code_move.git_objects import GitError
from migration.code_move.monorepo import Monorepo, count_files, folders_at, open_monorepo
from migration.code_move.pack import PackWriter
from migration.code_move.split import CommitGraph, choose_commits, only_reachable
from migration.code_move.tags import SourceTag, new_tag_name, resolve_tags
from migration.code_move.workspace import History, Split, Workspace
from migration.code_move.writing import NewRepository, write_commits, write_tags
from migration.desired_state.moves import CodeSelection

__all__ = ["History", "Progress", "Split", "SplitError", "quiet", "split_monorepo"]

ALGORITHM = 1
"""Part of the key of a saved split: raise it whenever the same input gives other objects."""

Progress = Callable[[str, int, int], None]
"""Called with (phase, done, total); a total of 0 means that it is not known yet."""


def quiet(phase: str, done: int, total: int) -> None:
    """Show no progress."""


def split_monorepo(
    monorepo: Path,
    revision: str,
    selections: Mapping[str, CodeSelection],
    workspace: Path,
    progress: Progress = quiet,
) -> Split:
    """Split the history of `revision`, and of the tags that follow, into one history for each selection.

    monorepo: a complete local repository; it is only read. selections: by repository name.
    workspace: a folder of this monorepo and plan; processes that share it wait for each other. With nothing new
        the saved split is returned in some milliseconds.
    Raises SplitError when the monorepo or the selections cannot be split.
    """
    try:
        source = open_monorepo(monorepo, revision)
        key = _key(source, selections)
        place = Workspace(workspace)
        with place.lock:
            return place.saved(key) or _Run(source, selections, place, progress).split(key)
    except GitError as error:
        raise SplitError(
            f"Reading the history of {monorepo} failed: {error}. Run `git fsck` there and repair it."
        ) from error
    except OSError as error:
        raise SplitError(
            f"Keeping the split in {workspace} failed: {error}. Free space or mend the folder's rights, and run again."
        ) from error


def _key(source: Monorepo, selections: Mapping[str, CodeSelection]) -> str:
    tags = sorted((name, object_id.hex()) for name, object_id in source.tags.items())
    plan = [(name, asdict(selection)) for name, selection in selections.items()]
    facts = [ALGORITHM, str(source.path), str(source.objects), source.object_format.name, source.head.hex(), tags, plan]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


class _Run:
    def __init__(
        self, source: Monorepo, selections: Mapping[str, CodeSelection], place: Workspace, progress: Progress
    ) -> None:
        self._source = source
        self._selections = selections
        self._place = place
        self._progress = progress
        self._store = place.prepare(source)
        self._graph = CommitGraph()
        self._positions: dict[bytes, int] = {}

    def split(self, key: str) -> Split:
        tags = self._tags()
        roots = self._read_graph([self._source.head, *(tag.commit for tag in tags.values())])
        folders = self._folders(roots)
        repositories = [self._choose(name, selection, folders, tags) for name, selection in self._selections.items()]
        source_ids = [b"", b"", *self._positions]
        with PackWriter(self._store.git_dir / "objects" / "pack", self._source.object_format) as pack:
            write_commits(
                repositories, source_ids, self._store, pack, functools.partial(self._progress, "writing commits")
            )
            for repository in repositories:
                write_tags(repository, self._positions, pack)
            pack_name = pack.finish()
        histories = {repository.name: self._history(repository) for repository in repositories}
        split = Split(self._store.git_dir, self._source.head.hex(), histories)
        maps = {repository.name: repository.commit_map(source_ids) for repository in repositories}
        self._place.save(key, split, pack_name, maps)
        return split

    def _tags(self) -> dict[str, SourceTag]:
        """The tags that some repository takes."""
        rules = [rule for selection in self._selections.values() for rule in selection.tags]
        taken = {name: tag for name, tag in self._source.tags.items() if new_tag_name(rules, name) is not None}
        return resolve_tags(taken, self._store.read)

    def _read_graph(self, tips: Sequence[bytes]) -> FolderTrees:
        """Fill the graph; the root trees."""
        positions, graph = self._positions, self._graph
        roots = {ABSENT: 0}
        numbers = array("i", [0, 0])
        for commit, tree, *parents in self._store.history(tips):
            positions[commit] = graph.append(*[positions[parent] for parent in parents])
            numbers.append(roots.setdefault(tree, len(roots)))
            if len(positions) % 10_000 == 0:
                self._progress("reading the graph", len(positions), 0)
        self._progress("reading the graph", len(positions), len(positions))
        return FolderTrees(list(roots), numbers)

    def _folders(self, roots: FolderTrees) -> dict[str, FolderTrees]:
        paths = {
            name: repository
            for repository, selection in self._selections.items()
            for move in selection.moves
            for name in move_sources(move)
        }
        folders = find_folders(paths, roots, self._store.read, self._source.object_format)
        self._progress("reading trees", len(paths), len(paths))
        for path, repository in paths.items():
            if len(folders[path].trees) == 1:
                existing = folders_at(self._store.git_dir, self._source.head)
                nearest = difflib.get_close_matches(path, existing, n=3, cutoff=0.5) or existing[:3]
                raise SplitError(
                    f"{repository}: no commit of {self._source.path} has a folder {path!r}. Correct its name in the "
                    f"plan; the nearest folders at {self._source.head.hex()[:12]} are {', '.join(nearest)}."
                )
        return folders

    def _choose(
        self,
        name: str,
        selection: CodeSelection,
        folders: Mapping[str, FolderTrees],
        tags: Mapping[str, SourceTag],
    ) -> NewRepository:
        trees = compose_repository(selection, folders, self._store.read, self._source.object_format)
        own_tags = {old: tag for old, tag in tags.items() if new_tag_name(selection.tags, old) is not None}
        tips = [self._source.head, *(tag.commit for tag in own_tags.values())]
        kept = only_reachable(choose_commits(self._graph, trees.numbers), [self._positions[tip] for tip in tips])
        self._progress("choosing commits", len(kept.commits) - 1, len(self._graph))
        return NewRepository(name, selection.tags, own_tags, trees, kept)

    def _history(self, repository: NewRepository) -> History:
        head = repository.new_ids[repository.kept.mapped[self._positions[self._source.head]]]
        return History(
            head=head.hex() or None,
            tags={name: object_id.hex() for name, object_id in repository.tags.items()},
            commits=len(repository.kept.commits) - 1,
            merges=sum(len(parents) > 1 for parents in repository.kept.parents),
            authors=len(repository.authors),
            files=count_files(self._store.git_dir, head) if head else 0,
            dropped_signatures=repository.dropped_signatures,
        )
