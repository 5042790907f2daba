"""The stack: it reads and refuses first, then declares each part of the system in the order in which it is made."""

import pulumi

from components.github.github_server import github_provider
from components.history.code_move import CodeMove
from components.monorepo.monorepo import MonorepoResource
from components.monorepo.monorepo_backup import MonorepoBackup
from components.packages.registry import Registry
from components.program.outputs import stack_outputs, summary
from components.program.prepared_migration import PreparedMigration
from components.repository.deployment_environments import Environments
from components.repository.integrations import Integrations
from components.repository.pipelines import Pipelines
from components.repository.protection import RepositoryProtection
from components.repository.secrets import Secrets
from components.repository.service_repository import ServiceRepository
from components.repository.teams import TeamAccess, Teams
from components.stack.declaration import after, declare, retain_on_github
from components.stack.plain_errors import plain_errors

with plain_errors():
    migration = PreparedMigration.read()
stack = pulumi.ResourceOptions(providers=[github_provider(migration.settings)], transforms=[retain_on_github])

registry = declare(Registry, "registry", migration.registry, stack)
teams = declare(Teams, "team", migration.teams, stack)
backup = declare(MonorepoBackup, migration.backup_name, migration.backup, stack)
repositories = {}
for repository in migration.repositories:
    name = repository.name
    published = registry.published(repository.needs) if registry else []
    ready = after(stack, backup and backup.present, *published)
    home = ServiceRepository(name, repository.home, ready, repository.hooks)
    migration.numbers.add(name, home.number)
    inside = pulumi.ResourceOptions(parent=home)
    code = declare(CodeMove, f"{name}/code", repository.code, after(inside, home.repository))
    pipelines = declare(Pipelines, f"{name}/pipelines", repository.pipelines, after(inside, code))
    rules = repository.protection(home, teams)
    protection = declare(RepositoryProtection, f"{name}/protection", rules, after(inside, code, pipelines))
    access = declare(TeamAccess, f"{name}/access", repository.access(teams), after(inside, code, pipelines, protection))
    settled = after(inside, code, pipelines, protection, access)
    declare(Environments, f"{name}/environments", repository.environments(teams, registry), settled)
    declare(Secrets, f"{name}/secrets", repository.secrets(registry), settled)
    declare(Integrations, f"{name}/integrations", repository.integrations, settled)
    packages = registry.publish(f"{name}/packages", repository.packages, after(inside, code)) if registry else None
    repositories[name] = (home, summary(repository, home, code, packages))
homes = [home for home, _ in repositories.values()]
monorepo = declare(MonorepoResource, migration.plan.monorepo.name, migration.monorepo, after(stack, *homes))
summaries = {name: exported for name, (_, exported) in repositories.items()}
for key, value in stack_outputs(summaries, registry, teams, backup, monorepo).items():
    pulumi.export(key, value)
