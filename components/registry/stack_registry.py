"""Private packages as a part of the stack: the registry of the kind that the stack sets."""

from collections.abc import Mapping

import pulumi

from components.registry.aws_policies import subjects
from components.registry.contract import RegistryAccess, users_of
from components.registry.devpi import DevpiRegistry
from components.stack.settings import Settings
from migration.desired_state import DesiredSettings
from migration.plan import Plan


def keep_registry(
    settings: Settings, plan: Plan, settings_by_repository: Mapping[str, DesiredSettings]
) -> RegistryAccess | None:
    """The registry that this stack manages, ready for use; None where it has none or manages none.

    kept: the settings of every repository that exists, by name.
    """
    users = users_of(plan, settings_by_repository)
    if settings.devpi:
        if settings.devpi.container is None:
            return DevpiRegistry("registry", settings.devpi, users).access
        from components.registry.container import DevpiServerContainer  # importing pulumi_docker takes its time

        made = DevpiServerContainer("registry-server", settings.devpi)
        after = pulumi.ResourceOptions(depends_on=[made.container])
        return DevpiRegistry("registry", settings.devpi, users, after).access
    if settings.codeartifact:
        from components.registry.codeartifact import CodeArtifactRegistry  # importing pulumi_aws takes its time

        branches = {repository.name: repository.default_branch for repository in plan.repositories}
        jobs = {
            name: subjects(
                settings.owner, name, branches[name], [environment.name for environment in desired.environments]
            )
            for name, desired in settings_by_repository.items()
        }
        return CodeArtifactRegistry("registry", settings.codeartifact, users, jobs).access
    return None
