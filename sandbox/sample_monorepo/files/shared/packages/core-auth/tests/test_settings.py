import pytest

from maestro_core_auth import AuthSettings
from maestro_core_config import SettingError, read_settings


def test_without_a_secret_no_token_is_required():
    assert not read_settings(AuthSettings, {}).required


def test_a_short_secret_is_refused():
    with pytest.raises(SettingError, match="16 characters"):
        read_settings(AuthSettings, {"TOKEN_SECRET": "short"})
