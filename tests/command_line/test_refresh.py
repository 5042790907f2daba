"""A refresh that fails is reported with its cause alone."""

import json
import os
from pathlib import Path

import pytest

from command_line.pulumi_cli.refresh import refreshed
from command_line.terminal.failures import RefreshFailedError
from tests.command_line.test_deployment import CAUSE, GOROUTINE, diagnostic


@pytest.mark.parametrize("is_event", [True, False])
def test_no_stack_trace_of_the_provider_is_shown(
    tmp_path: Path, is_event: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in Pulumi's place: its provider dies in the same way only by chance."""
    text = f"{CAUSE}\n{GOROUTINE}"
    output = json.dumps(diagnostic("error", text)) if is_event else text
    (tmp_path / "output").write_text(output)
    program = tmp_path / "pulumi"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/output {'' if is_event else '>&2'}\nexit 1\n")
    program.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    monkeypatch.setenv("PATH", path)
    with pytest.raises(RefreshFailedError) as failed:
        refreshed("test", {**os.environ, "PATH": path}, ())
    assert str(failed.value) == f"pulumi refresh failed.\n{CAUSE}"
