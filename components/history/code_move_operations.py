"""What the code move's provider does in its own process: from the resource's properties to git, and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi.dynamic import Config

from components.history.conflict_pull_request import open_pull_request
from components.stack.locations import remote_of, workspace_of
from components.stack.provider_settings import settings_from
from migration.delivery.notes import NOTES_REF
from migration.delivery.push import PushTarget, carry, continues, other_history, vendor_branch
from migration.errors import CarryRefusedError, RemoteError
from migration.split.workspace import Workspace


def push_code_move(props: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """Push what the properties name from this machine's copy of the split history; the properties afterwards.

    A conflict with people's work stops nothing else: it goes into a pull request, and `conflict` describes it.
    """
    settings = settings_from(config, props)
    carried = PushTarget(
        repository=props["repository"],
        default_branch=props["default_branch"],
        head=props["head"],
        tree=props["tree"] or None,
        tags=props["tags"],
        notes=props["notes"],
        first_release=props.get("first_release") or "",
        brought_back=props.get("brought_back") or (),
    )
    git_dir, remote = Workspace(workspace_of(settings)).git_dir, remote_of(settings, carried.repository)
    conflict = carry(carried, git_dir, remote).conflict
    message = f"{conflict.sentence} Resolve it in {open_pull_request(settings, conflict)}" if conflict else ""
    return {**props, "conflict": message}


CHANGED_OUTSIDE = "changed_outside"
"""Marks properties that were read and have another history than the last `up` pushed: drift reports it."""


def read_code_move(props: Mapping[str, Any], config: Config) -> dict[str, Any] | None:
    """The properties as GitHub has them now; "" for a branch that is gone. None when the repository is gone.

    Only tags that were pushed are compared; other tags belong to the repository's users. New commits on the default
    branch are not a difference. A missing default branch is, and so are missing notes; the next push restores them.
    """
    settings = settings_from(config, props)
    remote = remote_of(settings, props["repository"])
    try:
        refs = remote.refs()
    except RemoteError as error:
        if error.missing:
            return None
        raise
    default_branch = props["default_branch"]
    head, tree = vendor_branch(refs, props["head"], Workspace(workspace_of(settings)).git_dir, remote)
    return {
        **props,
        "default_branch": default_branch if f"refs/heads/{default_branch}" in refs else "",
        "head": head,
        "tree": tree,
        "notes": bool(props.get("notes")) and NOTES_REF in refs,
        "tags": {name: refs[ref] for name in props["tags"] if (ref := f"refs/tags/{name}") in refs},
        **({CHANGED_OUTSIDE: True} if head != props["head"] else {}),
    }


def reject_other_history(olds: Mapping[str, Any], news: Mapping[str, Any], git_dir: Path) -> None:
    """Reject in the preview what the push would reject, as far as this machine knows. git_dir: has all of `news`.

    Raises CarryRefusedError.
    """
    if git_dir.exists() and not continues(git_dir, olds["head"], news["head"]):
        raise CarryRefusedError(other_history(news["repository"], olds["head"], news["head"]))


def history_of(props: Mapping[str, Any], config: Config) -> Path:
    """The Git directory of this machine that has the split histories."""
    return Workspace(workspace_of(settings_from(config, props))).git_dir
