"""Reading the JSON objects that clients send: each value with its type, or GitHub's 422."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sandbox import errors
from sandbox.git.object_writing import Identity, identity_of
from sandbox.tenant.entities import Account

Value = TypeVar("Value")
TYPE_NAMES = {str: "a string", bool: "a boolean", int: "an integer", list: "an array", dict: "an object"}


def required(body: Mapping[str, Any], field: str, kind: type[Value]) -> Value:
    """The value of a field that must be there. Raises 422."""
    value: Value | None = optional(body, field, kind)
    if value is None:
        raise errors.missing(field)
    return value


def optional(body: Mapping[str, Any], field: str, kind: type[Value], default: Any = None) -> Any:
    """The value of a field; the default when it is absent or null. Raises 422 for another type."""
    value = body.get(field)
    if value is None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise errors.wrong_type(field, value, TYPE_NAMES[kind])
    if isinstance(value, str) and "\0" in value:
        raise errors.wrong_type(field, value, "a string without NUL")
    return value


def items(body: Mapping[str, Any], field: str, kind: type[Value], default: Any = ()) -> list[Value]:
    """The elements of an array, all of this type; the default when it is absent or null. Raises 422."""
    values = optional(body, field, list)
    if values is None:
        return list(default)
    for index, value in enumerate(values):
        if value is None:
            raise errors.wrong_type(f"{field}/{index}", None, TYPE_NAMES[kind])
        optional({f"{field}/{index}": value}, f"{field}/{index}", kind)
    return list(values)


def required_items(body: Mapping[str, Any], field: str, kind: type[Value]) -> list[Value]:
    """As `items`, of a field that must be there. Raises 422."""
    required(body, field, list)
    return items(body, field, kind)


def choice(body: Mapping[str, Any], field: str, values: Sequence[str], default: str) -> str:
    """One of these values; the default when it is absent. Raises 422."""
    value: str = optional(body, field, str) or default
    if value not in values:
        raise errors.wrong_type(field, value, f"a member of {list(values)}")
    return value


def fields(body: Mapping[str, Any], /, **kinds: type[Any]) -> dict[str, Any]:
    """Those of these fields that are there and not null. Raises 422 for another type."""
    return {name: optional(body, name, kind) for name, kind in kinds.items() if body.get(name) is not None}


def identity_in(body: Mapping[str, Any], field: str, user: Account, default: Identity | None = None) -> Identity:
    """The author or committer that a request names, otherwise the default, otherwise the user, now."""
    values = optional(body, field, dict)
    if not values:
        return default or identity_of(user)
    date = datetime.now(UTC)
    if text := optional(values, "date", str):
        try:
            date = datetime.fromisoformat(text)
        except ValueError:
            raise errors.wrong_type(f"{field}/date", text, "a date-time") from None
    return Identity(required(values, "name", str), required(values, "email", str), date)
