"""The provider's test functions, one process each, and what came of their cases."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.administration import WorldAccess
from sandbox.upstream.building import Programs

# The resources that the stack uses, and the functions that test them.
RESOURCES = {
    "github_repository": ("TestAccGithubRepository",),
    "github_branch": ("TestAccGithubBranch",),
    "github_branch_default": ("TestAccGithubBranchDefault",),
    "github_branch_protection": ("TestAccGithubBranchProtectionV4",),
    "github_repository_ruleset": ("TestAccGithubRepositoryRuleset",),
    "github_repository_file": ("TestAccGithubRepositoryFile",),
    "github_actions_secret": ("TestAccGithubActionsSecret",),
    "github_actions_variable": ("TestAccGithubActionsVariable",),
    "github_repository_environment": ("TestAccGithubRepositoryEnvironment",),
    "github_team": ("TestAccGithubTeam",),
    "github_team_repository": ("TestAccGithubTeamRepository", "TestAccGithubTeamRepositoryArchivedRepo"),
}
PARALLEL = 2  # cases at once
TIMEOUT = 1800  # seconds for one function
RESULT = re.compile(r"^\s*--- (PASS|FAIL|SKIP): (\S+) \(([\d.]+)s\)")


@dataclass(frozen=True)
class Case:
    """One case. result: PASS, FAIL or SKIP. said: what a failed one printed."""

    name: str
    result: str
    seconds: float
    said: str = ""


def run(function: str, programs: Programs, world: WorldAccess, home: Path) -> list[Case]:
    """Run one test function; its cases, or itself when it has none or broke before."""
    done = subprocess.run(
        [
            str(programs.tests),
            f"-test.run=^{function}$",
            "-test.v",
            f"-test.parallel={PARALLEL}",
            f"-test.timeout={TIMEOUT}s",
        ],
        cwd=programs.fixtures,
        env=_environment(programs, world, home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    (home / f"{function}.log").write_text(done.stdout)
    cases = list(parse(done.stdout))
    parts = [case for case in cases if "/" in case.name]
    if done.returncode and not any(case.result == "FAIL" for case in cases):
        return [*parts, Case(function, "FAIL", 0.0, done.stdout[-2000:])]  # it panicked
    return parts or cases


def _environment(programs: Programs, world: WorldAccess, home: Path) -> dict[str, str]:
    config = home / "tofurc"
    config.touch()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "TF_ACC": "1",
        "TF_ACC_TERRAFORM_PATH": str(programs.tofu),
        "TF_ACC_PROVIDER_HOST": "registry.opentofu.org",
        "TF_ACC_PROVIDER_NAMESPACE": "hashicorp",
        "TF_CLI_CONFIG_FILE": str(config),
        "CHECKPOINT_DISABLE": "1",
        "GITHUB_BASE_URL": f"{world.address}/",
        "GITHUB_OWNER": world.organization,
        "GITHUB_TOKEN": world.token,
        "GITHUB_LEGACY_CLIENT": "false",
        "GH_TEST_AUTH_MODE": "team",
        "GH_TEST_ORG_USER1": "user-one",
        "GH_TEST_ORG_USER2": "user-two",
        "GH_TEST_EXTERNAL_USER1": "stranger",
    }


def parse(output: str) -> Iterator[Case]:
    """The cases in what `go test -v` prints. What a case says follows the line with its result, indented."""
    found: Case | None = None
    said: list[str] = []
    for line in output.splitlines():
        result = RESULT.match(line)
        if result or not line.startswith(" "):
            if found:
                yield Case(found.name, found.result, found.seconds, "\n".join(said))
            found, said = None, []
        if result:
            found = Case(result[2], result[1], float(result[3]))
        elif found:
            said.append(line.strip())
    if found:
        yield Case(found.name, found.result, found.seconds, "\n".join(said))
