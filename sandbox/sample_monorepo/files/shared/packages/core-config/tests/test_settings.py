from dataclasses import dataclass

import pytest

from maestro_core_config import SettingError, read_settings


@dataclass(frozen=True)
class Example:
    name: str
    workers: int = 2
    verbose: bool = False
    origins: tuple[str, ...] = ()


def test_each_field_is_one_variable():
    settings = read_settings(Example, {"NAME": "engine", "WORKERS": "4", "ORIGINS": "a,b"})
    assert settings == Example(name="engine", workers=4, origins=("a", "b"))


def test_a_missing_variable_is_named():
    with pytest.raises(SettingError, match="NAME is not set"):
        read_settings(Example, {})


def test_an_unreadable_value_is_named_with_its_variable():
    with pytest.raises(SettingError, match="WORKERS='many'"):
        read_settings(Example, {"NAME": "engine", "WORKERS": "many"})
