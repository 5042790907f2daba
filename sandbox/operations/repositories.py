"""Operations on repositories that touch both the store and git.

Each brings git to its new state first and commits the record last, so that a kill in between leaves
either the old state or something that `settle` puts right when the sandbox starts again.
"""

import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sandbox.errors import invalid_field
from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES
from sandbox.git.object_writing import Change, commit_files, identity_of
from sandbox.records import pull_requests
from sandbox.records.issues import default_labels
from sandbox.rules.plans import demand_visibility
from sandbox.rules.repository_rules import changed, check_name, normal_name
from sandbox.world.entities import Account, FormerName, RepositoryRecord, now
from sandbox.world.worlds import World

CREATION_FAILED = "Repository creation failed."
NAME_TAKEN = "name already exists on this account"


Fill = Callable[[Path, RepositoryRecord], Awaitable[None]]


async def create(
    world: World, owner: Account, settings: Mapping[str, Any], fill: Fill | None = None
) -> RepositoryRecord:
    """A new repository. settings: as `settings_in` returns them, with a name. fill: gives it its first commits."""
    name = normal_name(settings.get("name", ""))
    check_name(name, CREATION_FAILED)
    if world.repository(owner, name):
        raise invalid_field("Repository", "name", NAME_TAKEN, summary=CREATION_FAILED)
    time = now()
    blank = RepositoryRecord(
        id=world.store.next_id(),
        owner_id=owner.id,
        name=name,
        default_branch=owner.default_branch,
        created_at=time,
        updated_at=time,
        pushed_at=time,
    )
    chosen = {key: value for key, value in settings.items() if key not in {"default_branch", "archived"}}
    repository = changed(blank, {**chosen, "name": name})
    demand_visibility(owner, repository.visibility)
    directory = world.git_directory(repository)
    shutil.rmtree(directory, ignore_errors=True)  # left over if a creation was killed half-way
    bare_repository.create(directory, repository.default_branch)
    if fill:
        await fill(directory, repository)
        if world.repository(owner, name):  # made by another request while git was at work
            raise invalid_field("Repository", "name", NAME_TAKEN, summary=CREATION_FAILED)
    former = world.store.by_key(FormerName, *repository.key)
    with world.store.transaction():
        if former:
            world.store.remove(former)
        world.store.put(repository)
        for label in default_labels(world.store, repository):
            world.store.put(label)
    return repository


def change(world: World, repository: RepositoryRecord, settings: Mapping[str, Any]) -> RepositoryRecord:
    """The repository with these settings: renamed, archived, with another default branch."""
    wanted = dict(settings)
    if "name" in wanted:
        wanted["name"] = normal_name(wanted["name"])
    result = changed(repository, wanted)
    demand_visibility(world.owner_of(repository), result.visibility)
    if result == repository:
        return repository
    if result.name != repository.name:
        _check_rename(world, repository, result.name)
    if result.default_branch != repository.default_branch:
        _check_default_branch(world, repository, result.default_branch)
        bare_repository.set_head(world.git_directory(repository), result.default_branch)
    with world.store.transaction():
        if result.key != repository.key:
            _redirect(world, repository, result)
        world.store.put(result)
    return result


def delete(world: World, repository: RepositoryRecord) -> None:
    """Forget the repository with all that belongs to it, the redirects to it, and its git data."""
    with world.store.transaction():
        for former in world.store.all(FormerName, str(repository.owner_id)):
            if former.repository_id == repository.id:
                world.store.remove(former)
        world.store.remove_below(repository.id)
        world.store.remove(repository)
    shutil.rmtree(world.git_directory(repository), ignore_errors=True)


async def note_push(world: World, repository_id: int) -> None:
    """Bring the record up to date with what was pushed."""
    repository = world.store.by_id(RepositoryRecord, repository_id)
    if repository is None:
        return
    branch = await _existing_default(world, repository)
    current = world.store.by_id(RepositoryRecord, repository_id)
    if current is None:  # deleted by another request while git was at work
        return
    time = now()
    size = bare_repository.size_in_kilobytes(world.git_directory(current))
    pushed = replace(current, pushed_at=time, updated_at=time, size=size)
    _put_default(world, pushed, branch)
    await pull_requests.note_push(world, pushed)


