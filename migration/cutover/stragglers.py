"""Commits that people made in a frozen folder all the same: only a person can sync them."""

import posixpath
import shlex
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from migration.cutover.frozen import Frozen
from migration.desired_state import DesiredRepository
from migration.desired_state.code_selection import FolderMove
from migration.git.command import GitError, run_git
from migration.git.remote import Remote
from migration.plan import Monorepo, Plan

_WRITER = "multirepo <multirepo@users.noreply.github.com>"


@dataclass(frozen=True, kw_only=True)
class Straggler:
    """One commit of the monorepo. author: name and address. date: of its author, in git's raw format.

    command: brings it over, where both repositories are cloned into one folder.
    """

    repository: str
    folder: str
    commit: str
    author: str
    date: str
    subject: str
    command: str


def stragglers(
    monorepo: Path, plan: Plan, repositories: Iterable[DesiredRepository], frozen: Mapping[str, Frozen]
) -> list[Straggler]:
    """Those of every frozen repository, the oldest of each first. Raises GitError."""
    return [
        straggler
        for desired in repositories
        if desired.code and desired.name in frozen
        for move in desired.code.moves
        if not move.shared
        for straggler in _of(monorepo, plan.monorepo, desired.name, move, frozen[desired.name])
    ]


def written_in(remote: Remote, ref: str) -> set[tuple[str, str]]:
    """Author, and date of the author, of every commit behind a ref of a repository. Raises RemoteError."""
    with tempfile.TemporaryDirectory() as folder:
        git_dir = Path(folder, "commits.git")
        run_git("init", "--quiet", "--bare", "--template=", str(git_dir), directory=Path(folder))
        commit = remote.refs(ref)[ref]
        remote.fetch(git_dir, ref)
        log = run_git("log", "--date=raw", "--format=%an <%ae>%x00%ad", commit, directory=git_dir)
    pairs = (line.split("\0") for line in log.decode(errors="replace").splitlines())
    return {(author, date) for author, date in pairs}


def _of(monorepo: Path, planned: Monorepo, repository: str, move: FolderMove, frozen: Frozen) -> Iterator[Straggler]:
    """A merge brings nothing of its own in, unless somebody changed it by hand; then it is left to the two sides."""
    others = [f":(exclude,literal){other.source}" for other in move.others]
    paths = [f":(literal){move.source}"] if move.source else [".", *others]
    log = run_git(
        "log", "--reverse", "--no-merges", "--date=raw", "--format=%H%x00%an <%ae>%x00%ad%x00%s",
        f"{frozen.commit}..refs/heads/{planned.default_branch}", "--", *paths,
        directory=monorepo, user_config=True,
    )  # fmt: skip
    lines = log.decode(errors="replace").splitlines()
    source, target, only = move.source, move.target, "".join(f" {shlex.quote(path)}" for path in ["--", ".", *others])
    only = only if others else ""
    if lines and _is_file(monorepo, f"{frozen.commit}:{source}"):
        source, target, only = posixpath.dirname(source), posixpath.dirname(target), f" -- {shlex.quote(source)}"
    relative = f" --relative={shlex.quote(source)}" if source else ""
    into = f" --directory={shlex.quote(target)}" if target else ""
    for line in lines:
        commit, author, date, subject = line.split("\0")
        if author == _WRITER:  # it freezes and archives
            continue
        yield Straggler(
            repository=repository,
            folder=move.source,
            commit=commit,
            author=author,
            date=date,
            subject=subject,
            command=(
                f"git -C {shlex.quote(planned.name)} format-patch -1 --stdout{relative} {commit[:12]}{only} "
                f"| git -C {shlex.quote(repository)} am --3way{into}"
            ),
        )


def _is_file(monorepo: Path, name: str) -> bool:
    try:
        return run_git("cat-file", "-t", name, directory=monorepo, user_config=True) == b"blob\n"
    except GitError:
        return False
