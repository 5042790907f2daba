"""All moves of all repositories, out of one monorepo, in one pass."""

import difflib
import functools
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection, MessageRules
from migration.errors import SplitError
from migration.git.command import GitError, ObjectStore
from migration.git.gitlinks import gitlinks, since
from migration.git.pack import PackWriter
from migration.monorepo.source import SourceMonorepo, count_files, files_at, folders_at, open_monorepo
from migration.split.checkpoint import SplitCheckpoint, recalled, sections
from migration.split.collisions import MovesCollideError, collision_message
from migration.split.file_moves import find_file_moves
from migration.split.graph.kept_commits import KeptCommits, choose_commits, reached_from
from migration.split.graph.source_history import SourceHistory, lay_out
from migration.split.joins import Join, find_joins, foreign_commits, validity_of
from migration.split.objects.messages import CommitIds, Messages
from migration.split.objects.tags import SourceTag, new_tag_name, resolve_tags
from migration.split.objects.writing import NewRepository, Written, demand_tag_names, write_commits, write_tags
from migration.split.redaction import HistoryRedaction
from migration.split.redaction_record import RedactionRecord, read_redactions, write_redactions
from migration.split.trees.composition import PathCollisionError, compose_repository, move_sources
from migration.split.trees.files import find_files, folder_of
from migration.split.trees.folder_trees import FolderFinder, FolderTrees
from migration.split.workspace import Split, SplitHistory, Workspace

__all__ = ["Progress", "Split", "SplitError", "SplitHistory", "quiet", "split_monorepo"]

ALGORITHM = 4
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
        place = Workspace(workspace)
        with place.lock:
            kinds = find_file_moves(source, selections, place.kinds())
            files = {path for path, is_file in kinds.items() if is_file}
            resolved = {name: selection.with_files(files) for name, selection in selections.items()}
            plan_key = _plan_key(source, resolved)
            key = _key(source, plan_key)
            return place.saved(key) or _make(source, resolved, place, progress, key, plan_key, kinds)
    except GitError as error:
        raise SplitError(
            f"Reading the history of {monorepo} failed: {error}. Run `git fsck` there and repair it."
        ) from error
    except OSError as error:
        raise SplitError(
            f"{workspace}: Cannot write the split: {error}. Free disk space or fix its permissions, and run again."
        ) from error


def _plan_key(source: SourceMonorepo, selections: Mapping[str, CodeSelection]) -> str:
    plan = [(name, asdict(selection)) for name, selection in selections.items()]
    facts = [ALGORITHM, str(source.path), str(source.objects), source.object_format.name, sys.byteorder, plan]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _key(source: SourceMonorepo, plan_key: str) -> str:
    tags = sorted((name, object_id.hex()) for name, object_id in source.tags.items())
    return hashlib.sha256(json.dumps([plan_key, source.head.hex(), tags]).encode()).hexdigest()


def _make(
    source: SourceMonorepo,
    selections: Mapping[str, CodeSelection],
    place: Workspace,
    progress: Progress,
    key: str,
    plan_key: str,
    kinds: Mapping[str, bool],
) -> Split:
    """Go on from the split before where that gives the same as a new split."""
    store = place.prepare(source)
    saved = place.past(plan_key)
    past = recalled(saved, source.object_format.size) if saved else None
    if past:
        try:
            return _Run(source, selections, place, store, progress, past).split(key, plan_key, kinds)
        except (_CannotGoOnError, GitError):  # git lacks commits that the split before has seen
            pass
    return _Run(source, selections, place, store, progress, None).split(key, plan_key, kinds)


class _CannotGoOnError(Exception):
    """The monorepo lost commits, or a tag makes one needed that the split before left out, or the other way round."""


