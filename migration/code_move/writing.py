"""Writing the new repositories' commits and tags into one pack."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from migration.code_move.composition import RepositoryTrees
from migration.code_move.errors import SplitError
from migration.code_move.git_objects import ObjectStore
from migration.code_move.messages import Messages
from migration.code_move.pack import PackWriter
from migration.code_move.rewrite import author_of, carry_commit, link_commit, rewrite_tag
from migration.code_move.split import NOTHING, Kept
from migration.code_move.tags import SourceTag, check_new_names, new_tag_name
from migration.desired_state.moves import TagRule


@dataclass
class NewRepository:
    """One new repository while it is written.

    source_tags: the tags of the monorepo that its rules take. new_ids: raw ids, by position in `kept.commits`.
    messages: None where they stay as they are. merges: raw ids of those with several parents.
    tags: new tag name -> raw id of the object that the tag names.
    """

    name: str
    tag_rules: tuple[TagRule, ...]
    source_tags: Mapping[str, SourceTag]
    trees: RepositoryTrees
    kept: Kept
    messages: Messages | None = None
    new_ids: list[bytes] = field(default_factory=lambda: [b""])
    tags: dict[str, bytes] = field(default_factory=dict)
    merges: set[bytes] = field(default_factory=set)
    authors: set[bytes] = field(default_factory=set)
    dropped_signatures: int = 0

    def tree_at(self, position: int) -> bytes:
        """Its tree at a position of the monorepo's history."""
        return self.trees.trees[self.trees.numbers[position]]

    def renamed(self, tag: bytes) -> bytes:
        """A tag's name in this repository; one that no rule matches stays."""
        old = tag.decode("utf-8", "surrogateescape")
        new = new_tag_name(self.tag_rules, old)
        return tag if new is None else new.encode("utf-8", "surrogateescape")

    def commit_map(self, source_ids: Sequence[bytes]) -> bytes:
        """Raw id in the monorepo and here, of each kept commit, one pair after the other."""
        pairs = zip(self.kept.commits, self.new_ids, strict=True)
        return b"".join([source_ids[position] + new_id for position, new_id in pairs])


def write_commits(
    repositories: Sequence[NewRepository],
    source_ids: Sequence[bytes],
    store: ObjectStore,
    pack: PackWriter,
    progress: Callable[[int, int], None],
) -> None:
    """Write each kept commit of each repository, reading each source commit once, and the trees that were made.

    source_ids: by position in the monorepo's history. progress: called with (commits done, commits to do).
    """
    takers: dict[int, list[NewRepository]] = defaultdict(list)
    for repository in repositories:
        for position in repository.kept.commits[1:]:
            takers[position].append(repository)
    order = sorted(takers)
    contents = store.read([source_ids[position] for position in order])
    for done, (position, (_, content)) in enumerate(zip(order, contents, strict=True)):
        try:
            carried, dropped = carry_commit(content)
        except SplitError as error:
            raise SplitError(
                f"The commit {source_ids[position].hex()} of the monorepo is malformed: {error}. "
                "Run `git fsck` there and repair it."
            ) from error
        author = author_of(carried)
        for repository in takers[position]:
            new_ids = repository.new_ids
            # Two commits can become one: the same change, by the same person in the same second.
            parents = list(dict.fromkeys([new_ids[parent] for parent in repository.kept.parents[len(new_ids)]]))
            here = repository.messages.in_commit(carried, position, new_ids) if repository.messages else carried
            new_ids.append(pack.add(b"commit", link_commit(here, repository.tree_at(position), parents)))
            if len(parents) > 1:
                repository.merges.add(new_ids[-1])
            repository.authors.add(author)
            repository.dropped_signatures += dropped
        if done % 1000 == 0:
            progress(done, len(order))
    progress(len(order), len(order))
    for repository in repositories:
        used = {repository.tree_at(position) for position in repository.kept.commits[1:]}
        for content in repository.trees.workshop.closure(used).values():
            pack.add(b"tree", content)


def write_tags(repository: NewRepository, positions: Mapping[bytes, int], pack: PackWriter) -> None:
    """Write the repository's tags. A tag whose commit has no kept ancestor is left out.

    positions: of each commit in the monorepo's history. Raises SplitError where two tags collide.
    """
    lines = {old: repository.kept.mapped[positions[tag.commit]] for old, tag in repository.source_tags.items()}
    new_names = {
        old: repository.renamed(old.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        for old, line in lines.items()
        if line != NOTHING
    }
    check_new_names(repository.name, new_names)
    for old, new in new_names.items():
        object_id = repository.new_ids[lines[old]]
        for content in reversed(repository.source_tags[old].objects):
            rewritten, dropped = rewrite_tag(content, object_id, repository.renamed)
            if repository.messages:
                position = positions[repository.source_tags[old].commit]
                rewritten = repository.messages.in_tag(rewritten, position, repository.new_ids)
            object_id = pack.add(b"tag", rewritten)
            repository.dropped_signatures += dropped
        repository.tags[new] = object_id
