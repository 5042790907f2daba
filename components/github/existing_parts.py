"""The parts of repositories that GitHub has and the state lacks: they are imported, or shown where that is impossible.

A run that was killed leaves such parts, people make them, and whatever returns to the plan is one. GitHub is asked only
about what the state lacks, in repositories that exist: a run that changes nothing asks nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from components.github.github_client import GitHubUnreachableError, github_client
from components.github.github_server import ask_graphql
from components.github.inventory import ExistingRepository, GitHubInventory
from components.stack.declaration import part_name
from components.stack.settings import Settings
from migration.desired_state import DesiredSettings
from migration.plan import Environment

REPOSITORY = "github:index/repository:Repository"
RULESET = "github:index/repositoryRuleset:RepositoryRuleset"
BRANCH_RULE = "github:index/branchProtection:BranchProtection"
ALERTS = "github:index/repositoryVulnerabilityAlerts:RepositoryVulnerabilityAlerts"
ENVIRONMENT = "github:index/repositoryEnvironment:RepositoryEnvironment"
POLICY = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
TEAM_ROLE = "github:index/teamRepository:TeamRepository"
VARIABLE = "github:index/actionsVariable:ActionsVariable"
ENVIRONMENT_VARIABLE = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable"
SECRET = "github:index/actionsSecret:ActionsSecret"
DEPENDABOT_SECRET = "github:index/dependabotSecret:DependabotSecret"
ENVIRONMENT_SECRET = "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret"
COLLABORATOR = "github:index/repositoryCollaborator:RepositoryCollaborator"
WEBHOOK = "github:index/repositoryWebhook:RepositoryWebhook"
DEPLOY_KEY = "github:index/repositoryDeployKey:RepositoryDeployKey"
AUTOLINK = "github:index/repositoryAutolinkReference:RepositoryAutolinkReference"
PROPERTY = "github:index/repositoryCustomProperty:RepositoryCustomProperty"
IDENTITY: Mapping[str, tuple[str, ...]] = {
    RULESET: ("name",),
    BRANCH_RULE: ("pattern",),
    ALERTS: (),
    ENVIRONMENT: ("environment",),
    POLICY: ("environment", "branchPattern", "tagPattern"),
    TEAM_ROLE: ("teamId",),
    VARIABLE: ("variableName",),
    ENVIRONMENT_VARIABLE: ("environment", "variableName"),
    SECRET: ("secretName",),
    DEPENDABOT_SECRET: ("secretName",),
    ENVIRONMENT_SECRET: ("environment", "secretName"),
    COLLABORATOR: ("username",),
    WEBHOOK: ("url",),
    DEPLOY_KEY: ("key",),
    AUTOLINK: ("keyPrefix",),
    PROPERTY: ("propertyName",),
}
"""Types of parts, and the outputs by which one differs from the others of its type in a repository."""

Part = tuple[str, ...]
"""The type, the repository, and the values of IDENTITY; "" for none."""


@dataclass(frozen=True, kw_only=True)
class ExistingParts:
    """Import ids of the parts of one repository, by their names in the component that declares them.

    environments: by environment. overwritten: what GitHub does not show, so that it cannot be imported, in words.
    """

    features: Mapping[str, str] = field(default_factory=dict)
    protection: Mapping[str, str] = field(default_factory=dict)
    access: Mapping[str, str] = field(default_factory=dict)
    environments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    integrations: Mapping[str, str] = field(default_factory=dict)
    overwritten: tuple[str, ...] = ()


def stored_parts(resources: Iterable[tuple[str, Mapping[str, Any]]]) -> frozenset[Part]:
    """The parts among the resources of a state, which are types with outputs."""
    known = list(resources)
    names = {outputs["nodeId"]: outputs["name"] for kind, outputs in known if kind == REPOSITORY}
    return frozenset(
        (
            kind,
            outputs.get("repository") or names.get(outputs.get("repositoryId"), ""),
            *(str(outputs.get(key) or "") for key in IDENTITY[kind]),
        )
        for kind, outputs in known
        if kind in IDENTITY
    )


def existing_parts(
    settings: Settings, desired: Mapping[str, DesiredSettings], existing: GitHubInventory, stored: frozenset[Part]
) -> dict[str, ExistingParts]:
    """What each repository has of its desired parts; those that do not exist have none.

    Raises GitHubUnreachableError.
    """
    parts = {}
    for name, settings_of_one in desired.items():
        found = existing.repositories.get(name)
        parts[name] = (
            _parts_of(settings, name, settings_of_one, found, existing.teams, stored) if found else ExistingParts()
        )
    return parts


def existing_rulesets(
    settings: Settings, repository: str, names: Iterable[str], stored: frozenset[Part]
) -> dict[str, str]:
    """Import ids of those rulesets that GitHub has and the state lacks. Raises GitHubUnreachableError."""
    with _reading(settings, repository, stored) as reading:
        return dict(reading.rulesets(names))


def _parts_of(
    settings: Settings,
    repository: str,
    desired: DesiredSettings,
    found: ExistingRepository,
    teams: Mapping[str, int],
    stored: frozenset[Part],
) -> ExistingParts:
    with _reading(settings, repository, stored) as reading:
        environments = {each.name: dict(reading.environment(each)) for each in desired.environments}
        return ExistingParts(
            features=dict(reading.features(found.labels)),
            protection=dict(reading.protection(desired)),
            access=dict(reading.access(desired.teams, teams)),
            environments=environments,
            variables=dict(reading.variables(desired.variables)),
            integrations=dict(reading.integrations(desired)),
            overwritten=(
                *reading.secrets(desired),
                *reading.people(desired),
                *reading.properties(desired),
                *reading.kept,
            ),
        )


@contextmanager
def _reading(settings: Settings, repository: str, stored: frozenset[Part]) -> Iterator["_PartsReading"]:
    try:
        with github_client(settings, f"repos/{settings.owner}/{repository}/") as client:
            yield _PartsReading(settings, client, repository, stored)
    except httpx.HTTPError as error:
        raise GitHubUnreachableError.of(error, settings) from None


class _PartsReading:
    """One repository, asked about the parts that the state lacks. kept: those that GitHub cannot change, in words."""

    def __init__(self, settings: Settings, client: httpx.Client, repository: str, stored: frozenset[Part]) -> None:
        self._settings, self._client, self._repository, self._stored = settings, client, repository, stored
        self.kept: list[str] = []

    def features(self, labels: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Every repository has these settings."""
        repository = self._repository
        for name in ("actions", "actions-token", "oidc-subject", "security-updates"):
            yield name, repository
        if self._is_new(ALERTS):
            yield "vulnerability-alerts", repository
        for label in labels:
            yield part_name("label", label.lower()), f"{repository}:{label}"

    def protection(self, desired: DesiredSettings) -> Iterator[tuple[str, str]]:
        if desired.protection:
            yield from self.rulesets(ruleset.name for ruleset in desired.protection.rulesets)
            yield from self._branch_rules([branch.pattern for branch in desired.protection.branches])

    def rulesets(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """https://docs.github.com/en/rest/repos/rules#get-all-repository-rulesets."""
        if missing := [name for name in names if self._is_new(RULESET, name)]:
            found = self._get("rulesets", includes_parents="false", per_page="100") or ()
            numbers = {ruleset["name"]: ruleset["id"] for ruleset in found}
            for name in missing:
                if name in numbers:
                    yield part_name(name), f"{self._repository}:{numbers[name]}"

    def _branch_rules(self, patterns: Iterable[str]) -> Iterator[tuple[str, str]]:
        """https://docs.github.com/en/graphql/reference/objects#branchprotectionrule: REST has them by branch alone."""
        if missing := [pattern for pattern in patterns if self._is_new(BRANCH_RULE, pattern)]:
            query = """query ($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {
              branchProtectionRules(first: 100) { nodes { pattern } } } }"""
            answer = ask_graphql(self._settings, query, {"owner": self._settings.owner, "name": self._repository})
            found = answer.json()["data"]["repository"]["branchProtectionRules"]["nodes"]
            for pattern in missing:
                if any(rule["pattern"] == pattern for rule in found):
                    yield part_name("branch", pattern), f"{self._repository}:{pattern}"

    def access(self, roles: Iterable[str], teams: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        """https://docs.github.com/en/rest/teams/teams#check-team-permissions-for-a-repository."""
        owner = self._settings.owner
        for slug in roles:
            if slug in teams and self._is_new(TEAM_ROLE, str(teams[slug])):
                place = f"{self._settings.github.api}orgs/{owner}/teams/{slug}/repos/{owner}/{self._repository}"
                if self._client.get(place).is_success:
                    yield part_name(slug), f"{teams[slug]}:{self._repository}"

    def people(self, desired: DesiredSettings) -> Iterator[str]:
        """https://docs.github.com/en/rest/collaborators/collaborators: a new role replaces the old one."""
        for login, role in desired.collaborators.items():
            found = self._get(f"collaborators/{login}/permission") if self._is_new(COLLABORATOR, login) else None
            was = (found or {}).get("role_name", "none")
            if was not in ("none", {"pull": "read", "push": "write"}.get(role, role)):
                yield f"{self._repository}: {login} has the role {was} on GitHub; `up` makes it {role}."

    def properties(self, desired: DesiredSettings) -> Iterator[str]:
        """https://docs.github.com/en/rest/repos/custom-properties: a new value replaces the old one."""
        names = [name for name in desired.properties if self._is_new(PROPERTY, name)]
        values = {each["property_name"]: each["value"] for each in self._listed("properties/values", names)}
        for name in names:
            will_be = desired.properties[name]
            if values.get(name) not in (None, list(will_be) if isinstance(will_be, tuple) else will_be):
                yield f"{self._repository}: property {name} is {values[name]} on GitHub; `up` makes it {will_be}."

    def integrations(self, desired: DesiredSettings) -> Iterator[tuple[str, str]]:
        """Webhooks, deploy keys and autolinks have numbers, and GitHub refuses a second one that is the same."""
        repository = self._repository
        hooks = {each["config"].get("url"): each for each in self._listed("hooks", desired.webhooks)}
        for webhook in desired.webhooks:
            if (found := hooks.get(webhook.url)) and self._is_new(WEBHOOK, found["url"]):
                yield part_name("webhook", webhook.url), f"{repository}/{found['id']}"
        texts = {" ".join(key.key.split()[:2]): key for key in desired.deploy_keys}
        new_keys = {text: key for text, key in texts.items() if self._is_new(DEPLOY_KEY, text)}
        for each in self._listed("keys", new_keys):
            key = new_keys.get(each["key"])
            if key and self._is_same("deploy key", key.title, each, title=key.title, read_only=not key.write):
                yield part_name("key", key.title), f"{repository}:{each['id']}"
        links = {link.prefix: link for link in desired.autolinks if self._is_new(AUTOLINK, link.prefix)}
        for each in self._listed("autolinks", links):
            if link := links.get(each["key_prefix"]):
                same = {"url_template": link.url, "is_alphanumeric": link.alphanumeric}
                if self._is_same("autolink", link.prefix, each, **same):
                    yield part_name("autolink", link.prefix), f"{repository}/{each['id']}"

    def _is_same(self, noun: str, name: str, found: Mapping[str, Any], **desired: object) -> bool:
        """GitHub can neither change it nor have it twice: a different one is kept, and reported."""
        different = {key: found[key] for key, value in desired.items() if found[key] != value}
        for key, value in different.items():
            self.kept.append(
                f"{self._repository}: {noun} {name} exists on GitHub with {key} {value}; `up` cannot make it "
                f"{desired[key]}. Delete it on GitHub first, or write it so in the plan."
            )
        return not different

    def _listed(self, path: str, desired: Collection[Any]) -> list[Any]:
        """The list there; empty where nothing is desired."""
        found: list[Any] | None = self._get(path, per_page="100") if desired else None
        return found or []

    def environment(self, desired: Environment) -> Iterator[tuple[str, str]]:
        """The environment and what belongs to it."""
        place, name = f"environments/{quote(desired.name, safe='')}", desired.name.replace(":", "??")
        if self._is_new(ENVIRONMENT, desired.name):
            if self._get(place) is None:
                return
            yield "environment", f"{self._repository}:{name}"
        policies = [(("branch", pattern), (pattern, "")) for pattern in desired.branches]
        policies += [(("tag", pattern), ("", pattern)) for pattern in desired.tags]
        if missing := [key for key, patterns in policies if self._is_new(POLICY, desired.name, *patterns)]:
            # https://docs.github.com/en/rest/deployments/branch-policies
            found = self._get(f"{place}/deployment-branch-policies", per_page="100") or {"branch_policies": ()}
            numbers = {(each.get("type", "branch"), each["name"]): each["id"] for each in found["branch_policies"]}
            for key in missing:
                if key in numbers:
                    yield part_name(*key), f"{self._repository}:{name}:{numbers[key]}"
        for variable, _ in self._present(f"{place}/variables", desired.variables, ENVIRONMENT_VARIABLE, desired.name):
            yield part_name(variable), f"{self._repository}:{name}:{variable}"

    def variables(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        for name, _ in self._present("actions/variables", names, VARIABLE):
            yield part_name(name), f"{self._repository}:{name}"

    def secrets(self, desired: DesiredSettings) -> Iterator[str]:
        """GitHub never shows the value of a secret, only its date."""
        stores: list[tuple[str, str, tuple[str, ...], Part]] = [
            ("secret", "actions/secrets", desired.secrets, (SECRET,)),
            ("Dependabot secret", "dependabot/secrets", desired.dependabot_secrets, (DEPENDABOT_SECRET,)),
        ]
        for each in desired.environments:
            place = f"environments/{quote(each.name, safe='')}/secrets"
            stores.append((f"environment {each.name}, secret", place, each.secrets, (ENVIRONMENT_SECRET, each.name)))
        for noun, place, names, part in stores:
            for name, found in self._present(place, names, *part):
                date = found["updated_at"]
                yield f"{self._repository}: {noun} {name} exists on GitHub; `up` overwrites its value, set at {date}."

    def _present(self, place: str, names: Iterable[str], kind: str, *of: str) -> Iterator[tuple[str, Any]]:
        """Those that GitHub has and the state lacks, as it has them. of: the first values of their identity."""
        for name in names:
            if self._is_new(kind, *of, name) and (found := self._get(f"{place}/{name}")) is not None:
                yield name, found

    def _is_new(self, kind: str, *identity: str) -> bool:
        return (kind, self._repository, *identity) not in self._stored

    def _get(self, path: str, **parameters: str) -> Any:
        """The answer; None where there is nothing."""
        answer = self._client.get(path, params=parameters)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return answer.raise_for_status().json()
