"""A repository of a team that has nothing to migrate: rules, access, an environment, and a token of the registry."""

import pulumi
from multirepo.components.github.github_server import github_provider
from multirepo.components.packages.registry import Registry, RegistryArgs
from multirepo.components.registry.contract import RegistryUsers
from multirepo.components.repository.deployment_environments import DeploymentEnvironment, EnvironmentArgs
from multirepo.components.repository.protection import ProtectionArgs, RepositoryProtection
from multirepo.components.repository.repository_features import ActionsArgs, LabelArgs, RepositoryFeaturesArgs
from multirepo.components.repository.secret_values import NamedValues, RepositoryValues
from multirepo.components.repository.secrets import Secrets, SecretsArgs
from multirepo.components.repository.service_repository import ServiceRepository, ServiceRepositoryArgs
from multirepo.components.repository.teams import TeamAccess, TeamAccessArgs, Teams, TeamsArgs
from multirepo.components.stack.declaration import after, retain_on_github
from multirepo.components.stack.settings import Settings

from components import house_rules

NAME = "billing"
settings = Settings.from_config(pulumi.Config().get, pulumi.get_stack())
stack = pulumi.ResourceOptions(providers=[github_provider(settings)], transforms=[retain_on_github])

teams = Teams("team", TeamsArgs(teams={"payments": "Runs the payments"}, existing={}), stack)
users = RegistryUsers(readers=[NAME], publishers={NAME: ["billing-client"]})
registry_args = RegistryArgs.of(settings, users)
assert registry_args, "set own-program:registry"
registry = Registry("registry", registry_args, stack)

features = RepositoryFeaturesArgs(
    repository=NAME,
    actions=ActionsArgs(patterns=["aws-actions/*"]),
    vulnerability_alerts=True,
    labels=[LabelArgs(name="incident", color="d73a4a")],
)
home = ServiceRepository(NAME, ServiceRepositoryArgs(name=NAME, description="Invoices", features=features), stack)
inside = after(pulumi.ResourceOptions(parent=home), home.repository)
protection = ProtectionArgs(
    owner=settings.owner,
    repository=NAME,
    node_id=home.node_id,
    desired=house_rules("payments"),
    teams=teams.numbers,
)
RepositoryProtection(f"{NAME}/protection", protection, inside)
access = TeamAccessArgs(repository=NAME, roles={"payments": "maintain"}, numbers=teams.numbers)
TeamAccess(f"{NAME}/access", access, inside)

tokens = {name: by[NAME] for name, by in registry.resources.secrets.items()}
readers = NamedValues(
    secrets={"REGISTRY_READ_TOKEN": tokens["REGISTRY_READ_TOKEN"]}, variables=registry.access.variables
)
publishers = NamedValues(secrets={"REGISTRY_PUBLISH_TOKEN": tokens["REGISTRY_PUBLISH_TOKEN"]}, variables={})
nothing = NamedValues(secrets={}, variables={})
values = RepositoryValues(actions=readers, dependabot=nothing, webhooks=nothing, environments={})
Secrets(f"{NAME}/secrets", SecretsArgs(repository=NAME, values=values), inside)
release = EnvironmentArgs(
    repository=NAME, name="release", reviewers=["payments"], tags=["v*"], teams=teams.numbers, values=publishers
)
DeploymentEnvironment(f"{NAME}/environments/release", release, inside)
pulumi.export("url", home.url)
