"""What GraphQL changes: branch protection rules, commits, refs. https://docs.github.com/graphql/reference/mutations"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sandbox.errors import GitHubError
from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES, git
from sandbox.git.object_writing import Change, commit_files, identity_of
from sandbox.graphql.context import Context, ResolveError, context_of
from sandbox.graphql.nodes import RefNode, node, not_resolved, repository_with
from sandbox.operations import ref_updates
from sandbox.records.protection import BranchProtectionRule
from sandbox.rules.enforcement import RefUpdate, sign
from sandbox.rules.plans import PROTECTION, lacks_protection
from sandbox.tenant.entities import RepositoryRecord, parse_node_id
from sandbox.tenant.permissions import Permission

RULE_FIELDS = {field.name for field in fields(BranchProtectionRule)}


def _check_permission(context: Context, repository: RepositoryRecord, needed: Permission, mutation: str) -> None:
    if context.permission(repository) < needed:
        message = f"{context.user.login} does not have the correct permissions to execute `{mutation}`"
        raise ResolveError("FORBIDDEN", message)
    if repository.archived:
        raise ResolveError("UNPROCESSABLE", "Repository was archived so is read-only.")


def _rule_changes(values: Mapping[str, Any]) -> dict[str, Any]:
    """The input's fields as the record has them. null empties a list and leaves everything else alone."""
    changes: dict[str, Any] = {}
    for name, value in values.items():
        attribute = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        if name == "requiredStatusCheckContexts":
            changes["required_status_checks"] = tuple({"context": each, "app_id": None} for each in value or ())
        elif name == "requiredStatusChecks":
            changes["required_status_checks"] = tuple(map(_check_in, value or ()))
        elif attribute in RULE_FIELDS - {"repository_id", "id"} and (value is not None or name.endswith("Ids")):
            changes[attribute] = tuple(value or ()) if isinstance(value, list | None) else value
    return changes


def _check_in(check: Mapping[str, Any]) -> dict[str, Any]:
    _, number, _ = parse_node_id(check.get("appId") or "") or ("", None, "")
    return {"context": check["context"], "app_id": number}


