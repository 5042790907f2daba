"""`./multirepo preflight`, and that nothing is pushed which it refuses."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from components.history.preflight_gate import reject_refusals, scan_histories
from migration.desired_state import desired_state
from migration.errors import PreflightError
from migration.plan import read_plan
from migration.split.splitting import split_monorepo
from sandbox.daemon import process
from sandbox.daemon.administration import TenantAccess
from tests.conftest import Checkout, Repository
from tests.migration.preflight.conftest import made_up_token

PLAN = """\
monorepo: {name: small}
repositories:
  - name: engine
    moves: [{from: engine}]
  - name: site
    moves: [{from: site, to: web}]
"""
TOKEN = made_up_token("engine")


@pytest.fixture
def small(checkout: Checkout) -> Iterator[Checkout]:
    """A checkout with a plan for the small monorepo, whose sandbox is stopped at the end."""
    (checkout.path / "small.yaml").write_text(PLAN)
    yield checkout
    process.stop(checkout.path / ".multirepo" / "sandbox")


def allow(checkout: Checkout, fingerprint: str) -> None:
    allowed = f"preflight: {{allowed_secrets: [{{fingerprint: {fingerprint}, reason: revoked}}]}}\n"
    (checkout.path / "small.yaml").write_text(PLAN + allowed)


def test_findings_are_printed_by_repository_refusals_first(small: Checkout, monorepo: Repository) -> None:
    monorepo.commit("Log in", engine__login=f"token = '{TOKEN}'\n", engine__aux="1\n", site__nul="1\n")
    own = ("./multirepo", "preflight", "--monorepo", str(monorepo.path), "--plan", "small.yaml")
    head = monorepo.git("rev-parse", "main")

    done = small.run(*own, "--triage", "secrets.yaml", code=1)

    assert (
        "secrets.yaml: 1 secret in 1 kind, 1 new, 0 in files that no longer exist. Decisions: 1 redact." in done.stderr
    )
    assert "add to small.yaml: preflight: {triage: secrets.yaml}" in done.stderr
    assert "first: 'engine: login, line 1'" in (small.path / "secrets.yaml").read_text()
    lines = done.stdout.splitlines()
    assert (lines[0], lines.index("site") > lines.index("engine")) == ("engine", True)
    assert lines[1].startswith("  ✗ secret: login, line 1: github-pat ghp_…, fingerprint ")
    assert f"in the monorepo {head[:12]})" in lines[1]
    assert "preflight.allowed_secrets" in lines[2]
    assert lines[3].startswith("  ! windows-path: aux: ")
    assert next(line for line in lines if line.startswith("./ (files here)")).split()[-2:] == ["1", "1"]
    assert "Nothing may be pushed yet. 2 histories" in done.stdout
    assert "1 refused, 2 to know of, 0 allowed by the plan" in done.stdout

    found = json.loads(small.run(*own, "--json", code=1).stdout)
    assert found["passed"] is False
    assert found["monorepo"]["leftovers"] == [{"folder": "", "whole": False, "files": 1, "lines": 1}]
    secret = found["findings"][0]
    assert (secret["repository"], secret["path"], secret["line"]) == ("engine", "login", 1)
    assert (secret["severity"], secret["rule"], secret["monorepo_commit"]) == ("refusal", "github-pat", head)

    allow(small, secret["fingerprint"])
    assert "Ready to be pushed" in small.run(*own, code=0).stdout
    assert TOKEN[:5] not in done.stdout + done.stderr
    stored = [file for file in (small.path / ".multirepo").rglob("*") if file.is_file()]
    assert not any(TOKEN.encode() in file.read_bytes() for file in stored)


def test_a_real_stack_is_not_ready_while_values_are_missing(
    small: Checkout, monorepo: Repository, world: TenantAccess
) -> None:
    environment = "environments: [{name: production, secrets: [KEY, TOKEN]}]"
    named = PLAN.replace("from: engine}]", f"from: engine}}]\n    secrets: [TOKEN, EMPTY]\n    {environment}", 1)
    (small.path / "small.yaml").write_text(f"{named}    variables: [URL]\n")
    config = {
        "multirepo:github": world.address,
        "multirepo:owner": world.organization,
        "multirepo:monorepo": str(monorepo.path),
        "multirepo:plan": "small.yaml",
        "multirepo:waves": {"migration": "moving"},
        "multirepo:secrets": {"production/TOKEN": {"secure": "v1:aaaa"}, "EMPTY": ""},
    }
    settings = small.path / "Pulumi.prod.yaml"
    settings.write_text(yaml.safe_dump({"config": config}))
    own = ("./multirepo", "preflight", "--stack", "prod")
    lacking = small.run(*own, code=2, GITHUB_TOKEN=world.token).stdout
    assert "Ready to be pushed" not in lacking
    assert "Nothing may be pushed yet" in lacking
    missing = [line.partition("multirepo:")[2] for line in lacking.splitlines() if "✗ Pulumi.prod.yaml" in line]
    assert missing == [
        f"secrets has {state} {name}, which the plan names. "
        f"Run: pulumi config set --secret --path 'multirepo:secrets.{name}'"
        for state, name in (("no", "TOKEN"), ("an empty", "EMPTY"), ("no", "KEY"))
    ] + ["variables has no URL, which the plan names. Run: pulumi config set --path 'multirepo:variables.URL'"]

    config["multirepo:secrets"] = {name: {"secure": "v1:aaaa"} for name in ("TOKEN", "EMPTY", "KEY")}
    settings.write_text(yaml.safe_dump({"config": config | {"multirepo:variables": {"URL": "https://a.example"}}}))
    assert "Ready to be pushed" in small.run(*own, code=0, GITHUB_TOKEN=world.token).stdout

    config["multirepo:secrets"] = {"secure": "v1:aaaa"}
    settings.write_text(yaml.safe_dump({"config": config}))
    unreadable = small.run(*own, code=2, GITHUB_TOKEN=world.token)
    assert "secrets is encrypted as a whole: its names are not checked" in unreadable.stderr
    assert unreadable.stdout.count("✗ Pulumi.prod.yaml") == 1


def test_a_path_cannot_drive_the_terminal(small: Checkout, monorepo: Repository) -> None:
    monorepo.commit("Odd", **{"engine__\x1b[31mred:[bold]": "1\n"})
    own = ("./multirepo", "preflight", "--monorepo", str(monorepo.path), "--plan", "small.yaml")
    printed = small.run(*own).stdout
    assert "\x1b" not in printed
    assert r"\x1b[31mred:[bold]" in printed


def test_a_rehearsal_ends_before_anything_is_made(small: Checkout, monorepo: Repository) -> None:
    monorepo.commit("Log in", engine__login=f"token = '{TOKEN}'\n")
    own = ("./multirepo", "rehearse", "--monorepo", str(monorepo.path), "--plan", "small.yaml")
    refused = small.run(*own, code=1)
    assert refused.stdout == ""
    assert "Traceback" not in refused.stderr
    assert "secret: engine: login, line 1: github-pat ghp_…" in refused.stderr
    assert TOKEN[:5] not in refused.stderr
    assert not list((small.path / ".multirepo" / "state").rglob("stacks"))
    assert not list((small.path / ".multirepo" / "sandbox" / "worlds").rglob("*.git"))


def test_the_program_warns_and_refuses_by_itself_whoever_runs_it(
    monorepo: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    monorepo.commit("Log in", engine__login=f"token = '{TOKEN}'\n", engine__aux="1\n")
    (tmp_path / "plan.yaml").write_text(PLAN)
    plan = read_plan(tmp_path / "plan.yaml")
    state = desired_state(plan, {"migration": "moving"})
    selections = {repository.name: repository.code for repository in state.repositories if repository.code}
    split = split_monorepo(monorepo.path, "main", selections, tmp_path / "workspace")
    with pytest.raises(PreflightError, match="Nothing was written"):
        reject_refusals(scan_histories(split, monorepo.path, plan), ())
    # Where Pulumi's mocks stand, from a test before, they log what goes to standard error otherwise.
    assert "windows-path: engine: aux: 'aux' is a device on Windows" in capsys.readouterr().err + caplog.text
