"""The step of the engine's pipeline that looks for breaking changes, run as GitHub runs it."""

import os
import subprocess
from pathlib import Path

import yaml

from migration.desired_state import managed_files
from migration.plan import Plan
from tests.conftest import new_repository
from tests.migration.desired_state.conftest import REGISTRIES

WAIVERS = """\
@maestro-product until 2099-12-31: GET /api/old api path removed without deprecation
@maestro-product until 2020-01-31: GET /api/over api path removed without deprecation
nobody said so: GET /api/unowned api path removed without deprecation
"""


def test_a_waiver_counts_until_its_last_day_and_with_an_owner(maestro: Plan, tmp_path: Path) -> None:
    files = {file.path: file.content for file in managed_files(maestro, "maestro-engine", "acme", REGISTRIES["devpi"])}
    steps = yaml.safe_load(files[".github/workflows/ci.yml"])["jobs"]["contract"]["steps"]
    (script,) = [step["run"] for step in steps if "breaking" in step.get("run", "")]
    clone = new_repository(tmp_path / "clone")
    clone.commit("The contract", **{"openapi.json": "{}"})
    clone.commit("Waive a change", **{"contract-waivers.txt": WAIVERS})
    programs = tmp_path / "programs"
    programs.mkdir()
    # In the place of oasdiff, which is built and tested by others: what it must overlook.
    (programs / "go").write_text('#!/bin/sh\ncat "$RUNNER_TEMP/waived"\n')
    (programs / "go").chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    environment = {"PATH": path, "RUNNER_TEMP": str(tmp_path), "CONTRACT": "openapi.json"}
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=clone.path, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout == "GET /api/old api path removed without deprecation\n"
