"""The folder where a split is kept between runs. Losing it costs time and nothing else."""

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from migration.git.command import GitError, ObjectStore, run_git
from migration.git.pack import write_to_disk
from migration.monorepo.completeness import alternate_line
from migration.monorepo.source import SourceMonorepo

_STATE = "multirepo-split.json"
_PAST = "multirepo-past"
_REFS = "refs/multirepo"
SPLIT_HEADS = f"{_REFS}/*/head"
"""Pattern of the refs behind which everything of the last split is."""
_MOST_PACKS = 20
"""Each split that goes on from one before adds a pack; with more than so many, git joins small ones."""

_ALTERNATES = "objects/info/alternates"


@dataclass(frozen=True)
class SplitHistory:
    """What one repository received. Counts are over all commits that its head and its tags reach.

    head: commit id, or None when no commit of the revision's history touches the moved folders.
    tags: new tag name -> object id, of a tag object, or of a commit where the tag is a lightweight one.
    authors: distinct pairs of name and e-mail, as written.
    files: in the head's tree.
    dropped_signatures: of commits, merged tags and tags; they sign the monorepo's ids.
    """

    head: str | None
    tags: Mapping[str, str]
    commits: int
    merges: int
    authors: int
    files: int
    dropped_signatures: int


@dataclass(frozen=True)
class Split:
    """A finished split.

    git_dir: a bare repository with the new objects, borrowing files from the monorepo; it holds
        refs/multirepo/<repository>/head and refs/multirepo/<repository>/tags/<tag>.
    monorepo_head: the commit id that the revision named.
    histories: by repository, in the order of the selections.
    files: the sources of those moves that take a file.
    source_tags: the monorepo's tags, also those that no repository takes.
    unused: (repository, source of a move, path) of the earlier paths that are the folder in no commit.
    """

    git_dir: Path
    monorepo_head: str
    histories: Mapping[str, SplitHistory]
    files: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()
    unused: tuple[tuple[str, str, str], ...] = ()


