"""Repositories. https://docs.github.com/graphql/reference/objects#repository"""

from typing import Any

from sandbox.git import bare_repository
from sandbox.git.commits import resolve
from sandbox.graphql.connections import connection
from sandbox.graphql.context import context_of
from sandbox.graphql.git_objects import default_branch_ref, git_object, ref, refs
from sandbox.records.issues import LabelRecord
from sandbox.records.protection import BranchProtectionRule, RulesetRecord, rulesets_for
from sandbox.records.stars import Star
from sandbox.rules.code_owners import errors_in, read_owners
from sandbox.tenant.entities import RepositoryRecord, node_id
from sandbox.tenant.permissions import Permission


def _full_name(repository: RepositoryRecord, info: Any) -> str:
    return f"{context_of(info).tenant.owner_of(repository).login}/{repository.name}"


def _topics(repository: RepositoryRecord, info: Any, **arguments: Any) -> Any:
    context = context_of(info)

    def topic_node(name: str) -> dict[str, Any]:
        return {
            "id": node_id("RT", repository.id, name),
            "topic": {"id": node_id("TO", repository.id, name), "name": name},
            "url": f"{context.site.html}/topics/{name}",
            "resourcePath": f"/topics/{name}",
        }

    return connection(repository.topics, arguments, "repositoryTopics", node=topic_node)


def _labels(repository: RepositoryRecord, info: Any, **arguments: Any) -> Any:
    found = context_of(info).tenant.store.all(LabelRecord, str(repository.id))
    order = arguments["orderBy"]
    if order["field"] == "NAME":
        found.sort(key=lambda label: label.name)
    if order["direction"] == "DESC":
        found.reverse()
    matching = [label for label in found if (arguments.get("query") or "").lower() in label.name.lower()]
    return connection(matching, arguments, "labels")


def _parent(repository: RepositoryRecord, info: Any) -> RepositoryRecord | None:
    found = context_of(info).tenant.store.by_id(RepositoryRecord, repository.fork_of) if repository.fork_of else None
    return found if found and context_of(info).permission(found) >= Permission.READ else None


def _label(repository: RepositoryRecord, info: Any, name: str) -> LabelRecord | None:
    return context_of(info).tenant.store.by_key(LabelRecord, str(repository.id), name.lower())


async def _codeowners(repository: RepositoryRecord, info: Any, refName: str | None = None) -> Any:  # noqa: N803
    """https://docs.github.com/graphql/reference/objects#repositorycodeowners: null without a file."""
    tenant = context_of(info).tenant
    commit = await resolve(tenant.git_directory(repository), refName or repository.default_branch)
    owners = await read_owners(tenant, repository, commit) if commit else None
    return {"errors": errors_in(tenant, repository, owners)} if owners else None


def branch_protection_rules(repository: RepositoryRecord, info: Any, **arguments: Any) -> Any:
    """For those who administer the repository; others see none."""
    context = context_of(info)
    administers = context.permission(repository) >= Permission.ADMIN
    found = context.tenant.store.all(BranchProtectionRule, str(repository.id)) if administers else []
    return connection(found, arguments, "branchProtectionRules")


def _rulesets(repository: RepositoryRecord, info: Any, **arguments: Any) -> Any:
    found = rulesets_for(context_of(info).tenant.store, repository)
    own = [each for each in found if arguments["includeParents"] or each.owner_id == repository.id]
    return connection(own, arguments, "rulesets")


def _ruleset(repository: RepositoryRecord, info: Any, **arguments: int) -> RulesetRecord | None:
    found = rulesets_for(context_of(info).tenant.store, repository)
    return next((each for each in found if each.id == arguments["databaseId"]), None)


def _permission(repository: RepositoryRecord, info: Any) -> str | None:
    permission = context_of(info).permission(repository)
    return permission.name if permission else None


def _ruleset_source(each: RulesetRecord, info: Any) -> Any:
    store = context_of(info).tenant.store
    return store.by_id(RepositoryRecord, each.owner_id) or context_of(info).tenant.organization()


def _label_path(label: LabelRecord, info: Any) -> str:
    repository = context_of(info).tenant.store.by_id(RepositoryRecord, label.repository_id)
    assert repository is not None, f"label {label.id} has lost its repository"
    return f"/{_full_name(repository, info)}/labels/{label.name}"


RESOLVERS = {
    "Repository": {
        "codeowners": _codeowners,
        "databaseId": lambda repository, info: repository.id,
        "nameWithOwner": _full_name,
        "owner": lambda repository, info: info.context.tenant.owner_of(repository),
        "homepageUrl": lambda repository, info: repository.homepage,
        "url": lambda repository, info: f"{info.context.site.html}/{_full_name(repository, info)}",
        "resourcePath": lambda repository, info: f"/{_full_name(repository, info)}",
        "sshUrl": lambda repository, info: (
            f"ssh://git@{info.context.site.html.partition('://')[2]}/{_full_name(repository, info)}.git"
        ),
        "visibility": lambda repository, info: repository.visibility.upper(),
        "viewerPermission": _permission,
        "viewerCanAdminister": lambda repository, info: info.context.permission(repository) >= Permission.ADMIN,
        "isArchived": lambda repository, info: repository.archived,
        "isDisabled": lambda repository, info: False,
        "isEmpty": lambda repository, info: bare_repository.is_empty(info.context.tenant.git_directory(repository)),
        "parent": _parent,
        "isFork": lambda repository, info: repository.fork_of is not None,
        "isInOrganization": lambda repository, info: info.context.tenant.owner_of(repository).type == "Organization",
        "isLocked": lambda repository, info: False,
        "isMirror": lambda repository, info: False,
        "isPrivate": lambda repository, info: repository.visibility != "public",
        "hasIssuesEnabled": lambda repository, info: repository.has_issues,
        "hasProjectsEnabled": lambda repository, info: repository.has_projects,
        "hasWikiEnabled": lambda repository, info: repository.has_wiki,
        "hasDiscussionsEnabled": lambda repository, info: repository.has_discussions,
        "hasVulnerabilityAlertsEnabled": lambda repository, info: repository.vulnerability_alerts,
        "mergeCommitAllowed": lambda repository, info: repository.allow_merge_commit,
        "squashMergeAllowed": lambda repository, info: repository.allow_squash_merge,
        "rebaseMergeAllowed": lambda repository, info: repository.allow_rebase_merge,
        "autoMergeAllowed": lambda repository, info: repository.allow_auto_merge,
        "forkingAllowed": lambda repository, info: repository.allow_forking,
        "diskUsage": lambda repository, info: repository.size,
        "forkCount": lambda repository, info: info.context.tenant.store.count(RepositoryRecord, fork_of=repository.id),
        "stargazerCount": lambda repository, info: info.context.tenant.store.count(Star, str(repository.id)),
        "defaultBranchRef": default_branch_ref,
        "ref": ref,
        "refs": refs,
        "object": git_object,
        "repositoryTopics": _topics,
        "label": _label,
        "labels": _labels,
        "branchProtectionRules": branch_protection_rules,
        "rulesets": _rulesets,
        "ruleset": _ruleset,
    },
    "RepositoryRuleset": {
        "databaseId": lambda each, info: each.id,
        "target": lambda each, info: each.target.upper(),
        "enforcement": lambda each, info: each.enforcement.upper(),
        "rules": lambda each, info, **_: {"totalCount": len(each.rules)},
        "source": _ruleset_source,
    },
    "Label": {
        "isDefault": lambda label, info: label.default,
        "resourcePath": _label_path,
        "url": lambda label, info: f"{info.context.site.html}{_label_path(label, info)}",
    },
}
