"""What a proposal brings, and what it would lose: found earlier names are held against the commits of each path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection, FolderMove, PreviousPath
from migration.discovery.origins import Kind, Origin
from migration.git.command import run_git
from migration.split.collisions import MovesCollideError
from migration.split.joins import read_joins
from migration.split.splitting import Progress, Split, split_monorepo


@dataclass(frozen=True)
class ProposalTrial:
    """Where proposals are tried. workspace: the folder of the split."""

    path: Path
    revision: str
    workspace: Path
    progress: Progress

    def split(self, *moves: FolderMove) -> Split:
        """The history of each move by itself, at the root; the repositories have the numbers of the moves."""
        selections = {
            str(number): CodeSelection(moves=(replace(move, target=""),), tags=()) for number, move in enumerate(moves)
        }
        return split_monorepo(self.path, self.revision, selections, self.workspace, self.progress)

    def collide(self, moves: Sequence[FolderMove]) -> bool:
        """Whether the moves bring different files to one path."""
        try:
            selections = {"0": CodeSelection(moves=tuple(moves), tags=())}
            split_monorepo(self.path, self.revision, selections, self.workspace, self.progress)
        except MovesCollideError:
            return True
        return False


def with_joined_projects(git_dir: Path, head: str, move: FolderMove) -> FolderMove:
    """The move that names the joined projects which its folder got, or which its folder is a part of."""
    named = {entry.joined_by for entry in move.entries}
    found = []
    for merge, _, folder in read_joins(git_dir, head):
        inner = next(
            (f"{name}/".removeprefix(f"{folder}/").rstrip("/") for name in move.names if _lies_in(name, folder)), None
        )
        if inner is not None and not any(merge.startswith(name) for name in named if name):
            found.append(PreviousPath(path=inner, joined_by=merge))
    return replace(move, earlier=(*move.earlier, *found)) if found else move


def _lies_in(name: str, folder: str) -> bool:
    return f"{name}/".startswith(f"{folder}/")


def without_losses(
    trial: ProposalTrial, move: FolderMove, planned: FolderMove, origins: Sequence[Origin]
) -> FolderMove:
    """The move whose new names bring the commits that touched them: where a name would hide another, until a commit."""
    for origin in origins:
        if origin.kind is not Kind.EARLIER or origin.obstacle or origin.source in planned.names:
            continue
        if origin.source not in move.earlier:
            continue
        newer = move.names[: move.names.index(origin.source)]
        if not _are_touched_before(trial, origin.commit, newer):
            continue
        limited = PreviousPath(path=origin.source, until=origin.commit)
        other = replace(move, earlier=tuple(limited if path == origin.source else path for path in move.earlier))
        split = trial.split(move, other)
        lost, still_lost = (_lost(split, name, origin) for name in ("0", "1"))
        if still_lost < lost:
            move = other
    return move


def _are_touched_before(trial: ProposalTrial, commit: str, names: Sequence[str]) -> bool:
    paths = [f":(literal){name}" for name in names]
    listing = ("rev-list", "--max-count=1", f"{commit}^@", "--", *paths)
    return bool(run_git(*listing, directory=trial.path, user_config=True))


def _lost(split: Split, repository: str, origin: Origin) -> int:
    """How many commits that touched the path before the rename the repository does not have."""
    touched = run_git(
        "rev-list", "--no-merges", f"{origin.commit}^@", "--", f":(literal){origin.source}", directory=split.git_dir
    )
    return len(set(touched.decode().split()) - set(source_commits(split, repository).values()))


def source_commits(split: Split, repository: str) -> Mapping[str, str]:
    """The monorepo's commit behind each commit of a new repository, as ids."""
    ids = (split.git_dir / f"commit-map-{repository}").read_bytes().hex("\n", len(split.monorepo_head) // 2).split("\n")
    return dict(zip(ids[1::2], ids[::2], strict=False))
