"""The locks of the Python packages: pinned with hashes, in agreement, and with everything that is imported."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.conftest import PROJECT

FOLDER = PROJECT / "requirements"
LOCKS = {"stack": PROJECT / "requirements.txt", **{name: FOLDER / f"{name}.txt" for name in ("aws", "command", "test")}}
LOCKS["image"] = PROJECT / "components" / "registry" / "image" / "requirements.txt"
INPUTS = {
    "stack": ("components", "stack", "docker"),
    "aws": ("aws",),
    "command": ("command", "sandbox"),
    "test": ("test",),
    "image": ("image",),
}
"""Each lock's inputs, which are also the dependencies and the extras of the wheel."""
OWN = {
    "benchmarks",
    "component_package",
    "command_line",
    "components",
    "engine",
    "migration",
    "policies",
    "sandbox",
    "tests",
}
ALONE = {"cleo", "devpi_server", "poetry", "pyramid", "read_access"}
"""Modules of other environments: Poetry's own, and the registry's server and image."""


def pins(lock: Path) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", lock.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def declared(name: str) -> dict[str, str | None]:
    """The packages that the inputs of a lock name, with the version that they demand."""
    text = "".join((FOLDER / f"{each}.in").read_text() for each in INPUTS[name])
    lines = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?(?:==(\S+))?$", text, re.MULTILINE)
    return {canonicalize_name(package): version or None for package, version in lines}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_what_its_input_names_in_the_version_that_it_names(name: str) -> None:
    locked = pins(LOCKS[name])
    assert {package: version or locked.get(package) for package, version in declared(name).items()} == {
        package: locked.get(package) for package in declared(name)
    }


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_a_hash(name: str) -> None:
    blocks = re.split(r"^(?=[A-Za-z0-9])", LOCKS[name].read_text(), flags=re.MULTILINE)[1:]
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_locks_agree() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS.values():
        for name, version in pins(lock).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_stack_needs_neither_browser_nor_server_nor_aws() -> None:
    assert not pins(LOCKS["stack"]).keys() & {"playwright", "devpi-server", "starlette", "pytest", "pulumi-aws"}


def imported(folders: set[str]) -> Iterator[tuple[str, str]]:
    """The top-level modules of others that files of these folders import, each with the file."""
    for folder in sorted(folders):
        local = {path.stem for path in (PROJECT / folder).glob("*.py")}  # scripts import their neighbours
        for file in sorted((PROJECT / folder).rglob("*.py")):
            if "files" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    names = [node.module]
                for top in {name.partition(".")[0] for name in names}:
                    if top not in sys.stdlib_module_names | OWN | ALONE | local:
                        yield top, str(file.relative_to(PROJECT))


@pytest.mark.parametrize(
    ("folders", "sets"),
    [
        ({"migration", "components", "engine", "policies"}, ("stack", "aws")),
        ({"command_line", "sandbox"}, ("stack", "command")),
    ],
)
def test_everything_that_is_imported_is_declared(folders: set[str], sets: tuple[str, ...]) -> None:
    names = {name for each in sets for name in declared(each)} | {"pydantic-core"}  # pydantic's own other half
    distributions = packages_distributions()
    undeclared = {
        f"{file}: {module}"
        for module, file in imported(folders)
        if not names & {canonicalize_name(name) for name in distributions.get(module, [module])}
    }
    assert undeclared == set()