async def create_rule(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#createbranchprotectionrule"""
    context, values = context_of(info), arguments["input"]
    repository = await repository_with(context, values["repositoryId"])
    _check_permission(context, repository, Permission.ADMIN, "CreateBranchProtectionRule")
    if lacks_protection(context.tenant.owner_of(repository), repository):
        raise ResolveError("FORBIDDEN", PROTECTION)
    store = context.tenant.store
    if store.by_key(BranchProtectionRule, str(repository.id), values["pattern"]):
        raise ResolveError("UNPROCESSABLE", f"Name already protected: {values['pattern']}")
    rule = BranchProtectionRule(
        id=store.next_id(), repository_id=repository.id, creator_id=context.user.id, **_rule_changes(values)
    )
    store.put(rule)
    return {"branchProtectionRule": rule, "clientMutationId": values.get("clientMutationId")}


async def _own_rule(context: Context, values: Mapping[str, Any], mutation: str) -> BranchProtectionRule:
    found = await node(context, values["branchProtectionRuleId"])
    if not isinstance(found, BranchProtectionRule):
        raise not_resolved(values["branchProtectionRuleId"])
    repository = context.tenant.store.by_id(RepositoryRecord, found.repository_id)
    assert repository is not None, f"rule {found.id} has lost its repository"
    _check_permission(context, repository, Permission.ADMIN, mutation)
    return found


async def update_rule(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#updatebranchprotectionrule"""
    context, values = context_of(info), arguments["input"]
    rule = await _own_rule(context, values, "UpdateBranchProtectionRule")
    changed = BranchProtectionRule(**{**vars(rule), **_rule_changes(values)})
    other = context.tenant.store.by_key(BranchProtectionRule, *changed.key)
    if other and other.id != rule.id:
        raise ResolveError("UNPROCESSABLE", f"Name already protected: {changed.pattern}")
    context.tenant.store.put(changed)
    return {"branchProtectionRule": changed, "clientMutationId": values.get("clientMutationId")}


async def delete_rule(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#deletebranchprotectionrule"""
    context, values = context_of(info), arguments["input"]
    context.tenant.store.remove(await _own_rule(context, values, "DeleteBranchProtectionRule"))
    return {"clientMutationId": values.get("clientMutationId")}


async def _branch(context: Context, branch: Mapping[str, Any]) -> tuple[RepositoryRecord, str]:
    """The repository and the whole name of the branch that a CommittableBranch names."""
    if branch.get("id"):
        found = await node(context, branch["id"])
        if not isinstance(found, RefNode):
            raise not_resolved(branch["id"])
        return found.repository, found.name
    full_name = branch.get("repositoryNameWithOwner") or ""
    login, _, name = full_name.partition("/")
    owner = context.tenant.account(login)
    repository = context.tenant.repository(owner, name) if owner else None
    if repository is None or context.permission(repository) < Permission.READ:
        raise ResolveError("NOT_FOUND", f"Could not resolve to a Repository with the name '{full_name}'.")
    return repository, BRANCHES + (branch.get("branchName") or "").removeprefix(BRANCHES)


async def create_commit(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """Commits made here are signed by GitHub. expectedHeadOid must still be the head of the branch."""
    context, values = context_of(info), arguments["input"]
    repository, name = await _branch(context, values["branch"])
    _check_permission(context, repository, Permission.WRITE, "CreateCommitOnBranch")
    directory = context.tenant.git_directory(repository)
    head = bare_repository.object_id(directory, name)
    if head is None:
        raise ResolveError("NOT_FOUND", f'A branch named "{name.removeprefix(BRANCHES)}" does not exist.')
    if head != values["expectedHeadOid"]:
        message = f'Expected branch to point to "{values["expectedHeadOid"]}" but it did not. Pull and try again.'
        raise ResolveError("STALE_DATA", message)
    changes = await _file_changes(context, repository, head, values.get("fileChanges") or {})
    message = "\n\n".join(filter(None, (values["message"]["headline"], values["message"].get("body"))))
    author = identity_of(context.user)
    sha = await commit_files(directory, head, changes, message, author, author)
    sign(context.tenant.store, repository, sha)
    await _update(context, repository, RefUpdate(name, head, sha))
    commit = await context.read(repository, sha)
    return {
        "commit": commit,
        "ref": RefNode(repository, name, sha),
        "clientMutationId": values.get("clientMutationId"),
    }


async def _file_changes(
    context: Context, repository: RepositoryRecord, head: str, file_changes: Mapping[str, Any]
) -> list[Change]:
    changes = []
    for deletion in file_changes.get("deletions") or ():
        if await context.read(repository, f"{head}:{deletion['path']}") is None:
            raise ResolveError(
                "UNPROCESSABLE", f"A path was requested for deletion which does not exist: {deletion['path']}"
            )
        changes.append(Change(deletion["path"]))
    for addition in file_changes.get("additions") or ():
        path = addition["path"]
        if path.startswith("/") or {"", ".", "..", ".git"} & set(path.split("/")):
            raise ResolveError("UNPROCESSABLE", f"A path was requested for addition which is invalid: {path}")
        try:
            content = base64.b64decode(addition["contents"], validate=True)
        except binascii.Error:
            raise ResolveError("UNPROCESSABLE", f"The contents of {path} are not valid base64.") from None
        changes.append(Change(path, content))
    return changes


async def _update(context: Context, repository: RepositoryRecord, change: RefUpdate) -> None:
    try:
        await ref_updates.update(context.tenant, repository, context.user, change)
    except GitHubError as error:
        raise ResolveError("UNPROCESSABLE", error.message) from None


async def create_ref(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#createref"""
    context, values = context_of(info), arguments["input"]
    repository = await repository_with(context, values["repositoryId"])
    _check_permission(context, repository, Permission.WRITE, "CreateRef")
    name, sha = values["name"], values["oid"]
    if bare_repository.object_id(context.tenant.git_directory(repository), name):
        short = name.split("/", 2)[-1]
        raise ResolveError("UNPROCESSABLE", f'A ref named "{name}" already exists in the repository. ({short})')
    if not name.startswith("refs/") or await context.read(repository, sha) is None:
        raise ResolveError("UNPROCESSABLE", f"{name} is not a valid ref, or {sha} is not an object of the repository.")
    await _update(context, repository, RefUpdate(name, None, sha))
    return {"ref": RefNode(repository, name, sha), "clientMutationId": values.get("clientMutationId")}


async def _own_ref(context: Context, values: Mapping[str, Any], mutation: str) -> RefNode:
    found = await node(context, values["refId"])
    if not isinstance(found, RefNode):
        raise not_resolved(values["refId"])
    _check_permission(context, found.repository, Permission.WRITE, mutation)
    return found


async def update_ref(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#updateref"""
    context, values = context_of(info), arguments["input"]
    ref = await _own_ref(context, values, "UpdateRef")
    directory = context.tenant.git_directory(ref.repository)
    if await context.read(ref.repository, values["oid"]) is None:
        raise ResolveError("UNPROCESSABLE", f"{values['oid']} is not an object of the repository.")
    if not values["force"]:
        base = await git(directory, "rev-list", "--max-count=1", ref.sha, f"^{values['oid']}")
        if base.strip():
            raise ResolveError("UNPROCESSABLE", "Update is not a fast forward")
    await _update(context, ref.repository, RefUpdate(ref.name, ref.sha, values["oid"]))
    changed = RefNode(ref.repository, ref.name, values["oid"])
    return {"ref": changed, "clientMutationId": values.get("clientMutationId")}


async def delete_ref(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    """https://docs.github.com/graphql/reference/mutations#deleteref"""
    context, values = context_of(info), arguments["input"]
    ref = await _own_ref(context, values, "DeleteRef")
    if ref.name == BRANCHES + ref.repository.default_branch:
        raise ResolveError("UNPROCESSABLE", "Cannot delete the default branch")
    await _update(context, ref.repository, RefUpdate(ref.name, ref.sha, None))
    return {"clientMutationId": values.get("clientMutationId")}


RESOLVERS = {
    "Mutation": {
        "createBranchProtectionRule": create_rule,
        "updateBranchProtectionRule": update_rule,
        "deleteBranchProtectionRule": delete_rule,
        "createCommitOnBranch": create_commit,
        "createRef": create_ref,
        "updateRef": update_ref,
        "deleteRef": delete_ref,
    }
}
