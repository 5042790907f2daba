"""`python -m sandbox.upstream [RESOURCE ...]`: how many of the provider's own tests pass against the sandbox.

`./multirepo test --upstream` is the same.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

import httpx

from sandbox.daemon import process
from sandbox.daemon.administration import TenantAccess, create_organization, create_tenant, create_token
from sandbox.daemon.process import Running
from sandbox.errors import SandboxError
from sandbox.upstream.building import build
from sandbox.upstream.cases import RESOURCES, Case, run

GOAL = 0.95


def main() -> int:
    """Build, run, report. 0 when at least 95% of the applicable cases pass; 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.upstream", description=__doc__)
    parser.add_argument("resources", nargs="*", help=f"of {', '.join(RESOURCES)}; all by default")
    parser.add_argument("--keep", type=Path, help="a folder for the tests' output, kept afterwards")
    arguments = parser.parse_args()
    unknown = set(arguments.resources) - set(RESOURCES)
    if unknown:
        parser.error(f"no such resource: {', '.join(sorted(unknown))}")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return _judge(arguments.resources or list(RESOURCES), arguments.keep or Path(scratch))
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1


def _judge(resources: list[str], folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    programs = build(lambda message: print(message, flush=True))
    running = process.start(folder / "sandbox", port=0)
    results: list[Case] = []
    try:
        tenant = prepare(running)
        for resource in resources:
            cases = [case for function in RESOURCES[resource] for case in run(function, programs, tenant, folder)]
            print(_line(resource, cases), flush=True)
            _print_cases(cases)
            results += cases
    finally:
        process.stop(folder / "sandbox")
    print(_line("all", results))
    return 0 if _share(results) >= GOAL else 1


def _print_cases(cases: list[Case]) -> None:
    """Those that did not pass: what failed ones printed, and in a line why others do not apply."""
    for case in cases:
        lines = case.output.splitlines()[: 12 if case.result == "FAIL" else 1]
        if case.result != "PASS":
            print(f"    {'✗' if case.result == 'FAIL' else '-'} {case.name}")
            print("".join(f"      {line}\n" for line in lines), end="", flush=True)


def _share(cases: list[Case]) -> float:
    counted = Counter(case.result for case in cases)
    applicable = counted["PASS"] + counted["FAIL"]
    return counted["PASS"] / applicable if applicable else 0.0


def _line(name: str, cases: list[Case]) -> str:
    counted = Counter(case.result for case in cases)
    passed, failed, skipped = counted["PASS"], counted["FAIL"], counted["SKIP"]
    return f"{name:32}{passed:4} passed {failed:4} failed {skipped:4} not applicable {_share(cases):7.1%}"


def prepare(running: Running) -> TenantAccess:
    """A tenant with what the tests expect to exist on GitHub: users, a repository to fork, a template."""
    tenant = create_tenant(running, "upstream", "maestro")
    create_token(running, tenant.name, "user-one", role="member")
    create_token(running, tenant.name, "user-two", role="member")
    create_token(running, tenant.name, "stranger", role="outsider")
    headers = {"Authorization": f"Bearer {tenant.token}"}
    sources = (
        ("integrations", "terraform-provider-github", False),
        ("template-repository", "template-repository", True),
        (tenant.organization, "terraform-template-module", True),
    )
    with httpx.Client(base_url=tenant.api_url, headers=headers) as api:
        for owner, name, is_template in sources:
            create_organization(running, tenant.name, owner)
            body = {"name": name, "auto_init": True, "is_template": is_template}
            api.post(f"/orgs/{owner}/repos", json=body).raise_for_status()
    return tenant


if __name__ == "__main__":
    sys.exit(main())
