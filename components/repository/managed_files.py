"""The dynamic resource that writes the managed files into a repository."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from components.stack.stack_provider import StackProvider, stack_config

if TYPE_CHECKING:  # a provider's process does without
    from migration.desired_state import ManagedFile


class ManagedFilesProvider(StackProvider):
    """Commits and reads; leaves the files where they are when the resource is deleted.

    Holds nothing, and its methods import the code that works, so that what is pickled into the state stays the same.
    """

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Commit what is missing or different; nothing when an interrupted run has done it already."""
        from components.repository.managed_files_operations import commit_to_github

        commit_to_github(props, (), stack_config())
        return CreateResult(props["repository"], dict(props))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare file by file with what was committed, or with what the last refresh found."""
        changed = [name for name in ("repository", "branch", "files") if _olds.get(name) != _news.get(name)]
        return DiffResult(changes=bool(changed), replaces=[name for name in changed if name == "repository"])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Commit what differs, and remove what is managed no longer, in one commit."""
        from components.repository.managed_files_operations import commit_to_github

        commit_to_github(_news, _olds["files"], stack_config())
        return UpdateResult(dict(_news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read each file on the default branch, all in one request."""
        from components.repository.managed_files_operations import files_on_github

        current = files_on_github(props, stack_config())
        return ReadResult(None, {}) if current is None else ReadResult(id_, current, inputs=dict(current))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the files: the repository's pipelines outlive the stack."""


@dataclass(frozen=True, kw_only=True)
class ManagedFilesArgs:
    """repository: its name on GitHub, without the owner. branch: the one that holds the files.

    initial: those that a repository without history starts with; later changes to them are left alone.
    """

    repository: str
    branch: str
    files: "tuple[ManagedFile, ...]"
    initial: "tuple[ManagedFile, ...]" = ()


class ManagedFiles(Resource, module="managed_files", name="ManagedFiles"):
    """The managed files of one repository, committed to its default branch.

    Never touches another file. Deleting the resource deletes nothing on GitHub.
    """

    def __init__(self, name: str, args: ManagedFilesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the files; a preview shows each one that changes by its path."""
        files = {file.path: file.content for file in args.files}
        properties: dict[str, Any] = {"repository": args.repository, "branch": args.branch, "files": files}
        if args.initial:
            properties["initial"] = {file.path: file.content for file in args.initial}
        super().__init__(ManagedFilesProvider(), name, properties, opts)
