"""A module's name in pyproject.toml: the keys that hold names of modules. Formatting and comments stay."""

import re
from collections.abc import Callable, Iterator, MutableMapping, MutableSequence
from typing import Any

import tomlkit
from packaging.utils import canonicalize_name

from migration.transforms.renaming.text import ModuleInText

_MODULE_KEYS = frozenset(
    (
        "api",
        "app",
        "entry-point",
        "exclude",
        "files",
        "forbidden_modules",
        "ignore_imports",
        "include",
        "independent_modules",
        "isort",
        "known-first-party",
        "known_first_party",
        "layers",
        "migrations",
        "module",
        "module-name",
        "modules",
        "omit",
        "only-include",
        "packages",
        "path",
        "per-file-ignores",
        "py-modules",
        "root_package",
        "root_packages",
        "script_location",
        "source",
        "source_modules",
        "source_pkgs",
        "src",
        "testpaths",
        "version-file",
        "write_to",
        "attr",
    )
)
"""Keys whose texts name modules or files: of Poetry, setuptools, Hatch, uv, mypy, pytest, isort, Ruff, coverage,
import-linter, Alembic and setuptools-scm."""

Table = MutableMapping[str, Any]


def manifest_renamed(content: bytes, names: ModuleInText) -> bytes:
    """The manifest with the new name where a key says that a module is meant, and as the distribution's own name.

    Raises tomlkit.exceptions.TOMLKitError, UnicodeDecodeError.
    """
    document = tomlkit.parse(content.decode())
    module = names.module
    poetry = document.get("tool", {}).get("poetry", {})
    for table in (document.get("project", {}), poetry):
        if canonicalize_name(str(table.get("name", ""))) == canonicalize_name(module.old):
            table["name"] = canonicalize_name(module.new)
    for table in _entry_points(document, poetry):
        _change_texts(table, lambda text: names.dotted(text) or text)
    _rename_below(document.get("tool", {}), names)
    data = document.get("tool", {}).get("setuptools", {}).get("package-data", {})
    if module.old in data:
        data[module.new] = data.pop(module.old)
    return tomlkit.dumps(document).encode()


def distribution_renamed(content: bytes, names: ModuleInText) -> dict[str, str]:
    """The old name of the distribution to its new name, where it is the module's."""
    try:
        document = tomlkit.parse(content.decode())
        tables = (document.get("project", {}), document.get("tool", {}).get("poetry", {}))
        written = [str(table["name"]) for table in tables if "name" in table]
    except (UnicodeDecodeError, tomlkit.exceptions.TOMLKitError, AttributeError):
        return {}
    module = names.module
    same = [name for name in written if canonicalize_name(name) == canonicalize_name(module.old)]
    spellings = {spelling for name in same for spelling in (name, canonicalize_name(name), module.old)}
    return dict.fromkeys(spellings, canonicalize_name(module.new))


def _entry_points(document: Table, poetry: Table) -> Iterator[Table]:
    """https://packaging.python.org/en/latest/specifications/pyproject-toml/#entry-points"""
    project = document.get("project", {})
    yield from (table[key] for table in (project, poetry) for key in ("scripts", "gui-scripts") if key in table)
    yield from project.get("entry-points", {}).values()
    yield from poetry.get("plugins", {}).values()


def _change_texts(node: Any, change: Callable[[str], str]) -> None:
    """Every text directly in a table or an array."""
    pairs: Any = list(node.items() if isinstance(node, MutableMapping) else enumerate(node))
    for key, value in pairs:
        if isinstance(value, str) and change(value) != value:
            node[key] = change(value)


def _rename_below(node: Any, names: ModuleInText, key: str = "") -> None:
    """Every text below one of the keys; commands, such as pytest's `addopts`, below the others."""

    def named(text: str) -> str:
        star = text.removesuffix(".*")
        renamed = names.dotted(star)
        return renamed + text[len(star) :] if renamed else names.paths(text) if "/" in text else _arrow(text, names)

    if isinstance(node, MutableMapping):
        for name, value in list(node.items()):
            if isinstance(value, str):
                changed = named(value) if name in _MODULE_KEYS else names.command(value)
                if changed != value:
                    node[name] = changed
            else:
                _rename_below(value, names, name)
    elif isinstance(node, MutableSequence):
        _change_texts(node, named if key in _MODULE_KEYS else names.command)
        for value in node:
            if not isinstance(value, str):
                _rename_below(value, names, key)


def _arrow(text: str, names: ModuleInText) -> str:
    """`synth.api -> synth.db` of import-linter; a layer that is `(synth.api)`."""
    return "".join(names.dotted(part) or part for part in re.split(r"( -> |\s*\|\s*|[()])", text))
