import pytest

from maestro_core_config import SettingError
from src.settings import EngineSettings


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://maestro.example")
    monkeypatch.setenv("STEP_SECONDS", "3")
    settings = EngineSettings.from_environment()
    assert settings.api.allowed_origins == ("https://maestro.example",)
    assert settings.runner.step_seconds == 3


def test_a_wrong_database_is_refused(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/maestro")
    with pytest.raises(SettingError, match="postgresql://"):
        EngineSettings.from_environment()
