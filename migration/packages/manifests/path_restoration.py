"""The way back: versions of private packages become the folders that they were. Pure; a rollback needs it."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import tomlkit
from packaging.utils import NormalizedName, canonicalize_name

from migration.packages.manifests import pep621 as standard
from migration.packages.manifests import poetry
from migration.packages.manifests.conversion import converted
from migration.packages.manifests.dependency_rules import MANIFEST, DependencyRules
from migration.packages.manifests.path_dependencies import Manifest
from migration.packages.manifests.toml_edits import remove_from, remove_key, replace_entry, replace_keys, table_at

Folders = Mapping[NormalizedName, str]


def with_paths(
    files: Mapping[str, bytes], originals: Mapping[str, bytes], folders: Folders, rules: DependencyRules
) -> dict[str, bytes]:
    """The manifests that change when a repository goes back into the monorepo: path to bytes.

    files: the repository's tree. originals: the tree that `with_versions` was given, before people worked on it.
    folders: where each private package lies, from the root of this tree, like "../shared/packages/core-api".
    A manifest that nobody has touched is the original again, byte for byte. In others what a person wrote stays, and
    what the plan removed or set for Python is not undone.
    """
    changed = {}
    for path in sorted(files):
        if posixpath.basename(path) == MANIFEST and path in originals:
            manifest = Manifest(path, originals.keys(), rules)
            moved = converted(originals[path], manifest)
            untouched = moved == files[path]
            content = originals[path] if untouched else _restore(files[path], originals[path], moved, manifest, folders)
            if content != files[path]:
                changed[path] = content
    return changed


def _restore(content: bytes, original: bytes, moved: bytes, manifest: Manifest, folders: Folders) -> bytes:
    document = tomlkit.parse(content.decode().replace(manifest.appended, ""))
    before = tomlkit.parse(original.decode())

    own_folder = posixpath.dirname(manifest.path)
    paths = {name: posixpath.relpath(folder, own_folder) for name, folder in folders.items()}
    tables = [(table, place, ("version", "source")) for place, table in poetry.dependency_tables(document).items()]
    known = poetry.dependency_tables(before) | {"uv": table_at(before, "tool", "uv", "sources")}
    for table, place, dropped in [*tables, (table_at(document, "tool", "uv", "sources"), "uv", ("index",))]:
        for name, entry in list(table.items()):
            if canonicalize_name(name) in paths:
                was = known.get(place, {}).get(name)
                new = was if was is not None else _folder(entry, paths[canonicalize_name(name)], dropped)
                replace_entry(table, name, new)
    _remove_ours(document, before, tomlkit.parse(moved.decode()))
    _restore_requirements(document, before, manifest)
    for tool, listing in (("poetry", "source"), ("uv", "index")):  # where somebody has edited what was appended
        registries = table_at(document, "tool", tool).get(listing, [])
        remove_from(
            registries, {index for index, each in enumerate(registries) if each["name"] == manifest.rules.source.name}
        )
    return tomlkit.dumps(document).encode()


def _remove_ours(document: Mapping[str, Any], before: Mapping[str, Any], moved: Mapping[str, Any]) -> None:
    """What the move added to existing tables."""
    for place in (("tool", "uv", "sources"), ("dependency-groups",)):
        table = table_at(document, *place)
        added = table_at(moved, *place).keys() - table_at(before, *place).keys()
        for name in added & table.keys():
            remove_key(table, name)


def _folder(entry: Any, path: str, dropped: tuple[str, ...]) -> Any:
    """A dependency that people added since, or changed."""
    return replace_keys(entry if hasattr(entry, "keys") else tomlkit.inline_table(), {"path": path}, dropped)


def _restore_requirements(document: Mapping[str, Any], before: Mapping[str, Any], manifest: Manifest) -> None:
    old = {name: text for texts in standard.requirement_lists(before) for name, text in _named(texts)}
    for requirements in standard.requirement_lists(document):
        for place, text in enumerate(list(requirements)):
            name = next((name for name, _ in _named([text])), None)
            if name in manifest.versioned and name in old:
                requirements[place] = old[name]


def _named(texts: Iterable[Any]) -> Iterator[tuple[NormalizedName, str]]:
    return ((canonicalize_name(requirement.name), text) for text in texts if (requirement := standard.parsed(text)))
