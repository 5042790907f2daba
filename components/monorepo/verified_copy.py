"""The dynamic resource that copies every ref of the monorepo, and proves the copy by a fresh clone."""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from components.stack.stack_provider import StackProvider, stack_config


class VerifiedCopyProvider(StackProvider):
    """Copies, proves, and never deletes."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Copy and prove; what an interrupted run copied is proved alone."""
        from components.monorepo.verified_copy_operations import backed_up

        return CreateResult(props["repository"], {**props, **backed_up(props, stack_config())})

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """A copy stays as it was made, whatever the monorepo becomes."""
        changed = _olds.get("repository") != _news.get("repository")
        return DiffResult(changes=changed, replaces=["repository"] if changed else [])

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Nothing of it ever changes."""
        return UpdateResult(_olds)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look whether the copy is there, by its tag."""
        from components.monorepo.verified_copy_operations import is_backed_up

        return ReadResult(id_, props) if is_backed_up(props, stack_config()) else ReadResult(None, {})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the copy, and the tag on the monorepo."""


class VerifiedCopy(Resource, module="backup", name="VerifiedCopy"):
    """Every ref of the monorepo in the backup repository, and the tag on the monorepo that says so."""

    tag: pulumi.Output[str]
    refs: pulumi.Output[int]

    def __init__(
        self, name: str, repository: pulumi.Input[str], branch: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """repository: the backup's name on GitHub. branch: of the monorepo, which the tag names."""
        properties = {"repository": repository, "branch": branch, "tag": None, "commit": None, "refs": None}
        super().__init__(VerifiedCopyProvider(), name, properties, opts)
