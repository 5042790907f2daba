"""`pulumi refresh --preview-only` as a child process: what GitHub holds now beside what the last `up` left there."""

import json
import subprocess
import time
from collections.abc import Iterable, Mapping
from typing import Any

from command_line.pulumi_cli.command_log import log_command
from command_line.pulumi_cli.deployment import without_stack_traces
from command_line.terminal.failures import RefreshFailedError
from components.drift.drift import RefreshedResource
from components.stack.settings import PROJECT


def resources_of(stack: str, environment: Mapping[str, str]) -> dict[str, RefreshedResource]:
    """The resources of the stack as the last `up` left them, by URN. Raises RefreshFailedError."""
    state = json.loads(_run(["stack", "export", "--stack", stack], environment))
    resources = (state.get("deployment") or {}).get("resources") or ()
    return {resource["urn"]: _seen_resource(resource, "same", resource) for resource in resources}


def refreshed(stack: str, environment: Mapping[str, str], without: Iterable[str]) -> dict[str, RefreshedResource]:
    """The resources as GitHub has them, by URN. Writes nothing, neither to GitHub nor to the state.

    without: URNs of resources that are not to be looked at. Raises RefreshFailedError.
    """
    command = ["refresh", "--preview-only", "--non-interactive", "--json", "--stack", stack]
    command += [word for urn in without for word in ("--exclude", urn)]
    # As events: the JSON of the other form leaves out what dynamic resources saw.
    streaming = {**environment, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
    events = [json.loads(line) for line in _run(command, streaming).splitlines()]
    outcomes = (event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event)
    return {
        outcome["urn"]: _seen_resource(outcome["old"], outcome["op"], outcome.get("new"))
        for outcome in outcomes
        if outcome.get("old")
    }


def _seen_resource(old: Mapping[str, Any], op: str, new: Mapping[str, Any] | None) -> RefreshedResource:
    return RefreshedResource(
        urn=old["urn"],
        op=op,
        parent=old.get("parent") or "",
        inputs=old.get("inputs") or {},
        was=old.get("outputs") or {},
        now=(new or {}).get("outputs") or {},
        id=old.get("id") or "",
    )


def _run(arguments: list[str], environment: Mapping[str, str]) -> str:
    started = time.monotonic()
    finished = subprocess.run(
        ["pulumi", *arguments], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    log_command(arguments, started, finished.returncode)
    if finished.returncode:
        messages = without_stack_traces(_errors(finished.stdout) or finished.stderr)
        raise RefreshFailedError(f"pulumi {arguments[0]} failed.\n{messages}")
    return finished.stdout


def _errors(output: str) -> str:
    """What the events say went wrong."""
    events = (json.loads(line) for line in output.splitlines() if line.startswith("{"))
    diagnostics = (event["diagnosticEvent"] for event in events if "diagnosticEvent" in event)
    return "\n".join(
        dict.fromkeys(diagnostic["message"].strip() for diagnostic in diagnostics if diagnostic["severity"] == "error")
    )
