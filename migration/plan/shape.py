"""Where the file does not have the shape of the model: what pydantic found, in the words and places of the file."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from migration.plan.entries import Entry, Step, key_below
from migration.plan.model import Plan
from migration.plan.problems import Location, did_you_mean
from migration.plan.values import LENIENT, RULE_BROKEN, quoted

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "bool_type": "true or false",
}


def path_of(entry: Entry, missing: Sequence[Step]) -> str:
    """The path of keys to something that `entry` does not have."""
    key = entry.key
    for step in missing:
        key = key_below(key, step)
    return key


def explain(root: Entry, detail: ErrorDetails) -> tuple[Entry, str, str, str]:
    """Place, key, problem and remedy of one of pydantic's errors."""
    location = detail["loc"]
    if location and location[-1] == "[key]":
        entry, _ = root.find(location[:-1])
        return _at_its_name(entry), entry.key, *_problem(entry, location[:-1], detail)
    entry, missing = root.find(location)
    if detail["type"] == "missing":
        field = _fields_at(location[:-1])[str(location[-1])]
        remedy = f"Add `{location[-1]}:`. {field.description}"
        return entry, path_of(entry, missing), "this key is missing", remedy
    if detail["type"] == "extra_forbidden":
        return _at_its_name(entry), entry.key, *_problem(entry, location, detail)
    return entry, path_of(entry, missing), *_problem(entry, location, detail)


def _at_its_name(entry: Entry) -> Entry:
    return replace(entry, line=entry.key_line, column=entry.key_column)


def _problem(entry: Entry, location: Location, detail: ErrorDetails) -> tuple[str, str]:
    context = detail.get("ctx", {})
    match detail["type"]:
        case kind if kind == RULE_BROKEN:
            return context["problem"], context["remedy"]
        case "extra_forbidden":
            return "there is no such key", did_you_mean(str(location[-1]), _fields_at(location[:-1]), "Known here:")
        case "literal_error":
            words = _known_words(detail)
            if entry.written in words and not isinstance(entry.value, str):
                return _wrong_type(entry, "text")
            return f"{_value_text(entry)} is not possible here", did_you_mean(entry.written, words, "Choose one of:")
        case kind if kind in _EXPECTED:
            return _wrong_type(entry, _EXPECTED[kind])
    return f"{_value_text(entry)} is not possible here", f"{detail['msg']}."


def _wrong_type(entry: Entry, expected: str) -> tuple[str, str]:
    value = entry.value
    if value is None:
        return f"nothing stands here where {expected} is expected", "Write it, or remove the key."
    if expected == "text" and isinstance(value, bool | int | float):
        read_as = "true or false" if isinstance(value, bool) else "a number"
        return f"{entry.written} is read as {read_as} where text is expected", f'Put it in quotes: "{entry.written}".'
    if expected == "a whole number" and isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return f"{_value_text(entry)} is text where a whole number is expected", f"Leave the quotes off: {value}."
    if expected == "a list" and not isinstance(value, list | dict):
        return f"{_value_text(entry)} stands alone where a list is expected", f"Put it in brackets: [{entry.written}]."
    return f"{_value_text(entry)} stands where {expected} is expected", f"Write {expected}."


def _value_text(entry: Entry) -> str:
    match entry.value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return quoted(entry.written)


def repaired(root: Entry, details: Iterable[ErrorDetails]) -> Plan:
    """The plan without what is misshapen, for the checks of the whole; never for use.

    Misshapen parts are cut out of the tree of entries, or emptied where they are texts or required. Values that break a
    rule stay: they are checked against the others as they are.
    """
    found = list(details)
    while found:
        # From the back, so that the places in a list stay right while it is cut.
        for detail in reversed(found):
            if detail["type"] == "missing":
                _fill(root, detail["loc"])
            elif detail["type"] == "string_type":
                root.find(detail["loc"])[0].value = ""
            elif detail["type"] == "literal_error":
                _choose_nearest(root, detail)
            elif detail["type"] != RULE_BROKEN:
                _cut(root, detail["loc"])
        try:
            return Plan.model_validate(root.plain(), context=LENIENT)
        except ValidationError as error:
            found = error.errors(include_url=False)
    raise AssertionError("a plan without errors needs no repair")


def _choose_nearest(root: Entry, detail: ErrorDetails) -> None:
    """A word that is possible there, since without any, other checks would find what is missing then.

    The nearest; the last where none is near: of roles, the one with the most permissions.
    """
    entry, missing = root.find(detail["loc"])
    if missing:
        return _cut(root, detail["loc"])
    known = _known_words(detail)
    entry.value = [*difflib.get_close_matches(entry.written, known, n=1), known[-1]][0]
    return None


def _known_words(detail: ErrorDetails) -> list[str]:
    words: str = detail["ctx"]["expected"]
    return words.replace(" or ", ", ").replace("'", "").split(", ")


def _cut(root: Entry, location: Location) -> None:
    if not location:
        root.value = {}
        return
    around, _ = root.find(location[:-1])
    if isinstance(around.value, list):
        del around.value[int(location[-1])]
    elif isinstance(around.value, dict):
        del around.value[str(location[-1])]


def _fill(root: Entry, location: Location) -> None:
    around, _ = root.find(location[:-1])
    field = _fields_at(location[:-1])[str(location[-1])]
    empty: dict[str, Entry] | list[Entry] | str = ""
    if _model_in(field.annotation) is not None:
        empty = [] if get_origin(field.annotation) is tuple else {}
    if isinstance(around.value, dict):
        around.value[str(location[-1])] = replace(around, value=empty, key=key_below(around.key, location[-1]))


def _fields_at(location: Location) -> dict[str, FieldInfo]:
    """The keys that the mapping at `location` may have."""
    fields: dict[str, FieldInfo] = _by_key(Plan)
    for step in location:
        model = _model_in(fields[step].annotation) if isinstance(step, str) else None
        fields = fields if model is None else _by_key(model)
    return fields


def _by_key(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
