"""Where the files of a folder came from: what each renaming commit means for a whole folder."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from migration.discovery.renames import (
    Rename,
    RenamingCommit,
    blobs_at,
    file_counts,
    files_at,
    folders_above,
    read_renames,
    renames_of_merge,
)
from migration.git.command import run_git

MOST = 0.5
"""Of a folder's files: from here on another folder is its earlier name."""
NEARLY_ALL = 0.9
"""Of the other folder's files: from here on it has gone, even if something stayed behind."""
SOME = 0.1
"""Of a folder's files: with fewer, a folder that went into another is not worth a move."""


class Kind(StrEnum):
    """What the source was: the whole folder, a folder that became a part of it, or a folder that gave a part away."""

    EARLIER = "earlier name"
    JOINED = "joined"
    PART = "part of"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Files that `folder` took from `source` in one commit.

    folder: a moved folder, or one of its earlier names. inner: the folder in it that the files went to; "" for itself.
    files: how many. similarity: how much of their content stayed, per cent, on average.
    share: of the files in `folder` after the commit. share_of_source: of the files in `source` before it.
    birth: the folder did not exist before.
    parents: the folders above, (old, new), where they were renamed as a whole in that commit.
    obstacle: why the plan should not name `source`; "" when it can.
    """

    kind: Kind
    source: str
    folder: str
    inner: str
    commit: str
    date: str
    subject: str
    files: int
    similarity: int
    share: float
    share_of_source: float
    birth: bool
    parents: tuple[str, str] | None
    obstacle: str = ""


@dataclass(frozen=True)
class Departure:
    """A commit in which most of a folder went elsewhere: before, its name stood for something else, or more.

    destination: the innermost folder that got most of them; "" when they were scattered.
    """

    age: int
    commit: str
    parent: str
    destination: str


class RenameLog:
    """The commits that rename files, youngest first; a commit's position in that order is its age."""

    def __init__(self, git_dir: Path, head: str, progress: Callable[[str, int, int], None]) -> None:
        self._git_dir = git_dir
        self._head = head
        self._commits = read_renames(git_dir, head, progress)
        self._merges: set[str] = set()
        self._counts = lru_cache(maxsize=32)(lambda commit: file_counts(git_dir, commit))
        self.files_in = lru_cache(maxsize=None)(lambda commit, folder: len(files_at(git_dir, commit, folder)))
        self._files_of_head = set(files_at(git_dir, head, ""))
        self._index()

    def add_merges(self, merges: set[str]) -> None:
        """Look into these merges, too."""
        if not merges - self._merges:
            return
        for merge in merges - self._merges:
            self._commits += renames_of_merge(self._git_dir, merge)
        self._merges |= merges
        order = run_git("rev-list", "--topo-order", self._head, directory=self._git_dir).decode().split()
        position = {commit: number for number, commit in enumerate(order)}
        self._commits.sort(key=lambda renaming: position[renaming.commit])
        self._index()

    def _index(self) -> None:
        self.departures = lru_cache(maxsize=None)(self._find_departures)
        self._arrivals: dict[str, list[int]] = {}
        self._departures: dict[str, list[int]] = {}
        self._next_names: dict[str, list[tuple[int, str]]] = {}
        for age, renaming in enumerate(self._commits):
            for folder in {parent_folder for rename in renaming.renames for parent_folder in folders_above(rename.new)}:
                self._arrivals.setdefault(folder, []).append(age)
            for folder in {parent_folder for rename in renaming.renames for parent_folder in folders_above(rename.old)}:
                self._departures.setdefault(folder, []).append(age)
            for rename in renaming.renames:
                self._next_names.setdefault(rename.old, []).append((age, rename.new))

    def has_folder(self, folder: str) -> bool:
        """Whether the head has it."""
        return self.files_in(self._head, folder) > 0

    def origins(self, folder: str, youngest: int, today: str) -> Iterator[tuple[int, Origin]]:
        """Where the files of `folder` came from, in commits of the age `youngest` and older, each with its age.

        today: the folder's name at the head. What joined it counts only when something of that is still there.
        """
        arrivals = self._arrivals.get(folder, [])
        for age in arrivals[bisect_left(arrivals, youngest) :]:
            renaming = self._commits[age]
            arrived = [rename for rename in renaming.renames if _crosses(rename.new, rename.old, folder)]
            # One file alone is a folder's rename only where it is all that the folder began with.
            if len(arrived) > 1 or (arrived and age == arrivals[-1]):
                for origin, came in self._check(folder, renaming, arrived):
                    if origin.kind is not Kind.JOINED or self._left_of(came, age, today) > 1:
                        yield age, origin

    def names_of_file(self, path: str) -> Iterator[Origin]:
        """What a file was called before, the youngest first, as `git log --follow` finds it."""
        for renaming in self._commits:
            for rename in renaming.renames:
                if rename.new == path:
                    yield Origin(
                        kind=Kind.EARLIER,
                        source=rename.old,
                        folder=path,
                        inner="",
                        commit=renaming.commit,
                        date=renaming.date,
                        subject=renaming.subject,
                        files=1,
                        similarity=rename.similarity,
                        share=1,
                        share_of_source=1,
                        birth=True,
                        parents=None,
                    )
                    path = rename.old
                    break

    def _find_departures(self, folder: str) -> list[Departure]:
        found = []
        for age in self._departures.get(folder, []):
            renaming = self._commits[age]
            departed = [rename.new for rename in renaming.renames if _crosses(rename.old, rename.new, folder)]
            if len(departed) > 1 and self._lost_most(folder, renaming, len(departed)):
                counts = Counter(parent_folder for path in departed for parent_folder in folders_above(path))
                destination = max((name for name in counts if counts[name] >= MOST * len(departed)), key=len)
                found.append(Departure(age, renaming.commit, renaming.parent, destination))
        return found

    def _lost_most(self, folder: str, renaming: RenamingCommit, files: int) -> bool:
        """Of its files, and of the entries directly in it: one big folder that leaves does not make it another."""
        before = files_at(self._git_dir, renaming.parent, folder)
        if files < MOST * len(before):
            return False
        entries, left = (
            {path.partition("/")[0] for path in paths}
            for paths in (before, files_at(self._git_dir, renaming.commit, folder))
        )
        return len(entries - left) >= MOST * len(entries)

    def _left_of(self, came: Iterable[Rename], age: int, today: str) -> int:
        """How many of the files are in the folder `today` at the head, renames since then followed."""
        return sum(self._path_at_head(rename.new, age).startswith(f"{today}/") for rename in came)

    def _path_at_head(self, path: str, age: int) -> str:
        """The path of a file today; "" when it is no more."""
        while younger := [step for step in self._next_names.get(path, ()) if step[0] < age]:
            age, path = younger[-1]
        return path if path in self._files_of_head else ""

    def _is_taken_over(self, folder: str, source: str, renaming: RenamingCommit) -> bool:
        """Whether the files of `folder` became those of `source`, and its own went, in one commit."""
        theirs, own = (blobs_at(self._git_dir, renaming.parent, name) for name in (source, folder))
        after = blobs_at(self._git_dir, renaming.commit, folder)
        taken = [path for path, blob in after.items() if theirs.get(path) == blob]
        stayed = [path for path, blob in after.items() if own.get(path) == blob != theirs.get(path)]
        return len(taken) >= MOST * len(after) and len(stayed) <= SOME * len(after)

    def _check(
        self, folder: str, renaming: RenamingCommit, arrived: list[Rename]
    ) -> Iterator[tuple[Origin, list[Rename]]]:
        after = self._counts(renaming.commit)
        if len(arrived) < SOME * after[folder]:
            return
        before = self._counts(renaming.parent)
        while source := _best_source(folder, arrived, after[folder], before):
            came = [rename for rename in arrived if rename.old.startswith(f"{source}/")]
            arrived = [rename for rename in arrived if not rename.old.startswith(f"{source}/")]
            inner = _inner_folder(folder, source, came)
            kind = _kind(folder, source, inner, came, before, after)
            if before[folder] and not after[source] and self._is_taken_over(folder, source, renaming):
                kind = Kind.EARLIER
            if kind is None:
                continue
            origin = Origin(
                kind=kind,
                source=source,
                folder=folder,
                inner=inner,
                commit=renaming.commit,
                date=renaming.date,
                subject=renaming.subject,
                files=len(came),
                similarity=round(sum(rename.similarity for rename in came) / len(came)),
                share=len(came) / after[folder],
                share_of_source=len(came) / before[source],
                birth=not before[folder],
                parents=_renamed_parents(source, folder, renaming, len(came)),
            )
            yield origin, came


