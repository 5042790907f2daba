"""The kinds of registry that a stack can manage, in one table. A kind's own module is imported when it is needed."""

from typing import Any

import pulumi

from components.registry.contract import RegistryAccess, RegistryKind, RegistryResources, RegistryUsers
from components.stack.registry_settings import CodeArtifactDomain, DevpiServer
from migration.desired_state import pipeline_settings


def kind_of(settings: DevpiServer | CodeArtifactDomain) -> RegistryKind[Any]:
    """The row of KINDS for a stack's settings."""
    if isinstance(settings, CodeArtifactDomain):
        return CODEARTIFACT
    return DEVPI if settings.container is None else DOCKER


def devpi_access(server: DevpiServer, users: RegistryUsers) -> RegistryAccess:
    """Each repository has a token of its own."""
    return RegistryAccess(
        index_url=server.index_url,
        publish_url=server.publish_url,
        variables={
            pipeline_settings.INDEX_URL: server.index_url,
            pipeline_settings.PUBLISH_URL: server.publish_url,
            pipeline_settings.READER: server.reader,
            pipeline_settings.PUBLISHER: server.publisher,
        },
        secrets={
            pipeline_settings.READ_TOKEN: frozenset(users.readers),
            pipeline_settings.PUBLISH_TOKEN: frozenset(users.publishers),
        },
    )


def codeartifact_access(domain: CodeArtifactDomain, users: RegistryUsers) -> RegistryAccess:
    """Each repository has roles of its own and no secret."""
    return RegistryAccess(
        index_url=domain.index_url,
        publish_url=domain.publish_url,
        variables={
            pipeline_settings.INDEX_URL: domain.index_url,
            pipeline_settings.PUBLISH_URL: domain.publish_url,
            pipeline_settings.REGION: domain.region,
            pipeline_settings.DOMAIN: domain.domain,
            pipeline_settings.DOMAIN_OWNER: domain.account,
        },
        own_variables={
            pipeline_settings.READER_ROLE: {name: domain.role_arn(name, "reads") for name in users.readers},
            pipeline_settings.PUBLISHER_ROLE: {name: domain.role_arn(name, "publishes") for name in users.publishers},
        },
    )


def _register_devpi(
    name: str, server: DevpiServer, users: RegistryUsers, options: pulumi.ResourceOptions
) -> RegistryResources:
    from components.registry.devpi import DevpiRegistry, DevpiRegistryArgs

    return DevpiRegistry(name, DevpiRegistryArgs(server=server, users=users), options).resources


def _register_docker(
    name: str, server: DevpiServer, users: RegistryUsers, options: pulumi.ResourceOptions
) -> RegistryResources:
    from components.registry.container import DevpiServerContainer

    made = DevpiServerContainer(f"{name}-server", server, at_top(options, f"{name}-server"))
    waiting = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[made.container]))
    return _register_devpi(name, server, users, waiting)


def _register_codeartifact(
    name: str, domain: CodeArtifactDomain, users: RegistryUsers, options: pulumi.ResourceOptions
) -> RegistryResources:
    from components.registry.codeartifact import CodeArtifactRegistry, CodeArtifactRegistryArgs

    return CodeArtifactRegistry(name, CodeArtifactRegistryArgs(domain=domain, users=users), options).resources


def at_top(options: pulumi.ResourceOptions, formerly: str) -> pulumi.ResourceOptions:
    """The options of a child that the first release registered without a parent."""
    alias = pulumi.Alias(name=formerly, parent=pulumi.ROOT_STACK_RESOURCE)
    return pulumi.ResourceOptions(parent=options.parent, aliases=[alias])


DEVPI = RegistryKind(
    name="devpi",
    required=("server", "index"),
    makes="users, a private index, and a token for each repository",
    publishes="`pulumi up` the first version, the release pipeline later ones",
    verified_by="installs from this index alone; `drift` reads index, tokens, and packages",
    is_published_by_stack=True,
    access=devpi_access,
    register=_register_devpi,
)
DOCKER = RegistryKind(
    name="docker",
    required=("index",),
    makes="an image, a volume, and a container with a devpi server; then the same as `devpi`",
    publishes=DEVPI.publishes,
    verified_by=f"{DEVPI.verified_by}, and the container",
    is_published_by_stack=True,
    access=devpi_access,
    register=_register_docker,
)
CODEARTIFACT = RegistryKind(
    name="codeartifact",
    required=("region", "account", "domain"),
    makes="a domain with its key, two repositories, and roles for the jobs of each repository",
    # Only jobs on GitHub can use a role of CodeArtifact.
    publishes="the release pipeline every version",
    verified_by="installs from this index alone, with a role of the caller",
    is_published_by_stack=False,
    access=codeartifact_access,
    register=_register_codeartifact,
)
KINDS: tuple[RegistryKind[Any], ...] = (DEVPI, DOCKER, CODEARTIFACT)
"""docs/registry.md has the same table."""
