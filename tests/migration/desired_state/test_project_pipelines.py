"""Pipelines are rendered by what a repository's own files say."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from migration.desired_state.managed_files import managed_files
from migration.desired_state.required_checks import required_checks
from migration.plan import Plan
from migration.toolchains.project_files import ProjectFiles
from tests.migration.desired_state.conftest import REGISTRIES

MANIFEST = '[project]\nname = "one"\nversion = "1"\nrequires-python = ">=3.12"\n'
UV = MANIFEST + '[dependency-groups]\ndev = ["pytest", "mypy"]\n'


def rendered(files: dict[str, str], registry: str = "", **settings: Any) -> dict[str, str]:
    repository = {"name": "one", "kind": "python-service", "moves": [{"from": "one"}], **settings}
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [repository], **PLAN})
    found = managed_files(plan, "one", "acme", REGISTRIES.get(registry), ProjectFiles.of(files))
    return {file.path.rpartition("/")[2]: file.content for file in found}


PLAN: dict[str, Any] = {"package_source": {"other_indexes": ["https://download.pytorch.org/whl/cpu"]}}
LIBRARY = {"packages": [{"name": "core", "path": "core", "version": "1.0"}]}


def jobs(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text)["jobs"]
    return found


def test_a_project_of_uv_has_no_step_of_poetry() -> None:
    ci = rendered({"pyproject.toml": UV, "uv.lock": ""})["ci.yml"]
    assert "poetry" not in ci
    assert "run: uv sync --locked --all-extras --all-groups" in ci
    assert 'python-version: "3.12"' in ci


def test_an_application_that_nobody_builds_has_no_build_and_a_release_without_files() -> None:
    files = rendered({"pyproject.toml": UV})
    assert "build" not in jobs(files["ci.yml"])
    release = jobs(files["release.yml"])
    assert list(release) == ["release"]
    assert "needs" not in release["release"]
    assert "twine" not in files["release.yml"]


def test_an_application_that_is_built_carries_the_version_of_its_tag_and_needs_no_twine() -> None:
    files = rendered({"pyproject.toml": '[tool.poetry]\nname = "one"\nversion = "1"\n'})
    assert list(jobs(files["release.yml"])) == ["build", "release"]
    assert "twine" not in files["release.yml"]
    assert "Hold the version to the tag" in files["release.yml"]


@pytest.mark.parametrize("environments", [[], [{"name": "production"}]])
def test_a_release_names_the_environment_that_the_plan_has(environments: list[dict[str, str]]) -> None:
    files = rendered({}, dockerfile="Dockerfile", environments=environments)
    assert ("environment: production" in files["release.yml"]) == bool(environments)


def test_a_tool_that_the_code_does_not_use_is_advisory_until_the_plan_requires_it() -> None:
    manifest = {"pyproject.toml": '[tool.poetry.group.dev.dependencies]\npytest = "*"\n'}
    repository = {"name": "one", "kind": "python-service", "moves": [{"from": "one"}]}
    required = []
    for checks in ({}, {"lint": "required", "types": "none"}):
        described = {**repository, "pipeline": {"checks": checks}}
        plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [described]})
        files = managed_files(plan, "one", "acme", None, ProjectFiles.of(manifest))
        required.append(required_checks(files))
    assert required == [("Unit tests", "Build"), ("Lint", "Unit tests", "Build")]


def test_packages_with_different_tools_have_jobs_of_their_own() -> None:
    packages = [{"name": f"acme-{name}", "path": name, "version": "1.0"} for name in ("a", "b", "c")]
    poetry, uv = '[tool.poetry.dependencies]\npython = "^3.11"\n', UV
    files = {"a/pyproject.toml": poetry, "b/pyproject.toml": uv, "c/pyproject.toml": poetry, "b/uv.lock": ""}
    found = rendered(files, "devpi", kind="python-packages", packages=packages)
    ci, updates = jobs(found["ci.yml"]), yaml.safe_load(found["dependabot.yml"])["updates"]
    matrices = {name: job["strategy"]["matrix"]["package"] for name, job in ci.items() if name != "lint"}
    assert matrices == {"package": ["a", "c"], "package-2": ["b"]}
    assert [update["package-ecosystem"] for update in updates] == ["pip", "uv"]


@pytest.mark.parametrize(
    ("files", "variable"),
    [
        ({"pyproject.toml": UV}, "UV_INDEX_PRIVATE_PASSWORD"),
        ({"pyproject.toml": "[tool.poetry]\n"}, "POETRY_HTTP_BASIC_PRIVATE_PASSWORD"),
        ({"requirements.txt": "core\n"}, "PIP_INDEX_URL"),
    ],
)
def test_each_client_gets_the_credentials_of_the_registry_in_its_own_words(
    files: dict[str, str], variable: str
) -> None:
    shared = {"name": "shared", "kind": "python-packages", "moves": [{"from": "libs"}], **LIBRARY}
    user = {"name": "one", "kind": "python-service", "moves": [{"from": "one"}], "consumes": ["core"]}
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [shared, user]})
    found = managed_files(plan, "one", "acme", REGISTRIES["devpi"], ProjectFiles.of(files))
    (ci,) = (file.content for file in found if file.path.endswith("ci.yml"))
    (install,) = (step for step in jobs(ci)["unit-tests"]["steps"] if step.get("name") == "Install")
    assert variable in install["env"]


@pytest.mark.parametrize(
    ("index", "name", "code"),
    [
        ("https://download.pytorch.org/whl/cpu", "torch", 0),
        ("https://download.pytorch.org/whl/cpu", "core", 1),
        ("https://evil.example/simple", "torch", 1),
    ],
)
def test_an_index_of_the_plan_is_no_finding_but_for_a_private_name(
    index: str, name: str, code: int, tmp_path: Path
) -> None:
    shared = {"name": "shared", "kind": "python-packages", "moves": [{"from": "libs"}], **LIBRARY}
    user = {"name": "one", "kind": "python-service", "moves": [{"from": "one"}], "consumes": ["core"]}
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [shared, user], **PLAN})
    files = {file.path: file.content for file in managed_files(plan, "one", "acme", REGISTRIES["devpi"])}
    (tmp_path / "check.py").write_text(files[".github/check_lock_files.py"])
    wheel = "https://download-r2.pytorch.org/whl/cpu/torch.whl"
    source = f'name = "{name}"\nversion = "2"\nsource = {{ registry = "{index}" }}\n'
    (tmp_path / "uv.lock").write_text(f'[[package]]\n{source}wheels = [{{ url = "{wheel}", hash = "sha256:00" }}]\n')
    done = subprocess.run([sys.executable, "check.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