def _crosses(inside: str, outside: str, folder: str) -> bool:
    return inside.startswith(f"{folder}/") and not outside.startswith(f"{folder}/")


def _best_source(folder: str, arrived: list[Rename], size: int, before: "Counter[str]") -> str:
    """The folder that explains best where the files came from; "" when none does.

    That with the best harmonic mean (F1) of the two shares: in too deep a folder files are missing, in too high a one
    there are others. Among equals that in which most files had the paths that they have now.
    """
    counts = Counter(
        parent_folder for rename in arrived for parent_folder in folders_above(rename.old) if parent_folder
    )
    same_paths = Counter(
        rename.old.removesuffix(rest) for rename in arrived if rename.old.endswith(rest := rename.new[len(folder) :])
    )
    return max(
        counts, key=lambda name: (2 * counts[name] / (size + before[name]), same_paths[name], len(name)), default=""
    )


def _kind(
    folder: str, source: str, inner: str, came: list[Rename], before: "Counter[str]", after: "Counter[str]"
) -> Kind | None:
    left = after[source] - (after[folder] if folder.startswith(f"{source}/") else 0)
    share, share_of_source = len(came) / after[folder], len(came) / before[source]
    if len(came) == 1 and (share < 1 or share_of_source < 1 or came[0].new != folder + came[0].old[len(source) :]):
        return None
    if share_of_source < (NEARLY_ALL if left else MOST):
        return Kind.PART if share >= MOST else None
    if not before[folder] and share >= (NEARLY_ALL if inner else MOST):
        return Kind.EARLIER
    # What stayed behind would go on to be moved: a folder that joined another is gone, or it gave a part.
    return Kind.JOINED if share >= SOME and not left else None


def _inner_folder(folder: str, source: str, came: list[Rename]) -> str:
    """The folder in `folder` where most of the files kept the paths that they had in `source`."""
    places: Counter[str] = Counter()
    for rename in came:
        old, new = rename.old[len(source) :], rename.new[len(folder) :]
        if new.endswith(old):
            places[new.removesuffix(old).removeprefix("/")] += 1
    return places.most_common(1)[0][0] if places else ""


def _renamed_parents(source: str, folder: str, renaming: RenamingCommit, files: int) -> tuple[str, str] | None:
    """The folders above that were renamed with more than these files: packages/auth with packages/."""
    old, new = source, folder
    while "/" in old and "/" in new and old.rpartition("/")[2] == new.rpartition("/")[2]:
        old, new = old.rpartition("/")[0], new.rpartition("/")[0]
    departed = [rename for rename in renaming.renames if _crosses(rename.old, rename.new, old)]
    moved = sum(rename.new == new + rename.old[len(old) :] for rename in departed)
    return (old, new) if old != source and moved > files and moved >= NEARLY_ALL * len(departed) else None
