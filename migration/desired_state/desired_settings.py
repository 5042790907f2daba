"""How GitHub is to keep one repository: the plan's defaults, what the repository says itself, what its files need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migration import plan as planned
from migration.desired_state.managed_files import ManagedFile, managed_files
from migration.desired_state.pipeline_settings import Registry
from migration.desired_state.protection_rules import ProtectionRules, protection_of
from migration.desired_state.repositories import DesiredState
from migration.desired_state.required_checks import required_checks
from migration.desired_state.setting_defaults import with_defaults
from migration.toolchains.project_files import ProjectFiles


@dataclass(frozen=True, kw_only=True)
class DesiredSettings:
    """Settings of one repository, complete; the types from the plan are used as they are.

    files: those that the stack writes. initial_files: what a repository that takes no code starts with.
    protection: None when the plan wants none.
    teams: slug to role, in the words of the REST API. people: logins, of reviewers and code owners.
    code_owners, reviewers: slugs of teams, and people as "@login".
    secrets, dependabot_secrets, variables: names.
    collaborators: login to role. properties: name to value, or to the values of a list.
    actions, vulnerability_alerts, security_updates: None to leave it as it is on GitHub.
    """

    files: tuple[ManagedFile, ...]
    initial_files: tuple[ManagedFile, ...]
    protection: ProtectionRules | None
    teams: Mapping[str, str]
    people: tuple[str, ...]
    code_owners: tuple[str, ...]
    reviewers: tuple[str, ...]
    environments: tuple[planned.Environment, ...]
    secrets: tuple[str, ...]
    dependabot_secrets: tuple[str, ...]
    variables: tuple[str, ...]
    labels: tuple[planned.Label, ...]
    actions: planned.Actions | None
    vulnerability_alerts: bool | None
    security_updates: bool | None
    collaborators: Mapping[str, str]
    properties: Mapping[str, str | tuple[str, ...]]
    autolinks: tuple[planned.AutolinkEntry, ...]
    webhooks: tuple[planned.WebhookEntry, ...]
    deploy_keys: tuple[planned.DeployKeyEntry, ...]


def settings_of_all(
    plan: planned.Plan,
    state: DesiredState,
    owner: str,
    registry: Registry | None,
    files: Mapping[str, ProjectFiles] | None = None,
) -> dict[str, DesiredSettings]:
    """The settings of every repository that must exist, by its name; see `settings_of`. files: by repository."""
    names = [repository.name for repository in state.repositories]
    return {name: settings_of(plan, name, owner, registry, (files or {}).get(name)) for name in names}


def settings_of(
    plan: planned.Plan, name: str, owner: str, registry: Registry | None, known: ProjectFiles | None = None
) -> DesiredSettings:
    """The settings of the repository called `name`; the other arguments as for `managed_files`.

    Raises DesiredStateError when the repository needs a registry and there is none.
    """
    repository = next(repository for repository in plan.repositories if repository.name == name)
    desired = with_defaults(plan.defaults, repository)
    files = managed_files(plan, name, owner, registry, known)
    protection = None
    if desired.protection:
        protection = protection_of(desired.protection, repository.default_branch, required_checks(files))
    return DesiredSettings(
        files=files,
        initial_files=_initial_files(repository),
        protection=protection,
        teams=repository.teams,
        people=_people(desired, repository),
        code_owners=tuple(dict.fromkeys(owner for owners in repository.code_owners.values() for owner in owners)),
        reviewers=tuple(dict.fromkeys(who for environment in desired.environments for who in environment.reviewers)),
        environments=desired.environments,
        secrets=desired.secrets,
        dependabot_secrets=desired.dependabot_secrets,
        variables=desired.variables,
        labels=desired.labels,
        actions=desired.actions,
        vulnerability_alerts=desired.vulnerability_alerts,
        security_updates=desired.security_updates,
        collaborators=desired.collaborators,
        properties={name: _property(value) for name, value in desired.properties.items()},
        autolinks=desired.autolinks,
        webhooks=desired.webhooks,
        deploy_keys=desired.deploy_keys,
    )


def _property(value: str | bool | tuple[str, ...]) -> str | tuple[str, ...]:
    """As GitHub has the value of a custom property: texts, lists in one order."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else tuple(sorted(value))


def _initial_files(repository: planned.Repository) -> tuple[ManagedFile, ...]:
    """The files that the plan adds to a repository which takes no code; others get theirs with the moved history."""
    added = {} if repository.moves else repository.transforms.add_files
    return tuple(ManagedFile(path=path, content=added[path]) for path in sorted(added))


def _people(desired: planned.RepositorySettings, repository: planned.Repository) -> tuple[str, ...]:
    named = [reviewer for environment in desired.environments for reviewer in environment.reviewers]
    named += [owner for owners in repository.code_owners.values() for owner in owners]
    logins = (name.removeprefix("@") for name in named if name.startswith("@"))
    return tuple(dict.fromkeys((*logins, *desired.collaborators)))


def teams_of(plan: planned.Plan, settings: Iterable[DesiredSettings]) -> dict[str, str]:
    """The teams of the plan that these settings name, in the plan's order: slug to description."""
    named: set[str] = set()
    for repository in settings:
        named.update(repository.teams)
        if repository.protection:
            named.update(*(ruleset.bypass for ruleset in repository.protection.rulesets))
            named.update(*(branch.bypass for branch in repository.protection.branches))
        named.update(*(environment.reviewers for environment in repository.environments))
    return {team.name: team.description for team in plan.teams if team.name in named}
