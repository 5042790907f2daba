"""A tree becomes an sdist and a wheel, with a real build backend: the same bytes wherever and whenever it is done."""

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from migration.errors import BuildError
from migration.packages.publish.build import Distributions, build_distributions
from migration.packages.publish.upload import check_metadata

MANIFEST = """\
[tool.poetry]
name = "maestro-api"
version = "0.1.0"
description = "An example"
authors = []
readme = "README.md"
[tool.poetry.dependencies]
python = "^3.11"
maestro-config = "^0.1.0"
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""
TREE = {
    "api/pyproject.toml": MANIFEST.encode(),
    "api/README.md": b"# An example\n",
    "api/maestro_api/__init__.py": b"",
    "api/maestro_api/über.py": b"'more'\n",
    "other/secret.txt": b"of somebody else",
}
DATE = 1_600_000_000
Build = Callable[..., Distributions]


@pytest.fixture
def build(tmp_path: Path, build_environments: Path) -> Build:
    def make(tree: dict[str, bytes] = TREE, into: str = "output") -> Distributions:
        (tmp_path / into).mkdir()
        return build_distributions(tree, "api", DATE, tmp_path / into, build_environments)

    return make


@pytest.fixture
def built(build: Build) -> Distributions:
    return build()


def test_two_builds_give_the_same_bytes(build: Build) -> None:
    first, again = build(into="first"), build(into="again")
    assert first.hashes == again.hashes
    assert set(first.hashes) == {"maestro_api-0.1.0.tar.gz", "maestro_api-0.1.0-py3-none-any.whl"}
    with tarfile.open(first.sdist) as sdist:
        assert not any("secret" in name for name in sdist.getnames())
    with zipfile.ZipFile(first.wheel) as wheel:
        assert {info.date_time[0] for info in wheel.infolist()} == {2020}
        assert "maestro_api/über.py" in wheel.namelist()


def test_a_package_that_cannot_be_built_is_told_with_the_backends_last_words(build: Build) -> None:
    broken = TREE | {"api/pyproject.toml": MANIFEST.replace('version = "0.1.0"', 'version = "next"').encode()}
    with pytest.raises(BuildError, match=r"^maestro-api in api: the sdist cannot be built: (.|\n)*next"):
        build(broken)


UV_BUILD = """\
[project]
name = "tidy"
version = "1.0.0"
[build-system]
requires = ["uv_build>=0.8.15,<0.9.0"]
build-backend = "uv_build"
"""


def test_an_upper_bound_of_a_build_backend_is_kept(tmp_path: Path, build_environments: Path) -> None:
    """`uv init` writes one; a version that it excludes must not be forced upon it."""
    tree = {"pyproject.toml": UV_BUILD.encode(), "src/tidy/__init__.py": b""}
    built = build_distributions(tree, ".", DATE, tmp_path, build_environments)
    with zipfile.ZipFile(built.wheel) as wheel:
        assert b"Generator: uv 0.8." in wheel.read("tidy-1.0.0.dist-info/WHEEL")


def test_an_extra_of_the_package_itself_is_no_dependency_on_another(tmp_path: Path, build_environments: Path) -> None:
    extras = '[project.optional-dependencies]\nall = ["api[fast]"]\nfast = ["rich"]\n'
    tree = {"pyproject.toml": f"{SETUPTOOLS}{extras}".encode(), "api/__init__.py": b""}
    built = build_distributions(tree, ".", DATE, tmp_path, build_environments)
    check_metadata("api", "1.0.0", [], ["api"], built)


SETUPTOOLS = """\
[project]
name = "api"
version = "1.0.0"
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[tool.setuptools]
packages = ["api"]
package-data = {api = ["*"]}
"""


def test_symbolic_links_and_executable_files_of_a_package_stay(tmp_path: Path, build_environments: Path) -> None:
    tree = {
        "LICENSE": b"Free\n",
        "pyproject.toml": SETUPTOOLS.encode(),
        "api/__init__.py": b"",
        "api/run.sh": b"#!/bin/sh\n",
        "api/LICENSE": b"../LICENSE",
    }
    modes = {"api/run.sh": "100755", "api/LICENSE": "120000"}
    built = build_distributions(tree, ".", DATE, tmp_path, build_environments, modes)
    with zipfile.ZipFile(built.wheel) as wheel:
        assert wheel.read("api/LICENSE") == b"Free\n"
        assert wheel.getinfo("api/run.sh").external_attr >> 16 & 0o111 == 0o111


def test_what_it_says_of_itself_is_held_against_the_plan(built: Distributions) -> None:
    private = ["maestro-api", "Maestro_Config"]
    check_metadata("maestro-api", "0.1.0", ["maestro-config"], private, built)
    with pytest.raises(BuildError, match=r"its manifest calls it maestro-api 0\.1\.0"):
        check_metadata("maestro-api", "0.2.0", ["maestro-config"], private, built)
    with pytest.raises(BuildError, match="Add it to `depends_on` of maestro-api"):
        check_metadata("maestro-api", "0.1.0", [], private, built)
