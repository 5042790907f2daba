"""Every pyproject.toml of a tree: path dependencies become versions. Pure; formatting and comments stay."""

import tomllib
from collections.abc import Mapping, Sequence
from posixpath import basename

import tomlkit
from tomlkit.exceptions import TOMLKitError

from migration.errors import ManifestError
from migration.packages.manifests import pep621 as standard
from migration.packages.manifests import poetry
from migration.packages.manifests.dependency_rules import MANIFEST, DependencyRules
from migration.packages.manifests.path_dependencies import Manifest
from migration.packages.manifests.toml_edits import table_at


def with_versions(files: Mapping[str, bytes], rules: DependencyRules) -> dict[str, bytes]:
    """The manifests of a repository's tree that change, with their new content: path to bytes.

    files: the whole tree, path to content. Done again on its own result, it changes nothing.
    Raises ManifestError with every dependency on a folder that the repository will not have.
    """
    faults: list[str] = []
    changed = {}
    for path in sorted(files):
        if basename(path) == MANIFEST:
            manifest = Manifest(path, files.keys(), rules)
            content = converted(files[path], manifest)
            faults += manifest.faults
            if content != files[path]:
                changed[path] = content
    if faults:
        raise ManifestError(faults)
    return changed


def converted(content: bytes, manifest: Manifest) -> bytes:
    """One manifest as it is to be; what it cannot be brought to is among the faults of `manifest`."""
    try:
        document = tomlkit.parse(content.decode())
    except (UnicodeDecodeError, TOMLKitError) as error:
        if any(name.encode() in content for name in (*manifest.rules.packages, *manifest.rules.removed)):
            manifest.faults.append(f"{manifest.path}: cannot be read as TOML ({error}). Fix it in the monorepo.")
        return content  # a template, or made wrong on purpose for a test
    for part in (poetry, standard):
        part.remove_dependencies(document, manifest)
    if manifest.rules.python is not None:
        poetry.ask_for_python(document, manifest.rules.python)
        try:
            standard.ask_for_python(document, manifest.rules.python)
        except ValueError as error:
            manifest.faults.append(
                f"{manifest.path}: `transforms.python` of {manifest.rules.repository} cannot be in "
                f"`requires-python`: {error}. Write it like '>=3.11,<4.0'."
            )
    needed = poetry.names(document, in_groups=False) | standard.names(document, in_groups=False)
    tested = poetry.names(document, in_groups=True) | standard.names(document, in_groups=True)
    manifest.tested_with |= tested - needed
    for part in (poetry, standard):
        part.paths_become_versions(document, manifest)
    _set_version(document, manifest)
    if manifest.private and manifest.rules.index_url is not None:
        sections = [*poetry.sections(document, manifest), *standard.sections(document, manifest)]
        manifest.appended = _append(document, sections)
    text = tomlkit.dumps(document) + manifest.appended
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        manifest.faults.append(
            f"{manifest.path}: the sources of private packages cannot be added ({error}). "
            "Write [tool.poetry] and [tool.uv] as tables of their own in the monorepo."
        )
    return text.encode()


def _set_version(document: tomlkit.TOMLDocument, manifest: Manifest) -> None:
    """The version under which the plan publishes this package, wherever the manifest says it."""
    version = manifest.rules.versions.get(manifest.path)
    tables = [table_at(document, "project"), table_at(document, "tool", "poetry")]
    versioned = [table for table in tables if "version" in table]
    for table in versioned:
        if version is not None and table["version"] != version:
            table["version"] = version
    if version is not None and not versioned:
        manifest.faults.append(
            f"{manifest.path}: says no version, and the plan publishes {version}. Write `version` into [project] or "
            "[tool.poetry] in the monorepo: a computed one depends on tags that did not move."
        )


def _append(document: tomlkit.TOMLDocument, sections: Sequence[str]) -> str:
    """At the end and as text, so that what stands before stays as it is."""
    text = tomlkit.dumps(document)
    newline = "\r\n" if "\r\n" in text else "\n"
    ending = newline if sections and not text.endswith("\n") else ""
    return "".join([ending, *(newline + section.replace("\n", newline) for section in sections)])
