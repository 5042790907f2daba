"""The stack: read the plan, compute what must exist, register it, export the results."""

import pulumi

from components.github.creation_hooks import CreationHooks
from components.github.github_server import github_provider
from components.github.requirements import GitHubRequirements
from components.history.preflight_gate import check_before_writing, scan_histories
from components.history.prepared_histories import PreparedHistories
from components.monorepo.monorepo_in_stages import back_up_monorepo, keep_monorepo
from components.packages.private_packages import PrivatePackages
from components.repository.secret_values import PLACEHOLDER, StackValues, values_of
from components.repository.service_repository import ServiceRepository, ServiceRepositoryArgs
from components.repository.teams import Teams, TeamsArgs
from components.stack.plain_errors import plain_errors, show_progress
from components.stack.settings import Settings, refuse_overrides
from migration.desired_state import desired_state, settings_of_all, teams_of
from migration.plan import read_plan

with plain_errors():
    refuse_overrides()
    settings = Settings.from_config(pulumi.Config().get, pulumi.get_stack())
    plan = read_plan(settings.plan_file)
    state = desired_state(plan, settings.stages, settings.archive)
    moved = PreparedHistories.of(settings, plan, state, show_progress)
    settings_by_repository = settings_of_all(plan, state, settings.owner, settings.registry)
    required = GitHubRequirements.of(
        settings.owner, state, settings_by_repository, teams_of(plan, settings_by_repository.values())
    )
    existing = check_before_writing(settings, required, moved.split, scan_histories(moved.split, moved.monorepo, plan))
    packages = PrivatePackages(settings, plan, settings_by_repository, moved.split)
    placeholder = PLACEHOLDER if settings.is_rehearsal else None
    stack_values = StackValues.from_config(pulumi.Config(), pulumi.get_stack(), placeholder)
    values = values_of(settings_by_repository, stack_values, packages.registry)
server = pulumi.ResourceOptions(providers=[github_provider(settings)])
teams = (
    Teams("team", TeamsArgs(teams=required.teams, existing=existing.teams), server).numbers if required.teams else {}
)
backup = back_up_monorepo(settings, plan, state, existing, server)
repositories: dict[str, ServiceRepository] = {}
for desired in packages.ordered(state.repositories):
    arguments = ServiceRepositoryArgs(
        owner=settings.owner,
        server=settings.server,
        desired=desired,
        code=moved.code_of(desired),
        settings=settings_by_repository[desired.name],
        values=values[desired.name],
        teams=teams,
        existing=existing,
        leftovers=CreationHooks(settings, desired.name, desired.name in existing.repositories),
        packages=packages,
        backup=backup,
    )
    repositories[desired.name] = ServiceRepository(desired.name, arguments, server)
keep_monorepo(settings, plan, state, moved, repositories.values())
pulumi.export("repositories", {name: repository.summary for name, repository in repositories.items()})
