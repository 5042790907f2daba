"""A devpi-server: its users, its private index, and a token for each repository that reads or publishes.

https://devpi.net/docs/devpi/devpi/stable/+d/userman/devpi_indices.html
"""

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi.dynamic import (
    Config,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from components.registry.contract import RegistryAccess, RegistryUsers
from components.registry_settings import DevpiServer
from migration.desired_state import pipeline_settings

# The stack's settings, given once to each provider process. Not on the provider objects: those are pickled into state.
_config: Config


class _Provider(ResourceProvider):
    # The tokens are marked as secrets one by one; the provider object itself holds none.
    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the stack's settings for the calls that follow, and end when the engine does."""
        from components.carrying import end_with_the_engine

        global _config
        _config = req.config
        end_with_the_engine()


class DevpiIndexProvider(_Provider):
    """Makes users and index, looks, and never deletes: nobody's packages are lost. Pickled; see CodeMoveProvider."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make what is missing; harmless when an interrupted run has made it already."""
        from components.registry.administering import make_index

        make_index(props, _config)
        return CreateResult(props["index"], dict(props))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare with what was set, or with what the last refresh found."""
        changed = [key for key in _INDEX_SETTINGS if _olds.get(key) != _news.get(key)]
        return DiffResult(changes=bool(changed), replaces=[key for key in changed if key == "index"])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Set it right."""
        from components.registry.administering import make_index

        make_index(_news, _config)
        return UpdateResult(dict(_news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look how the index is set now."""
        from components.registry.administering import seen_index

        seen = seen_index(props, _config)
        return ReadResult(None, {}) if seen is None else ReadResult(id_, seen, inputs=dict(seen))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the index and its packages where they are."""


class DevpiTokenProvider(_Provider):
    """Makes a token, looks whether it is still valid, and makes it invalid. Pickled; see CodeMoveProvider."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """A new token."""
        from components.registry.administering import make_token

        return CreateResult(*make_token(props, _config))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """A token cannot be changed. The new one is made, and given to whoever uses it, before the old one goes."""
        changed = [key for key in _TOKEN_SETTINGS if _olds.get(key) != _news.get(key)]
        return DiffResult(changes=bool(changed), replaces=changed, delete_before_replace=False)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look whether the server still knows it."""
        from components.registry.administering import is_valid_token

        return ReadResult(id_, props) if is_valid_token(id_, props, _config) else ReadResult(None, {})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Make it invalid."""
        from components.registry.administering import remove_token

        remove_token(_id, _props, _config)


_INDEX_SETTINGS = ("index", "users", "bases", "volatile", "mirror_whitelist", "acl_upload", "acl_pkg_read")
_TOKEN_SETTINGS = ("indexes", "user", "projects", "generation")

PUBLIC = "root/pypi"
"""The mirror of PyPI that every devpi has."""


class DevpiIndex(Resource, module="registry", name="DevpiIndex"):
    """The private index and the users who own, read and fill it. Public packages come through it from root/pypi.

    A private name is never looked for at root/pypi: the whitelist of names that may come from both is empty. Its
    versions cannot be replaced or deleted (volatile=False). Deleting the resource deletes nothing.
    """

    def __init__(self, name: str, server: DevpiServer, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the index of the stack's settings."""
        owner = server.index.partition("/")[0]
        settings = {
            "index": server.index,
            "users": [owner, server.reader, server.publisher],
            "bases": [PUBLIC],
            "volatile": False,
            "mirror_whitelist": [],
            "acl_upload": [server.publisher],
            # For servers that can keep an index private; see docs/registry.md.
            "acl_pkg_read": [owner, server.reader, server.publisher],
        }
        super().__init__(DevpiIndexProvider(), name, settings, opts)


class DevpiToken(Resource, module="registry", name="DevpiToken"):
    """A token of one user for one repository. It works for a year. Its value is a Pulumi secret.

    indexes: those that it opens. projects: the packages that it is for; empty for all of them.
    """

    token: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        user: str,
        indexes: Sequence[str],
        projects: Sequence[str],
        generation: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Register the token; a higher generation replaces it."""
        settings = {
            "indexes": list(indexes),
            "user": user,
            "projects": list(projects),
            "generation": generation,
            "token": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["token"])
        super().__init__(DevpiTokenProvider(), name, settings, pulumi.ResourceOptions.merge(opts, secret))


class DevpiRegistry(pulumi.ComponentResource):
    """The registry of this stack. Leaves other users, indexes and tokens of the server alone."""

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
            one: DevpiToken(f"{name}-{one}-reads", server.reader, both, (), server.generation, child)
            for one in users.readers
        }
        publishers = {
            one: DevpiToken(
                f"{name}-{one}-publishes", server.publisher, (server.index,), packages, server.generation, child
            )
            for one, packages in users.publishers.items()
        }
        self.access = RegistryAccess(
            index_url=server.index_url,
            publish_url=server.publish_url,
            variables={
                pipeline_settings.INDEX_URL: server.index_url,
                pipeline_settings.PUBLISH_URL: server.publish_url,
                pipeline_settings.READER: server.reader,
                pipeline_settings.PUBLISHER: server.publisher,
            },
            secrets={
                pipeline_settings.READ_TOKEN: {one: made.token for one, made in readers.items()},
                pipeline_settings.PUBLISH_TOKEN: {one: made.token for one, made in publishers.items()},
            },
            ready=index,
        )
        self.register_outputs({"index_url": server.index_url})
