"""A dataclass filled from the environment."""

import dataclasses
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from maestro_core_config.values import read_bool, read_list, read_number

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Settings = TypeVar("Settings", bound="DataclassInstance")
READERS: dict[object, Callable[[str], object]] = {
    str: str,
    int: read_number,
    bool: read_bool,
    tuple[str, ...]: read_list,
}


class SettingError(ValueError):
    """An environment variable is missing or cannot be read."""


def read_settings(kind: type[Settings], environment: Mapping[str, str]) -> Settings:
    """An instance of the dataclass, each field from the variable of its upper-case name."""
    types = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        variable = field.name.upper()
        if variable in environment:
            values[field.name] = _read(variable, types[field.name], environment[variable])
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise SettingError(f"{variable} is not set, and it has no default")
    return kind(**values)


def _read(variable: str, kind: object, text: str) -> object:
    try:
        return READERS[kind](text)
    except ValueError as error:
        raise SettingError(f"{variable}={text!r} cannot be read: {error}") from None
