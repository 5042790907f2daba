"""The inputs of each component of one repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.github.existing_parts import ExistingParts
from components.github.inventory import GitHubInventory
from components.history.code_move import CodeMoveArgs
from components.packages.registry import PackagesArgs, Registry
from components.repository.deployment_environments import EnvironmentArgs, EnvironmentsArgs
from components.repository.integrations import (
    AutolinkArgs,
    CustomPropertyArgs,
    DeployKeyArgs,
    IntegrationsArgs,
    WebhookArgs,
)
from components.repository.managed_files import ManagedFilesArgs
from components.repository.protection import ProtectionArgs
from components.repository.repository_features import ActionsArgs, LabelArgs, RepositoryFeaturesArgs
from components.repository.secret_values import RepositoryValues
from components.repository.secrets import SecretsArgs
from components.repository.service_repository import ServiceRepository, ServiceRepositoryArgs
from components.repository.teams import TeamAccessArgs, Teams
from components.stack.stack_provider import target_properties
from migration.desired_state import DesiredRepository, DesiredSettings
from migration.packages.publish.build_sources import BuildSource
from migration.plan import WebhookEntry


@dataclass(frozen=True, kw_only=True)
class PreparedRepository:
    """One repository. None of its properties asks GitHub; each is None where the plan names nothing of it.

    code: the history that it gets; None for a repository that starts empty. needs: packages that must be published
    before it moves. sources: of the packages that it publishes. existing: what GitHub had before the run.
    parts: of those, the parts of this repository that the state lacks. hooks: of the repository itself.
    """

    owner: str
    server: str
    desired: DesiredRepository
    settings: DesiredSettings
    values: RepositoryValues
    code: CodeMoveArgs | None
    existing: GitHubInventory
    needs: Sequence[str]
    sources: Sequence[BuildSource]
    monorepo_commit: str
    parts: ExistingParts
    hooks: pulumi.ResourceHookBinding | None

    @property
    def name(self) -> str:
        """On GitHub and in the plan."""
        return self.desired.name

    @property
    def home(self) -> ServiceRepositoryArgs:
        """The repository itself."""
        desired = self.desired
        return ServiceRepositoryArgs(
            name=desired.name,
            description=desired.description,
            homepage=desired.homepage,
            topics=desired.topics,
            visibility=desired.visibility,
            archived=desired.archived,
            has_issues=desired.has_issues,
            has_projects=desired.has_projects,
            has_wiki=desired.has_wiki,
            merge=desired.merge,
            unmanaged=desired.unmanaged,
            secret_scanning=desired.secret_scanning,
            push_protection=desired.push_protection,
            exists=self.name in self.existing.repositories,
            features=self._features if self._features.names_any else None,
        )

    @property
    def _features(self) -> RepositoryFeaturesArgs:
        settings, actions = self.settings, self.settings.actions
        return RepositoryFeaturesArgs(
            repository=self.name,
            actions=ActionsArgs(**actions.model_dump()) if actions else None,
            vulnerability_alerts=settings.vulnerability_alerts,
            security_updates=settings.security_updates,
            labels=[LabelArgs(**label.model_dump()) for label in settings.labels],
            exists=self.name in self.existing.repositories,
            imports=self.parts.features,
            is_archived=self.desired.archived,
        )

    @property
    def pipelines(self) -> ManagedFilesArgs | None:
        """Workflows and other managed files."""
        if not (self.settings.files or self.settings.initial_files) or self.desired.archived:
            return None
        return ManagedFilesArgs(
            owner=self.owner,
            server=self.server,
            repository=self.name,
            branch=self.desired.default_branch,
            files={file.path: file.content for file in self.settings.files},
            initial={file.path: file.content for file in self.settings.initial_files},
        )

    def protection(self, home: ServiceRepository, teams: Teams | None) -> ProtectionArgs | None:
        """Rules for branches and tags."""
        if not self.settings.protection:
            return None
        return ProtectionArgs(
            owner=self.owner,
            repository=self.name,
            node_id=home.node_id,
            desired=self.settings.protection,
            teams=_numbers(teams),
            imports=self.parts.protection,
            is_archived=self.desired.archived,
        )

    def access(self, teams: Teams | None) -> TeamAccessArgs | None:
        """Roles of teams and people."""
        if not (self.settings.teams or self.settings.collaborators):
            return None
        return TeamAccessArgs(
            repository=self.name,
            roles=self.settings.teams,
            people=self.settings.collaborators,
            numbers=_numbers(teams),
            imports=self.parts.access,
            is_archived=self.desired.archived,
        )

    def environments(self, teams: Teams | None, registry: Registry | None) -> EnvironmentsArgs | None:
        """Environments with their secrets and variables."""
        values = self._values(registry).environments
        environments = [
            EnvironmentArgs(
                repository=self.name,
                name=desired.name,
                reviewers=desired.reviewers,
                wait_minutes=desired.wait_minutes,
                branches=desired.branches,
                tags=desired.tags,
                values=values[desired.name],
                teams=_numbers(teams),
                people=self.existing.people,
                prevent_self_review=desired.prevent_self_review,
                admin_bypass=desired.admin_bypass,
                imports=self.parts.environments.get(desired.name, {}),
                is_archived=self.desired.archived,
            )
            for desired in self.settings.environments
        ]
        return EnvironmentsArgs(environments=environments) if environments else None

    def secrets(self, registry: Registry | None) -> SecretsArgs | None:
        """Secrets and variables of the repository."""
        settings = self.settings
        if not (settings.secrets or settings.dependabot_secrets or settings.variables):
            return None
        return SecretsArgs(
            repository=self.name,
            values=self._values(registry),
            imports=self.parts.variables,
            is_archived=self.desired.archived,
        )

    @property
    def integrations(self) -> IntegrationsArgs | None:
        """Webhooks, keys of machines, autolinks, custom properties."""
        settings = self.settings
        if not (settings.webhooks or settings.deploy_keys or settings.autolinks or settings.properties):
            return None
        return IntegrationsArgs(
            repository=self.name,
            webhooks=[self._webhook(webhook) for webhook in settings.webhooks],
            deploy_keys=[DeployKeyArgs(**key.model_dump()) for key in settings.deploy_keys],
            autolinks=[AutolinkArgs(**link.model_dump()) for link in settings.autolinks],
            properties=[
                CustomPropertyArgs(
                    name=name,
                    values=value if isinstance(value, tuple) else [value],
                    is_list=isinstance(value, tuple),
                )
                for name, value in settings.properties.items()
            ],
            imports=self.parts.integrations,
            is_archived=self.desired.archived,
        )

    def _webhook(self, webhook: WebhookEntry) -> WebhookArgs:
        secret = self.values.webhooks.secrets[webhook.secret] if webhook.secret else None
        return WebhookArgs(**{**webhook.model_dump(), "secret": secret})

    @property
    def packages(self) -> PackagesArgs | None:
        """Versions to publish, as soon as the code is there."""
        if not self.sources or self.code is None:
            return None
        return PackagesArgs(
            repository=self.name,
            sources=self.sources,
            monorepo_commit=self.monorepo_commit,
            target=target_properties(self.server, self.owner),
        )

    def _values(self, registry: Registry | None) -> RepositoryValues:
        made = registry.resources.secrets if registry else {}
        return self.values.completed({name: by[self.name] for name, by in made.items() if self.name in by})


def _numbers(teams: Teams | None) -> Mapping[str, pulumi.Output[int]]:
    return teams.numbers if teams else {}
