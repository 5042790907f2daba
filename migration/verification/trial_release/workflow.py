"""The jobs of a GitHub workflow, run here: the clone is their checkout, a folder keeps their artifacts.

What only GitHub, Docker or a cloud can answer (`gh`, `docker`, `aws`) is written down and not done.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import uv
import yaml

from migration.verification.harness.check import BrokenError, Evidence, SkippedError
from migration.verification.harness.commands import clean_environment, run

Contexts = Mapping[str, Mapping[str, str]]
"""What `${{ github.ref_name }}` and its like stand for: context to name to value. A name that is not set is empty."""

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_ONLY_AT_GITHUB = ("if", "strategy", "container", "services", "uses")
_ONLY_IN_A_STEP = ("if", "shell", "continue-on-error")
_RECORDED = ("gh", "docker", "aws")
_RECORDER = """\
#!/bin/sh
echo "$(basename "$0") $*" >> '{record}'
[ "$(basename "$0")" != aws ] || echo '{token}'
"""
# What a step finds of the caller's environment: nothing that could open something.
_INHERITED = re.compile(r"LANG|LC_.*|TMPDIR|.*_PROXY|SSL_CERT_.*|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS", re.IGNORECASE)
# As the runners have it: a tool by its name and version, in an environment of its own.
_PIPX = """\
#!/bin/sh
set -e
command=$1 requirement=$2
shift 2
export UV_CACHE_DIR='{cache}'
case $command in
  install) exec '{uv}' tool install --quiet "$requirement" ;;
  run) exec '{uv}' tool run --quiet --from "$requirement" "${{requirement%%==*}}" "$@" ;;
