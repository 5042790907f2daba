"""Where something of the monorepo went, and where something of a new repository came from, from a saved split.

Everything is read in the split's own repository, which borrows the monorepo's objects: neither the monorepo nor GitHub
is asked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.git.command import GitError, run_git
from migration.split.commit_map import read_commit_map
from migration.split.joins import read_joins
from migration.split.objects.tags import new_tag_name
from migration.split.workspace import Split

_LISTED = 5


@dataclass(frozen=True, kw_only=True)
class Landing:
    """One answer. repository: None for the monorepo. what: the rest of the sentence, such as "commit 0123..."."""

    repository: str | None
    what: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """places: none where it went nowhere; reason: then why not."""

    asked: str
    places: tuple[Landing, ...] = ()
    reason: str = ""


class Whereabouts:
    """Looks things up in one split.

    selections: of the repositories that were split. planned: of those whose wave has not begun, with the wave's name.
    """

    def __init__(
        self,
        split: Split,
        selections: Mapping[str, CodeSelection],
        planned: Mapping[str, tuple[str, CodeSelection]],
    ) -> None:
        self._split = split
        self._selections = {
            name: chosen.with_files(split.files) for name, chosen in selections.items() if name in split.histories
        }
        self._planned = planned
        id_size = len(split.monorepo_head) // 2
        self._maps = {name: read_commit_map(split.git_dir, name, id_size) for name in self._selections}

    def find(self, asked: str) -> Answer:
        """asked: an id of a commit on either side, whole or abbreviated, a tag, or a path of the monorepo."""
        places = tuple(self._tag(asked.removeprefix("refs/tags/")))
        if places:
            return Answer(asked=asked, places=places)
        commits = self._commits(asked.lower())
        if len(commits) > 1:
            listed = ", ".join(commits[:_LISTED])
            return Answer(asked=asked, reason=f"{len(commits)} commits begin so: {listed}. Give more digits.")
        if commits:
            places = tuple(self._commit(commits[0]))
            return Answer(asked=asked, places=places, reason="" if places else self._why_no_commit(commits[0]))
        path = "/".join(part for part in asked.split("/") if part not in ("", "."))
        places = tuple(self._path(path))
        if not places and (tag := asked.removeprefix("refs/tags/")) in self._split.source_tags:
            return Answer(asked=asked, reason=self._why_no_tag(tag))
        return Answer(asked=asked, places=places, reason="" if places else self._why_no_path(path))

    def _git(self, *arguments: str, standard_input: bytes = b"") -> str:
        command = ("--literal-pathspecs", *arguments)
        output = run_git(*command, directory=self._split.git_dir, standard_input=standard_input)
        return output.decode(errors="surrogateescape")

    def _tag(self, tag: str) -> Iterator[Landing]:
        for name, selection in self._selections.items():
            new = new_tag_name(selection.tags, tag)
            if new is not None and new in (tags := self._split.histories[name].tags):
                commit = self._git("rev-parse", f"{tags[new]}^{{commit}}").strip()
                yield Landing(repository=name, what=f"tag {new} on commit {commit}")

    def _why_no_tag(self, tag: str) -> str:
        takers = [name for name, each in self._selections.items() if new_tag_name(each.tags, tag) is not None]
        if not takers:
            return "it is a tag of the monorepo, and no repository takes it: no rule of `tags` fits."
        if any(self._selections[name].own_tags for name in takers):
            return (
                "it is a tag of the monorepo, and no repository takes it: its commit changes none of them. "
                "Add a rule to `tags` of a repository."
            )
        return f"it is a tag of the monorepo, and {' and '.join(takers)} has no history up to its commit."

    def _commits(self, digits: str) -> list[str]:
        """Every commit, of the monorepo or of a new repository, whose id begins so."""
        if not re.fullmatch("[0-9a-f]{4,64}", digits):
            return []
        similar = self._git("rev-parse", f"--disambiguate={digits}")
        kinds = self._git("cat-file", "--batch-check=%(objectname) %(objecttype)", standard_input=similar.encode())
        return sorted(line.split()[0] for line in kinds.splitlines() if line.endswith(" commit"))

    def _commit(self, commit: str) -> Iterator[Landing]:
        for name, pairs in self._maps.items():
            for new in dict(pairs).get(commit, "").split():
                yield Landing(repository=name, what=f"commit {new}")
        for name, pairs in self._maps.items():
            for source in (source for source, new in pairs if new == commit != source):
                yield Landing(repository=None, what=f"commit {source}, of which {name} got this")

    def _why_no_commit(self, commit: str) -> str:
        if not self._is_behind_the_head(commit):
            return "it is not in the history that was split: no moved branch or tag has it behind it."
        if joined := self._why_joined(commit):
            return joined
        changed = self._git("diff-tree", "-r", "--root", "--name-only", "--no-commit-id", "-z", commit).split("\0")[:-1]
        if not changed:
            return "it changes no file by itself, as most merges, and no repository needs it to join two lines."
        later = [reason for path in changed if (reason := self._why_planned(path))]
        if later:
            return later[0]
        if any(any(_landings(selection.moves, path)) for path in changed for selection in self._selections.values()):
            return "what it changes in moved folders is excluded, or was there already under an older name."
        folders = sorted({path.rpartition("/")[0] or "the root folder" for path in changed})
        more = f" and {len(folders) - _LISTED} more" if len(folders) > _LISTED else ""
        return f"it changes only what no repository takes: {', '.join(folders[:_LISTED])}{more}."

    def _why_joined(self, commit: str) -> str:
        """Why a commit of a joined project went nowhere; "" for any other."""
        roots = set(self._git("rev-list", "--max-parents=0", commit).split())
        for merge, parent, folder in read_joins(self._split.git_dir, self._split.monorepo_head):
            if roots <= set(self._git("rev-list", "--max-parents=0", parent).split()):
                return (
                    f"it is of a project that {merge[:12]} joined into {folder}, and no move claims it. Add "
                    f"{{path: ., joined_by: '{merge}'}} to `earlier` of the move that takes {folder}."
                )
        return ""

    def _is_behind_the_head(self, commit: str) -> bool:
        try:
            self._git("merge-base", "--is-ancestor", commit, self._split.monorepo_head)
        except GitError:
            return False
        return True

    def _path(self, path: str) -> Iterator[Landing]:
        for name, selection in self._selections.items():
            head = self._split.histories[name].head
            owned = [move for move in selection.moves if not move.shared]
            for landed in dict.fromkeys(_landings(selection.moves, path)):
                commit = head and self._last_change(head, landed)
                if not commit:
                    continue
                copy = "" if landed in _landings(owned, path) else self._owner(path)
                if not landed:
                    yield Landing(repository=name, what=f"the whole of it{copy}")
                elif self._exists(f"{head}:{landed}"):
                    yield Landing(repository=name, what=f"{landed}, last changed by commit {commit}{copy}")
                else:
                    yield Landing(repository=name, what=f"{landed}, gone since commit {commit}{copy}")

    def _owner(self, path: str) -> str:
        """What is said of a copy: the repository whose move of the path is not shared."""
        planned = {name: selection for name, (_, selection) in self._planned.items()}
        for name, selection in {**self._selections, **planned}.items():
            if any(_landings([move for move in selection.moves if not move.shared], path)):
                return f"; a copy, {name} owns it"
        return "; a copy"

    def _last_change(self, commit: str, path: str) -> str:
        return self._git("log", "-1", "--full-history", "--format=%H", commit, "--", *([path] if path else [])).strip()

    def _exists(self, name: str) -> bool:
        try:
            self._git("cat-file", "-e", name)
        except GitError:
            return False
        return True

    def _why_no_path(self, path: str) -> str:
        head = self._split.monorepo_head
        if not path or not self._last_change(head, path):
            return f"the monorepo up to {head[:12]} has no commit, tag or path of this name."
        takers = [name for name, selection in self._selections.items() if any(_landings(selection.moves, path))]
        if takers:
            return f"{' and '.join(takers)} takes its folder without it: see `exclude` and `earlier` of the move."
        return self._why_planned(path) or "no repository takes it."

    def _why_planned(self, path: str) -> str:
        for name, (wave, selection) in self._planned.items():
            if any(_landings(selection.moves, path)):
                return f"{name} takes {path}, and its wave {wave} is still planned."
        return ""


def _landings(moves: Sequence[FolderMove], path: str) -> Iterator[str]:
    """Where a path of the monorepo lands, under each name of each move that covers it; "" is the root."""
    for move in moves:
        for name in move.names:
            landed = move.landing(path, name)
            if landed is not None:
                yield landed