class Workspace:
    """One split on disk. `lock` is held while it is read or written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.git_dir = folder.resolve() / "split.git"
        self.lock = FileLock(folder / "split.lock")

    def saved(self, key: str) -> Split | None:
        """The split saved under this key, or None when there is none that can be trusted."""
        state = self._trusted_state()
        if state is None or state["key"] != key:
            return None
        return self._split(state)

    def latest(self) -> Split | None:
        """The split of the last run, whatever it was of; None when there is none that can be trusted."""
        state = self._trusted_state()
        return self._split(state) if state else None

    def _split(self, state: Mapping[str, Any]) -> Split:
        files = sorted(path for path, is_file in state.get("kinds", {}).items() if is_file)
        source_tags = tuple(state.get("source_tags", ()))
        return Split(self.git_dir, state["monorepo_head"], _histories(state), tuple(files), source_tags, self.unused())

    def unused(self) -> tuple[tuple[str, str, str], ...]:
        """Earlier paths without an effect in the last split: see `Split`."""
        try:
            entries = json.loads((self.git_dir / _STATE).read_text())["unused"]
            return tuple((name, source, path) for name, source, path in entries)
        except (OSError, ValueError, TypeError, KeyError):
            return ()

    def kinds(self) -> dict[str, bool]:
        """For each source of the last split's moves whether it is a file; empty where that is not known."""
        try:
            return dict(json.loads((self.git_dir / _STATE).read_text())["kinds"])
        except (OSError, ValueError, TypeError, KeyError):
            return {}

    def _trusted_state(self) -> dict[str, Any] | None:
        try:
            state: dict[str, Any] = json.loads((self.git_dir / _STATE).read_text())
            whole = all((self.git_dir / name).stat().st_size == size for name, size in state["files"].items())
            trusted = whole and self._refs() == _refs_of(_histories(state))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, GitError):
            return None
        return state if trusted else None

    def prepare(self, monorepo: SourceMonorepo) -> ObjectStore:
        """A bare repository that borrows the monorepo's objects: the one in use, so that who still pushes the split
        before finds its objects; a new one where that is damaged, foreign, or borrows from somewhere else.
        """
        borrowed = alternate_line(monorepo.objects)
        if self._trusted_state() and (self.git_dir / _ALTERNATES).read_bytes() == borrowed:
            return ObjectStore(self.git_dir, monorepo.object_format)
        if self.git_dir.exists():
            shutil.rmtree(self.git_dir)
        run_git(
            "init", "--quiet", "--bare", "--template=", f"--object-format={monorepo.object_format.name}",
            str(self.git_dir), directory=self.git_dir.parent,
        )  # fmt: skip
        (self.git_dir / _ALTERNATES).parent.mkdir(exist_ok=True)
        (self.git_dir / _ALTERNATES).write_bytes(borrowed)
        return ObjectStore(self.git_dir, monorepo.object_format)

    def past(self, plan_key: str) -> bytes | None:
        """What the last split of this plan left to go on from; to be called after `prepare`. None: begin a new one."""
        try:
            state = json.loads((self.git_dir / _STATE).read_text())
            if state.get("plan_key") != plan_key:
                return None
            content = (self.git_dir / _PAST).read_bytes()
        except OSError:
            return None
        return content if content[-32:].hex() == state["past"] else None

    def packs(self) -> list[str]:
        """The names of the packs that hold the last split, where it left a `past`."""
        return list(json.loads((self.git_dir / _STATE).read_text())["packs"])

    def save(
        self,
        key: str,
        plan_key: str,
        split: Split,
        packs: Sequence[str],
        maps: Mapping[str, bytes],
        past: Iterable[bytes],
        kinds: Mapping[str, bool],
    ) -> None:
        """Set the refs in one step and note the split; then drop the last one's packs that it does not need.

        What was fetched of people's work stays. packs: names of those, already in place, that hold all new objects.
        past: for `past`, in parts; ends in its SHA-256.
        kinds: for each source of a move whether it is a file.
        maps: for each repository its commit map: the raw ids of a kept commit in the monorepo and in the new
            repository, one pair after the other, parents before children.
        """
        last = self._last_packs()
        if len(self._present_packs()) > _MOST_PACKS:
            packs = self._join_packs()
        refs = sorted((os.fsencode(name), object_id.encode()) for name, object_id in _refs_of(split.histories).items())
        lines = [b"%b %b\n" % (object_id, name) for name, object_id in refs]
        write_to_disk(self.git_dir / "packed-refs", b"# pack-refs with: sorted \n" + b"".join(lines))
        for repository, pairs in maps.items():
            write_to_disk(self._map_file(repository), pairs)
        # Not flushed to disk: its checksum shows whether it arrived.
        with (self.git_dir / _PAST).open("wb") as file:
            for part in past:
                file.write(part)
        state = {
            "key": key,
            "plan_key": plan_key,
            "packs": list(packs),
            "past": part.hex(),
            "monorepo_head": split.monorepo_head,
            "kinds": dict(kinds),
            "source_tags": split.source_tags,
            "unused": split.unused,
            "histories": {name: asdict(history) for name, history in split.histories.items()},
            "files": {
                str(file.relative_to(self.git_dir)): file.stat().st_size
                for file in [
                    *(file for pack in packs for file in (self.git_dir / "objects" / "pack").glob(f"{pack}.*")),
                    *(self._map_file(repository) for repository in maps),
                    self.git_dir / _ALTERNATES,
                ]
            },
        }
        write_to_disk(self.git_dir / _STATE, json.dumps(state, indent=1).encode())
        for superseded in (self.git_dir / "objects" / "pack").iterdir():
            if superseded.stem in last and superseded.stem not in packs:
                superseded.unlink()

    def _last_packs(self) -> list[str]:
        try:
            return self.packs()
        except (OSError, ValueError, KeyError):
            return []

    def _present_packs(self) -> list[str]:
        return sorted(pack.stem for pack in (self.git_dir / "objects" / "pack").glob("*.pack"))

    def _join_packs(self) -> list[str]:
        """Join small packs until each is twice as large as the next: all in all, an object is copied seldom."""
        run_git("repack", "--geometric=2", "-d", "-l", "--quiet", directory=self.git_dir)
        return self._present_packs()

    def _map_file(self, repository: str) -> Path:
        return self.git_dir / f"commit-map-{repository}"

    def _refs(self) -> dict[str, str]:
        answer = run_git("for-each-ref", "--format=%(refname) %(objectname) %(objecttype)", directory=self.git_dir)
        refs = {}
        for line in os.fsdecode(answer).splitlines():
            name, object_id, _ = line.split(" ")
            refs[name] = object_id
        return refs


def _histories(state: Mapping[str, Any]) -> dict[str, SplitHistory]:
    return {name: SplitHistory(**history) for name, history in state["histories"].items()}


def _refs_of(histories: Mapping[str, SplitHistory]) -> dict[str, str]:
    refs = {f"{_REFS}/{name}/head": history.head for name, history in histories.items() if history.head}
    for name, history in histories.items():
        refs |= {f"{_REFS}/{name}/tags/{tag}": object_id for tag, object_id in history.tags.items()}
    return refs


def has_commit(git_dir: Path, commit: str) -> bool:
    """Whether the commit is on this machine, with everything that it needs.

    An interrupted fetch leaves commits without their files: only what is behind a ref is known to be whole.
    """
    whole = ("rev-list", "--quiet", "--objects", commit, "--not", f"--glob={SPLIT_HEADS}")
    try:
        run_git(*whole, directory=git_dir)
    except GitError:
        return False
    return True
