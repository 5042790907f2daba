"""A devpi-server: its users, its private index, and a token for each repository that reads or publishes.

https://devpi.net/docs/devpi/devpi/stable/+d/userman/devpi_indices.html
"""

import pulumi

from components.registry.contract import RegistryAccess, RegistryKind, RegistryResources, RegistryUsers
from components.registry.devpi_resources import PUBLIC, DevpiIndex, DevpiToken
from components.stack.registry_settings import DevpiServer
from migration.desired_state import pipeline_settings


class DevpiRegistry(pulumi.ComponentResource):
    """Index and tokens on a server. Leaves other users, indexes and tokens of the server alone."""

    def __init__(
        self, name: str, server: DevpiServer, users: RegistryUsers, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Register the index, then the tokens."""
        super().__init__("multirepo:registry:Devpi", name, None, opts)
        index = DevpiIndex(f"{name}-index", server, pulumi.ResourceOptions(parent=self))
        child = pulumi.ResourceOptions(parent=self, depends_on=[index])
        # Public packages come through the private index, and devpi serves their files from the mirror's own address.
        both = (server.index, PUBLIC)
        readers = {
            repository: DevpiToken(f"{name}-{repository}-reads", server, server.reader, both, (), child)
            for repository in users.readers
        }
        publishers = {
            repository: DevpiToken(
                f"{name}-{repository}-publishes", server, server.publisher, (server.index,), packages, child
            )
            for repository, packages in users.publishers.items()
        }
        self.resources = RegistryResources(
            secrets={
                pipeline_settings.READ_TOKEN: {repository: made.token for repository, made in readers.items()},
                pipeline_settings.PUBLISH_TOKEN: {repository: made.token for repository, made in publishers.items()},
            },
            ready=index,
        )
        self.register_outputs({"index_url": server.index_url})


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


def _register(
    name: str, server: DevpiServer, users: RegistryUsers, options: pulumi.ResourceOptions
) -> RegistryResources:
    return DevpiRegistry(name, server, users, options).resources


def _register_with_container(
    name: str, server: DevpiServer, users: RegistryUsers, options: pulumi.ResourceOptions
) -> RegistryResources:
    from components.registry.container import DevpiServerContainer  # importing pulumi_docker takes its time

    made = DevpiServerContainer(f"{name}-server", server, at_top(options, f"{name}-server"))
    waiting = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[made.container]))
    return DevpiRegistry(name, server, users, waiting).resources


def at_top(options: pulumi.ResourceOptions, formerly: str) -> pulumi.ResourceOptions:
    """The options of a child that the first release registered without a parent."""
    alias = pulumi.Alias(name=formerly, parent=pulumi.ROOT_STACK_RESOURCE)
    return pulumi.ResourceOptions(parent=options.parent, aliases=[alias])


DEVPI = RegistryKind(
    name="devpi",
    makes="users, a private index, and a token for each repository",
    publishes="`pulumi up` the first version, the release pipeline all later ones",
    verified_by="installs in an empty environment with the index alone; `drift` reads index and tokens",
    is_published_by_stack=True,
    access=devpi_access,
    register=_register,
)
DOCKER = RegistryKind(
    name="docker",
    makes="an image, a volume, and a container with a devpi server; then the same as devpi",
    publishes=DEVPI.publishes,
    verified_by=f"{DEVPI.verified_by}, and the container",
    is_published_by_stack=True,
    access=devpi_access,
    register=_register_with_container,
)
