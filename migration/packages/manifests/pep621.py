"""What the standards and uv define of a manifest.

[project]            https://packaging.python.org/en/latest/specifications/pyproject-toml/
[dependency-groups]  https://packaging.python.org/en/latest/specifications/dependency-groups/ (PEP 735)
[tool.uv]            https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import tomlkit
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from migration.constraints import compatible, specifiers
from migration.packages.manifests.path_dependencies import Manifest
from migration.packages.manifests.toml_edits import Entries, remove_from, remove_key, replace_keys, set_entry, table_at

_OF_A_PATH = ("path", "editable", "package", "workspace")

# A folder as a requirement names it: plain, as PDM and as Hatch write the root.
_FOLDER = re.compile(r"(?:file:(?://(?:localhost)?)?)?(?:/?\$\{PROJECT_ROOT\}/|\{root(?::uri)?\}/)?(?P<path>[^:]*)")


def requirement_lists(document: Mapping[str, Any]) -> Iterator[Any]:
    """Every array of requirements: those of the project, of its extras, and of dependency groups."""
    yield from _of_project(document)
    yield from table_at(document, "dependency-groups").values()


def _of_project(document: Mapping[str, Any]) -> Iterator[Any]:
    project = table_at(document, "project")
    yield project.get("dependencies", [])
    yield from table_at(project, "optional-dependencies").values()


def names(document: Mapping[str, Any], *, in_groups: bool) -> set[NormalizedName]:
    """What groups name, or what the package itself or an extra of it needs."""
    lists = table_at(document, "dependency-groups").values() if in_groups else _of_project(document)
    return {canonicalize_name(each.name) for texts in lists for each in map(parsed, texts) if each}


def remove_dependencies(document: Entries, manifest: Manifest) -> None:
    """Remove what the plan removes, and uv's sources of it."""
    removed = manifest.rules.removed
    for requirements in requirement_lists(document):
        named = list(map(parsed, requirements))
        remove_from(
            requirements,
            {index for index, each in enumerate(named) if each and canonicalize_name(each.name) in removed},
        )
    sources = table_at(document, "tool", "uv", "sources")
    for name in [name for name in sources if canonicalize_name(name) in removed]:
        remove_key(sources, name)


def ask_for_python(document: Entries, constraint: str) -> None:
    """Set `requires-python`. Raises ValueError for a constraint that PEP 440 has no words for."""
    project = table_at(document, "project")
    if "requires-python" in project and project["requires-python"] != specifiers(constraint):
        project["requires-python"] = specifiers(constraint)


def paths_become_versions(document: Entries, manifest: Manifest) -> None:
    """Give every requirement of a private package's folder the version that the plan publishes."""
    sources = table_at(document, "tool", "uv", "sources")
    own = canonicalize_name(str(table_at(document, "project").get("name", "")))  # an extra may name another extra by it
    for name, source in list(sources.items()):
        if _is_public_folder(name, source, manifest) or (
            manifest.rules.index_url is None and _is_folder(name, source, manifest)
        ):
            remove_key(sources, name)
            continue
        set_entry(sources, name, source, lambda each, name=name: _from_index(name, each, manifest))  # type: ignore[misc]
    for requirements in requirement_lists(document):
        for place, text in enumerate(requirements):
            requirement = parsed(text)
            if requirement is not None and canonicalize_name(requirement.name) != own:
                if canonicalize_name(requirement.name) in manifest.rules.packages:
                    manifest.private.add(canonicalize_name(requirement.name))
                if manifest.is_public(requirement.name):
                    requirements[place] = _from_pypi(text, requirement, manifest)
                elif _is_replaced(requirement, manifest):
                    requirements[place] = _with_version(requirement, manifest.version_of(requirement.name))


def _is_public_folder(name: str, source: Any, manifest: Manifest) -> bool:
    places = source if isinstance(source, list) else [source]
    return manifest.is_public(name) and any(_folder_of(each) for each in places)


def _from_pypi(text: str, requirement: Requirement, manifest: Manifest) -> str:
    """With the versions that the plan names, or those that it has. An address, of a folder, goes."""
    versions = manifest.rules.public[canonicalize_name(requirement.name)]
    if versions == "*" and not requirement.url:
        return text
    return _with_specifier(requirement, "" if versions == "*" else versions)


def _is_folder(name: str, source: Any, manifest: Manifest) -> bool:
    """Whether uv took it from a folder that is a package of the plan."""
    places = source if isinstance(source, list) else [source]
    return any(_folder_of(each) and manifest.becomes_version(name, _folder_of(each)) for each in places)


def _folder_of(source: Any) -> str:
    return source.get("path") or ("." if source.get("workspace") else "")


def _from_index(name: str, source: Any, manifest: Manifest) -> Any:
    """https://docs.astral.sh/uv/concepts/indexes/#pinning-a-package-to-an-index"""
    path = _folder_of(source)
    if not path or not manifest.becomes_version(name, path):
        return source
    return replace_keys(source, {"index": manifest.rules.source.name}, _OF_A_PATH)


def _is_replaced(requirement: Requirement, manifest: Manifest) -> bool:
    """Whether it was a folder, by its own address or by what uv or Poetry said of it."""
    if requirement.url:
        folder = _FOLDER.fullmatch(requirement.url)
        return folder is not None and manifest.becomes_version(requirement.name, folder["path"])
    if canonicalize_name(requirement.name) not in manifest.versioned:
        return False
    chosen = requirement.specifier
    return not chosen or not chosen.contains(manifest.version_of(requirement.name), prereleases=True)


def sections(document: Entries, manifest: Manifest) -> Iterator[str]:
    """What uv lacks to find the registry, as text to append."""
    rules, uv = manifest.rules, table_at(document, "tool", "uv")
    if not uv and not manifest.is_beside("uv.lock"):
        return
    source = rules.source.name
    named = {canonicalize_name(item.name) for each in requirement_lists(document) for item in map(parsed, each) if item}
    if lacking := manifest.lacking(named):
        groups, texts = (
            table_at(document, "dependency-groups"),
            [f"{each.name}{compatible(each.version)}" for each in lacking],
        )
        if groups:
            groups[source] = texts
        else:
            yield (
                "# Private packages that those above need. uv would look for them on PyPI if they stood nowhere here.\n"
                f"[dependency-groups]\n{source} = {json.dumps(texts)}\n"
            )
    if unsourced := manifest.lacking(table_at(uv, "sources")):
        if sources := table_at(uv, "sources"):
            for element in unsourced:
                sources[element.name] = replace_keys(tomlkit.inline_table(), {"index": source}, ())
        else:
            yield "[tool.uv.sources]\n" + "".join(f'{each.name} = {{index = "{source}"}}\n' for each in unsourced)
    if all(each.get("name") != source for each in uv.get("index", [])):
        why = "# Asked only for the packages that name it: nobody can slip in one of the same name from elsewhere.\n"
        yield f'{why}[[tool.uv.index]]\nname = "{source}"\nurl = "{rules.index_url}"\nexplicit = true\n'


def parsed(text: Any) -> Requirement | None:
    """A requirement; None for what is none: an `include-group` of PEP 735, or a template's placeholder."""
    try:
        return Requirement(text) if isinstance(text, str) else None
    except InvalidRequirement:
        return None


def _with_version(requirement: Requirement, version: str) -> str:
    return _with_specifier(requirement, compatible(version))


def _with_specifier(requirement: Requirement, specifier: str) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f"; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name}{extras}{specifier}{marker}"
