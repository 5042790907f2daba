"""The private packages of a stack: their registry, who publishes to it, and which repositories wait."""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

import pulumi
from packaging.utils import NormalizedName, canonicalize_name

from components.packages.package_releases import PackageReleases
from components.packages.published_package import PublishedPackage
from components.registry.stack_registry import keep_registry
from components.stack.settings import WORKSPACE, Settings
from components.stack.stack_provider import target_properties
from migration.desired_state import DesiredRepository, DesiredSettings
from migration.desired_state.pipelines import VERSIONS
from migration.packages.locks.lock_files import Locking
from migration.packages.publish.build_sources import sources_of
from migration.plan import Plan
from migration.split.splitting import Split


def locking_of(settings: Settings, plan: Plan, split: Split) -> Locking | None:
    """What updates the lock files of this stack; None where it publishes nothing itself.

    Costs nothing until a lock file is out of date. Then each package is built once for what goes into it.
    """
    if settings.devpi is None:
        return None
    return Locking(
        releases=PackageReleases(settings, plan, split),
        packages=tuple(canonicalize_name(package.name) for home in plan.repositories for package in home.packages),
        file_url=settings.devpi.file_url,
        poetry=VERSIONS["poetry"],
        folder=WORKSPACE,
    )


class PrivatePackages:
    """What is published, in the order in which it is needed. Without a registry that the stack keeps: nothing.

    registry: what the stack keeps; None where it keeps none.
    """

    def __init__(
        self, settings: Settings, plan: Plan, settings_by_repository: Mapping[str, DesiredSettings], split: Split
    ) -> None:
        """Register the registry. kept: the settings of every repository that exists."""
        self.registry = keep_registry(settings, plan, settings_by_repository)
        # Only jobs on GitHub can use a role of CodeArtifact: there the release pipeline publishes the first version.
        self._publishes = settings.devpi is not None
        self._plan, self._split = plan, split
        self._target = target_properties(settings.server, settings.owner)
        self._planned = {repository.name: repository for repository in plan.repositories}
        self._published: dict[NormalizedName, PublishedPackage] = {}

    def ordered(self, repositories: Iterable[DesiredRepository]) -> list[DesiredRepository]:
        """The repositories, each after those whose packages it uses, otherwise in their own order."""
        desired = {repository.name: repository for repository in repositories}
        homes = {package.name: home.name for home in self._plan.repositories for package in home.packages}
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for name in desired:
            sorter.add(name, *({homes[need] for need in self._needs(name)} - {name}) & desired.keys())
        return [desired[name] for name in sorter.static_order()]

    def needed_by(self, repository: str) -> list[pulumi.Resource]:
        """What must be published before this repository moves."""
        needs = (canonicalize_name(need) for need in self._needs(repository))
        return [self._published[need] for need in needs if need in self._published]

    def publish(self, repository: str, options: pulumi.ResourceOptions) -> dict[str, pulumi.Output[dict[str, object]]]:
        """Register the packages of a repository that has moved; where each comes from, by its name."""
        history = self._split.histories.get(repository)
        planned = self._planned[repository]
        if (
            self.registry is None
            or not self._publishes
            or not planned.packages
            or history is None
            or history.head is None
        ):
            return {}
        sources = {source.name: source for source in sources_of(self._plan, planned, self._split.git_dir, history.head)}
        for name in TopologicalSorter(
            {source.name: set(source.needs) & sources.keys() for source in sources.values()}
        ).static_order():
            waits = [self.registry.ready, *(self._published[canonicalize_name(need)] for need in sources[name].needs)]
            after = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=waits))
            made = PublishedPackage(
                f"{repository}-package-{name}", sources[name], self._split.monorepo_head, self._target, after
            )
            self._published[canonicalize_name(name)] = made
        return {name: self._published[canonicalize_name(name)].manifest for name in sources}

    def _needs(self, repository: str) -> list[str]:
        planned = self._planned[repository]
        return [*planned.consumes, *(need for package in planned.packages for need in package.depends_on)]
