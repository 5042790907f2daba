"""Writing the new repositories' commits and tags into one pack."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from migration.desired_state.code_selection import TagMapping
from migration.errors import SplitError
from migration.git.command import ObjectStore
from migration.git.pack import PackWriter
from migration.git.rewrite import author_of, carry_commit, is_linked_to, link_commit, rewrite_tag, tag_target
from migration.split.graph.kept_commits import NOTHING, KeptCommits
from migration.split.objects.messages import Messages
from migration.split.objects.tags import SourceTag, name_problems, new_tag_name
from migration.split.trees.tree_workshop import TreeWorkshop


@dataclass
class Written:
    """The commits of one new repository that are written.

    new_ids: raw ids, by position in `Kept.commits`; empty for none, and for a commit that is not needed.
    merges: raw ids of those with several parents. authors: names and e-mails. dropped_signatures: their number.
    """

    new_ids: list[bytes] = field(default_factory=lambda: [b""])
    merges: set[bytes] = field(default_factory=set)
    authors: set[bytes] = field(default_factory=set)
    dropped_signatures: int = 0

    def skip_to(self, place: int) -> None:
        """Note that the commits before this position are not needed."""
        self.new_ids.extend([b""] * (place - len(self.new_ids)))


class ObjectRedaction(Protocol):
    """What takes secrets out of the objects of one repository: see `migration.split.redaction`."""

    def tree(self, tree: bytes) -> bytes:
        """The raw id of a tree without them."""

    def in_text(self, content: bytes) -> bytes:
        """A commit or tag without them."""

    def note_text(self, new_id: bytes, before: bytes) -> None:
        """Note what a commit or tag lost."""

    def write_files(self, pack: PackWriter) -> None:
        """Write the files that changed."""


@dataclass
class NewRepository:
    """One new repository while it is written.

    source_tags: the tags of the monorepo that its rules take. trees: raw ids, by the numbers in `kept_commits.trees`.
    workshop: has the contents of those that were made. reached: by position in `kept_commits.commits`, what to write.
    messages: None where they stay as they are. redaction: None where nothing is redacted.
    keeps_ids: whether commits may arrive as they are.
    written: the commits, those of earlier runs among them.
    tags: new tag name -> raw id of the object that the tag names. tag_signatures: how many the tags lost.
    """

    name: str
    tag_rules: tuple[TagMapping, ...]
    source_tags: Mapping[str, SourceTag]
    trees: Sequence[bytes]
    workshop: TreeWorkshop
    kept_commits: KeptCommits
    reached: bytearray
    written: Written
    messages: Messages | None = None
    redaction: ObjectRedaction | None = None
    keeps_ids: bool = False
    tags: dict[str, bytes] = field(default_factory=dict)
    tag_signatures: int = 0

    def original_tree(self, place: int) -> bytes:
        """The tree of a kept commit before redaction, by position in `kept_commits.commits`."""
        return self.trees[self.kept_commits.trees[place]]

    def tree_of(self, place: int) -> bytes:
        """The tree of a kept commit, by position in `kept_commits.commits`."""
        tree = self.original_tree(place)
        return self.redaction.tree(tree) if self.redaction else tree

    def to_write(self) -> list[int]:
        """The kept commits that are still to be written, as positions in `kept_commits.commits`."""
        return [place for place in range(len(self.written.new_ids), len(self.reached)) if self.reached[place]]

    def renamed(self, tag: bytes) -> bytes:
        """A tag's name in this repository; one that no rule matches stays."""
        old = tag.decode("utf-8", "surrogateescape")
        new = new_tag_name(self.tag_rules, old)
        return tag if new is None else new.encode("utf-8", "surrogateescape")

    def commit_map(self, source_ids: Sequence[bytes]) -> bytes:
        """Raw id in the monorepo and in the new repository, of each kept commit, one pair after the other."""
        pairs = zip(self.kept_commits.commits, self.written.new_ids, strict=True)
        return b"".join([source_ids[position] + new_id for position, new_id in pairs if new_id])


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
    takers: dict[int, list[tuple[NewRepository, int]]] = defaultdict(list)
    places = [repository.to_write() for repository in repositories]
    for repository, own in zip(repositories, places, strict=True):
        for place in own:
            takers[repository.kept_commits.commits[place]].append((repository, place))
    order = sorted(takers)
    contents = store.read([source_ids[position] for position in order])
    for done, (position, (_, original)) in enumerate(zip(order, contents, strict=True)):
        try:
            carried, dropped = carry_commit(original)
        except SplitError as error:
            raise SplitError(
                f"The commit {source_ids[position].hex()} of the monorepo is malformed: {error}. "
                "Run `git fsck` there and repair it."
            ) from error
        author = author_of(carried)
        for repository, place in takers[position]:
            written = repository.written
            written.skip_to(place)
            new_ids = written.new_ids
            # Two commits can become one: the same change, by the same person in the same second.
            parents = list(dict.fromkeys([new_ids[parent] for parent in repository.kept_commits.parents[place]]))
            redacted = repository.redaction.in_text(carried) if repository.redaction else carried
            content = repository.messages.in_commit(redacted, position, new_ids) if repository.messages else redacted
            tree = repository.tree_of(place)
            if repository.keeps_ids and content == carried and is_linked_to(original, tree, parents):
                new_ids.append(source_ids[position])  # signatures and all
            else:
                new_ids.append(pack.add(b"commit", link_commit(content, tree, parents)))
                written.dropped_signatures += dropped
            if repository.redaction and redacted != carried:
                repository.redaction.note_text(new_ids[-1], carried)
            if len(parents) > 1:
                written.merges.add(new_ids[-1])
            written.authors.add(author if redacted == carried else author_of(redacted))
        if done % 1000 == 0:
            progress(done, len(order))
    progress(len(order), len(order))
    for repository, own in zip(repositories, places, strict=True):
        repository.written.skip_to(len(repository.kept_commits.commits))
        for content in repository.workshop.closure({repository.tree_of(place) for place in own}).values():
            pack.add(b"tree", content)
        if repository.redaction:
            repository.redaction.write_files(pack)


