"""The private package registry of a stack, of one kind, and what the stack publishes to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from packaging.utils import NormalizedName, canonicalize_name

from components.packages.published_package import PublishedPackage
from components.registry.contract import RegistryAccess, RegistryKind, RegistryResources, RegistryUsers
from components.registry.kinds import at_top, kind_of
from components.stack.declaration import after, child_name, moved_from
from components.stack.registry_settings import CodeArtifactDomain, DevpiServer
from components.stack.settings import Settings
from migration.packages.publish.build_sources import BuildSource


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """Settings of one kind, and who reads and publishes."""

    users: RegistryUsers
    devpi: DevpiServer | None = None
    codeartifact: CodeArtifactDomain | None = None

    @classmethod
    def of(cls, settings: Settings, users: RegistryUsers) -> "RegistryArgs | None":
        """The registry that the stack's settings name; None where the stack manages none."""
        if settings.devpi is None and settings.codeartifact is None:
            return None
        return cls(users=users, devpi=settings.devpi, codeartifact=settings.codeartifact)

    @property
    def settings(self) -> DevpiServer | CodeArtifactDomain:
        """Those that are set. Raises ValueError for none or both."""
        kinds = [settings for settings in (self.devpi, self.codeartifact) if settings]
        if len(kinds) != 1:
            raise ValueError("a registry takes settings of one kind: devpi or codeartifact")
        return kinds[0]

    @property
    def kind(self) -> RegistryKind[Any]:
        """Its row of the table of kinds."""
        return kind_of(self.settings)

    @property
    def access(self) -> RegistryAccess:
        """How repositories use it."""
        return self.kind.access(self.settings, self.users)


@dataclass(frozen=True, kw_only=True)
class PackagesArgs:
    """sources: what to build, each after the packages that it needs. target: see `target_properties`."""

    repository: str
    sources: Sequence[BuildSource]
    monorepo_commit: str
    target: Mapping[str, Any]


class Registry(pulumi.ComponentResource):
    """The registry. Leaves what it does not name in devpi, Docker or AWS alone.

    resources: its secrets for repositories, and what waits until it works. access: how repositories use it.
    """

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register everything of its kind."""
        super().__init__("multirepo:registry:Registry", name, None, opts)
        self.access: RegistryAccess = args.access
        self._published: dict[NormalizedName, PublishedPackage] = {}
        child = at_top(pulumi.ResourceOptions(parent=self), name)
        self.resources: RegistryResources = args.kind.register(name, args.settings, args.users, child)
        self.register_outputs({"kind": args.kind.name, "index_url": self.access.index_url})

    def publish(self, name: str, args: PackagesArgs | None, opts: pulumi.ResourceOptions) -> "Packages | None":
        """Publish the packages of a repository that has moved; None where it has none."""
        if args is None:
            return None
        packages = Packages(name, args, after(opts, self.resources.ready), self.published)
        self._published |= packages.published
        return packages

    def published(self, packages: Iterable[str]) -> list[pulumi.Resource]:
        """Those of the packages that this run publishes: what uses them waits for them."""
        names = map(canonicalize_name, packages)
        return [self._published[name] for name in names if name in self._published]


class Packages(pulumi.ComponentResource):
    """The packages of one repository, each one version."""

    def __init__(
        self,
        name: str,
        args: PackagesArgs,
        opts: pulumi.ResourceOptions | None = None,
        earlier: Callable[[Iterable[str]], list[pulumi.Resource]] = lambda _: [],
    ) -> None:
        """Register each under its name. earlier: what was published by others."""
        super().__init__("multirepo:packages:Packages", name, None, opts)
        self.published: dict[NormalizedName, PublishedPackage] = {}
        for source in args.sources:
            formerly = moved_from(opts, f"{args.repository}-package-{source.name}")
            own = [self.published[key] for key in map(canonicalize_name, source.needs) if key in self.published]
            options = pulumi.ResourceOptions(parent=self, aliases=formerly, depends_on=[*earlier(source.needs), *own])
            made = PublishedPackage(child_name(name, source.name), source, args.monorepo_commit, args.target, options)
            self.published[canonicalize_name(source.name)] = made
        self.manifests = {
            source.name: self.published[canonicalize_name(source.name)].manifest for source in args.sources
        }
        self.register_outputs({"packages": self.manifests})
