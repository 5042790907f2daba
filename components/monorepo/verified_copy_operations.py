"""What the backup's provider does in its own process."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pulumi.dynamic import Config

from components.stack.locations import monorepo_of, monorepo_remote, remote_of
from components.stack.provider_settings import settings_from
from migration.errors import RemoteError
from migration.git.command import GitError
from migration.monorepo.backup import back_up


def backed_up(props: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """Make the copy and prove it; its tag, that tag's commit, and how many refs it has. Raises CodeMoveError."""
    settings = settings_from(config, props)
    source = monorepo_of(settings)
    copy = remote_of(settings, props["repository"])
    try:
        return asdict(back_up(source, props["branch"], monorepo_remote(settings), copy))
    except GitError as error:
        raise RemoteError(f"The monorepo could not be backed up: {error}. Nothing was moved.") from error


def is_backed_up(props: Mapping[str, Any], config: Config) -> bool:
    """Whether the copy's tag is on GitHub."""
    settings = settings_from(config, props)
    copy = remote_of(settings, props["repository"])
    try:
        return f"refs/tags/{props['tag']}" in copy.refs()
    except RemoteError as error:
        if error.missing:
            return False
        raise
