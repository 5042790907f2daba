"""A devpi-server: its users, its private index, and a token for each repository that reads or publishes.

https://devpi.net/docs/devpi/devpi/stable/+d/userman/devpi_indices.html
"""

from dataclasses import dataclass

import pulumi

from components.registry.contract import RegistryResources, RegistryUsers
from components.registry.devpi_resources import PUBLIC, DevpiIndex, DevpiToken
from components.stack.registry_settings import DevpiServer
from migration.desired_state import pipeline_settings


@dataclass(frozen=True, kw_only=True)
class DevpiRegistryArgs:
    """users: who reads and publishes."""

    server: DevpiServer
    users: RegistryUsers


class DevpiRegistry(pulumi.ComponentResource):
    """Index and tokens on a server. Leaves other users, indexes and tokens of the server alone."""

    def __init__(self, name: str, args: DevpiRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the index, then the tokens."""
        super().__init__("multirepo:registry:Devpi", name, None, opts)
        server, users = args.server, args.users
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
