"""One object that holds plan, settings, split histories and what GitHub has, and gives each component its inputs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.github.archiving import archived_again
from components.github.default_labels import without_default_labels
from components.github.existing_parts import ExistingParts, existing_parts, stored_parts
from components.github.inventory import GitHubInventory
from components.github.requirements import GitHubRequirements
from components.history.preflight_gate import check_before_writing, scan_histories
from components.history.prepared_histories import PreparedHistories
from components.monorepo.monorepo_backup import MonorepoBackupArgs
from components.monorepo.monorepo_in_stages import backup_of, end_of
from components.monorepo.open_work import check_open_work
from components.packages.private_packages import PrivatePackages
from components.packages.registry import RegistryArgs
from components.program.prepared_repository import PreparedRepository
from components.program.stored_resources import stored_resources
from components.registry.aws_policies import reading_contexts
from components.registry.contract import users_of
from components.registry.repository_numbers import RepositoryNumbers
from components.repository.secret_values import PLACEHOLDER, RepositoryValues, StackValues, values_of
from components.repository.teams import TeamsArgs
from components.stack.plain_errors import show_progress
from components.stack.settings import Settings, refuse_overrides
from components.stack.workspace import make_workspace_private
from migration.desired_state import DesiredSettings, DesiredState, desired_state, settings_of_all, teams_of
from migration.plan import Plan, read_plan


@dataclass(frozen=True, kw_only=True)
class PreparedMigration:
    """Everything is known and allowed: from here on, the program only declares.

    settings_by_repository, parts, values: by the name of the repository. backup: what everything else waits for.
    parts: those that GitHub has and the state lacks. registry: None where the stack manages none.
    numbers: gets the id of each repository as it is declared.
    """

    settings: Settings
    plan: Plan
    state: DesiredState
    histories: PreparedHistories
    settings_by_repository: Mapping[str, DesiredSettings]
    existing: GitHubInventory
    parts: Mapping[str, ExistingParts]
    backup: MonorepoBackupArgs | None
    numbers: RepositoryNumbers
    teams: TeamsArgs | None
    registry: RegistryArgs | None
    values: Mapping[str, RepositoryValues]
    monorepo: dict[str, Any] | None

    @classmethod
    def read(cls) -> "PreparedMigration":
        """Read, compute and refuse. Raises the errors that `plain_errors` reports."""
        refuse_overrides()
        make_workspace_private()
        config, stack = pulumi.Config(), pulumi.get_stack()
        settings = Settings.from_config(config.get, stack)
        plan = read_plan(settings.plan_file)
        state = desired_state(plan, settings.stages, settings.archive)
        histories = PreparedHistories.of(settings, plan, state, show_progress)
        settings_by_repository = settings_of_all(
            plan, state, settings.owner, settings.registry, histories.project_files
        )
        required = GitHubRequirements.of(
            settings.owner, state, settings_by_repository, teams_of(plan, settings_by_repository.values())
        )
        report = scan_histories(histories.split, histories.monorepo, plan)
        existing = check_before_writing(settings, required, histories.split, report)
        check_open_work(settings, plan.monorepo, report.leftovers)
        stored = stored_parts(stored_resources() if existing.repositories else ())
        parts = existing_parts(settings, settings_by_repository, existing, stored)
        _show_overwritten(parts.values())
        numbers = RepositoryNumbers(existing.owner_id)
        registry = _registry(settings, plan, settings_by_repository, numbers)
        values = StackValues.from_config(config, stack, PLACEHOLDER if settings.is_rehearsal else None)
        return cls(
            settings=settings,
            plan=plan,
            state=state,
            histories=histories,
            settings_by_repository=settings_by_repository,
            existing=existing,
            parts=parts,
            backup=backup_of(settings, plan, state, existing, stored),
            numbers=numbers,
            teams=TeamsArgs(teams=required.teams, existing=existing.teams) if required.teams else None,
            registry=registry,
            values=values_of(settings_by_repository, values, registry.access if registry else None),
            monorepo=end_of(settings, plan, state, histories),
        )

    @property
    def backup_name(self) -> str:
        """The backup's repository; "" while nothing of the migration exists."""
        return self.state.backup

    @property
    def repositories(self) -> list[PreparedRepository]:
        """Each after those whose packages it uses."""
        packages = PrivatePackages(self.plan, self.histories.split)
        return [
            PreparedRepository(
                owner=self.settings.owner,
                server=self.settings.server,
                desired=desired,
                settings=self.settings_by_repository[desired.name],
                values=self.values[desired.name],
                code=self.histories.code_of(desired),
                existing=self.existing,
                parts=self.parts[desired.name],
                hooks=self._hooks(desired.name),
                needs=packages.needs(desired.name),
                sources=packages.sources(desired.name) if self._publishes else [],
                monorepo_commit=self.histories.split.monorepo_head,
            )
            for desired in packages.ordered(self.state.repositories)
        ]

    def _hooks(self, repository: str) -> pulumi.ResourceHookBinding:
        labels = [label.name for label in self.settings_by_repository[repository].labels]
        without = without_default_labels(self.settings, repository, labels) if labels else None
        return pulumi.ResourceHookBinding.merge(without, archived_again(self.settings, repository))

    @property
    def _publishes(self) -> bool:
        return self.registry is not None and self.registry.kind.is_published_by_stack


def _show_overwritten(parts: Iterable[ExistingParts]) -> None:
    """In a preview. An import shows everything else that changes."""
    sentences = [sentence for each in parts for sentence in each.overwritten]
    if sentences and pulumi.runtime.is_dry_run():
        pulumi.log.warn("\n".join(sentences))


def _registry(
    settings: Settings,
    plan: Plan,
    settings_by_repository: Mapping[str, DesiredSettings],
    numbers: RepositoryNumbers,
) -> RegistryArgs | None:
    branches = {home.name: home.default_branch for home in plan.repositories}
    jobs = {
        name: reading_contexts(branches[name], [environment.name for environment in desired.environments])
        for name, desired in settings_by_repository.items()
    }
    users = users_of(plan, settings_by_repository, jobs, numbers if settings.codeartifact else None)
    return RegistryArgs.of(settings, users)
