"""All moves of all repositories, out of one monorepo, in one pass."""

import difflib
import hashlib
import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from migration.code_move.composition import RepositoryTrees, compose_repository, move_sources
from migration.code_move.errors import SplitError
from migration.code_move.folders import ABSENT, FolderTrees, find_folders
from migration.code_move.git_objects import GitError, ObjectStore, run_git
from migration.code_move.monorepo import Monorepo, folders_at, open_monorepo
from migration.code_move.pack import PackWriter
from migration.code_move.rewrite import author_of, rewrite_commit, rewrite_tag
from migration.code_move.split import UNBORN, Kept, choose_commits, only_reachable
from migration.code_move.tags import SourceTag, check_new_names, new_tag_name, resolve_tags
from migration.code_move.workspace import History, Split, Workspace
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


@dataclass(frozen=True)
class _Graph:
    """The commits in one line, parents before children; `parents` and `roots.numbers` go by position in it."""

    positions: dict[bytes, int]
    parents: list[tuple[int, ...]]
    roots: FolderTrees


def _read_graph(history: Iterator[list[bytes]], progress: Progress) -> _Graph:
    positions: dict[bytes, int] = {}
    parents: list[tuple[int, ...]] = []
    roots: dict[bytes, int] = {ABSENT: 0}
    numbers = array("i")
    for commit, tree, *its_parents in history:
        positions[commit] = len(parents)
        parents.append(tuple(positions[parent] for parent in its_parents))
        numbers.append(roots.setdefault(tree, len(roots)))
        if len(parents) % 10_000 == 0:
            progress("reading the graph", len(parents), 0)
    progress("reading the graph", len(parents), len(parents))
    return _Graph(positions, parents, FolderTrees(list(roots), numbers))


@dataclass
class _Repository:
    """One new repository while it is made. new_ids: raw ids, by position in `kept.commits`."""

    name: str
    selection: CodeSelection
    tags: Mapping[str, SourceTag]
    trees: RepositoryTrees
    kept: Kept
    new_ids: list[bytes] = field(default_factory=list)
    authors: set[bytes] = field(default_factory=set)
    dropped_signatures: int = 0

    def rename(self, tag: bytes) -> bytes:
        """A tag object's name header in this repository; a name that no rule matches stays."""
        old = tag.decode("utf-8", "surrogateescape")
        new = new_tag_name(self.selection.tags, old)
        return (old if new is None else new).encode("utf-8", "surrogateescape")


