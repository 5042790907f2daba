"""The stack: read the plan, compute what must exist, register it, export what became of it."""

import pulumi

from components.code_move import CodeMoveArgs
from components.github_server import github_provider
from components.histories import monorepo_of, split_histories
from components.leftovers import Leftovers
from components.people import Teams, TeamsArgs
from components.plain_errors import plain_errors, tell_progress
from components.preflight import allowed_at_github, look_through
from components.private_packages import PrivatePackages, locking_of
from components.requirements import Wanted
from components.service_repository import ServiceRepository, ServiceRepositoryArgs
from components.settings import Settings, refuse_overrides
from components.values import values_of
from migration.desired_state import desired_state, settings_of_all, teams_of
from migration.plan import read_plan
from migration.transforms.tips import tip_trees

with plain_errors():
    refuse_overrides()
    settings = Settings.from_config(pulumi.Config().get, pulumi.get_stack())
    plan = read_plan(settings.plan_file)
    state = desired_state(plan, settings.stages)
    monorepo = monorepo_of(settings)
    split = split_histories(settings, monorepo, plan.monorepo.default_branch, state, tell_progress)
    trees = tip_trees(plan, split, settings.index_url, locking_of(settings, plan, split), pulumi.log.warn)
    kept = settings_of_all(plan, state, settings.owner, settings.registry)
    wanted = Wanted.of(settings.owner, state, kept, teams_of(plan, kept.values()))
    existing = allowed_at_github(settings, wanted, split, look_through(split, monorepo, plan))
    packages = PrivatePackages(settings, plan, kept, split)
    values = values_of(kept, pulumi.Config().get, pulumi.get_stack(), packages.registry)
server = pulumi.ResourceOptions(providers=[github_provider(settings)])
teams = Teams("team", TeamsArgs(teams=wanted.teams, existing=existing.teams), server).numbers if wanted.teams else {}
repositories: dict[str, dict[str, pulumi.Input[object]]] = {}
for desired in packages.ordered(state.repositories):
    arguments = ServiceRepositoryArgs(
        owner=settings.owner,
        desired=desired,
        code=CodeMoveArgs.of(desired, split.histories.get(desired.name), trees.get(desired.name, "")),
        settings=kept[desired.name],
        values=values[desired.name],
        teams=teams,
        existing=existing,
        leftovers=Leftovers(settings, desired.name, desired.name in existing.repositories),
        packages=packages,
    )
    repositories[desired.name] = ServiceRepository(desired.name, arguments, server).summary
pulumi.export("repositories", repositories)
