"""Commits that people made in a frozen folder all the same: nobody carries them over but a person."""

import shlex
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from migration.code_move.git_objects import run_git
from migration.code_move.remote import Remote
from migration.cutover.frozen import Frozen
from migration.desired_state.moves import Move


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
    monorepo: Path, name: str, branch: str, frozen: Mapping[str, Frozen], moves: Mapping[str, tuple[Move, ...]]
) -> list[Straggler]:
    """Those of every frozen repository, the oldest first. name: of the monorepo, for the commands. Raises GitError."""
    return [
        one
        for repository in frozen.keys() & moves.keys()
        for move in moves[repository]
        for one in _of(monorepo, name, branch, repository, move, frozen[repository])
    ]


def written_in(remote: Remote, ref: str) -> set[tuple[str, str]]:
    """Author, and date of the author, of every commit behind a ref of a repository. Raises RemoteError."""
    with tempfile.TemporaryDirectory() as folder:
        git_dir = Path(folder, "commits.git")
        run_git("init", "--quiet", "--bare", "--template=", str(git_dir), directory=Path(folder))
        commit = remote.refs(ref)[ref]
        remote.fetch(git_dir, ref)
        shown = run_git("log", "--date=raw", "--format=%an <%ae>%x00%ad", commit, directory=git_dir)
    pairs = (line.split("\0") for line in shown.decode(errors="replace").splitlines())
    return {(author, date) for author, date in pairs}


def _of(monorepo: Path, name: str, branch: str, repository: str, move: Move, frozen: Frozen) -> Iterator[Straggler]:
    """A merge brings nothing of its own in, unless somebody changed it by hand; then it is left to the two sides."""
    shown = run_git(
        "log", "--reverse", "--no-merges", "--date=raw", "--format=%H%x00%an <%ae>%x00%ad%x00%s",
        f"{frozen.commit}..refs/heads/{branch}", "--", f":(literal){move.source}",
        directory=monorepo, user_config=True,
    )  # fmt: skip
    for line in shown.decode(errors="replace").splitlines():
        commit, author, date, subject = line.split("\0")
        into = f" --directory={shlex.quote(move.target)}" if move.target else ""
        yield Straggler(
            repository=repository,
            folder=move.source,
            commit=commit,
            author=author,
            date=date,
            subject=subject,
            command=(
                f"git -C {shlex.quote(name)} format-patch -1 --stdout --relative={shlex.quote(move.source)} "
                f"{commit[:12]} | git -C {shlex.quote(repository)} am --3way{into}"
            ),
        )
