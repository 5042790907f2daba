"""uv.lock after its manifest has changed: private packages come from the registry instead of from folders. Pure.

Public packages keep what was locked. https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import join, normpath
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from migration.errors import LockFileError
from migration.packages.index.release_metadata import ReleaseMetadata
from migration.packages.manifests.dependency_rules import MANIFEST
from migration.packages.manifests.pep621 import parsed
from migration.packages.manifests.toml_edits import table_at

_FOLDERS = ("virtual", "editable", "directory")
_PLAIN = ("name", "version", "source", "resolution-markers", "dependencies", "sdist", "wheels")
_GROUPS = ("optional-dependencies", "dev-dependencies")
_KNOWN = {*_PLAIN, *_GROUPS, "metadata"}
_BLOCK = re.compile(r"^(?=\[\[package\]\]$)", re.MULTILINE)

Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PrivateIndex:
    """index_url: as the manifests name it. file_url: where a file is, from its package, version, name and SHA-256."""

    index_url: str
    file_url: Callable[[str, str, str, str], str]


def relocked(
    lock: bytes,
    folder: str,
    manifests: Mapping[str, bytes],
    releases: Mapping[NormalizedName, ReleaseMetadata],
    index: PrivateIndex,
) -> bytes:
    """The lock file that fits the manifests. folder: where it lies. manifests: all of the repository, by their paths.

    Raises LockFileError where only uv itself can resolve.
    """
    text = lock.decode()
    document = tomllib.loads(text)
    if unknown := set(document.get("manifest", {})) - {"members", "constraints", "overrides"}:
        raise LockFileError(f"its [manifest] has {', '.join(sorted(unknown))}, which multirepo does not know")
    head, *blocks = _BLOCK.split(text)
    packages: list[tuple[Entry, str]] = []
    for entry, block in zip(document.get("package", []), blocks, strict=True):
        place = next((entry["source"][key] for key in _FOLDERS if key in entry["source"]), None)
        if place is None:
            packages.append((entry, block))
            continue
        if unknown := set(entry) - _KNOWN:
            raise LockFileError(f"its {entry['name']} has {', '.join(sorted(unknown))}, which multirepo does not know")
        release = releases.get(canonicalize_name(entry["name"])) if place != "." else None
        path = normpath(join(folder, place, MANIFEST))
        if release:
            changed = _from_registry(entry, release, index)
        elif path in manifests:
            manifest = tomllib.loads(manifests[path].decode())
            if place == ".":
                _check_python(document, manifest)
            changed = _local(entry, manifest, index)
        else:
            raise LockFileError(f"it takes {entry['name']} from {place!r}, which is not in this repository")
        packages.append((changed, _block(changed)))
    reachable = _reachable([entry for entry, _ in packages])
    ordered = sorted(((entry, block) for entry, block in packages if entry["name"] in reachable), key=_order)
    return (head + "\n".join(block.strip("\n") + "\n" for _, block in ordered)).encode()


def _order(package: tuple[Entry, str]) -> tuple[str, str]:
    entry, _ = package
    return entry["name"], ""  # several versions of one package stay in the order that uv gave them


def _check_python(document: Entry, manifest: Entry) -> None:
    before, now = document.get("requires-python", ""), table_at(manifest, "project").get("requires-python", "")
    if SpecifierSet(before) != SpecifierSet(now):
        raise LockFileError(f"it was made for Python {before}, and the manifest asks for {now}")


def _from_registry(entry: Entry, release: ReleaseMetadata, index: PrivateIndex) -> Entry:
    """A private package as uv writes it from the registry. What it depends on is locked already."""
    locked = {canonicalize_name(each["name"]) for each in entry.get("dependencies", [])}
    needed = {
        canonicalize_name(required.name)
        for text in release.requires_dist
        if (required := Requirement(text)).marker is None
    }
    if missing := needed - locked:
        raise LockFileError(f"it does not have {', '.join(sorted(missing))}, which {release.name} needs")
    files = {
        name: {"url": index.file_url(release.name, release.version, name, digest), "hash": f"sha256:{digest}"}
        for name, digest in release.files.items()
    }
    made = {key: value for key, value in entry.items() if key not in ("metadata", "dev-dependencies")}
    made |= {"version": release.version, "source": {"registry": index.index_url}}
    made["sdist"] = next((file for name, file in files.items() if name.endswith(".tar.gz")), None)
    made["wheels"] = [file for name, file in files.items() if name.endswith(".whl")]
    return made


def _local(entry: Entry, manifest: Entry, index: PrivateIndex) -> Entry:
    """A package of the repository itself, as its manifest has become."""
    project, named = table_at(manifest, "project"), _requirements(manifest)
    from_index = {
        canonicalize_name(name)
        for name, source in table_at(manifest, "tool", "uv", "sources").items()
        if isinstance(source, Mapping) and "index" in source
    }

    def select(entries: Iterable[Entry]) -> list[Entry]:
        return [each for each in entries if canonicalize_name(each["name"]) in named]

    def required(entries: Iterable[Entry]) -> list[Entry]:
        return [_required(each, named, from_index, index) for each in select(entries)]

    made = {**entry, "dependencies": select(entry.get("dependencies", []))}
    made["name"] = canonicalize_name(project.get("name", entry["name"]))
    if "version" in entry and "version" in project:
        made["version"] = project["version"]
    for groups in _GROUPS:
        made[groups] = {group: select(entries) for group, entries in entry.get(groups, {}).items()}
    metadata = {**entry.get("metadata", {})}
    metadata["requires-dist"] = required(metadata.get("requires-dist", []))
    metadata["requires-dev"] = {group: required(each) for group, each in metadata.get("requires-dev", {}).items()}
    for group, texts in table_at(manifest, "dependency-groups").items():
        if group not in metadata["requires-dev"]:
            added = [{"name": canonicalize_name(needed.name)} for text in texts if (needed := parsed(text))]
            made["dev-dependencies"][group] = added
            metadata["requires-dev"][group] = required(added)
    return made | {"metadata": metadata}


def _requirements(manifest: Entry) -> dict[NormalizedName, SpecifierSet]:
    """What each requirement of the manifest asks for."""
    project = table_at(manifest, "project")
    lists = [project.get("dependencies", []), *table_at(project, "optional-dependencies").values()]
    lists += table_at(manifest, "dependency-groups").values()
    found = [requirement for texts in lists for text in texts if (requirement := parsed(text))]
    return {canonicalize_name(each.name): each.specifier for each in found}


def _required(
    entry: Entry, named: Mapping[NormalizedName, SpecifierSet], from_index: set[NormalizedName], index: PrivateIndex
) -> Entry:
    """One requirement as the manifest has it; what no folder is any more gets a version and the index."""
    name = canonicalize_name(entry["name"])
    if name not in from_index:
        return entry
    specifier = sorted(named[name], key=lambda each: (each.version, each.operator))
    specifiers = {"specifier": ",".join(map(str, specifier))} if specifier else {}
    return {
        **{key: value for key, value in entry.items() if key not in (*_FOLDERS, "specifier", "index")},
        **specifiers,
        "index": index.index_url,
    }


def _reachable(packages: list[Entry]) -> set[str]:
    """Names of the packages of the repository itself, and of all that they need."""
    needs: dict[str, set[str]] = {}
    for entry in packages:
        groups = [entry.get("dependencies", []), *(each for kind in _GROUPS for each in entry.get(kind, {}).values())]
        needs.setdefault(entry["name"], set()).update(each["name"] for group in groups for each in group)
    found = {entry["name"] for entry in packages if not entry["source"].keys().isdisjoint(_FOLDERS)}
    waiting = list(found)
    while waiting:
        new = needs.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    if missing := found - needs.keys():
        raise LockFileError(f"it does not have {', '.join(sorted(missing))}")
    return found


def _block(entry: Entry) -> str:
    """As uv writes it."""
    return "".join(f"{line}\n" for line in _lines(entry))


def _lines(entry: Entry) -> Iterator[str]:
    yield "[[package]]"
    for key in _PLAIN:
        if entry.get(key):
            yield f"{key} = {_value(entry[key], spread=key in ('dependencies', 'wheels', 'resolution-markers'))}"
    for kind in _GROUPS:
        if groups := {group: entries for group, entries in sorted(entry.get(kind, {}).items()) if entries}:
            yield f"\n[package.{kind}]"
            yield from (f"{group} = {_value(entries, spread=True)}" for group, entries in groups.items())
    metadata = {**entry.get("metadata", {})}
    development = metadata.pop("requires-dev", {})
    if metadata := {key: value for key, value in metadata.items() if value}:
        yield "\n[package.metadata]"
        yield from (f"{key} = {_value(value)}" for key, value in metadata.items())
    if development:
        yield "\n[package.metadata.requires-dev]"
        yield from (f"{group} = {_value(entries)}" for group, entries in sorted(development.items()))


def _value(value: Any, *, spread: bool = False) -> str:
    """A TOML value. spread: one element of an array on each line, as uv does with several tables in any case."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        items = [_value(each) for each in value]
        if spread or (len(items) > 1 and isinstance(value[0], Mapping)):
            return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
        return f"[{', '.join(items)}]"
    return json.dumps(value, ensure_ascii=False)
