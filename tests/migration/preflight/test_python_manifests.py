"""Manifests that exclude the Python of the rendered pipelines are reported before the first push."""

from typing import Any

import pytest

from migration.preflight import Severity
from tests.migration.preflight.conftest import PreflightContext

CHECK = "python-pipeline"
PEP_621 = '[project]\nname = "app"\nversion = "1"\nrequires-python = "{}"\n'
POETRY = '[tool.poetry]\nname = "app"\nversion = "1"\n[tool.poetry.dependencies]\npython = "{}"\n'


def plan_service(world: PreflightContext, **settings: Any) -> None:
    world.repositories = [{"name": "new", "kind": "python-service", "moves": [{"from": "app"}], **settings}]


@pytest.mark.parametrize("manifest", [PEP_621.format("<3.11"), POETRY.format("~3.9 || >=3.15")])
def test_a_manifest_that_takes_no_python_of_pipelines_is_named(world: PreflightContext, manifest: str) -> None:
    plan_service(world)
    world.commits({"app/pyproject.toml": manifest})
    (finding,) = world.findings(CHECK)
    assert (finding.severity, finding.path) == (Severity.WARNING, "pyproject.toml")
    assert "the jobs of the pipelines run on 3.11" in finding.problem
    assert '`python: "3.12"`' in finding.remedy


def test_the_version_that_the_plan_names_is_compared(world: PreflightContext) -> None:
    world.commits({"app/pyproject.toml": PEP_621.format(">=3.12")})
    plan_service(world, python="3.11")
    assert world.paths(CHECK) == ["pyproject.toml"]
    plan_service(world, python="3.13")
    assert world.paths(CHECK) == []


@pytest.mark.parametrize(
    "manifest", [PEP_621.format(">=3.11"), PEP_621.format(">=3.14"), POETRY.format("^3.12"), "[project]\n", "["]
)
def test_a_manifest_that_takes_a_python_of_pipelines_is_not_named(world: PreflightContext, manifest: str) -> None:
    plan_service(world)
    world.commits({"app/pyproject.toml": manifest})
    assert world.paths(CHECK) == []


@pytest.mark.parametrize(
    ("transforms", "paths"),
    [
        ({"python": "^3.11"}, []),
        ({"python": "^3.13"}, []),
        ({"replace_text": {"pyproject.toml": {"<3.10": ">=3.11"}}}, []),
        ({"add_files": {"pyproject.toml": PEP_621.format(">=3.11")}}, []),
        ({"add_files": {"pyproject.toml": PEP_621.format(">=3.15")}}, ["pyproject.toml"]),
    ],
)
def test_what_counts_is_the_manifest_that_the_transforms_leave(
    world: PreflightContext, transforms: dict[str, Any], paths: list[str]
) -> None:
    plan_service(world, transforms=transforms)
    world.commits({"app/pyproject.toml": PEP_621.format("<3.10")})
    assert world.paths(CHECK) == paths


def test_packages_that_no_python_of_pipelines_can_have_together_are_named(world: PreflightContext) -> None:
    packages = [{"name": f"acme-{name}", "path": name, "version": "1.0"} for name in ("old", "new")]
    plan_service(world, kind="python-packages", packages=packages)
    old, new = POETRY.format("~3.11"), POETRY.format("^3.14")
    world.commits({"app/old/pyproject.toml": old, "app/new/pyproject.toml": new})
    assert world.paths(CHECK) == ["new/pyproject.toml"]


def test_no_pipeline_of_python_no_finding(world: PreflightContext) -> None:
    world.commits({"app/pyproject.toml": POETRY.format("<3.9")})
    assert world.paths(CHECK) == []
