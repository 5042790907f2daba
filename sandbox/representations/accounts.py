"""Users and organizations as the JSON objects that GitHub's documentation describes."""

from typing import Any

from sandbox.tenant.entities import Account, RepositoryRecord, node_id
from sandbox.tenant.sites import Site

USER_ADDRESSES = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}


def simple_user(site: Site, account: Account) -> dict[str, Any]:
    """The "simple user" that other objects hold, for organizations too."""
    address = f"{site.api}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("O" if account.type == "Organization" else "U", account.id),
        "avatar_url": f"{site.html}/{account.login}.png",
        "gravatar_id": "",
        "url": address,
        "html_url": f"{site.html}/{account.login}",
        **{field: address + suffix for field, suffix in USER_ADDRESSES.items()},
        "type": account.type,
        "site_admin": False,
        "user_view_type": "public",
    }


def public_user(site: Site, account: Account, repositories: list[RepositoryRecord]) -> dict[str, Any]:
    """A user's or organization's profile."""
    return {
        **simple_user(site, account),
        "name": account.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": account.email,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": sum(repository.visibility == "public" for repository in repositories),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
    }


def private_user(site: Site, account: Account, repositories: list[RepositoryRecord]) -> dict[str, Any]:
    """The signed-in user's own profile."""
    private = sum(repository.visibility != "public" for repository in repositories)
    return {
        **public_user(site, account, repositories),
        "user_view_type": "private",
        "notification_email": account.email,
        "private_gists": 0,
        "total_private_repos": private,
        "owned_private_repos": private,
        "disk_usage": sum(repository.size for repository in repositories),
        "collaborators": 0,
        "two_factor_authentication": True,
        "plan": {"name": account.plan, "space": 976562499, "private_repos": 9999, "collaborators": 0},
    }


def simple_organization(site: Site, account: Account) -> dict[str, Any]:
    """The "organization simple" of lists."""
    address = f"{site.api}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("O", account.id),
        "url": address,
        "repos_url": f"{address}/repos",
        "events_url": f"{address}/events",
        "hooks_url": f"{address}/hooks",
        "issues_url": f"{address}/issues",
        "members_url": f"{address}/members{{/member}}",
        "public_members_url": f"{address}/public_members{{/member}}",
        "avatar_url": f"{site.html}/{account.login}.png",
        "description": None,
    }


def organization(site: Site, account: Account, repositories: list[RepositoryRecord]) -> dict[str, Any]:
    """An organization in full, as one of its owners sees it."""
    private = sum(repository.visibility != "public" for repository in repositories)
    return {
        **simple_organization(site, account),
        "name": account.name or account.login,
        "blog": "",
        "twitter_username": None,
        "is_verified": False,
        "has_organization_projects": True,
        "has_repository_projects": True,
        "public_repos": len(repositories) - private,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "html_url": f"{site.html}/{account.login}",
        "type": "Organization",
        "total_private_repos": private,
        "owned_private_repos": private,
        "private_gists": 0,
        "disk_usage": sum(repository.size for repository in repositories),
        "collaborators": 0,
        "billing_email": account.email,
        "plan": {"name": account.plan, "space": 976562499, "private_repos": 9999, "filled_seats": 1, "seats": 10},
        "default_repository_permission": account.default_repository_permission,
        "default_repository_branch": account.default_branch,
        "members_can_create_repositories": True,
        "two_factor_requirement_enabled": False,
        "members_allowed_repository_creation_type": "all",
        "members_can_create_public_repositories": True,
        "members_can_create_private_repositories": True,
        "members_can_create_internal_repositories": False,
        "members_can_create_pages": True,
        "members_can_fork_private_repositories": False,
        "web_commit_signoff_required": False,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
        "archived_at": None,
    }
