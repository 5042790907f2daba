"""Manifests that the rendered pipelines cannot install or build are reported before the first push."""

from typing import Any

import pytest

from migration.preflight import Severity
from tests.migration.preflight.conftest import PreflightContext

CHECK = "python-pipeline"
PEP_621 = '[project]\nname = "app"\nversion = "1"\nrequires-python = "{}"\n'
POETRY = '[tool.poetry]\nname = "app"\nversion = "1"\n[tool.poetry.dependencies]\npython = "{}"\n'
PACKAGELESS = "[tool.poetry]\npackage-mode = false\n"


def plan_service(world: PreflightContext, **settings: Any) -> None:
    world.repositories = [{"name": "new", "kind": "python-service", "moves": [{"from": "app"}], **settings}]


@pytest.mark.parametrize("manifest", [PEP_621.format(">=3.12"), POETRY.format("^3.12"), POETRY.format("~3.9 || ^3.13")])
def test_a_manifest_that_excludes_the_python_of_the_jobs_is_named(world: PreflightContext, manifest: str) -> None:
    plan_service(world)
    world.commits({"app/pyproject.toml": manifest})
    (finding,) = world.findings(CHECK)
    assert (finding.severity, finding.path) == (Severity.WARNING, "pyproject.toml")
    assert "the jobs of the pipelines run on 3.11" in finding.problem
    assert '`python: "3.12"`' in finding.remedy


def test_the_version_that_the_plan_names_settles_it(world: PreflightContext) -> None:
    world.commits({"app/pyproject.toml": PEP_621.format(">=3.12")})
    plan_service(world)
    assert world.paths(CHECK) == ["pyproject.toml"]
    plan_service(world, python="3.13")
    assert world.paths(CHECK) == []


@pytest.mark.parametrize(
    "manifest", [PEP_621.format(">=3.11"), POETRY.format("^3.11"), '[project]\nname = "app"\n', "["]
)
def test_a_manifest_that_takes_the_python_of_the_jobs_is_not_named(world: PreflightContext, manifest: str) -> None:
    plan_service(world)
    world.commits({"app/pyproject.toml": manifest})
    assert world.paths(CHECK) == []


@pytest.mark.parametrize(
    ("transforms", "paths"),
    [
        ({"python": "^3.11"}, []),
        ({"python": "^3.13"}, []),
        ({"replace_text": {"pyproject.toml": {">=3.12": ">=3.11"}}}, []),
        ({"add_files": {"pyproject.toml": PEP_621.format(">=3.11")}}, []),
        ({"add_files": {"pyproject.toml": PEP_621.format(">=3.14")}}, ["pyproject.toml"]),
    ],
)
def test_what_counts_is_the_manifest_that_the_transforms_leave(
    world: PreflightContext, transforms: dict[str, Any], paths: list[str]
) -> None:
    plan_service(world, transforms=transforms)
    world.commits({"app/pyproject.toml": PEP_621.format(">=3.12")})
    assert world.paths(CHECK) == paths


def test_each_package_of_a_repository_is_looked_at_in_its_folder(world: PreflightContext) -> None:
    packages = [{"name": f"acme-{name}", "path": name, "version": "1.0"} for name in ("old", "new")]
    plan_service(world, kind="python-packages", packages=packages)
    world.commits({"app/old/pyproject.toml": POETRY.format("^3.11"), "app/new/pyproject.toml": POETRY.format("^3.14")})
    assert world.paths(CHECK) == ["new/pyproject.toml"]


def test_a_manifest_that_poetry_does_not_build_is_named_where_the_pipelines_build_it(world: PreflightContext) -> None:
    world.commits({"app/pyproject.toml": PACKAGELESS, "app/Dockerfile": "FROM scratch\n"})
    plan_service(world)
    (finding,) = world.findings(CHECK)
    assert "`package-mode = false`" in finding.problem
    plan_service(world, dockerfile="Dockerfile")
    assert world.paths(CHECK) == []


def test_no_pipeline_of_python_no_finding(world: PreflightContext) -> None:
    world.commits({"app/pyproject.toml": PACKAGELESS + '[tool.poetry.dependencies]\npython = "^3.13"\n'})
    assert world.paths(CHECK) == []
