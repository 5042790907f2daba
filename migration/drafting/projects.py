"""The projects of a monorepo: folders with a manifest or a Dockerfile of their own."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from migration.drafting.head_tree import GENERATED, HeadTree

MANIFESTS = (
    *("pyproject.toml", "setup.py", "setup.cfg", "package.json", "go.mod", "Cargo.toml", "pom.xml", "build.gradle"),
    *("build.gradle.kts", "composer.json", "Gemfile", "mix.exs"),
)
DOCKERFILE = "Dockerfile"


@dataclass(frozen=True)
class PythonPackage:
    """A pyproject.toml with a name and a version in it. folder: in the monorepo. needs: names of its dependencies."""

    name: str
    version: str
    folder: str
    needs: frozenset[str]


@dataclass(frozen=True)
class Project:
    """A folder. evidence: the files that make it a project. packages: in it and below it.

    needs: Python packages that any manifest in it names. uses_vite: whether its package.json does.
    """

    folder: str
    evidence: tuple[str, ...]
    packages: tuple[PythonPackage, ...]
    needs: frozenset[str]
    uses_vite: bool

    @property
    def is_image(self) -> bool:
        """Whether it has a Dockerfile."""
        return DOCKERFILE in self.evidence

    @property
    def is_library(self) -> bool:
        """Whether it is a Python package that is not run as a container."""
        return not self.is_image and any(package.folder == self.folder for package in self.packages)


def find_projects(tree: HeadTree) -> list[Project]:
    """The projects, by path. One inside another is a part of it."""
    evidence: dict[str, list[str]] = {}
    for path in tree.files:
        folder, _, name = path.rpartition("/")
        if folder and (name in MANIFESTS or name == DOCKERFILE) and not GENERATED.intersection(folder.split("/")):
            evidence.setdefault(folder, []).append(name)
    outer = [folder for folder in evidence if not _ancestors(folder) & evidence.keys()]
    return [_project(tree, folder, tuple(sorted(evidence[folder])), evidence) for folder in sorted(outer)]


def _ancestors(folder: str) -> set[str]:
    return {str(parent) for parent in PurePosixPath(folder).parents} - {"."}


def _project(tree: HeadTree, folder: str, evidence: tuple[str, ...], found: Mapping[str, Sequence[str]]) -> Project:
    inside = sorted(each for each in found if each == folder or each.startswith(f"{folder}/"))
    manifests = {each: _toml(tree, f"{each}/pyproject.toml") for each in inside if "pyproject.toml" in found[each]}
    packages = [package for each, document in manifests.items() if (package := _package(each, document))]
    needs = {name for document in manifests.values() for name in _needs(document)}
    for each in inside:
        needs |= set(_required(tree, f"{each}/requirements.txt"))
    return Project(folder, evidence, tuple(packages), frozenset(needs), _uses_vite(tree, folder))


def _toml(tree: HeadTree, path: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(tree.text(path))
    except tomllib.TOMLDecodeError:
        return {}


def _package(folder: str, document: Mapping[str, Any]) -> PythonPackage | None:
    for table in (_table(document, "project"), _table(document, "tool", "poetry")):
        name, version = table.get("name"), table.get("version")
        if isinstance(name, str) and isinstance(version, str) and _is_version(version) and "build-system" in document:
            return PythonPackage(name, version, folder, frozenset(_needs(document)))
    return None


def _table(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        inner = document.get(key)
        document = inner if isinstance(inner, Mapping) else {}
    return document


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _needs(document: Mapping[str, Any]) -> Iterator[str]:
    lines = _table(document, "project").get("dependencies", [])
    for line in lines if isinstance(lines, list) else []:
        yield from _requirement(line)
    for name in _table(document, "tool", "poetry", "dependencies"):
        if name != "python":
            yield str(canonicalize_name(name))


def _required(tree: HeadTree, path: str) -> Iterator[str]:
    if path in tree.files:
        for line in tree.text(path).splitlines():
            yield from _requirement(line.partition("#")[0].strip())


def _requirement(line: object) -> Iterator[str]:
    try:
        yield str(canonicalize_name(Requirement(str(line)).name))
    except InvalidRequirement:
        return


def _uses_vite(tree: HeadTree, folder: str) -> bool:
    path = f"{folder}/package.json"
    try:
        document = json.loads(tree.text(path)) if path in tree.files else {}
    except ValueError:
        return False
    return isinstance(document, dict) and any(
        "vite" in _table(document, key) for key in ("dependencies", "devDependencies")
    )