async def settle(world: World) -> None:
    """Finish what a kill interrupted: a default branch that is on disk but not yet in the record."""
    for repository in world.store.all(RepositoryRecord):
        branch = await _existing_default(world, repository)
        if branch != repository.default_branch:
            _put_default(world, repository, branch)


async def rename_branch(world: World, repository: RepositoryRecord, old: str, new: str) -> RepositoryRecord:
    """Rename a branch; the default branch stays the default branch under its new name."""
    directory = world.git_directory(repository)
    await bare_repository.git(directory, "branch", "-m", "--", old, new)
    current = world.store.by_id(RepositoryRecord, repository.id) or repository
    if old == current.default_branch:
        bare_repository.set_head(directory, new)
        current = replace(current, default_branch=new, updated_at=now())
        world.store.put(current)
    return current


async def _existing_default(world: World, repository: RepositoryRecord) -> str:
    """The default branch; when it does not exist, the first branch pushed takes its place."""
    directory = world.git_directory(repository)
    exists = bare_repository.object_id(directory, BRANCHES + repository.default_branch)
    if exists or bare_repository.is_empty(directory):
        return repository.default_branch
    branches = [ref.name.removeprefix(BRANCHES) for ref in await bare_repository.refs(directory, BRANCHES)]
    preferred = (bare_repository.head(directory), "main", "master", *branches)
    return next(name for name in preferred if name in branches)


def _put_default(world: World, repository: RepositoryRecord, branch: str) -> None:
    """Keep the record with this default branch, and HEAD on it."""
    bare_repository.set_head(world.git_directory(repository), branch)
    world.store.put(replace(repository, default_branch=branch))


def _check_rename(world: World, repository: RepositoryRecord, name: str) -> None:
    check_name(name, "Validation Failed")
    taken = world.repository(world.owner_of(repository), name)
    if taken and taken.id != repository.id:
        raise invalid_field("Repository", "name", NAME_TAKEN)


def _redirect(world: World, repository: RepositoryRecord, result: RepositoryRecord) -> None:
    """Keep the old name pointing here; a name that is in use again points nowhere else."""
    reused = world.store.by_key(FormerName, *result.key)
    if reused:
        world.store.remove(reused)
    number = world.store.next_id()
    world.store.put(
        FormerName(id=number, owner_id=repository.owner_id, name=repository.name, repository_id=repository.id)
    )


def _check_default_branch(world: World, repository: RepositoryRecord, branch: str) -> None:
    if bare_repository.object_id(world.git_directory(repository), BRANCHES + branch):
        return
    problem = f"The branch {branch} was not found. Please push that ref first or create it via the Git Data API."
    if bare_repository.is_empty(world.git_directory(repository)):
        problem = "Cannot update default branch for an empty repository. Please init the repository and push first."
    raise invalid_field("Repository", "default_branch", problem, code="invalid")


def with_files(creator: Account, files: Mapping[str, str]) -> Fill:
    """Fill a repository with one commit of these files. "{title}" in a text becomes name and description."""

    async def fill(directory: Path, repository: RepositoryRecord) -> None:
        title = f"# {repository.name}" + (f"\n{repository.description}" if repository.description else "")
        changes = [Change(path, text.replace("{title}", title).encode()) for path, text in files.items()]
        await _first_commit(directory, repository, creator, changes)

    return fill


def with_tree_of(creator: Account, source: Path, branch: str) -> Fill:
    """Fill a repository with one commit of what a template has on its default branch."""

    async def fill(directory: Path, repository: RepositoryRecord) -> None:
        await bare_repository.git(directory, "fetch", "--quiet", str(source), BRANCHES + branch)
        tree = await bare_repository.git(directory, "rev-parse", "FETCH_HEAD^{tree}")
        await _first_commit(directory, repository, creator, [Change("", mode="040000", object=tree.decode().strip())])

    return fill


def with_refs_of(source: Path) -> Fill:
    """Fill a repository with everything that another one has, as a fork."""

    async def fill(directory: Path, repository: RepositoryRecord) -> None:
        await bare_repository.git(directory, "fetch", "--quiet", str(source), "refs/*:refs/*")

    return fill


async def _first_commit(directory: Path, repository: RepositoryRecord, creator: Account, changes: list[Change]) -> None:
    author = identity_of(creator)
    sha = await commit_files(directory, None, changes, "Initial commit", author, author)
    await bare_repository.git(directory, "update-ref", BRANCHES + repository.default_branch, sha)