class _Run:
    def __init__(
        self,
        source: SourceMonorepo,
        selections: Mapping[str, CodeSelection],
        place: Workspace,
        store: ObjectStore,
        progress: Progress,
        past: SplitCheckpoint | None,
    ) -> None:
        self._source = source
        self._selections = selections
        self._place = place
        self._progress = progress
        self._store = store
        self._past = past
        self._past_unused = place.unused()
        self._unused: list[tuple[str, str, str]] = []
        self._history = past.history if past else SourceHistory()

    def split(self, key: str, plan_key: str, kinds: Mapping[str, bool]) -> Split:
        tags = self._tags()
        tips = list(dict.fromkeys([self._source.head, *(tag.commit for tag in tags.values())]))
        folders = self._read(tips)
        source_ids = [b"", b"", *self._history.positions]
        ids = CommitIds(source_ids)
        self._joined = dict(self._past.joined_folders) if self._past else {}
        joins = find_joins(self._store.git_dir, self._history.graph, source_ids, self._joined)
        self._validity = validity_of(self._selections, self._history, ids, joins)
        self._demand_same_joins(joins)
        repositories = []
        for name, selection in self._selections.items():
            repository = self._choose(name, selection, folders, tags)
            repository.keeps_ids = self._validity is not None or any(not move.source for move in selection.moves)
            if selection.messages != MessageRules():
                repository.messages = Messages(selection.messages, self._history.graph, ids, repository.kept_commits)
            repositories.append(repository)
        demand_tag_names(repositories, self._history.positions)
        del folders
        redactions = self._redactions(repositories, source_ids)
        packs = self._place.packs() if self._past else []
        with PackWriter(self._store.git_dir / "objects" / "pack", self._source.object_format) as pack:
            write_commits(
                repositories, source_ids, self._store, pack, functools.partial(self._progress, "writing commits")
            )
            for repository in repositories:
                write_tags(repository, self._history.positions, pack)
            if len(pack):
                packs = list(dict.fromkeys([*packs, pack.finish()]))
        histories = {repository.name: self._counts(repository) for repository in repositories}
        files = tuple(sorted(path for path, is_file in kinds.items() if is_file))
        split = Split(
            self._store.git_dir,
            self._source.head.hex(),
            histories,
            files,
            tuple(self._source.tags),
            tuple(self._unused),
        )
        maps = {repository.name: repository.commit_map(source_ids) for repository in repositories}
        write_redactions(split.git_dir, redactions)
        past = sections(tips, self._history, repositories, self._source.object_format.size, self._joined)
        self._place.save(key, plan_key, split, packs, maps, past, kinds)
        return split

    def _redactions(
        self, repositories: Sequence[NewRepository], source_ids: Sequence[bytes]
    ) -> dict[str, RedactionRecord]:
        """Prepare the redactions of the repositories that have some; what is to be noted of each."""
        redacted = [each for each in repositories if self._selections[each.name].redactions]
        before = read_redactions(self._store.git_dir) if redacted else {}
        records = {}
        for repository in redacted:
            record = before.get(repository.name, RedactionRecord())
            if not self._past:
                record = RedactionRecord(places=record.places)
            redaction = HistoryRedaction(self._selections[repository.name].redactions, self._store, record)
            progress = functools.partial(self._progress, f"looking for secrets in {repository.name}")
            if redaction.prepare(repository, source_ids, progress) and self._past:
                raise _CannotGoOnError  # they may be in older commits, too
            repository.redaction, records[repository.name] = redaction, record
        return records

    def _demand_same_joins(self, joins: Sequence[Join]) -> None:
        """Commits that the split before took for the monorepo's own may turn out to be of a joined history."""
        before = self._past.commits if self._past else 0
        new = [join for join in joins if join.merge >= before]
        if any(foreign_commits(self._history.graph, new)[:before]):
            raise _CannotGoOnError

    def _tags(self) -> dict[str, SourceTag]:
        """The tags that some repository takes."""
        rules = [selection.tags for selection in self._selections.values()]
        taken = {
            name: tag
            for name, tag in self._source.tags.items()
            if any(new_tag_name(each, name) is not None for each in rules)
        }
        return resolve_tags(taken, self._store.read)

    def _read(self, tips: Sequence[bytes]) -> dict[str, FolderTrees]:
        """Read the history, and at the same time begin to look for the folders in it."""
        moves = [move for selection in self._selections.values() for move in selection.all_moves]
        demanded = {
            n for selection in self._selections.values() for move in selection.moves for n in move_sources(move)
        }
        files = {name for move in moves if move.is_file for name in move_sources(move)}
        paths = sorted({name for move in moves if not move.is_file for name in move_sources(move)})
        id_size = self._source.object_format.size
        records: list[bytes] = []
        roots: dict[bytes, int] = {}
        unseen: list[bytes] = []
        with FolderFinder({*paths, *map(folder_of, files)}, self._store) as finder:
            for record in self._new_records(tips):
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
            trees = lay_out(records, roots, id_size, self._history)
            self._progress("reading the graph", len(records), len(records))
            del records, roots
            folders = finder.find(trees)
        self._progress("reading trees", len(paths), len(paths))
        found = {path: folders[path] for path in paths} | find_files(files, folders, self._store)
        for path in [*paths, *sorted(files)]:
            if path in demanded and len(found[path].trees) == 1 and not self._past:
                raise SplitError(self._no_such_path(path))
        return found

    def _no_such_path(self, path: str) -> str:
        head, git_dir = self._source.head, self._store.git_dir
        existing = [*folders_at(git_dir, head), *files_at(git_dir, head)]
        nearest = difflib.get_close_matches(path, existing, n=3, cutoff=0.5) or existing[:3]
        where = f"the nearest ones at {head.hex()[:12]} are {', '.join(nearest)}"
        if path in (links := gitlinks(git_dir, head.hex())):
            return (
                f"{path!r} of {self._source.path} is not a folder but a gitlink to commit {links[path][:12]} of "
                f"another repository, since commit {since(git_dir, head.hex(), path)[:12]}: a submodule, or a "
                "clone that was committed by accident. The monorepo has none of its files. Remove the move: its "
                "history is in that other repository."
            )
        return f"No commit of {self._source.path} has a folder or file {path!r}. Correct its name in the plan; {where}."

    def _choose(
        self,
        name: str,
        selection: CodeSelection,
        folders: Mapping[str, FolderTrees],
        tags: Mapping[str, SourceTag],
    ) -> NewRepository:
        try:
            others = [other for move in selection.moves for other in move.others]
            masks, other_masks = (
                (self._validity.masks(selection.moves), self._validity.masks(others))
                if self._validity
                else (None, None)
            )
            trees = compose_repository(selection, folders, self._store, masks, other_masks)
        except PathCollisionError as error:
            message = collision_message(name, selection, error, list(self._history.positions))
            raise MovesCollideError(message) from error
        self._unused += [(name, *path) for path in trees.unused if not self._past or (name, *path) in self._past_unused]
        own_tags = {old: tag for old, tag in tags.items() if new_tag_name(selection.tags, old) is not None}
        numbers = {tree: number for number, tree in enumerate(trees.trees)}
        kept_commits, written = KeptCommits(), Written()
        if self._past:
            past = self._past.repositories[name]
            kept_commits, written = past.kept_commits, past.written
            kept_commits.trees.extend([numbers.setdefault(tree, len(numbers)) for tree in past.trees])
        whole = self._validity.whole(selection.moves) if self._validity else None
        kept_commits = choose_commits(self._history.graph, trees.numbers, kept_commits, whole)
        if selection.own_tags:
            own_tags = {old: tag for old, tag in own_tags.items() if self._is_change(kept_commits, tag.commit)}
        tips = [self._source.head, *(tag.commit for tag in own_tags.values())]
        reached = reached_from(kept_commits, [self._history.positions[tip] for tip in tips])
        if any(bool(new_id) != is_reached for new_id, is_reached in zip(written.new_ids, reached, strict=False)):
            raise _CannotGoOnError
        self._progress("choosing commits", len(kept_commits.commits) - 1, len(self._history.graph))
        return NewRepository(
            name, selection.tags, own_tags, list(numbers), trees.workshop, kept_commits, reached, written
        )

    def _is_change(self, kept_commits: KeptCommits, commit: bytes) -> bool:
        """Whether the repository's history grows from the commit's first parent to the commit."""
        position = self._history.positions[commit]
        return kept_commits.mapped[position] != kept_commits.mapped[self._history.graph.parents_of(position)[0]]

    def _new_records(self, tips: Sequence[bytes]) -> Iterator[bytes]:
        """The commits that the split before does not know, as `ObjectStore.history` gives them."""
        known = self._history.positions
        if not self._past:
            return self._store.history(tips)
        if any(self._store.history(self._past.tips, tips)):
            raise _CannotGoOnError
        unknown = [tip for tip in tips if tip not in known]
        records = self._store.history(unknown, self._past.tips) if unknown else iter(())
        id_size = self._source.object_format.size
        return (record for record in records if record[:id_size] not in known)

    def _counts(self, repository: NewRepository) -> SplitHistory:
        written = repository.written
        head = written.new_ids[repository.kept_commits.mapped[self._history.positions[self._source.head]]]
        return SplitHistory(
            head=head.hex() or None,
            tags={name: object_id.hex() for name, object_id in repository.tags.items()},
            commits=len({new_id for new_id in written.new_ids if new_id}),
            merges=len(written.merges),
            authors=len(written.authors),
            files=count_files(self._store.git_dir, head) if head else 0,
            dropped_signatures=written.dropped_signatures + repository.tag_signatures,
        )
