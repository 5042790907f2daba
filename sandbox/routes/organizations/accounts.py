"""Organizations, users, and what the server says of itself. https://docs.github.com/rest/orgs/orgs"""

from sandbox.representations.accounts import organization, private_user, public_user, simple_organization
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import organization_routes, route
from sandbox.tenant.entities import Account, RepositoryRecord
from sandbox.tenant.kept_settings import setting

ROOT = {
    "authorizations": "authorizations",
    "code_search": "search/code?q={query}{&page,per_page,sort,order}",
    "commit_search": "search/commits?q={query}{&page,per_page,sort,order}",
    "current_user": "user",
    "current_user_repositories": "user/repos{?type,page,per_page,sort}",
    "emails": "user/emails",
    "emojis": "emojis",
    "events": "events",
    "feeds": "feeds",
    "followers": "user/followers",
    "following": "user/following{/target}",
    "gists": "gists{/gist_id}",
    "issue_search": "search/issues?q={query}{&page,per_page,sort,order}",
    "issues": "issues",
    "keys": "user/keys",
    "label_search": "search/labels?q={query}&repository_id={repository_id}{&page,per_page}",
    "notifications": "notifications",
    "organization": "orgs/{org}",
    "organization_repositories": "orgs/{org}/repos{?type,page,per_page,sort}",
    "organization_teams": "orgs/{org}/teams",
    "public_gists": "gists/public",
    "rate_limit": "rate_limit",
    "repository": "repos/{owner}/{repo}",
    "repository_search": "search/repositories?q={query}{&page,per_page,sort,order}",
    "starred": "user/starred{/owner}{/repo}",
    "starred_gists": "gists/starred",
    "user": "users/{user}",
    "user_organizations": "user/orgs",
    "user_repositories": "users/{user}/repos{?type,page,per_page,sort}",
    "user_search": "search/users?q={query}{&page,per_page,sort,order}",
}
RESOURCES = ("core", "graphql", "search", "code_search", "integration_manifest", "source_import")


def _repositories(call: Call, account: Account) -> list[RepositoryRecord]:
    return call.tenant.store.all(RepositoryRecord, str(account.id))


async def get_organization(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/orgs#get-an-organization"""
    account = call.organization()
    document = organization(call.site, account, _repositories(call, account))
    if not (call.tenant.is_owner(account, call.user) and call.token and call.token.has("admin:org")):
        del document["plan"]  # which is the owners' business
    return Reply(document)


async def get_authenticated_user(call: Call) -> Reply:
    """https://docs.github.com/rest/users/users#get-the-authenticated-user"""
    user = call.signed_in()
    return Reply(private_user(call.site, user, _repositories(call, user)))


async def list_own_organizations(call: Call) -> Reply:
    """https://docs.github.com/rest/orgs/orgs#list-organizations-for-the-authenticated-user"""
    user, tenant = call.signed_in(), call.tenant
    places = [(each, tenant.membership(each.id, user)) for each in tenant.store.all(Account)]
    found = [account for account, place in places if place and place.state == "active"]
    return page(call, found, lambda account: simple_organization(call.site, account))


async def get_user(call: Call) -> Reply:
    """https://docs.github.com/rest/users/users#get-a-user"""
    account = call.account("login")
    return Reply(public_user(call.site, account, _repositories(call, account)))


async def list_gpg_keys(call: Call) -> Reply:
    """https://docs.github.com/rest/users/gpg-keys#list-gpg-keys-for-a-user

    Nobody has any here.
    """
    return _nothing_of(call)


async def list_keys(call: Call) -> Reply:
    """https://docs.github.com/rest/users/keys#list-public-keys-for-a-user

    Nobody has any here.
    """
    return _nothing_of(call)


def _nothing_of(call: Call) -> Reply:
    call.account("login")
    return Reply([])


async def get_rate_limit(call: Call) -> Reply:
    """https://docs.github.com/rest/rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user"""
    rate = call.count(cost=0)
    unused = {**rate, "used": 0, "remaining": rate["limit"]}
    resources = {name: rate if name == "core" else unused for name in RESOURCES}
    return Reply({"resources": resources, "rate": rate}, cost=0)


async def get_root(call: Call) -> Reply:
    """https://docs.github.com/rest/meta/meta#github-api-root

    `gh auth status` asks here which scopes a token has.
    """
    addresses = {f"{name}_url": f"{call.site.api}/{path}" for name, path in ROOT.items()}
    return Reply({"current_user_authorizations_html_url": f"{call.site.html}/settings/connections", **addresses})


async def get_meta(call: Call) -> Reply:
    """https://docs.github.com/rest/meta/meta#get-github-meta-information"""
    version = setting(call.tenant.store, call.tenant.organization(), "server")["version"]
    document = {"installed_version": version} if version else {}
    return Reply({"verifiable_password_authentication": False, "domains": {"website": [call.site.host]}, **document})


ROUTES = [
    *organization_routes("GET", "", get_organization),
    route("GET", "/user", get_authenticated_user),
    route("GET", "/user/orgs", list_own_organizations),
    route("GET", "/users/{login}", get_user),
    route("GET", "/users/{login}/gpg_keys", list_gpg_keys),
    route("GET", "/users/{login}/keys", list_keys),
    route("GET", "/", get_root),
    route("GET", "/rate_limit", get_rate_limit),
    route("GET", "/meta", get_meta),
]
