"""Settings of a Maestro service, read from the environment."""

from maestro_core_config.settings import SettingError, read_settings

__all__ = ["SettingError", "read_settings"]
