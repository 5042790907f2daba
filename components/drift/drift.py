"""What differs on GitHub from what the stack made there last: read from what a refresh saw, in GitHub's terms.

An edit of the plan that no `up` has made yet is not drift, and neither are commits that no `up` has pushed yet.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from components.github.repository_changes import TEAM_LEFT_AS_IT_IS
from components.stack.declaration import last_part
from migration.plan import VENDOR_BRANCH

REPOSITORY = "github:index/repository:Repository"
TEAM = "github:index/team:Team"
ENVIRONMENT = "github:index/repositoryEnvironment:RepositoryEnvironment"
OIDC_SUBJECT = (
    "github:index/actionsRepositoryOidcSubjectClaimCustomizationTemplate:"
    "ActionsRepositoryOidcSubjectClaimCustomizationTemplate"
)
AREAS = ("settings", "files", "history", "secrets", "registry", "monorepo")
"""What is looked at."""

MANAGED_FILES = "pulumi-python:dynamic/managed_files:ManagedFiles"
MONOREPO = "pulumi-python:dynamic/monorepo:Monorepo"
CODE_MOVE = "pulumi-python:dynamic/code_move:CodeMove"
SECRETS = (
    "github:index/actionsSecret:ActionsSecret",
    "github:index/dependabotSecret:DependabotSecret",
    "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
)

TEAM = "github:index/team:Team"

THINGS = {
    REPOSITORY: "repository",
    ENVIRONMENT: "environment {environment}",
    TEAM: "team {name}",
    "github:index/teamRepository:TeamRepository": "role of team {team}",
    "github:index/repositoryRuleset:RepositoryRuleset": "ruleset {name}",
    "github:index/branchProtection:BranchProtection": "branch protection of {pattern}",
    "github:index/branchDefault:BranchDefault": "default branch",
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy": (
        "environment {environment}: branches and tags {pattern}"
    ),
    SECRETS[0]: "secret {secretName}",
    SECRETS[1]: "Dependabot secret {secretName}",
    SECRETS[2]: "environment {environment}: secret {secretName}",
    "github:index/actionsVariable:ActionsVariable": "variable {variableName}",
    "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable": (
        "environment {environment}: variable {variableName}"
    ),
    "github:index/issueLabel:IssueLabel": "label {name}",
    "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions": "Actions",
    "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions": "token of Actions",
    OIDC_SUBJECT: "OIDC subject",
    "github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts": "vulnerability alerts",
    "github:index/repositoryDependabotSecurityUpdates:RepositoryDependabotSecurityUpdates": "security updates",
    "github:index/repositoryCollaborator:RepositoryCollaborator": "collaborator {username}",
    "github:index/repositoryWebhook:RepositoryWebhook": "webhook {url}",
    "github:index/repositoryDeployKey:RepositoryDeployKey": "deploy key {title}",
    "github:index/repositoryAutolinkReference:RepositoryAutolinkReference": "autolink {keyPrefix}",
    "github:index/repositoryCustomProperty:RepositoryCustomProperty": "custom property {propertyName}",
    MANAGED_FILES: "managed files",
    CODE_MOVE: "moved history",
    "pulumi-python:dynamic/backup:VerifiedCopy": "copy of the monorepo",
    MONOREPO: "monorepo",
    "pulumi-python:dynamic/registry:DevpiIndex": "package index {index}",
    "pulumi-python:dynamic/registry:DevpiToken": "registry token of {user}",
    "pulumi-python:dynamic/packages:PublishedPackage": "published package {name} {version}",
}
"""Each type of resource to what a person calls the thing; the words in braces are its inputs."""


@dataclass(frozen=True, kw_only=True)
class RefreshedResource:
    """One resource as a refresh saw it.

    op: "same", "update", or "delete" for what is gone. inputs: those of the last `up`. was, now: outputs, by the last
    `up` or refresh, and on GitHub; now is empty for what is gone. parent: URN, "" for none. id: the provider's.
    """

    urn: str
    op: str
    parent: str
    inputs: Mapping[str, Any]
    was: Mapping[str, Any]
    now: Mapping[str, Any]
    id: str = ""

    @property
    def type(self) -> str:
        """Its type token, like `REPOSITORY`."""
        return self.urn.split("::")[2].rpartition("$")[2]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """property: path in Pulumi's names, like "rules.deletion". None: nothing there."""

    property: str
    was: Any
    now: Any


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One thing that differs.

    area: one of `AREAS`. repository: "" for the organization. is_gone: it no longer exists, and
    differences are empty.
    before_up: what to do before `pulumi up` puts it back, commands or words. replace: `up` needs the option.
    """

    area: str
    repository: str
    thing: str
    resource: RefreshedResource
    is_gone: bool = False
    differences: tuple[Difference, ...] = ()
    before_up: tuple[str, ...] = ()
    replace: bool = False


def put_back(drifts: Iterable[Drift]) -> list[str]:
    """What puts all of it back: commands, or words for what a command cannot do, in their order."""
    drifts = list(drifts)
    replaced = "".join(f" --replace '{drift.resource.urn}'" for drift in drifts if drift.replace)
    return [*dict.fromkeys(step for drift in drifts for step in drift.before_up), f"pulumi up --refresh{replaced}"]


def drifts(
    resources: Iterable[RefreshedResource], owner: str, unmanaged: Mapping[str, Collection[str]] = MappingProxyType({})
) -> list[Drift]:
    """Every thing that differs, in the order of the resources' names. owner: of the repositories, on GitHub.

    unmanaged: repository, or "REPOSITORY/ENVIRONMENT", to its properties that the plan does not name. Of those, only a
    change of the visibility is drift.
    """
    by_urn = {resource.urn: resource for resource in resources}
    repositories = repositories_by_urn(by_urn)
    teams = {resource.id: resource.inputs["name"] for resource in by_urn.values() if resource.type == TEAM}
    return [
        drift
        for resource in sorted(by_urn.values(), key=lambda resource: resource.urn.rpartition("::")[2])
        for drift in _of_resource(resource, repositories[resource.urn], owner, unmanaged, teams)
    ]


def repositories_by_urn(resources: Mapping[str, RefreshedResource]) -> dict[str, str]:
    """Of each resource the repository that is in the same component, or in one above it.

    "" for what belongs to the organization.
    """
    homes = {each.parent: str(each.inputs["name"]) for each in resources.values() if each.type == REPOSITORY}

    def home(urn: str) -> str:
        while urn in resources and urn not in homes:
            urn = resources[urn].parent
        return homes.get(urn, "")

    return {urn: home(urn) for urn in resources}


def _of_resource(
    resource: RefreshedResource,
    repository: str,
    owner: str,
    unmanaged: Mapping[str, Collection[str]],
    teams: Mapping[str, str],
) -> Iterator[Drift]:
    thing = thing_of(resource, teams)
    if thing is None:
        return
    drift = Drift(area=_area(resource.type), repository=repository, thing=thing, resource=resource)
    if resource.type == MANAGED_FILES:
        yield from _of_files(drift)
    elif resource.type == CODE_MOVE:
        yield from _of_history(drift, owner)
    elif resource.op == "delete":
        yield replace(drift, is_gone=True)
    elif resource.type in SECRETS:
        yield from _of_secret(drift)
    elif resource.type == REPOSITORY:
        yield from _of_repository(drift, owner, unmanaged.get(repository, ()))
    elif resource.op == "update":
        yield from _of_properties(drift, unmanaged)


def _area(kind: str) -> str:
    if kind in SECRETS:
        return "secrets"
    if kind.endswith(":VerifiedCopy"):
        return "history"
    if kind == MONOREPO:
        return "monorepo"
    return "settings" if kind.startswith("github:") else "registry"


def thing_of(resource: RefreshedResource, teams: Mapping[str, str]) -> str | None:
    """What a person calls it; None for a component or a provider, which do not exist on GitHub. teams: slugs by id."""
    inputs = {
        **resource.inputs,
        "team": teams.get(str(resource.inputs.get("teamId")), "?"),
        "url": last_part(resource.urn),
        "pattern": resource.inputs.get("branchPattern")
        or resource.inputs.get("tagPattern")
        or resource.inputs.get("pattern"),
    }
    if resource.type.startswith(("multirepo:", "pulumi:")):
        return None
    return THINGS.get(resource.type, resource.urn.rpartition("::")[2]).format_map(inputs)


def differences_of(resource: RefreshedResource) -> Iterator[Difference]:
    """The properties that the stack sets and that have another value now."""
    keys = [key for key in resource.inputs if not key.startswith("__")]
    was = {path: value for key in keys for path, value in _leaves(resource.was.get(key), key)}
    now = {path: value for key in keys for path, value in _leaves(resource.now.get(key), key)}
    for path in sorted({*was, *now}):
        if was.get(path) != now.get(path):
            yield Difference(property=path, was=was.get(path), now=now.get(path))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each value below the path that says something: nothing, no and zero are the same, which the provider mixes up."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{number}")
    elif value:
        yield path, sorted(value) if isinstance(value, list) else value


def _of_properties(drift: Drift, unmanaged: Mapping[str, Collection[str]]) -> Iterator[Drift]:
    """Reviewers of an environment are compared by `environment_drifts`, which knows their names."""
    kind, inputs = drift.resource.type, drift.resource.inputs
    ignored: Collection[str] = TEAM_LEFT_AS_IT_IS if kind == TEAM else ()
    if kind == ENVIRONMENT:
        ignored = ("reviewers", *unmanaged.get(f"{drift.repository}/{inputs['environment']}", ()))
    found = tuple(differences_of(drift.resource))
    differences = tuple(each for each in found if each.property.partition(".")[0] not in ignored)
    if differences or not found:
        yield replace(drift, differences=differences)


def _of_repository(drift: Drift, owner: str, unmanaged: Collection[str]) -> Iterator[Drift]:
    """`up` refuses a change of visibility without a word in the plan, so that it has a step of its own."""
    is_update = drift.resource.op == "update"  # "same" also for a change of what the plan does not name
    found = [each for each in differences_of(drift.resource) if is_update or each.property == "visibility"]
    differences = tuple(each for each in found if each.property == "visibility" or each.property not in unmanaged)
    steps = tuple(
        f"gh api --method PATCH repos/{owner}/{drift.repository} --raw-field visibility={difference.was}"
        for difference in differences
        if difference.property == "visibility"
    )
    if differences or (is_update and not found):
        yield replace(drift, differences=differences, before_up=steps)


def _of_secret(drift: Drift) -> Iterator[Drift]:
    """Its date is all that GitHub shows of a secret, and it is not when the last `up` wrote it.

    The provider sees that and makes nothing of it, so `up` needs `--replace`.
    """
    written, found = drift.resource.was.get("updatedAt"), drift.resource.now.get("remoteUpdatedAt")
    if found != written:
        difference = Difference(property="updated_at", was=written, now=found)
        yield replace(drift, differences=(difference,), replace=True)


def _of_files(drift: Drift) -> Iterator[Drift]:
    was, now = drift.resource.was.get("files", {}), drift.resource.now.get("files", {})
    for path, text in sorted(was.items()):
        file = replace(drift, area="files", thing=f"file {path}")
        if path not in now:
            yield replace(file, is_gone=True)
        elif now[path] != text:
            yield replace(file, differences=(Difference(property="content", was="as rendered", now=now[path]),))


def _of_history(drift: Drift, owner: str) -> Iterator[Drift]:
    """The branches, tags and notes that the code move wrote; see `components.history.carrying.read_code_move`."""
    was, now = drift.resource.was, drift.resource.now
    if not now:
        return  # the repository is gone, which is reported for the repository
    places = {f"branch {VENDOR_BRANCH}": (was["head"], now["head"])}
    places |= {f"tag {name}": (was["tags"][name], now["tags"].get(name)) for name in sorted(was["tags"])}
    places |= {f"branch {was['default_branch']}": (was["default_branch"], now["default_branch"])}
    places |= {"notes of the monorepo": (bool(was.get("notes")), bool(now.get("notes")))}
    for thing, (before, present) in places.items():
        place = replace(drift, area="history", thing=thing)
        if before and not present:
            yield replace(place, is_gone=True, before_up=_recreation(thing, before, f"{owner}/{drift.repository}"))
        elif before != present:
            yield replace(
                place,
                differences=(Difference(property="commit", was=before, now=present),),
                before_up=(_by_hand(thing, before),),
            )


def _recreation(thing: str, commit: str, repository: str) -> tuple[str, ...]:
    """Without its branch, a repository in which people have worked looks to an `up` like one that is not its own."""
    if thing != f"branch {VENDOR_BRANCH}":
        return ()
    fields = f"--raw-field ref=refs/heads/{VENDOR_BRANCH} --raw-field sha={commit}"
    return (f"gh api --method POST repos/{repository}/git/refs {fields}",)


def _by_hand(thing: str, commit: str) -> str:
    """What people must do: a run never moves a tag, and never forces a branch."""
    step = f"put {thing} back to {commit}" if thing.startswith("branch") else f"delete {thing}"
    return f"# On GitHub, {step}; a ruleset of the stack forbids that, so switch it off for the moment"
