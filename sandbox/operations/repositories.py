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
from sandbox.records.stars import lose_audience
from sandbox.rules.plans import demand_visibility
from sandbox.rules.repository_rules import changed, check_name, normal_name
from sandbox.tenant.entities import Account, FormerName, RepositoryRecord, now
from sandbox.tenant.tenants import Tenant

CREATION_FAILED = "Repository creation failed."
NAME_TAKEN = "name already exists on this account"


Fill = Callable[[Path, RepositoryRecord], Awaitable[None]]


async def create(
    tenant: Tenant, owner: Account, settings: Mapping[str, Any], fill: Fill | None = None
) -> RepositoryRecord:
    """A new repository. settings: as `settings_in` returns them, with a name. fill: gives it its first commits."""
    name = normal_name(settings.get("name", ""))
    check_name(name, CREATION_FAILED)
    if tenant.repository(owner, name):
        raise invalid_field("Repository", "name", NAME_TAKEN, summary=CREATION_FAILED)
    time = now()
    blank = RepositoryRecord(
        id=tenant.store.next_id(),
        owner_id=owner.id,
        name=name,
        default_branch=owner.default_branch,
        has_immutable_subject=True,
        created_at=time,
        updated_at=time,
        pushed_at=time,
    )
    chosen = {key: value for key, value in settings.items() if key not in {"default_branch", "archived"}}
    repository = changed(blank, {**chosen, "name": name})
    demand_visibility(owner, repository.visibility)
    directory = tenant.git_directory(repository)
    shutil.rmtree(directory, ignore_errors=True)  # left over if a creation was killed half-way
    bare_repository.create(directory, repository.default_branch)
    if fill:
        await fill(directory, repository)
        if tenant.repository(owner, name):  # made by another request while git was at work
            raise invalid_field("Repository", "name", NAME_TAKEN, summary=CREATION_FAILED)
    former = tenant.store.by_key(FormerName, *repository.key)
    with tenant.store.transaction():
        if former:
            tenant.store.remove(former)
        tenant.store.put(repository)
        for label in default_labels(tenant.store, repository):
            tenant.store.put(label)
    return repository


def change(tenant: Tenant, repository: RepositoryRecord, settings: Mapping[str, Any]) -> RepositoryRecord:
    """The repository with these settings: renamed, archived, with another default branch."""
    requested = dict(settings)
    if "name" in requested:
        requested["name"] = normal_name(requested["name"])
    result = changed(repository, requested)
    demand_visibility(tenant.owner_of(repository), result.visibility)
    if result == repository:
        return repository
    if result.name != repository.name:
        _check_rename(tenant, repository, result.name)
    if result.default_branch != repository.default_branch:
        _check_default_branch(tenant, repository, result.default_branch)
        bare_repository.set_head(tenant.git_directory(repository), result.default_branch)
    with tenant.store.transaction():
        if result.name != repository.name:  # https://docs.github.com/actions/reference/security/oidc
            result = replace(result, has_immutable_subject=True)
        if result.key != repository.key:
            _redirect(tenant, repository, result)
        if repository.visibility == "public" != result.visibility:
            lose_audience(tenant.store, repository)
        tenant.store.put(result)
    return result


def delete(tenant: Tenant, repository: RepositoryRecord) -> None:
    """Forget the repository with all that belongs to it, the redirects to it, and its git data."""
    with tenant.store.transaction():
        for former in tenant.store.all(FormerName, str(repository.owner_id)):
            if former.repository_id == repository.id:
                tenant.store.remove(former)
        tenant.store.remove_below(repository.id)
        tenant.store.remove(repository)
    shutil.rmtree(tenant.git_directory(repository), ignore_errors=True)


async def note_push(tenant: Tenant, repository_id: int, pusher: Account | None = None) -> None:
    """Bring the record up to date with what was pushed, and by whom."""
    repository = tenant.store.by_id(RepositoryRecord, repository_id)
    if repository is None:
        return
    branch = await _existing_default(tenant, repository)
    current = tenant.store.by_id(RepositoryRecord, repository_id)
    if current is None:  # deleted by another request while git was at work
        return
    time = now()
    size = bare_repository.size_in_kilobytes(tenant.git_directory(current))
    pushed = replace(current, pushed_at=time, updated_at=time, size=size)
    _put_default(tenant, pushed, branch)
    await pull_requests.note_push(tenant, pushed, pusher)


async def settle(tenant: Tenant) -> None:
    """Finish what a kill interrupted: a default branch that is on disk but not yet in the record."""
    for repository in tenant.store.all(RepositoryRecord):
        branch = await _existing_default(tenant, repository)
        if branch != repository.default_branch:
            _put_default(tenant, repository, branch)


async def rename_branch(tenant: Tenant, repository: RepositoryRecord, old: str, new: str) -> RepositoryRecord:
    """Rename a branch; the default branch stays the default branch under its new name."""
    directory = tenant.git_directory(repository)
    await bare_repository.git(directory, "branch", "-m", "--", old, new)
    current = tenant.store.by_id(RepositoryRecord, repository.id) or repository
    if old == current.default_branch:
        bare_repository.set_head(directory, new)
        current = replace(current, default_branch=new, updated_at=now())
        tenant.store.put(current)
    return current


async def _existing_default(tenant: Tenant, repository: RepositoryRecord) -> str:
    """The default branch; when it does not exist, the first branch pushed takes its place."""
    directory = tenant.git_directory(repository)
    exists = bare_repository.object_id(directory, BRANCHES + repository.default_branch)
    if exists or bare_repository.is_empty(directory):
        return repository.default_branch
    branches = [ref.name.removeprefix(BRANCHES) for ref in await bare_repository.refs(directory, BRANCHES)]
    preferred = (bare_repository.head(directory), "main", "master", *branches)
    return next(name for name in preferred if name in branches)


def _put_default(tenant: Tenant, repository: RepositoryRecord, branch: str) -> None:
    """Keep the record with this default branch, and HEAD on it."""
    bare_repository.set_head(tenant.git_directory(repository), branch)
    tenant.store.put(replace(repository, default_branch=branch))


def _check_rename(tenant: Tenant, repository: RepositoryRecord, name: str) -> None:
    check_name(name, "Validation Failed")
    taken = tenant.repository(tenant.owner_of(repository), name)
    if taken and taken.id != repository.id:
        raise invalid_field("Repository", "name", NAME_TAKEN)


def _redirect(tenant: Tenant, repository: RepositoryRecord, result: RepositoryRecord) -> None:
    """Keep the old name pointing here; a name that is in use again points nowhere else."""
    reused = tenant.store.by_key(FormerName, *result.key)
    if reused:
        tenant.store.remove(reused)
    number = tenant.store.next_id()
    tenant.store.put(
        FormerName(id=number, owner_id=repository.owner_id, name=repository.name, repository_id=repository.id)
    )


def _check_default_branch(tenant: Tenant, repository: RepositoryRecord, branch: str) -> None:
    if bare_repository.object_id(tenant.git_directory(repository), BRANCHES + branch):
        return
    problem = f"The branch {branch} was not found. Please push that ref first or create it via the Git Data API."
    if bare_repository.is_empty(tenant.git_directory(repository)):
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
