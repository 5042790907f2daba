"""The proof of one repository."""

import operator
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection, MessageRules
from migration.git.command import GitError, run_git
from migration.proof.evidence import NO_FOLDER, Graph, Versions, differences, listing, reachable, read_objects
from migration.proof.file_layout import Layout, layout_at, wrong_paths
from migration.proof.identity import commit_difference, links, tag_difference
from migration.proof.lineage import NONE, Lines, nearest_kept
from migration.proof.message_checks import MessageCheck
from migration.proof.path_validity import PathValidity
from migration.proof.redaction_check import RedactionCheck
from migration.proof.tag_checks import PeeledTag, new_name, read_tags, renamed
from migration.split.workspace import SplitHistory

_NONE_HERE = -1
"""In place of a tree's number: the path does not count in this commit."""


@dataclass(frozen=True, kw_only=True)
class RepositoryProof:
    """What was compared for one repository, and what was found wrong.

    commits: of the new history, each compared byte by byte with the one that it stands for.
    trees: commits of the monorepo whose moved folders were compared with the new repository's files: those that are
        mapped, and those that fell away, whose nearest kept ancestor must already have the same files.
    parents: links between the new commits. files: at the head.
    dropped_signatures: of commits and tags, counted again.
    seconds: for this repository alone; reading the monorepo is shared.
    failures: a sentence each.
    """

    repository: str
    commits: int
    trees: int
    parents: int
    files: int
    tags: int
    dropped_signatures: int
    seconds: float
    failures: tuple[str, ...]


@dataclass(frozen=True)
class ProofSource:
    """The monorepo, as git shows it. ids: by position in the graph. tags: those that any repository takes.

    validity: None when every path of the plan counts in every commit.
    """

    git_dir: Path
    head: bytes
    graph: Graph
    ids: list[bytes]
    folders: Mapping[str, Versions]
    files: Mapping[str, Versions]
    tags: Mapping[str, PeeledTag]
    empty_tree: bytes
    validity: PathValidity | None = None


