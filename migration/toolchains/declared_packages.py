"""Which packages one Python project declares, for whatever purpose and in whichever client's words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from migration.toolchains.project_files import ProjectFiles

REQUIREMENTS = (
    *("requirements.txt", "requirements-dev.txt", "requirements-test.txt", "dev-requirements.txt"),
    *("test-requirements.txt", "requirements/dev.txt", "requirements/test.txt"),
)
"""Files that pip installs from, where a project has them."""


def declared_packages(files: ProjectFiles, folder: str) -> frozenset[str]:
    """Canonical names of what the project in this folder asks for."""
    document = files.toml(folder)
    names = [*_project(document), *_tools(document.get("tool", {})), *_requirements(files, folder)]
    names += _setup_cfg(files.text(folder, "setup.cfg"))
    return frozenset(canonicalize_name(name) for name in names)


def _project(document: Mapping[str, Any]) -> Iterator[str]:
    project = document.get("project", {})
    optional = project.get("optional-dependencies", {})
    for group in (project.get("dependencies", ()), *optional.values(), *document.get("dependency-groups", {}).values()):
        yield from _names(group)


def _tools(tools: Mapping[str, Any]) -> Iterator[str]:
    poetry = tools.get("poetry", {})
    yield from poetry.get("dependencies", {})
    yield from poetry.get("dev-dependencies", {})
    for group in poetry.get("group", {}).values():
        yield from group.get("dependencies", {})
    for group in tools.get("pdm", {}).get("dev-dependencies", {}).values():
        yield from _names(group)
    yield from _names(tools.get("uv", {}).get("dev-dependencies", ()))
    for environment in tools.get("hatch", {}).get("envs", {}).values():
        for key in ("dependencies", "extra-dependencies"):
            yield from _names(environment.get(key, ()) if isinstance(environment, Mapping) else ())


def _names(requirements: Iterable[Any]) -> Iterator[str]:
    for each in requirements:
        try:
            yield Requirement(str(each)).name
        except InvalidRequirement:  # {include-group = …}, or a fault that the client reports
            continue


def _requirements(files: ProjectFiles, folder: str) -> Iterator[str]:
    for name in REQUIREMENTS:
        for line in files.text(folder, name).splitlines():
            yield from _names([line.partition(" #")[0].partition(" --")[0].strip()])


def _setup_cfg(text: str) -> Iterator[str]:
    """Every indented line that reads as a requirement: a name too many does no harm."""
    yield from (match[1] for match in re.finditer(r"^[ \t]+([A-Za-z][\w.-]*)\s*(?:[<>=!~;\[].*)?$", text, re.MULTILINE))
