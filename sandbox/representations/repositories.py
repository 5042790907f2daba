"""Repositories as the JSON objects that GitHub's documentation describes."""

from typing import Any

from sandbox.records.custom_properties import property_values
from sandbox.records.issues import Issue
from sandbox.records.stars import Star, Subscription
from sandbox.representations.accounts import simple_user
from sandbox.tenant.entities import Account, RepositoryRecord, node_id
from sandbox.tenant.permissions import Permission
from sandbox.tenant.sites import Site
from sandbox.tenant.store import Store
from sandbox.tenant.tenants import Tenant

# Templated addresses of a repository: name of the field, what follows the repository's own address.
REPOSITORY_ADDRESSES = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
SHARED_SETTINGS = (
    "description",
    "homepage",
    "visibility",
    "default_branch",
    "has_issues",
    "has_projects",
    "has_wiki",
    "has_downloads",
    "has_discussions",
    "has_pull_requests",
    "pull_request_creation_policy",
    "is_template",
    "allow_forking",
    "web_commit_signoff_required",
    "archived",
    "size",
    "created_at",
    "updated_at",
    "pushed_at",
)
WRITER_SETTINGS = (
    "allow_squash_merge",
    "allow_merge_commit",
    "allow_rebase_merge",
    "allow_auto_merge",
    "allow_update_branch",
    "delete_branch_on_merge",
    "use_squash_pr_title_as_default",
    "squash_merge_commit_title",
    "squash_merge_commit_message",
    "merge_commit_title",
    "merge_commit_message",
)


def minimal_repository(
    tenant: Tenant, site: Site, repository: RepositoryRecord, owner: Account, permission: Permission
) -> dict[str, Any]:
    """A repository as lists show it."""
    full_name = f"{owner.login}/{repository.name}"
    address = f"{site.api}/repos/{full_name}"
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": full_name,
        "owner": simple_user(site, owner),
        "private": repository.visibility != "public",
        "html_url": f"{site.html}/{full_name}",
        "fork": repository.fork_of is not None,
        "url": address,
        **{field: address + suffix for field, suffix in REPOSITORY_ADDRESSES.items()},
        "git_url": f"git://{site.html.partition('://')[2]}/{full_name}.git",
        "ssh_url": f"ssh://git@{site.html.partition('://')[2]}/{full_name}.git",
        "clone_url": f"{site.html}/{full_name}.git",
        "svn_url": f"{site.html}/{full_name}",
        "mirror_url": None,
        "language": None,
        "license": None,
        "topics": list(repository.topics),
        **{field: getattr(repository, field) for field in SHARED_SETTINGS},
        "has_pages": repository.has_pages,
        "disabled": False,
        **_counts(tenant.store, repository),
        "permissions": permission.as_object(),
    }


def _counts(store: Store, repository: RepositoryRecord) -> dict[str, int]:
    """An open pull request is an open issue too; "watchers" are those who gave a star."""
    number = str(repository.id)
    counts = {
        "forks": store.count(RepositoryRecord, fork_of=repository.id),
        "watchers": store.count(Star, number),
        "open_issues": store.count(Issue, number, state="open"),
    }
    counts |= {f"{name}_count": count for name, count in counts.items()}
    return counts | {"stargazers_count": counts["watchers"]}


def full_repository(tenant: Tenant, site: Site, repository: RepositoryRecord, permission: Permission) -> dict[str, Any]:
    """A repository by itself: who may write sees its merge settings, its admins how it is guarded."""
    owner = tenant.owner_of(repository)
    document = minimal_repository(tenant, site, repository, owner, permission)
    properties = property_values(tenant.store, repository) if owner.type == "Organization" else {}
    subscribers = tenant.store.count(Subscription, str(repository.id), is_ignored=False)
    document |= {"network_count": document["forks"], "subscribers_count": subscribers, "custom_properties": properties}
    for field, number in (("parent", repository.fork_of), ("template_repository", repository.template_id)):
        origin = tenant.store.by_id(RepositoryRecord, number) if number else None
        if origin:
            document[field] = minimal_repository(tenant, site, origin, tenant.owner_of(origin), Permission.READ)
    if "parent" in document:
        document["source"] = document["parent"]
    if owner.type == "Organization":
        document["organization"] = simple_user(site, owner)
    if permission >= Permission.WRITE:
        document |= {field: getattr(repository, field) for field in WRITER_SETTINGS}
        document["temp_clone_token"] = ""
    if permission >= Permission.ADMIN:
        document["security_and_analysis"] = {
            "secret_scanning": _status(repository.secret_scanning),
            "secret_scanning_push_protection": _status(repository.secret_scanning_push_protection),
            "dependabot_security_updates": _status(repository.automated_security_fixes),
            "secret_scanning_non_provider_patterns": _status(False),
        }
    return document


def _status(enabled: bool) -> dict[str, str]:
    return {"status": "enabled" if enabled else "disabled"}
