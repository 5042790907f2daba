"""The private packages of a plan: who publishes them, in which order, and what lock files need of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter

from packaging.utils import canonicalize_name

from components.packages.package_releases import PackageReleases
from components.stack.settings import WORKSPACE, Settings
from migration.desired_state import DesiredRepository
from migration.desired_state.pipelines import VERSIONS
from migration.packages.locks.lock_files import Locking
from migration.packages.publish.build_sources import BuildSource, sources_of
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


@dataclass(frozen=True)
class PrivatePackages:
    """The packages of a plan. Pure but for the split, whose commits the sources are read from."""

    plan: Plan
    split: Split

    def ordered(self, repositories: Iterable[DesiredRepository]) -> list[DesiredRepository]:
        """The repositories, each after those whose packages it uses, otherwise in their own order."""
        desired = {repository.name: repository for repository in repositories}
        homes = {package.name: home.name for home in self.plan.repositories for package in home.packages}
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for name in desired:
            sorter.add(name, *({homes[need] for need in self.needs(name)} - {name}) & desired.keys())
        return [desired[name] for name in sorter.static_order()]

    def needs(self, repository: str) -> list[str]:
        """Names of the packages that must be published before the repository moves."""
        planned = next(home for home in self.plan.repositories if home.name == repository)
        return [*planned.consumes, *(need for package in planned.packages for need in package.depends_on)]

    def sources(self, repository: str) -> list[BuildSource]:
        """What a repository that takes code publishes, each after the packages that it needs."""
        planned = next(home for home in self.plan.repositories if home.name == repository)
        history = self.split.histories.get(repository)
        if not planned.packages or history is None or history.head is None:
            return []
        sources = {source.name: source for source in sources_of(self.plan, planned, self.split.git_dir, history.head)}
        needs = {source.name: set(source.needs) & sources.keys() for source in sources.values()}
        return [sources[name] for name in TopologicalSorter(needs).static_order()]