def new_tag_names(repository: NewRepository, positions: Mapping[bytes, int]) -> dict[str, str]:
    """Old to new name of the tags that follow: one whose commit has no kept ancestor does not."""
    return {
        old: repository.renamed(old.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        for old, tag in repository.source_tags.items()
        if repository.kept_commits.mapped[positions[tag.commit]] != NOTHING
    }


def demand_tag_names(repositories: Sequence[NewRepository], positions: Mapping[bytes, int]) -> None:
    """Raise SplitError with every collision of tags in every repository."""
    problems: list[str] = []
    for repository in repositories:
        commits = {old: tag.commit for old, tag in repository.source_tags.items()}
        problems += name_problems(repository.name, new_tag_names(repository, positions), commits)
    if problems:
        raise SplitError("\n".join(problems))


def write_tags(repository: NewRepository, positions: Mapping[bytes, int], pack: PackWriter) -> None:
    """Write the repository's tags. Of two with one name, on one commit, the first is written.

    positions: of each commit in the monorepo's history.
    """
    for old, new in new_tag_names(repository, positions).items():
        if new in repository.tags:
            continue
        position = positions[repository.source_tags[old].commit]
        object_id = repository.written.new_ids[repository.kept_commits.mapped[position]]
        for original in reversed(repository.source_tags[old].objects):
            content = repository.redaction.in_text(original) if repository.redaction else original
            is_same = content == original and new == old and tag_target(content).object_id == object_id
            if repository.keeps_ids and is_same:
                object_id = pack.add(b"tag", content)  # signatures and all
                continue
            rewritten, dropped = rewrite_tag(content, object_id, repository.renamed)
            if repository.messages:
                rewritten = repository.messages.in_tag(rewritten, position, repository.written.new_ids)
            object_id = pack.add(b"tag", rewritten)
            if repository.redaction and content != original:
                repository.redaction.note_text(object_id, original)
            repository.tag_signatures += dropped
        repository.tags[new] = object_id
