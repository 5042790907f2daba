"""Forks, and repositories made from templates. https://docs.github.com/rest/repos/forks"""

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git import bare_repository
from sandbox.operations import repositories
from sandbox.representations.repositories import full_repository, minimal_repository
from sandbox.rest.bodies import optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.rules.repository_rules import settings_in
from sandbox.tenant.entities import Account, RepositoryRecord

COPIED = ("description", "homepage", "visibility", "default_branch")


def _owner(call: Call, login: str | None) -> Account:
    """Whom the copy is for: the user, or an organization that the user is in."""
    user = call.signed_in()
    if login is None or login.lower() == user.login.lower():
        return user
    account = call.tenant.account(login)
    if account is None or call.tenant.membership(account.id, user) is None:
        raise errors.not_found()
    return account


async def create_fork(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/forks#create-a-fork

    GitHub copies later; here the fork is complete when the answer comes. The same fork once more is shown.
    """
    source = call.repository()
    of_organization = call.tenant.owner_of(source).type == "Organization"
    if source.visibility != "public" and (of_organization or not source.allow_forking):
        # members_can_fork_private_repositories is off, as in every new organization
        raise GitHubError(403, "The repository exists, but forking is disabled.")
    owner = _owner(call, optional(call.body, "organization", str))
    name = optional(call.body, "name", str, source.name)
    for other in call.tenant.store.all(RepositoryRecord, str(owner.id)):
        if other.fork_of == source.id and other.name == name:
            return Reply(full_repository(call.tenant, call.site, other, call.permission(other)), 202)
    settings = {field: getattr(source, field) for field in COPIED} | {"name": name, "fork_of": source.id}
    fill = repositories.with_refs_of(call.git_directory(source))
    fork = await repositories.create(call.tenant, owner, settings | {"has_issues": False}, fill)
    await repositories.note_push(call.tenant, fork.id)
    fork = call.tenant.store.by_id(RepositoryRecord, fork.id) or fork
    return Reply(full_repository(call.tenant, call.site, fork, call.permission(fork)), 202)


async def list_forks(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/forks#list-forks"""
    source = call.repository()
    forks = [
        each for each in call.tenant.store.all(RepositoryRecord) if each.fork_of == source.id and call.permission(each)
    ]
    pairs = [(each, call.tenant.owner_of(each)) for each in forks]
    return page(call, pairs, lambda pair: minimal_repository(call.tenant, call.site, *pair, call.permission(pair[0])))


async def generate(call: Call) -> Reply:
    """https://docs.github.com/rest/repos/repos#create-a-repository-using-a-template"""
    template = call.repository()
    if not template.is_template:
        raise errors.not_found()
    owner = _owner(call, optional(call.body, "owner", str))
    required(call.body, "name", str)
    directory = call.git_directory(template)
    if bare_repository.is_empty(directory):
        raise GitHubError(422, "Could not clone: The template repository is empty.")
    settings = settings_in({field: call.body.get(field) for field in ("name", "description", "private")})
    fill = repositories.with_tree_of(call.signed_in(), directory, template.default_branch)
    made = await repositories.create(call.tenant, owner, settings | {"template_id": template.id}, fill)
    document = full_repository(call.tenant, call.site, made, call.permission(made))
    return Reply(document, 201, {"Location": document["url"]})


ROUTES = [
    *repository_routes("GET", "/forks", list_forks),
    *repository_routes("POST", "/forks", create_fork),
    *repository_routes("POST", "/generate", generate),
]
