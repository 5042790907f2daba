import json

import pytest

from maestro_core_config import SettingError
from maestro_core_logging import LogSettings, configure_logging, service_log


def test_events_go_to_standard_error(capsys):
    configure_logging(LogSettings(log_level="warning"))
    service_log("engine").info("not shown")
    service_log("engine").warning("shown")
    assert [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()] == ["shown"]


def test_an_unknown_level_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match="DEBUG, INFO"):
        configure_logging(LogSettings(log_level="loud"))
