"""The provider of the monorepo's copy: pushes every ref and verifies it by a fresh clone; never deletes."""

from typing import Any

from pulumi.dynamic import CreateResult, ReadResult

from components.stack.stack_provider import REPOSITORY_NAME, StackProvider, stack_config


class VerifiedCopyProvider(StackProvider):
    """Copies and verifies; never deletes. A copy stays as it was made, whatever changes in the monorepo."""

    name = "verified_copy"
    identity = ("repository",)
    outputs = ("tag", "commit", "refs")
    patterns = (
        ("repository", REPOSITORY_NAME),
        ("branch", ".+"),
    )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Copy and verify; a copy that an interrupted run made is only verified."""
        from components.monorepo.verified_copy_operations import backed_up

        return CreateResult(props["repository"], {**props, **backed_up(props, stack_config())})

    def read_present(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read whether the copy is there, by its tag."""
        from components.monorepo.verified_copy_operations import is_backed_up

        return ReadResult(id_, props) if is_backed_up(props, stack_config()) else ReadResult(None, {})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the copy, and the tag on the monorepo."""
