"""The provider's test functions, one process each, and the results of their cases."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.daemon.administration import TenantAccess
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
# Cases that no GitHub could pass, and why.
INAPPLICABLE = {
    "TestAccGithubRepository/creates_a_repository_using_an_org_template": (
        "its configuration declares one resource twice, which OpenTofu refuses before any request"
    )
}
PARALLEL = 2  # cases at once
TIMEOUT = 1800  # seconds for one function
TURN = re.compile(r"^=== (?:NAME|CONT) +(\S+)$")
RESULT = re.compile(r"^\s*--- (PASS|FAIL|SKIP): (\S+) \(([\d.]+)s\)")


@dataclass(frozen=True)
class Case:
    """One case. result: PASS, FAIL or SKIP, for one that is not applicable. output: of a failed case, or the reason."""

    name: str
    result: str
    seconds: float
    output: str = ""


def run(function: str, programs: Programs, tenant: TenantAccess, home: Path) -> list[Case]:
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
        env=_environment(programs, tenant, home),
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
        output = f"ended with {done.returncode}:\n{done.stdout[-2000:]}"
        return [*parts, Case(function, "FAIL", 0.0, output)]  # it panicked, or was killed
    return parts or cases


def _environment(programs: Programs, tenant: TenantAccess, home: Path) -> dict[str, str]:
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
        "GITHUB_BASE_URL": f"{tenant.address}/",
        "GITHUB_OWNER": tenant.organization,
        "GITHUB_TOKEN": tenant.token,
        "GITHUB_LEGACY_CLIENT": "false",
        "GH_TEST_AUTH_MODE": "enterprise",
        "GITHUB_ENTERPRISE_SLUG": "enterprise",
        "GH_TEST_ORG_USER1": "user-one",
        "GH_TEST_ORG_USER2": "user-two",
        "GH_TEST_EXTERNAL_USER1": "stranger",
    }


def parse(log: str) -> Iterator[Case]:
    """The cases in what `go test -v` prints, each with what it said after "=== NAME" or "=== CONT"."""
    output: dict[str, list[str]] = {}
    speaker = ""
    results: list[Case] = []
    for line in log.splitlines():
        result, turn = RESULT.match(line), TURN.match(line)
        if result:
            results.append(Case(result[2], result[1], float(result[3])))
            speaker = result[2]
        elif turn:
            speaker = turn[1]
        elif line.startswith(" ") and line.strip():
            output.setdefault(speaker, []).append(line.strip())
    for case in results:
        if reason := INAPPLICABLE.get(case.name):
            yield replace(case, result="SKIP", output=reason)
        else:
            yield replace(case, output="\n".join(output.get(case.name, ())))
