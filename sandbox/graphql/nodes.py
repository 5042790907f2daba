"""Global ids: the id of a value, the value of an id, and the type that a value has.

https://docs.github.com/graphql/guides/using-global-node-ids
"""

from dataclasses import dataclass
from typing import Any

from sandbox.git.bare_repository import object_id
from sandbox.graphql.context import Context, GitObject, ResolveError
from sandbox.records.apps import App
from sandbox.records.issues import Issue, LabelRecord
from sandbox.records.protection import BranchProtectionRule, RulesetRecord
from sandbox.records.pull_requests import PullRequest
from sandbox.representations.actors import actor_with
from sandbox.tenant.entities import Account, RepositoryRecord, node_id, parse_node_id
from sandbox.tenant.people import TeamRecord
from sandbox.tenant.permissions import Permission


@dataclass(frozen=True)
class RefNode:
    """A ref of a repository. sha: what it points at, an annotated tag's object for one."""

    repository: RepositoryRecord
    name: str
    sha: str


@dataclass(frozen=True)
class Allowance:
    """An actor whom a branch protection rule names. kind: the type in the schema."""

    kind: str
    rule: BranchProtectionRule
    actor: Any
    actor_id: str


PREFIXES: dict[type, str] = {
    RepositoryRecord: "R",
    TeamRecord: "T",
    App: "A",
    BranchProtectionRule: "BPR",
    RulesetRecord: "RRS",
    LabelRecord: "LA",
    Issue: "I",
    PullRequest: "PR",
}
TYPE_NAMES = {
    RepositoryRecord: "Repository",
    TeamRecord: "Team",
    App: "App",
    BranchProtectionRule: "BranchProtectionRule",
    RulesetRecord: "RepositoryRuleset",
    LabelRecord: "Label",
    Issue: "Issue",
    PullRequest: "PullRequest",
    RefNode: "Ref",
}
OBJECT_PREFIXES = {"commit": "C", "tree": "TREE", "blob": "B", "tag": "TA"}


def type_name(value: Any, *_: Any) -> str | None:
    """The name in the schema of what the value is."""
    if isinstance(value, dict):
        return str(value["__typename"])
    if isinstance(value, Account):
        return value.type
    if isinstance(value, GitObject):
        return value.type.capitalize()
    return TYPE_NAMES.get(type(value))


def global_id(value: Any, *_: Any) -> str:
    """The global id of anything that has one."""
    if isinstance(value, Account):
        return node_id("O" if value.type == "Organization" else "U", value.id)
    if isinstance(value, GitObject):
        return node_id(OBJECT_PREFIXES[value.type], value.repository.id, value.oid)
    if isinstance(value, RefNode):
        return node_id("REF", value.repository.id, value.name)
    if isinstance(value, Allowance):
        return node_id(value.kind, value.rule.id, value.actor_id)
    return node_id(PREFIXES[type(value)], value.id)


def not_resolved(text: str) -> ResolveError:
    """There is nothing with this global id, or nothing that the caller may see."""
    return ResolveError("NOT_FOUND", f"Could not resolve to a node with the global id of '{text}'")


async def node(context: Context, text: str) -> Any:
    """What has this global id. Raises ResolveError."""
    parsed = parse_node_id(text)
    if parsed is None:
        raise not_resolved(text)
    found = await _find(context, text, *parsed)
    if found is None or not _visible(context, found):
        raise not_resolved(text)
    return found


async def _find(context: Context, text: str, prefix: str, number: int, name: str) -> Any:
    store = context.tenant.store
    if prefix in {"U", "T", "A"}:
        return actor_with(context.tenant, text)
    if prefix == "O":
        return store.by_id(Account, number)
    if prefix in {"REF", *OBJECT_PREFIXES.values()}:
        repository = store.by_id(RepositoryRecord, number)
        if repository is None or prefix != "REF":
            return await context.read(repository, name) if repository else None
        sha = object_id(context.tenant.git_directory(repository), name)
        return RefNode(repository, name, sha) if sha else None
    kind = next((kind for kind, known in PREFIXES.items() if known == prefix), None)
    return store.by_id(kind, number) if kind else None


def _visible(context: Context, found: Any) -> bool:
    if isinstance(found, Account | TeamRecord | App):
        return True
    repository = found if isinstance(found, RepositoryRecord) else getattr(found, "repository", None)
    if repository is None:
        number = found.owner_id if isinstance(found, RulesetRecord) else found.repository_id
        repository = context.tenant.store.by_id(RepositoryRecord, number)
    return repository is None or context.permission(repository) >= Permission.READ


async def repository_with(context: Context, text: str) -> RepositoryRecord:
    """The repository with this global id. Raises ResolveError."""
    found = await node(context, text)
    if not isinstance(found, RepositoryRecord):
        raise not_resolved(text)
    return found
