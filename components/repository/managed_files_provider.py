"""The provider of managed files: commits and reads; never deletes."""

from typing import Any

from pulumi.dynamic import CreateResult, ReadResult

from components.stack.stack_provider import REPOSITORY_NAME, StackProvider, stack_config


class ManagedFilesProvider(StackProvider):
    """Commits and reads; leaves the files where they are when the resource is deleted."""

    name = "managed_files"
    identity = ("repository",)
    compared = ("branch", "files")
    patterns = (
        ("repository", REPOSITORY_NAME),
        ("branch", ".+"),
    )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Commit what is missing or different; nothing when an interrupted run has done it already."""
        from components.repository.managed_files_operations import commit_to_github

        commit_to_github(props, (), stack_config())
        return CreateResult(props["repository"], dict(props))

    def apply_change(self, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Commit what differs, and remove what is managed no longer, in one commit."""
        from components.repository.managed_files_operations import commit_to_github

        commit_to_github(news, olds["files"], stack_config())
        return dict(news)

    def read_present(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read each file on the default branch, all in one request."""
        from components.repository.managed_files_operations import files_on_github

        current = files_on_github(props, stack_config())
        return ReadResult(None, {}) if current is None else ReadResult(id_, current, inputs=dict(current))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the files: the repository's pipelines outlive the stack."""
