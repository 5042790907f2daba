"""How the plan changes the dependencies of one repository. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from packaging.utils import NormalizedName, canonicalize_name

from migration.plan import PackageSource, Plan, Repository

MANIFEST = "pyproject.toml"


@dataclass(frozen=True, kw_only=True)
class PrivatePackage:
    """A package that the plan publishes. needs: private packages that it depends on, with all that those need."""

    name: str
    version: str
    needs: frozenset[NormalizedName]


@dataclass(frozen=True, kw_only=True)
class DependencyRules:
    """How the manifests of one repository name their dependencies from now on.

    packages: every package of the plan, by its normalized name (PEP 503).
    used: those that this repository may use; the plan's order of publishing is made for these alone.
    removed: dependencies that go.
    public: dependencies on folders that come from PyPI from now on, with their versions; "*" for any.
    python: versions of Python to ask for, in Poetry's words; None leaves them.
    versions: manifest of a package of this repository to the version that the plan publishes.
    source: how the manifests name the registry.
    index_url: its simple index (PEP 503); holds no credentials. None: the manifests name no source at all, as those of
        a distribution must not, because it is installed from wherever it lies.
    """

    repository: str
    packages: Mapping[NormalizedName, PrivatePackage]
    used: frozenset[NormalizedName]
    removed: frozenset[NormalizedName] = frozenset()
    public: Mapping[NormalizedName, str] = field(default_factory=dict)
    python: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    source: PackageSource
    index_url: str | None

    @property
    def explicit(self) -> bool:
        """Whether each private package has to name the source that it comes from."""
        return self.index_url is not None and self.source.priority == "explicit"

    def needed_by(self, declared: Iterable[NormalizedName]) -> list[PrivatePackage]:
        """Private packages that these need and that are not among them.

        A manifest must name them too: Poetry and uv ask an explicit source for packages that name it, and look for
        all others, dependencies of dependencies included, on the public index, where anybody could offer them.
        """
        named = set(declared)
        needs = {need for name in named & self.packages.keys() for need in self.packages[name].needs}
        return [self.packages[name] for name in sorted(needs - named)]


def dependency_rules(plan: Plan, repository: Repository, index_url: str | None) -> DependencyRules:
    """The rules for a repository of the plan."""
    direct = {canonicalize_name(package.name): package for home in plan.repositories for package in home.packages}

    def needs(name: NormalizedName) -> frozenset[NormalizedName]:
        nearest = {canonicalize_name(each) for each in direct[name].depends_on}
        return frozenset(nearest).union(*map(needs, nearest))  # ends: the plan has no cycles

    own = [canonicalize_name(package.name) for package in repository.packages]
    needed = [canonicalize_name(name) for package in repository.packages for name in package.depends_on]
    return DependencyRules(
        repository=repository.name,
        packages={
            name: PrivatePackage(name=each.name, version=each.version, needs=needs(name))
            for name, each in direct.items()
        },
        used=frozenset([*own, *needed, *map(canonicalize_name, repository.consumes)]),
        removed=frozenset(map(canonicalize_name, repository.transforms.remove_dependencies)),
        public={canonicalize_name(name): versions for name, versions in repository.transforms.from_pypi.items()},
        python=repository.transforms.python,
        versions={str(PurePosixPath(package.path, MANIFEST)): package.version for package in repository.packages},
        source=plan.package_source,
        index_url=index_url,
    )
