"""The providers of a devpi-server's index and tokens."""

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult

from components.stack.stack_provider import StackProvider, stack_config


class DevpiIndexProvider(StackProvider):
    """Creates and reads users and index; never deletes, so no package is lost."""

    name = "devpi_index"
    identity = ("index",)
    compared = ("users", "bases", "volatile", "mirror_whitelist", "acl_upload", "acl_toxresult_upload", "acl_pkg_read")
    patterns = (("index", "[^/]+/[^/]+"),)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create what is missing; harmless when an interrupted run has created it already."""
        from components.registry.devpi_operations import make_index

        make_index(props, stack_config())
        return CreateResult(props["index"], dict(props))

    def apply_change(self, _olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Change what differs."""
        from components.registry.devpi_operations import make_index

        make_index(news, stack_config())
        return dict(news)

    def read_present(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the settings of the index."""
        from components.registry.devpi_operations import read_index

        current = read_index(props, stack_config())
        return ReadResult(None, {}) if current is None else ReadResult(id_, current, inputs=dict(current))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the index and its packages where they are."""


class DevpiTokenProvider(StackProvider):
    """Creates a token, reads whether it is still valid, and revokes it."""

    name = "devpi_token"
    identity = ("indexes", "user", "projects", "generation")
    outputs = ("token",)
    patterns = (("user", "[^/]+"),)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """A new token."""
        from components.registry.devpi_operations import make_token

        return CreateResult(*make_token(props, stack_config()))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """A token cannot be changed. The new one is created and distributed before the old one is revoked."""
        result = super().diff(_id, _olds, _news)
        return DiffResult(changes=result.changes, replaces=result.replaces, delete_before_replace=False)

    def read_present(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read whether the server still has the token."""
        from components.registry.devpi_operations import is_valid_token

        return ReadResult(id_, props) if is_valid_token(id_, props, stack_config()) else ReadResult(None, {})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Revoke it; one on another server than the stack's is left to that server's administrator."""
        from components.registry.devpi_operations import remove_token
        from components.stack.provider_settings import is_elsewhere

        if not is_elsewhere(_props, stack_config()):
            remove_token(_id, _props, stack_config())