class _Run:
    def __init__(
        self, source: Monorepo, selections: Mapping[str, CodeSelection], place: Workspace, progress: Progress
    ) -> None:
        self._source = source
        self._selections = selections
        self._place = place
        self._progress = progress
        self._store: ObjectStore

    def split(self, key: str) -> Split:
        self._store = self._place.prepare(self._source)
        following = {
            name: object_id
            for name, object_id in self._source.tags.items()
            if any(new_tag_name(selection.tags, name) is not None for selection in self._selections.values())
        }
        tags = resolve_tags(following, self._store.read)
        tips = [self._source.head, *(tag.commit for tag in tags.values())]
        graph = _read_graph(self._store.history(tips), self._progress)
        folders = self._folders(graph)
        repositories = [
            self._choose(name, selection, graph, folders, tags) for name, selection in self._selections.items()
        ]
        with PackWriter(self._store.git_dir / "objects" / "pack", self._source.object_format) as pack:
            self._write_commits(repositories, graph, pack)
            new_tags = {repository.name: self._write_tags(repository, graph, pack) for repository in repositories}
            pack_name = pack.finish()
        head = graph.positions[self._source.head]
        histories = {
            repository.name: self._history(repository, head, new_tags[repository.name]) for repository in repositories
        }
        split = Split(self._store.git_dir, self._source.head.hex(), histories)
        commits = list(graph.positions)
        self._place.save(
            key, split, pack_name, {repository.name: _commit_map(repository, commits) for repository in repositories}
        )
        return split

    def _folders(self, graph: _Graph) -> dict[str, FolderTrees]:
        paths = {
            name: repository
            for repository, selection in self._selections.items()
            for move in selection.moves
            for name in move_sources(move)
        }
        folders = find_folders(paths, graph.roots, self._store.read, self._source.object_format)
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
        graph: _Graph,
        folders: Mapping[str, FolderTrees],
        tags: Mapping[str, SourceTag],
    ) -> _Repository:
        trees = compose_repository(selection, folders, self._store.read, self._source.object_format)
        own_tags = {old: tag for old, tag in tags.items() if new_tag_name(selection.tags, old) is not None}
        tips = [self._source.head, *(tag.commit for tag in own_tags.values())]
        kept = only_reachable(choose_commits(graph.parents, trees.numbers), (graph.positions[tip] for tip in tips))
        self._progress("choosing commits", len(kept.commits), len(graph.parents))
        return _Repository(name, selection, own_tags, trees, kept)

    def _write_commits(self, repositories: Sequence[_Repository], graph: _Graph, pack: PackWriter) -> None:
        owners: dict[int, list[_Repository]] = defaultdict(list)
        for repository in repositories:
            for commit in repository.kept.commits:
                owners[commit].append(repository)
        source_ids = list(graph.positions)
        order = sorted(owners)
        contents = self._store.read([source_ids[commit] for commit in order])
        for done, (commit, (_, content)) in enumerate(zip(order, contents, strict=True)):
            author = author_of(content)
            for repository in owners[commit]:
                parents = repository.kept.parents[len(repository.new_ids)]
                tree = repository.trees.trees[repository.trees.numbers[commit]]
                try:
                    rewritten = rewrite_commit(content, tree, [repository.new_ids[parent] for parent in parents])
                except SplitError as error:
                    raise SplitError(
                        f"The commit {source_ids[commit].hex()} of the monorepo is malformed: {error}."
                    ) from error
                repository.new_ids.append(pack.add(b"commit", rewritten.content))
                repository.authors.add(author)
                repository.dropped_signatures += rewritten.dropped_signatures
            if done % 1000 == 0:
                self._progress("writing commits", done, len(order))
        for repository in repositories:
            used = {repository.trees.trees[repository.trees.numbers[commit]] for commit in repository.kept.commits}
            for content in repository.trees.workshop.closure(used).values():
                pack.add(b"tree", content)

    def _write_tags(self, repository: _Repository, graph: _Graph, pack: PackWriter) -> dict[str, str]:
        landed = {old: repository.kept.mapped[graph.positions[tag.commit]] for old, tag in repository.tags.items()}
        renamed = {
            old: repository.rename(old.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
            for old, commit in landed.items()
            if commit != UNBORN
        }
        check_new_names(repository.name, renamed)
        tags = {}
        for old, new in renamed.items():
            object_id = repository.new_ids[landed[old]]
            for content in reversed(repository.tags[old].objects):
                rewritten = rewrite_tag(content, object_id, repository.rename)
                object_id = pack.add(b"tag", rewritten.content)
                repository.dropped_signatures += rewritten.dropped_signatures
            tags[new] = object_id.hex()
        return tags

    def _history(self, repository: _Repository, head: int, tags: Mapping[str, str]) -> History:
        kept_head = repository.kept.mapped[head]
        new_head = repository.new_ids[kept_head] if kept_head != UNBORN else None
        files = 0
        if new_head is not None:
            listing = ("ls-tree", "-r", "-z", "--name-only", new_head.hex())
            files = run_git(*listing, directory=self._store.git_dir).count(b"\0")
        return History(
            head=new_head.hex() if new_head is not None else None,
            tags=tags,
            commits=len(repository.kept.commits),
            merges=sum(len(parents) > 1 for parents in repository.kept.parents),
            authors=len(repository.authors),
            files=files,
            dropped_signatures=repository.dropped_signatures,
        )


def _commit_map(repository: _Repository, source_ids: Sequence[bytes]) -> bytes:
    pairs = zip(repository.kept.commits, repository.new_ids, strict=True)
    return b"".join(source_ids[commit] + new_id for commit, new_id in pairs)
