"""Private packages as a part of the stack: the registry of the kind that the stack sets."""

from collections.abc import Mapping

import pulumi

from components.registry.aws_policies import subjects
from components.registry.contract import RegistryAccess, users_of
from components.registry.devpi import DevpiRegistry
from components.stack.settings import Settings
from migration.desired_state import DesiredSettings
from migration.plan import Plan


def keep_registry(settings: Settings, plan: Plan, kept: Mapping[str, DesiredSettings]) -> RegistryAccess | None:
    """The registry that this stack keeps, ready for use; None where it has none or others keep it.

    kept: the settings of every repository that exists, by name.
    """
    users = users_of(plan, kept)
    if settings.devpi:
        if settings.devpi.container is None:
            return DevpiRegistry("registry", settings.devpi, users).access
        from components.registry.container import DevpiServerContainer  # importing pulumi_docker takes its time

        made = DevpiServerContainer("registry-server", settings.devpi)
        after = pulumi.ResourceOptions(depends_on=[made.container])
        return DevpiRegistry("registry", settings.devpi, users, after).access
    if settings.codeartifact:
        from components.registry.codeartifact import CodeArtifactRegistry  # importing pulumi_aws takes its time

        branches = {one.name: one.default_branch for one in plan.repositories}
        jobs = {
            name: subjects(settings.owner, name, branches[name], [environment.name for environment in one.environments])
            for name, one in kept.items()
        }
        return CodeArtifactRegistry("registry", settings.codeartifact, users, jobs).access
    return None