class RepositoryCheck:
    """One run over one repository. Failures are gathered, and each check goes on as far as it can."""

    def __init__(
        self, name: str, selection: CodeSelection, history: SplitHistory, commit_map: bytes, source: ProofSource
    ) -> None:
        self._name = name
        self._selection = selection
        self._history = history
        self._source = source
        self._git_dir = source.git_dir
        self._failures: list[str] = []
        self._signatures = self._links = self._compared = self._files = 0
        self._tags = {old: tag for old, tag in source.tags.items() if new_name(selection.tags, old) is not None}
        if selection.own_tags:
            images = self._images(commit_map)
            self._tags = {old: tag for old, tag in self._tags.items() if self._is_change(tag, images)}
        tips = [source.head, *(tag.commit for tag in self._tags.values())]
        self._reached = source.graph.reached_by(tips)
        # By position in the graph: the new commit, its tree and its parents.
        self._new: dict[int, bytes] = self._read_map(commit_map)
        self._new_trees: dict[int, bytes] = {}
        self._new_parents: dict[int, tuple[bytes, ...]] = {}
        self._whole = source.validity.whole(selection.moves) if source.validity else set()
        rules = selection.messages
        self._redaction = RedactionCheck(selection.redactions, source.git_dir, name)
        self._messages = MessageCheck(rules, source.graph, self._new) if rules != MessageRules() else None

    def _images(self, commit_map: bytes) -> list[int]:
        """For each commit of the monorepo the newest one in the commit map at or before it; NONE for none."""
        ids = commit_map.hex("\n", len(self._source.head) // 2).encode().split(b"\n") if commit_map else []
        moved = {self._source.graph.positions.get(commit, NONE) for commit in ids[::2]}
        images: list[int] = []
        for position, parents in enumerate(self._source.graph.parents):
            newest = max((images[parent] for parent in parents), default=NONE)
            images.append(position if position in moved else newest)
        return images

    def _is_change(self, tag: PeeledTag, images: Sequence[int]) -> bool:
        """Whether a tag is on a commit that brings something to the repository, by the commit map or by git."""
        position = self._source.graph.positions[tag.commit]
        parents = self._source.graph.parents[position]
        if images[position] != (images[parents[0]] if parents else NONE):
            return True
        names = [f":(literal){move.source}" for move in self._selection.moves if not move.exclude and not move.others]
        if self._source.validity or not names or not parents:
            return False
        pair = self._source.ids[parents[0]].decode(), tag.commit.decode()
        return bool(run_git("diff-tree", "-r", "--name-only", *pair, "--", *names, directory=self._git_dir))

    def run(self) -> RepositoryProof:
        """Check everything, in the order in which one thing rests on another."""
        started = time.monotonic()
        try:
            self._check_commits()
            self._check_joined()
            trees = {**self._new_trees, NONE: self._source.empty_tree}
            lines = nearest_kept(self._source.graph.parents, self._reached, trees, self._whole)
            self._check_parents(lines)
            self._check_trees(lines)
            self._check_tags(lines)
            self._check_head(lines)
            self._check_reachable()
            self._check_figures()
        except GitError as error:
            self._failures.append(f"{self._name}: git cannot read the new history: {error}.")
        return RepositoryProof(
            repository=self._name,
            commits=len(self._new_trees),
            trees=self._compared,
            parents=self._links,
            files=self._files,
            tags=len(self._history.tags),
            dropped_signatures=self._signatures,
            seconds=time.monotonic() - started,
            failures=tuple(self._failures),
        )

    def _fail(self, position: int, what: str) -> None:
        """Note what is wrong with a commit. position: of the monorepo's commit."""
        new, old = self._new.get(position), self._source.ids[position].decode()
        who = f"commit {new.decode()} (monorepo commit {old})" if new else f"monorepo commit {old}"
        self._failures.append(f"{self._name}: {who} {what}.")

    def _read_map(self, commit_map: bytes) -> dict[int, bytes]:
        size = len(self._source.head) // 2
        ids = commit_map.hex("\n", size).encode().split(b"\n") if commit_map else []
        new: dict[int, bytes] = {}
        if len(ids) % 2 or len(commit_map) % size:
            self._failures.append(f"{self._name}: the commit map is cut off.")
        for old, its_new in zip(ids[::2], ids[1::2], strict=False):
            position = self._source.graph.positions.get(old, NONE)
            if position == NONE or not self._reached[position]:
                self._failures.append(
                    f"{self._name}: the commit map gives commit {its_new.decode()} for {old.decode()}, which is no "
                    "monorepo commit that the head or a tag that follows reaches."
                )
            elif position in new:
                self._fail(position, f"is in the commit map twice, also for {its_new.decode()}")
            else:
                new[position] = its_new
        return new

    def _check_commits(self) -> None:
        """Every byte but the links. Notes the links for the checks that follow."""
        old = read_objects(self._git_dir, (self._source.ids[position] for position in self._new))
        new = read_objects(self._git_dir, self._new.values())
        for position, (_, before), (kind, after) in zip(self._new, old, new, strict=True):
            if kind != b"commit":
                self._fail(position, f"is not a commit: {kind.decode()}")
                continue
            self._new_trees[position], self._new_parents[position] = links(after)
            if before == after:
                continue  # of a joined history, signatures and all
            comparison = self._messages.of_commit(position, before) if self._messages else operator.eq
            wrong, signatures = commit_difference(self._redaction.of_object(before), after, comparison)
            self._signatures += signatures
            if wrong:
                self._fail(position, f"is not what it was: {wrong} differs")

    def _check_joined(self) -> None:
        """Commits of a joined history go to the repositories that name it alone, and there as they were."""
        validity = self._source.validity
        if validity is None:
            return
        for position in sorted((validity.foreign & self._new.keys()) - validity.claimed(self._selection.moves)):
            self._fail(position, "is of a joined history that no `earlier` of this repository names")
        unchanged: set[int] = set()
        for position in sorted(self._whole):
            if self._reached[position] and unchanged.issuperset(self._source.graph.parents[position]):
                unchanged.add(position)
                if (
                    self._messages is None
                    and not self._redaction
                    and self._new.get(position) != self._source.ids[position]
                ):
                    self._fail(position, "is of a joined history, and did not arrive as it was")

    def _check_parents(self, lines: Lines) -> None:
        for position in lines.undecided:
            self._fail(position, "joins two lines of the new history, and is not in the commit map")
        for position in filter(self._is_needless, lines.needless):
            self._fail(position, "changes no file and joins no lines, and is in the commit map")
        for position, found in self._new_parents.items():
            # Two commits can become one: the same change, at the same time, on top of the same files.
            expected = tuple(dict.fromkeys(self._new[line] for line in lines.parents[position]))
            self._links += len(found)
            if found != expected:
                self._fail(position, f"has the parents {_list(found)}; they must be {_list(expected)}")

    def _is_needless(self, position: int) -> bool:
        """Whether a commit without changes changed nothing in the monorepo either: it may have changed secrets."""
        return not (self._redaction and self._changes_secrets(position))

    def _changes_secrets(self, position: int) -> bool:
        parents = self._source.graph.parents[position]
        layouts = [self._layout_at(each).files() for each in (*parents[:1], position)]
        return len(layouts) == 1 or layouts[0] != layouts[1]

    def _check_trees(self, lines: Lines) -> None:
        """Every commit of the monorepo, mapped or not, has in its folders what its image has in all."""
        moves = self._selection.moves
        all_moves = self._selection.all_moves
        names = [
            [(self._source.files if move.is_file else self._source.folders)[entry.path] for entry in move.entries]
            for move in all_moves
        ]
        columns = [versions.numbers for each in names for versions in each]
        images = lines.images
        compared: dict[tuple[tuple[int, ...], bytes], int] = {}  # -> the first commit with this comparison
        for position, numbers in enumerate(zip(*columns, strict=True)):
            if self._reached[position]:
                if self._source.validity:
                    counts = (each for move in all_moves for each in self._source.validity.counts(move, position))
                    numbers = tuple(n if counted else _NONE_HERE for n, counted in zip(numbers, counts, strict=True))
                image = images[position]
                tree = self._new_trees[image] if image != NONE else self._source.empty_tree
                compared.setdefault((numbers, tree), position)
                self._compared += 1
        newest = [_newest(names, numbers) for numbers, _ in compared]
        folders = [tuple(tree for _, tree in each) for each in newest]
        trees = [tree for _, tree in compared]
        if len(all_moves) == 1 and not moves[0].target and not moves[0].exclude and not self._redaction:
            wrong = [
                None if (before or self._source.empty_tree) == tree else self._first_path(before, tree)
                for (before,), tree in zip(folders, trees, strict=True)
            ]
        else:
            others = list(enumerate(all_moves))[len(moves) :]
            taken = [
                [move.entries[each[number][0]].path if each[number][1] else None for number, move in others]
                for each in newest
            ]
            pairs = list(zip(folders, trees, strict=True))
            wrong = list(wrong_paths(self._git_dir, moves, pairs, taken, self._redaction.of_entries))
        for position, path in zip(compared.values(), wrong, strict=True):
            if path is not None:
                self._fail_tree(position, images[position], path)

    def _first_path(self, before: bytes, tree: bytes) -> bytes:
        *_, changed = differences(self._git_dir, [before, tree], "-r")
        return min(changed, default=b"")

    def _fail_tree(self, position: int, image: int, path: bytes) -> None:
        if position == image:
            self._fail(position, f"has other files than the moved folders: {_name(path)} differs")
        elif image == NONE:
            self._fail(position, f"has {_name(path)}, and neither it nor a commit before it is in the commit map")
        else:
            predecessor = self._new[image].decode()
            self._fail(position, f"changes {_name(path)} and is not in the commit map; before it comes {predecessor}")

    def _check_tags(self, lines: Lines) -> None:
        expected: dict[str, tuple[PeeledTag, bytes]] = {}
        for old, tag in self._tags.items():
            image = lines.images[self._source.graph.positions[tag.commit]]
            if image != NONE:
                expected.setdefault(str(new_name(self._selection.tags, old)), (tag, self._new[image]))
        found = read_tags(self._git_dir, {name: new.encode() for name, new in self._history.tags.items()})
        for name in expected.keys() - found.keys():
            self._failures.append(f"{self._name}: the tag {name!r} is missing.")
        for name in self._history.tags.keys() - expected.keys():
            self._failures.append(f"{self._name}: the tag {name!r} follows no tag of the monorepo.")
        for name in expected.keys() & found.keys():
            self._check_tag(name, *expected[name], found[name])

    def _check_tag(self, name: str, before: PeeledTag, commit: bytes, after: PeeledTag) -> None:
        if after.commit != commit:
            self._failures.append(
                f"{self._name}: the tag {name!r} is on commit {after.commit.decode()}; it must be on {commit.decode()} "
                f"(monorepo commit {before.commit.decode()} or its nearest kept ancestor)."
            )
        if len(before.objects) != len(after.objects):
            self._failures.append(f"{self._name}: the tag {name!r} is not as it was: annotated or lightweight.")
        position = self._source.graph.positions[before.commit]
        comparison = self._messages.of_tag(position) if self._messages else operator.eq
        for original, new in zip(before.objects, after.objects, strict=False):
            if original == new:
                continue
            old = self._redaction.of_object(original)
            wrong, signatures = tag_difference(old, new, lambda tag: renamed(self._selection.tags, tag), comparison)
            self._signatures += signatures
            if wrong:
                self._failures.append(f"{self._name}: the tag {name!r} is not what it was: {wrong} differs.")

    def _check_head(self, lines: Lines) -> None:
        """The head, and its files listed again, without the trees that were compared before."""
        image = lines.images[self._source.graph.positions[self._source.head]]
        head = self._new[image].decode() if image != NONE else None
        if self._history.head != head:
            self._failures.append(
                f"{self._name}: the head is {self._history.head}; it must be {head} "
                f"(monorepo commit {self._source.head.decode()} or its nearest kept ancestor)."
            )
        layout = self._layout_at(self._source.graph.positions[self._source.head])
        expected = self._redaction.of_entries(layout.files())
        self._failures.extend(
            f"{self._name}: moves bring different files to {_name(path)}, and one is lost at the head."
            for path in sorted(layout.lost_files())
        )
        found = listing(self._git_dir, self._history.head.encode()) if self._history.head else {}
        self._files = len(expected)
        for path in sorted(expected.keys() | found.keys()):
            if expected.get(path) != found.get(path):
                what = "is missing" if path not in found else "is too much" if path not in expected else "differs"
                self._failures.append(
                    f"{self._name}: at the head {self._history.head} (monorepo commit {self._source.head.decode()}) "
                    f"{_name(path)} {what}: {_entry(found, path)}; it must be {_entry(expected, path)}."
                )

    def _layout_at(self, position: int) -> Layout:
        moves, paths = self._selection.moves, self._paths_at(position)
        commit = self._source.ids[position]
        return layout_at(self._git_dir, commit, moves, paths[: len(moves)], paths[len(moves) :])

    def _paths_at(self, position: int) -> list[list[str]]:
        """For each move, and each that decides about the rest, the paths that count at a commit."""
        validity = self._source.validity
        paths = []
        for move in self._selection.all_moves:
            counts = validity.counts(move, position) if validity else [True] * len(move.entries)
            paths.append([entry.path for entry, counted in zip(move.entries, counts, strict=True) if counted])
        return paths

    def _check_reachable(self) -> None:
        """What would be pushed is what is in the map."""
        tips = [*self._history.tags.values(), *([self._history.head] if self._history.head else [])]
        pushed = reachable(self._git_dir, (tip.encode() for tip in tips))
        self._failures.extend(
            f"{self._name}: commit {new.decode()} is in the new history, and not in the commit map."
            for new in sorted(pushed - set(self._new.values()))
        )
        for position, new in self._new.items():
            if new not in pushed:
                self._fail(position, "is in the commit map, and neither the head nor a tag reaches it")

    def _check_figures(self) -> None:
        counted = {
            "commits": len(set(self._new.values())),
            "merges": sum(len(parents) > 1 for parents in self._new_parents.values()),
            "files": self._files,
            "dropped_signatures": self._signatures,
        }
        for name, number in counted.items():
            if getattr(self._history, name) != number:
                self._failures.append(
                    f"{self._name}: the split reports {getattr(self._history, name):,} {name.replace('_', ' ')}; "
                    f"there are {number:,}."
                )


def _newest(names: Sequence[Sequence[Versions]], numbers: Sequence[int]) -> list[tuple[int, bytes]]:
    """For each move the position of the newest name that exists, and the tree of its folder under that."""
    rest = iter(numbers)
    trees = [
        [NO_FOLDER if (number := next(rest)) == _NONE_HERE else versions.trees[number] for versions in each]
        for each in names
    ]
    found = ([(place, tree) for place, tree in enumerate(each) if tree != NO_FOLDER] for each in trees)
    return [each[0] if each else (0, NO_FOLDER) for each in found]


def _list(commits: Sequence[bytes]) -> str:
    return ", ".join(commit.decode() for commit in commits) or "none"


def _name(path: bytes) -> str:
    return repr(path.decode("utf-8", "backslashreplace"))


def _entry(files: Mapping[bytes, bytes], path: bytes) -> str:
    return files.get(path, b"no file").decode()
