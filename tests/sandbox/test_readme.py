"""The front page of the sandbox: its commands run, its tables are current."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest
from starlette.routing import Route

import sandbox
from sandbox.app import REST
from tests.sandbox.descriptions import described_path, description

README = (Path(sandbox.__file__).parent / "README.md").read_text()
PROJECT = Path(sandbox.__file__).parent.parent


def test_the_quoted_help_is_that_of_the_command() -> None:
    command = [sys.executable, "-m", "sandbox", "--help"]
    environment = {"COLUMNS": "100", "PATH": "", "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, env=environment, text=True, capture_output=True, check=True)
    assert done.stdout.strip() in README


def test_a_tenant_is_reached_with_what_the_command_prints(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox", str(tmp_path / "root"), "--port", "0", "--tenant", "demo"]
    with subprocess.Popen(command, cwd=PROJECT, text=True, stdout=subprocess.PIPE) as running:
        try:
            assert running.stdout
            lines = dict(line.split(maxsplit=1) for line in [running.stdout.readline() for _ in range(5)][1:])
            token = Path(lines["token"].strip())
            assert token.stat().st_mode & 0o077 == 0
            headers = {"Authorization": f"Bearer {token.read_text()}"}
            user = httpx.get(f"{lines['REST'].strip()}/user", headers=headers).json()
            assert user["login"] == "maestro-owner"
        finally:
            running.terminate()


def test_an_impossible_tenant_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox", str(tmp_path / "root"), "--port", "0", "--tenant", "A B"]
    done = subprocess.run(command, cwd=PROJECT, text=True, capture_output=True, check=False)
    assert (done.returncode, "Not a tenant's name" in done.stderr) == (1, True)


def conformance() -> str:
    """The rows of the table, from GitHub's description and the sandbox's routes."""
    known = description()
    if isinstance(known, str):
        pytest.skip(known)
    imitated = set()
    for route in [route for module in REST for route in module.ROUTES if isinstance(route, Route)]:
        path = re.sub(r"\{[^}]+\}", "x", re.sub(r"\{\w+:id\}", "1", route.path))
        for method in (route.methods or set()) - {"HEAD"}:
            operation = known.operation(method, described_path(f"/api/v3{path}"))
            assert operation, f"{method} {route.path}"
            imitated.add((operation.method.lower(), operation.template))
    described: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for method, template, chapter in known.operations():
        described[chapter] += 1
        found[chapter] += (method, template) in imitated
    rows = [f"| {name} | {found[name]} | {described[name]} |" for name in sorted(described) if found[name]]
    return "\n".join([*rows, f"| **all** | **{found.total()}** | **{described.total()}** |"])


def test_the_table_of_conformance_is_current() -> None:
    rows = conformance()
    assert f"|---|---:|---:|\n{rows}\n" in README, f"Put this into sandbox/README.md:\n{rows}"


def test_every_function_that_the_page_names_exists() -> None:
    from sandbox.daemon import administration

    names = re.findall(r"`(\w+)`", README[README.index("| in `sandbox.daemon") : README.index("## Clients")])
    assert names
    assert [name for name in names if not hasattr(administration, name)] == []
