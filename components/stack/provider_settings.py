"""The stack's settings in the process of a dynamic provider."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi.dynamic import Config

from components.stack.settings import Settings
from migration.errors import CodeMoveError, PackagesError


def settings_from(config: Config, props: Mapping[str, Any] | None = None) -> Settings:
    """The stack's settings, in the provider's process. Raises SettingsError.

    props: of a resource, which may still belong to another owner on the same server.
    """
    logging.getLogger("grpc._server").addFilter(_is_unreported)
    settings = Settings.from_config(config.get, stack="STACK")
    return replace(settings, owner=(props or {}).get("owner") or settings.owner)


def is_elsewhere(props: Mapping[str, Any], config: Config) -> bool:
    """Whether a resource is on another server than the stack's, which must not get the stack's token."""
    settings = settings_from(config)
    servers = {settings.server, settings.devpi.server if settings.devpi else None, None}
    return props.get("server") not in servers


def _is_unreported(record: logging.LogRecord) -> bool:
    """Drop the traceback that gRPC logs beside an error whose text Pulumi shows anyway."""
    return not (record.exc_info and isinstance(record.exc_info[1], CodeMoveError | PackagesError))
