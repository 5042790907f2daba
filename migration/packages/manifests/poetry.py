"""What Poetry reads of a manifest.

https://python-poetry.org/docs/dependency-specification/ and https://python-poetry.org/docs/repositories/
"""

from collections.abc import Iterator, Mapping
from typing import Any

import tomlkit
from packaging.utils import NormalizedName, canonicalize_name

from migration.packages.manifests.path_dependencies import Manifest
from migration.packages.manifests.toml_edits import Entries, remove_from, remove_key, replace_keys, set_entry, table_at

_OF_A_PATH = ("path", "develop", "subdirectory")


def dependency_tables(document: Mapping[str, Any]) -> dict[str, Entries]:
    """Every table of dependencies by its place: the main one, those of groups, and the older `dev-dependencies`."""
    poetry = table_at(document, "tool", "poetry")
    groups = {f"group {name}": table_at(poetry, "group", name, "dependencies") for name in table_at(poetry, "group")}
    return {name: table_at(poetry, name) for name in ("dependencies", "dev-dependencies")} | groups


def names(document: Mapping[str, Any], *, in_groups: bool) -> set[NormalizedName]:
    """What groups name, or what the package itself needs."""
    tables = dependency_tables(document).items()
    return {
        canonicalize_name(name) for place, table in tables if (place != "dependencies") == in_groups for name in table
    }


def remove_dependencies(document: Entries, manifest: Manifest) -> None:
    """Remove what the plan removes, from groups and extras too."""
    removed = manifest.rules.removed
    for table in dependency_tables(document).values():
        for name in [name for name in table if canonicalize_name(name) in removed]:
            remove_key(table, name)
    for names in table_at(document, "tool", "poetry", "extras").values():
        remove_from(names, {place for place, name in enumerate(names) if canonicalize_name(name) in removed})


def ask_for_python(document: Entries, constraint: str) -> None:
    """Set the versions of Python where Poetry's part names them."""
    dependencies = table_at(document, "tool", "poetry", "dependencies")
    if "python" in dependencies and dependencies["python"] != constraint:
        dependencies["python"] = constraint


def paths_become_versions(document: Entries, manifest: Manifest) -> None:
    """Give every dependency on a private package's folder the version that the plan publishes."""
    for table in dependency_tables(document).values():
        for name, entry in list(table.items()):
            if canonicalize_name(name) in manifest.rules.packages:
                manifest.private.add(canonicalize_name(name))
            set_entry(table, name, entry, lambda each, name=name: _changed(name, each, manifest))  # type: ignore[misc]


def _changed(name: str, entry: Any, manifest: Manifest) -> Any:
    """The entry as it is to be; itself when it changes in place or not at all."""
    rules = manifest.rules
    source = {"source": rules.source.name} if rules.explicit else {}
    versioned = {"version": entry} if isinstance(entry, str) else entry
    if "path" in versioned:
        if manifest.is_public(name):
            constraint = rules.public[canonicalize_name(name)]
            return (
                constraint
                if entry.keys() <= {*_OF_A_PATH}
                else replace_keys(entry, {"version": constraint}, _OF_A_PATH)
            )
        if not manifest.becomes_version(name, entry["path"]):
            return entry
        constraint = f"^{manifest.version_of(name)}"
        plain = not source and entry.keys() <= {*_OF_A_PATH}
        return constraint if plain else replace_keys(entry, {"version": constraint, **source}, _OF_A_PATH)
    if source and "version" in versioned and "source" not in versioned and canonicalize_name(name) in rules.packages:
        table = tomlkit.inline_table() if isinstance(entry, str) else entry
        return replace_keys(table, {"version": str(versioned["version"]), **source}, ())
    return entry


def sections(document: Entries, manifest: Manifest) -> Iterator[str]:
    """What the manifest lacks to find the registry, as text to append."""
    rules, poetry = manifest.rules, table_at(document, "tool", "poetry")
    if not poetry and not manifest.is_beside("poetry.lock"):
        return
    source = rules.source.name
    if rules.explicit and (
        lacking := manifest.lacking({name for table in dependency_tables(document).values() for name in table})
    ):
        lines = [f'{each.name} = {{version = "^{each.version}", source = "{source}"}}\n' for each in lacking]
        yield (
            "# Private packages that those above need. Poetry would look for them on PyPI if they stood nowhere here.\n"
            f"[tool.poetry.group.{source}.dependencies]\n{''.join(lines)}"
        )
    if all(each.get("name") != source for each in poetry.get("source", [])):
        why = "# Asked only for the packages that name it: nobody can slip in one of the same name from elsewhere.\n"
        yield (
            f"{why if rules.explicit else ''}[[tool.poetry.source]]\n"
            f'name = "{source}"\nurl = "{rules.index_url}"\npriority = "{rules.source.priority}"\n'
        )
