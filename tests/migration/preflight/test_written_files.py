"""Files of people in the way of those that the stack writes are reported before the first push."""

from typing import Any

import pytest

from migration.preflight import Severity
from migration.preflight.pipeline_checks.written_files import DOCKERFILE, IN_THE_WAY
from tests.migration.preflight.conftest import PreflightContext

OWNED = {"name": "new", "moves": [{"from": "app"}], "code_owners": {"*": ["@ana"]}}


@pytest.mark.parametrize(
    ("files", "path", "severity", "problem"),
    [
        ({"app/.github": "notes"}, ".github", Severity.REFUSAL, "is not a folder"),
        ({"app/.github/CODEOWNERS/team": "x"}, ".github/CODEOWNERS", Severity.REFUSAL, "is a folder"),
        ({"app/.github/CODEOWNERS": "* @bo"}, ".github/CODEOWNERS", Severity.WARNING, "is replaced"),
    ],
)
def test_what_is_in_the_way_of_a_managed_file_is_named(
    world: PreflightContext, files: dict[str, Any], path: str, severity: Severity, problem: str
) -> None:
    world.repositories = [OWNED]
    world.commits({"app/main.py": "1\n"} | files)
    (finding,) = world.findings(IN_THE_WAY)
    assert (finding.path, finding.severity) == (path, severity)
    assert problem in finding.problem


def test_other_files_beside_them_stay_and_are_not_named(world: PreflightContext) -> None:
    world.repositories = [OWNED]
    world.commits({"app/.github/ISSUE_TEMPLATE/bug.md": "x", "app/CODEOWNERS.md": "x", ".github/CODEOWNERS": "x"})
    assert world.paths(IN_THE_WAY) == []


@pytest.mark.parametrize(
    ("dockerfile", "transforms", "missing"),
    [
        ("Dockerfile", {}, []),
        ("docker/Dockerfile", {}, ["docker/Dockerfile"]),
        ("docker", {}, ["docker"]),
        ("docker/Dockerfile", {"add_files": {"docker/Dockerfile": "FROM scratch\n"}}, []),
    ],
)
def test_a_dockerfile_that_the_repository_lacks_is_refused(
    world: PreflightContext, dockerfile: str, transforms: dict[str, Any], missing: list[str]
) -> None:
    world.repositories = [
        {
            "name": "new",
            "kind": "python-service",
            "moves": [{"from": "app"}],
            "dockerfile": dockerfile,
            "transforms": transforms,
        }
    ]
    world.commits({"app/Dockerfile": "FROM scratch\n", "app/docker/x": "1"})
    assert world.paths(DOCKERFILE) == missing
    assert all(finding.severity is Severity.REFUSAL for finding in world.findings(DOCKERFILE))
