"""What the engine reads from its environment."""

import os
from dataclasses import dataclass

from maestro_core_api import ApiSettings
from maestro_core_auth import AuthSettings
from maestro_core_config import read_settings
from maestro_core_db import DatabaseSettings
from maestro_core_logging import LogSettings


@dataclass(frozen=True)
class RunnerSettings:
    """Read from STEP_SECONDS, whole seconds."""

    step_seconds: int = 1


@dataclass(frozen=True)
class EngineSettings:
    """The settings of the engine and of the shared packages that it uses."""

    api: ApiSettings = ApiSettings()
    auth: AuthSettings = AuthSettings()
    database: DatabaseSettings = DatabaseSettings()
    log: LogSettings = LogSettings()
    runner: RunnerSettings = RunnerSettings()

    @classmethod
    def from_environment(cls) -> "EngineSettings":
        """Raises SettingError, which names the variable."""
        return cls(
            api=read_settings(ApiSettings, os.environ),
            auth=read_settings(AuthSettings, os.environ),
            database=read_settings(DatabaseSettings, os.environ),
            log=read_settings(LogSettings, os.environ),
            runner=read_settings(RunnerSettings, os.environ),
        )
