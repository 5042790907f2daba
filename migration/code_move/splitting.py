"""All moves of all repositories, out of one monorepo, in one pass."""

import difflib
import functools
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from migration.code_move.composition import compose_repository, move_sources
from migration.code_move.errors import SplitError
from migration.code_move.folders import FolderFinder, FolderTrees
from migration.code_move.git_objects import GitError
from migration.code_move.history import SourceHistory, lay_out
from migration.code_move.messages import CommitIds, Messages
from migration.code_move.monorepo import Monorepo, count_files, folders_at, open_monorepo
from migration.code_move.pack import PackWriter
from migration.code_move.split import choose_commits, only_reachable
from migration.code_move.tags import SourceTag, new_tag_name, resolve_tags
from migration.code_move.workspace import History, Split, Workspace
from migration.code_move.writing import NewRepository, write_commits, write_tags
from migration.desired_state.moves import CodeSelection, MessageRules

__all__ = ["History", "Progress", "Split", "SplitError", "quiet", "split_monorepo"]

ALGORITHM = 2
"""Part of the key of a saved split: raise it whenever the same input gives other objects."""

_ROOTS_AT_ONCE = 10_000
"""Root trees looked into while more of the history is read."""

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
        self._history: SourceHistory

    def split(self, key: str) -> Split:
        tags = self._tags()
        folders = self._read([self._source.head, *(tag.commit for tag in tags.values())])
        source_ids = [b"", b"", *self._history.positions]
        ids = CommitIds(source_ids)
        repositories = []
        for name, selection in self._selections.items():
            repository = self._choose(name, selection, folders, tags)
            if selection.messages != MessageRules():
                repository.messages = Messages(selection.messages, self._history.graph, ids, repository.kept)
            repositories.append(repository)
        with PackWriter(self._store.git_dir / "objects" / "pack", self._source.object_format) as pack:
            write_commits(
                repositories, source_ids, self._store, pack, functools.partial(self._progress, "writing commits")
            )
            for repository in repositories:
                write_tags(repository, self._history.positions, pack)
            pack_name = pack.finish()
        histories = {repository.name: self._counts(repository) for repository in repositories}
        split = Split(self._store.git_dir, self._source.head.hex(), histories)
        maps = {repository.name: repository.commit_map(source_ids) for repository in repositories}
        self._place.save(key, split, pack_name, maps)
        return split

    def _tags(self) -> dict[str, SourceTag]:
        """The tags that some repository takes."""
        rules = [rule for selection in self._selections.values() for rule in selection.tags]
        taken = {name: tag for name, tag in self._source.tags.items() if new_tag_name(rules, name) is not None}
        return resolve_tags(taken, self._store.read)

    def _read(self, tips: Sequence[bytes]) -> dict[str, FolderTrees]:
        """Read the history, and at the same time begin to look for the folders in it."""
        paths = {
            name: repository
            for repository, selection in self._selections.items()
            for move in selection.moves
            for name in move_sources(move)
        }
        id_size = self._source.object_format.size
        records: list[bytes] = []
        roots: dict[bytes, int] = {}
        unseen: list[bytes] = []
        with FolderFinder(paths, self._store) as finder:
            for record in self._store.history(tips):
                records.append(record)
                tree = record[id_size : 2 * id_size]
                if tree not in roots:
                    roots[tree] = len(roots) + 1
                    unseen.append(tree)
                if len(unseen) == _ROOTS_AT_ONCE:
                    finder.see(unseen)
                    unseen = []
                    self._progress("reading the graph", len(records), 0)
            finder.see(unseen)
            self._history = lay_out(records, roots, id_size)
            self._progress("reading the graph", len(records), len(records))
            folders = finder.find(self._history.roots)
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
        trees = compose_repository(selection, folders, self._store)
        own_tags = {old: tag for old, tag in tags.items() if new_tag_name(selection.tags, old) is not None}
        tips = [self._source.head, *(tag.commit for tag in own_tags.values())]
        kept = only_reachable(
            choose_commits(self._history.graph, trees.numbers), [self._history.positions[tip] for tip in tips]
        )
        self._progress("choosing commits", len(kept.commits) - 1, len(self._history.graph))
        return NewRepository(name, selection.tags, own_tags, trees, kept)

    def _counts(self, repository: NewRepository) -> History:
        head = repository.new_ids[repository.kept.mapped[self._history.positions[self._source.head]]]
        return History(
            head=head.hex() or None,
            tags={name: object_id.hex() for name, object_id in repository.tags.items()},
            commits=len(set(repository.new_ids)) - 1,
            merges=len(repository.merges),
            authors=len(repository.authors),
            files=count_files(self._store.git_dir, head) if head else 0,
            dropped_signatures=repository.dropped_signatures,
        )
