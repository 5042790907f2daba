"""The stack's settings in the process of a dynamic provider."""

import logging

from pulumi.dynamic import Config

from components.stack.settings import Settings
from migration.errors import CodeMoveError, PackagesError


def settings_from(config: Config) -> Settings:
    """The stack's settings, in the provider's process. Raises SettingsError."""
    logging.getLogger("grpc._server").addFilter(_is_no_error_of_ours)
    return Settings.from_config(config.get, stack="STACK")


def _is_no_error_of_ours(record: logging.LogRecord) -> bool:
    """Drop the traceback that gRPC logs beside an error whose sentence Pulumi shows anyway."""
    return not (record.exc_info and isinstance(record.exc_info[1], CodeMoveError | PackagesError))
