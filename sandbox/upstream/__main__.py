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
from sandbox.daemon.administration import WorldAccess, create_organization, create_token, create_world
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
        world = prepare(running)
        for resource in resources:
            cases = [case for function in RESOURCES[resource] for case in run(function, programs, world, folder)]
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
        lines = case.said.splitlines()[: 12 if case.result == "FAIL" else 1]
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


def prepare(running: Running) -> WorldAccess:
    """A world with what the tests expect to exist at GitHub: users, a repository to fork, a template."""
    world = create_world(running, "upstream", "maestro")
    create_token(running, world.name, "user-one", role="member")
    create_token(running, world.name, "user-two", role="member")
    create_token(running, world.name, "stranger", role="outsider")
    headers = {"Authorization": f"Bearer {world.token}"}
    sources = (
        ("integrations", "terraform-provider-github", False),
        ("template-repository", "template-repository", True),
        (world.organization, "terraform-template-module", True),
    )
    with httpx.Client(base_url=world.api_url, headers=headers) as api:
        for owner, name, is_template in sources:
            create_organization(running, world.name, owner)
            body = {"name": name, "auto_init": True, "is_template": is_template}
            api.post(f"/orgs/{owner}/repos", json=body).raise_for_status()
    return world


if __name__ == "__main__":
    sys.exit(main())
