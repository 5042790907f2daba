"""A module's name in pyproject.toml: the keys that hold names of modules. Formatting and comments stay."""

import re
from collections.abc import Iterator, MutableMapping, MutableSequence
from typing import Any

import tomlkit
from packaging.utils import canonicalize_name

from migration.transforms.renaming.places import PythonModule

_MODULE_KEYS = frozenset(
    (
        "include",
        "known-first-party",
        "known_first_party",
        "module",
        "modules",
        "packages",
        "py-modules",
        "source",
        "source_pkgs",
    )
)
"""Keys whose texts name modules: of Poetry, setuptools, Hatch, mypy, isort, Ruff and coverage."""

Table = MutableMapping[str, Any]


def manifest_renamed(content: bytes, module: PythonModule) -> bytes:
    """The manifest with the new name where a key says that a module is meant, and as the distribution's own name.

    Raises tomlkit.exceptions.TOMLKitError, UnicodeDecodeError.
    """
    document = tomlkit.parse(content.decode())
    named = re.compile(rf"^((?:[\w.-]+/)*){re.escape(module.old)}(?=$|[./:*])")

    def renamed(text: str) -> str:
        return named.sub(lambda match: match[1] + module.new, text)

    poetry = document.get("tool", {}).get("poetry", {})
    for table in (document.get("project", {}), poetry):
        if canonicalize_name(str(table.get("name", ""))) == canonicalize_name(module.old):
            table["name"] = canonicalize_name(module.new)
    for table in _entry_points(document, poetry):
        for key, value in table.items():
            if isinstance(value, str) and renamed(value) != value:
                table[key] = renamed(value)
    _rename_below(document.get("tool", {}), renamed)
    data = document.get("tool", {}).get("setuptools", {}).get("package-data", {})
    if module.old in data:
        data[module.new] = data.pop(module.old)
    return tomlkit.dumps(document).encode()


def _entry_points(document: Table, poetry: Table) -> Iterator[Table]:
    """https://packaging.python.org/en/latest/specifications/pyproject-toml/#entry-points"""
    project = document.get("project", {})
    yield from (table[key] for table in (project, poetry) for key in ("scripts", "gui-scripts") if key in table)
    yield from project.get("entry-points", {}).values()
    yield from poetry.get("plugins", {}).values()


def _rename_below(node: Any, renamed: Any, key: str = "") -> None:
    """Every text below one of the keys."""
    if isinstance(node, MutableMapping):
        for name, value in node.items():
            if isinstance(value, str):
                if name in _MODULE_KEYS and renamed(value) != value:
                    node[name] = renamed(value)
            else:
                _rename_below(value, renamed, name)
    elif isinstance(node, MutableSequence):
        for position, value in enumerate(node):
            if isinstance(value, str):
                if key in _MODULE_KEYS and renamed(value) != value:
                    node[position] = renamed(value)
            else:
                _rename_below(value, renamed, key)