esac
echo "pipx $command is not known here" >&2
exit 2
"""


def started_by_tag(workflow: Mapping[str, Any], tag: str) -> bool:
    """Whether pushing this tag starts the workflow."""
    push = _events(workflow).get("push")
    if push is None:
        return False
    patterns = (push or {}).get("tags") if isinstance(push, Mapping) else None
    filtered = isinstance(push, Mapping) and ("branches" in push or "tags" in push)
    return any(fnmatchcase(tag, each) for each in patterns or ()) if filtered else True


def _events(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    on = workflow.get("on", {})
    if isinstance(on, Mapping):
        return on
    return dict.fromkeys([on] if isinstance(on, str) else on, "")


@dataclass(frozen=True, kw_only=True)
class WorkflowRunner:
    """What runs workflows. folder: its own. cache: uv's, for what the steps install.

    checkout: makes the clone of a job in a folder, with all of its history or without. variables: that every step
    finds. contexts: see there.
    """

    folder: Path
    cache: Path
    checkout: Callable[[Path, bool], None]
    variables: Mapping[str, str]
    contexts: Contexts

    @property
    def artifacts(self) -> Path:
        """What the jobs uploaded: a folder for each artifact."""
        return self.folder / "artifacts"

    def run(self, workflow: Mapping[str, Any], evidence: Evidence, remedy: str) -> list[str]:
        """Run all jobs, each after those that it needs. What was asked of GitHub, Docker or a cloud and not done.

        Raises BrokenError when a step fails, SkippedError for what cannot be run here.
        """
        self._prepare()
        for name in in_order(workflow["jobs"]):
            job = workflow["jobs"][name]
            found = [key for key in _ONLY_AT_GITHUB if key in job]
            found += [key for step in job.get("steps", ()) for key in _ONLY_IN_A_STEP if key in step]
            if found:
                raise SkippedError(f"The job {name} has {', '.join(found)}: only GitHub can run it.", remedy)
            self._run_job(name, job, evidence, remedy)
        return self._record.read_text().splitlines()

    @property
    def _record(self) -> Path:
        return self.folder / "asked"

    def _prepare(self) -> None:
        programs = self.folder / "bin"
        for folder in (programs, self.folder / "home", self.artifacts):
            folder.mkdir(parents=True)
        self._record.touch()
        token = self.contexts["github"]["token"]
        scripts = {name: _RECORDER.format(record=self._record, token=token) for name in _RECORDED}
        scripts["pipx"] = _PIPX.format(uv=uv.find_uv_bin(), cache=_cache_of_tools())
        for name, text in scripts.items():
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)

    def _run_job(self, name: str, job: Mapping[str, Any], evidence: Evidence, remedy: str) -> None:
        workspace = self.folder / "jobs" / name
        workspace.mkdir(parents=True)
        outputs: dict[str, str] = {}
        for step in job["steps"]:
            contexts = {**self.contexts, "steps": outputs}
            action, inputs = str(step.get("uses", "")).partition("@")[0], filled(step.get("with", {}), contexts)
            if action == "actions/checkout":
                self.checkout(workspace, inputs.get("fetch-depth") == "0")
            elif action == "actions/upload-artifact":
                self._keep(workspace, inputs)
            elif action == "actions/download-artifact":
                shutil.copytree(self.artifacts / inputs["name"], workspace / inputs.get("path", "."))
            elif "run" in step:
                place = workspace / filled(step.get("working-directory", "."), contexts)
                variables = {**filled(job.get("env", {}), contexts), **filled(step.get("env", {}), contexts)}
                script = filled(step["run"], contexts)
                written = self._run_step(place, script, variables, evidence, remedy)
                outputs |= {f"{step.get('id')}.outputs.{key}": value for key, value in written}
            elif not action.startswith("actions/"):
                with self._record.open("a") as record:
                    record.write(f"uses {step['uses']}\n")

    def _run_step(
        self, workspace: Path, script: str, variables: Mapping[str, str], evidence: Evidence, remedy: str
    ) -> list[tuple[str, str]]:
        output = self.folder / "output"
        output.write_text("")
        environment = {name: value for name, value in os.environ.items() if _INHERITED.fullmatch(name)}
        # Tools come from where they come from in other checks.
        environment |= {name: value for name, value in clean_environment().items() if name.startswith("UV_")}
        environment |= {
            "PATH": os.pathsep.join([str(self.folder / "bin"), os.environ.get("PATH", os.defpath)]),
            "HOME": str(self.folder / "home"),
            "UV_TOOL_DIR": str(self.folder / "tools"),
            "UV_TOOL_BIN_DIR": str(self.folder / "bin"),
            "UV_CACHE_DIR": str(self.cache),
            "CI": "true",
            "GITHUB_OUTPUT": str(output),
            **{f"GITHUB_{name.upper()}": value for name, value in self.contexts["github"].items() if name != "token"},
            **self.variables,
            **variables,
        }
        evidence.ran.append(script.strip().splitlines()[0] + (" …" if "\n" in script.strip() else ""))
        try:
            run(Evidence(), ["bash", "--noprofile", "--norc", "-e", "-c", script], workspace, remedy, environment)
        except BrokenError as broken:
            raise BrokenError(
                f"A step of its release does not pass here: {evidence.ran[-1]}\n{broken.why}", remedy
            ) from None
        return [(key, value) for key, _, value in (line.partition("=") for line in output.read_text().splitlines())]

    def _keep(self, workspace: Path, inputs: Mapping[str, str]) -> None:
        target, source = self.artifacts / inputs["name"], workspace / inputs["path"]
        if not source.exists():
            raise BrokenError(f"The artifact {inputs['name']} is missing: {inputs['path']}", "Build it before.")
        target.mkdir()
        for path in source.glob("[!.]*") if source.is_dir() else [source]:  # hidden files stay, as the action has it
            shutil.copy(path, target)


def _cache_of_tools() -> str:
    """Where uv keeps the tools of other checks too."""
    command = [uv.find_uv_bin(), "cache", "dir"]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True).stdout.strip()


def in_order(jobs: Mapping[str, Any]) -> list[str]:
    """The names of the jobs, each after those that it needs."""
    ordered: list[str] = []

    def add(name: str) -> None:
        needs = jobs[name].get("needs", [])
        for other in [needs] if isinstance(needs, str) else needs:
            add(other)
        if name not in ordered:
            ordered.append(name)

    for name in jobs:
        add(name)
    return ordered


def filled(node: Any, contexts: Contexts) -> Any:
    """A part of a workflow with its expressions replaced. Raises SkippedError for those that compute something."""
    if isinstance(node, Mapping):
        return {key: filled(value, contexts) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(each, contexts) for each in node]

    def value(found: "re.Match[str]") -> str:
        context, _, name = found[1].partition(".")
        return contexts.get(context, {}).get(name, "")

    text = _EXPRESSION.sub(value, str(node))
    if "${{" in text:
        raise SkippedError(f"Only GitHub can compute {text.strip()}.", "Make a patch release there and look.")
    return text


def read_workflow(path: Path) -> dict[str, Any]:
    """A workflow file, with every value as text: `on` is not a boolean."""
    document: dict[str, Any] = yaml.load(path.read_text(), yaml.BaseLoader)
    return document
