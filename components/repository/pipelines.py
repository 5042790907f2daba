"""The pipelines of a repository: its workflows and the other files that the stack writes into it."""

import pulumi

from components.repository.managed_files import ManagedFiles, ManagedFilesArgs
from components.stack.declaration import child_name, moved_from


class Pipelines(pulumi.ComponentResource):
    """Workflows, CODEOWNERS, and what else the plan makes of files. Leaves all other files alone."""

    def __init__(self, name: str, args: ManagedFilesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the files, which one commit brings to the default branch."""
        super().__init__("multirepo:github:Pipelines", name, None, opts)
        formerly = moved_from(opts, f"{args.repository}-files")
        ManagedFiles(child_name(name, "files"), args, pulumi.ResourceOptions(parent=self, aliases=formerly))
        self.register_outputs({"files": sorted(args.files)})
