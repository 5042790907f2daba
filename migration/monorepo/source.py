"""The monorepo as its user names it: found, found fit to be split, its revision and tags looked up."""

import os
from dataclasses import dataclass
from pathlib import Path

from migration.errors import SplitError
from migration.git.command import GitError, run_git
from migration.git.object_format import FORMATS, ObjectFormat
from migration.monorepo.completeness import demand_complete
from migration.plan import is_own_tag


@dataclass(frozen=True)
class LocalRepository:
    """A complete local repository. objects: its object folder, shared by all its work trees."""

    path: Path
    objects: Path
    object_format: ObjectFormat


@dataclass(frozen=True)
class SourceMonorepo(LocalRepository):
    """One at a moment. Ids are raw bytes.

    head: the commit that the asked revision names.
    tags: those that are not the migration's own: name without "refs/tags/" -> the object that the tag names (a tag
        object for an annotated one).
    """

    head: bytes
    tags: dict[str, bytes]


def open_monorepo(path: Path, revision: str) -> SourceMonorepo:
    """Look at the repository without changing it.

    path: a work tree, a linked work tree, or a bare repository. Raises SplitError where it cannot be split.
    """
    place = look_at(path)
    head = _commit(place.path, revision)
    return SourceMonorepo(place.path, place.objects, place.object_format, head, _tags(place.path))


def look_at(path: Path) -> LocalRepository:
    """Find the repository. Raises SplitError where there is none, or where a part of it is missing."""
    if not path.is_dir():
        raise SplitError(f"There is no folder {path}. Clone the monorepo, and give the path of the clone.")
    path = path.resolve()
    try:
        answer = run_git(
            "rev-parse",
            "--path-format=absolute",
            "--show-object-format",
            "--is-shallow-repository",
            "--git-path",
            "objects",
            directory=path,
            user_config=True,
        )
    except GitError as error:
        raise SplitError(
            f"{path} is not a git repository that git lets us read ({error.message}). Give the path of a clone."
        ) from error
    object_format, shallow, objects = os.fsdecode(answer).rstrip("\n").split("\n", 2)
    if shallow == "true":
        raise SplitError(f"{path} is a shallow clone: it lacks history. Run `git fetch --unshallow` in it.")
    _check_partial_clone(path)
    return LocalRepository(path, Path(objects), FORMATS[object_format])


def _check_partial_clone(path: Path) -> None:
    try:
        settings = run_git(
            "config",
            "--get-regexp",
            r"^(extensions\.partialclone|remote\..*\.promisor)$",
            directory=path,
            user_config=True,
        )
    except GitError:  # no such setting
        return
    if any(not line.endswith(b" false") for line in settings.splitlines()):
        demand_complete(path)


def _commit(path: Path, revision: str) -> bytes:
    try:
        answer = run_git(
            "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}", directory=path, user_config=True
        )
    except (GitError, ValueError) as error:
        branches = run_git(
            "for-each-ref", "--count=5", "--sort=-committerdate", "--format=%(refname:short)", "refs/heads",
            directory=path, user_config=True,
        ).decode(errors="replace").split()  # fmt: skip
        if not branches:
            raise SplitError(f"{path} has no branch with a commit. Commit or fetch something first.") from error
        raise SplitError(
            f"{path} has no commit {revision!r}. Name a branch that it has (in a plan, `default_branch` of "
            f"`monorepo`); its youngest are {', '.join(branches)}."
        ) from error
    return bytes.fromhex(answer.decode().strip())


def _tags(path: Path) -> dict[str, bytes]:
    answer = run_git("for-each-ref", "--format=%(objectname) %(refname)", "refs/tags", directory=path, user_config=True)
    tags = {}
    for line in answer.splitlines():
        object_id, _, name = line.partition(b" refs/tags/")
        tags[os.fsdecode(name)] = bytes.fromhex(object_id.decode())
    return {name: object_id for name, object_id in tags.items() if not is_own_tag(name)}


def folders_at(directory: Path, commit: bytes) -> list[str]:
    """Every folder of a commit, as paths."""
    answer = run_git("ls-tree", "-r", "-d", "-z", "--name-only", commit.hex(), directory=directory)
    return os.fsdecode(answer).split("\0")[:-1]


def files_at(directory: Path, commit: bytes) -> list[str]:
    """Every file of a commit, links and submodules among them, as paths."""
    answer = run_git("ls-tree", "-r", "-z", "--name-only", commit.hex(), directory=directory)
    return os.fsdecode(answer).split("\0")[:-1]


def count_files(directory: Path, commit: bytes) -> int:
    """Files of a commit, links and submodules among them."""
    return len(files_at(directory, commit))
