"""The dynamic resource that writes the managed files into a repository."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi.dynamic import Resource

from components.repository.managed_files_provider import ManagedFilesProvider
from components.stack.stack_provider import target_properties


@dataclass(frozen=True, kw_only=True)
class ManagedFilesArgs:
    """owner, server: as the stack sets them. repository: its name on GitHub. branch: the one that holds the files.

    files: path to text. initial: those that a repository without history starts with; later changes to them are left
    alone.
    """

    owner: str
    server: str
    repository: str
    branch: str
    files: Mapping[str, str]
    initial: Mapping[str, str] = field(default_factory=dict)


class ManagedFiles(Resource, module="managed_files", name="ManagedFiles"):
    """The managed files of one repository, committed to its default branch.

    Never touches another file. Deleting the resource deletes nothing on GitHub.
    """

    def __init__(self, name: str, args: ManagedFilesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the files; a preview shows each one that changes by its path."""
        properties = target_properties(args.server, args.owner)
        properties |= {"repository": args.repository, "branch": args.branch, "files": dict(args.files)}
        if args.initial:
            properties["initial"] = dict(args.initial)
        super().__init__(ManagedFilesProvider(), name, properties, opts)
