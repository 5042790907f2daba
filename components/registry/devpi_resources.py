"""The resources on a devpi-server: users with a private index, and tokens.

https://devpi.net/docs/devpi/devpi/stable/+d/userman/devpi_indices.html
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from components.stack.stack_provider import StackProvider, stack_config

if TYPE_CHECKING:
    from components.stack.registry_settings import DevpiServer  # a provider's process does without


class DevpiIndexProvider(StackProvider):
    """Creates and reads users and index; never deletes, so no package is lost. Pickled."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create what is missing; harmless when an interrupted run has created it already."""
        from components.registry.devpi_operations import make_index

        make_index(props, stack_config())
        return CreateResult(props["index"], dict(props))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare with what was set, or with what the last refresh found."""
        changed = [key for key in _INDEX_SETTINGS if _olds.get(key) != _news.get(key)]
        return DiffResult(changes=bool(changed), replaces=[key for key in changed if key == "index"])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Change what differs."""
        from components.registry.devpi_operations import make_index

        make_index(_news, stack_config())
        return UpdateResult(dict(_news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the settings of the index."""
        from components.registry.devpi_operations import read_index

        current = read_index(props, stack_config())
        return ReadResult(None, {}) if current is None else ReadResult(id_, current, inputs=dict(current))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the index and its packages where they are."""


class DevpiTokenProvider(StackProvider):
    """Creates a token, reads whether it is still valid, and revokes it. Pickled."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """A new token."""
        from components.registry.devpi_operations import make_token

        return CreateResult(*make_token(props, stack_config()))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """A token cannot be changed. The new one is created and distributed before the old one is revoked."""
        changed = [key for key in _TOKEN_SETTINGS if _olds.get(key) != _news.get(key)]
        return DiffResult(changes=bool(changed), replaces=changed, delete_before_replace=False)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read whether the server still has the token."""
        from components.registry.devpi_operations import is_valid_token

        return ReadResult(id_, props) if is_valid_token(id_, props, stack_config()) else ReadResult(None, {})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Revoke it."""
        from components.registry.devpi_operations import remove_token

        remove_token(_id, _props, stack_config())


_INDEX_SETTINGS = ("index", "users", "bases", "volatile", "mirror_whitelist", "acl_upload", "acl_pkg_read")
_TOKEN_SETTINGS = ("indexes", "user", "projects", "generation")

PUBLIC = "root/pypi"
"""The mirror of PyPI that every devpi has."""


class DevpiIndex(Resource, module="registry", name="DevpiIndex"):
    """The private index and the users who own, read and fill it. Public packages come through it from root/pypi.

    A private name is never searched on root/pypi: the whitelist of names that may come from both is empty. Its
    versions cannot be replaced or deleted (volatile=False). Deleting the resource deletes nothing.
    """

    def __init__(self, name: str, server: "DevpiServer", opts: pulumi.ResourceOptions | None = None) -> None:
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
            "purpose": name,
            "token": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["token"])
        super().__init__(DevpiTokenProvider(), name, settings, pulumi.ResourceOptions.merge(opts, secret))
