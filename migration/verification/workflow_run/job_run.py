"""One job of a workflow, step by step."""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migration.verification.harness.check import BrokenError, Evidence, SkippedError
from migration.verification.harness.commands import clean_environment, run
from migration.verification.workflow_run.substitutes import MAPPINGS, other_node, python_of, python_version
from migration.verification.workflow_run.workflow_files import Contexts, filled, holds

# What a step finds of the caller's environment: nothing that could open something.
_INHERITED = re.compile(r"LANG|LC_.*|TMPDIR|.*_PROXY|SSL_CERT_.*|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS", re.IGNORECASE)
_NO_NETWORK = re.compile(
    r"error sending request|dns error|Name or service not known|Temporary failure in name resolution|EAI_AGAIN"
    r"|ENOTFOUND|tcp connect error|Network is unreachable|All attempts to connect|Max retries exceeded|ConnectTimeout",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """Where jobs run. folder: its own. cache: uv's, for what the steps install.

    checkout: makes the clone of a job in a folder, with all of its history or without. variables: that every step
    finds. contexts: see there. is_shared: all jobs work in one clone, and an equal step is done once.
    """

    folder: Path
    cache: Path
    checkout: Callable[[Path, bool], None]
    variables: Mapping[str, str]
    contexts: Contexts
    is_shared: bool = False

    @property
    def record(self) -> Path:
        """What was asked of GitHub, Docker or a cloud, a line each."""
        return self.folder / "asked"

    @property
    def artifacts(self) -> Path:
        """What the jobs uploaded: a folder for each artifact."""
        return self.folder / "artifacts"


@dataclass(frozen=True, kw_only=True)
class WorkflowResult:
    """The results of the jobs. failures: "job, step: reason" of those that are not advisory, with the remedy.

    advisory: the same of those that are. asked: what was asked of GitHub, Docker or a cloud, and not done.
    skipped: what cannot be run here, with the reason.
    """

    failures: list[str] = field(default_factory=list)
    advisory: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@dataclass
class JobRun:
    """One run of one job. job: with what it gets of its workflow. title: as GitHub shows it."""

    place: Workplace
    job: Mapping[str, Any]
    contexts: dict[str, Mapping[str, str]]
    result: WorkflowResult
    evidence: Evidence
    remedy: str
    title: str
    path: list[str] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    def run(self, workspace: Path) -> None:
        """To its end. Raises BrokenError with the step that fails, SkippedError."""
        workspace.mkdir(parents=True, exist_ok=True)
        for step in self.job["steps"]:
            self.contexts["steps"] = self.outputs
            if not holds(step.get("if"), self.contexts):
                continue
            try:
                self._step(workspace, step)
            except BrokenError as broken:
                if step.get("continue-on-error") != "true":
                    raise
                self.result.advisory.append(f"{self.title}, {broken.why}")

    def _step(self, workspace: Path, step: Mapping[str, Any]) -> None:
        action, inputs = str(step.get("uses", "")).partition("@")[0], filled(step.get("with", {}), self.contexts)
        if action in MAPPINGS:
            self._note(f"{action}: {MAPPINGS[action]}")
        if action == "actions/checkout":
            if not any(workspace.iterdir()):
                self.place.checkout(workspace, inputs.get("fetch-depth") == "0")
        elif action == "actions/setup-python":
            version = python_version(inputs, workspace)
            self.path[:0] = python_of(version, self.place.folder / "pythons" / version)
        elif action == "actions/setup-node":
            if note := other_node(inputs, workspace):
                self._note(note)
        elif action == "actions/upload-artifact":
            _upload(self.place.artifacts, workspace, inputs)
        elif action == "actions/download-artifact":
            shutil.copytree(self.place.artifacts / inputs["name"], workspace / inputs.get("path", "."))
        elif "run" in step:
            self._command(workspace, step)
        else:
            with self.place.record.open("a") as record:
                record.write(f"uses {step['uses']}\n")

    def _note(self, sentence: str) -> None:
        if sentence not in self.evidence.saw:
            self.evidence.saw.append(sentence)

    def _command(self, workspace: Path, step: Mapping[str, Any]) -> None:
        settings = self.job.get("defaults", {}).get("run", {}) | {
            key: step[key] for key in ("working-directory", "shell") if key in step
        }
        if settings.get("shell", "bash") != "bash":
            raise SkippedError(f"the shell {settings['shell']} is not run here.", self.remedy)
        variables = {**filled(self.job.get("env", {}), self.contexts), **filled(step.get("env", {}), self.contexts)}
        folder = filled(settings.get("working-directory", "."), self.contexts)
        script = filled(step["run"], self.contexts)
        # As a hash: the variables hold the registry's token.
        done = hashlib.sha256(repr([folder, script, sorted(variables.items()), self.path]).encode()).hexdigest()
        marks = self.place.folder / "done"
        if self.place.is_shared and marks.exists() and done in marks.read_text().splitlines():
            return
        title = str(step.get("name") or script.strip().splitlines()[0])
        self._execute(workspace / folder, script, variables, title)
        with marks.open("a") as log:
            log.write(f"{done}\n")
        self.outputs |= {f"{step.get('id')}.outputs.{key}": value for key, value in self._written("output").items()}
        self.written |= self._written("environment")

    def _written(self, name: str) -> dict[str, str]:
        lines = (self.place.folder / name).read_text().splitlines()
        return {key: value for key, _, value in (line.partition("=") for line in lines)}

    def _execute(self, place: Path, script: str, variables: Mapping[str, str], title: str) -> None:
        for name in ("output", "environment"):
            (self.place.folder / name).write_text("")
        first = script.strip().splitlines()[0]
        self.evidence.ran.append(first + (" …" if "\n" in script.strip() else ""))
        # As the runners start it: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
        command = ["bash", "--noprofile", "--norc", "-e", "-c", script]
        try:
            run(Evidence(), command, place, self.remedy, self._environment(place, variables))
        except BrokenError as broken:
            if _NO_NETWORK.search(broken.why):
                raise SkippedError(f"{title}: the network fails here: {broken.why}", self.remedy) from None
            raise BrokenError(f"{title}: {broken.why}", self.remedy) from None

    def _environment(self, place: Path, variables: Mapping[str, str]) -> dict[str, str]:
        folder, clean = self.place.folder, clean_environment()
        path = [str(folder / "bin"), str(folder / "npm/bin"), *self.path, os.environ.get("PATH", os.defpath)]
        github = self.contexts["github"].items()
        return {
            **{name: value for name, value in os.environ.items() if _INHERITED.fullmatch(name)},
            # Tools come from where they come from in other checks.
            **{name: value for name, value in clean.items() if name.startswith("UV_")},
            "PATH": os.pathsep.join(path),
            "HOME": str(folder / "home"),
            "UV_TOOL_DIR": str(folder / "tools"),
            "UV_TOOL_BIN_DIR": str(folder / "bin"),
            "UV_CACHE_DIR": str(self.place.cache),
            "UV_PYTHON_DOWNLOADS": "never",
            "POETRY_CACHE_DIR": str(self.place.cache.parent / "poetry"),
            "POETRY_VIRTUALENVS_PATH": str(folder / "virtualenvs"),
            "npm_config_cache": str(Path.home() / ".npm"),
            "npm_config_prefix": str(folder / "npm"),
            "CI": "true",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_ENV": str(folder / "environment"),
            "RUNNER_TEMP": str(folder / "temporary"),
            # Compiled once, and never in a clone; the checker's knowledge of packages is shared as well.
            "PYTHONPYCACHEPREFIX": str(folder.parent / ".bytecode"),
            "MYPY_CACHE_DIR": str(self.place.cache.parent / "mypy"),
            "NO_COLOR": "1",
            **{f"GITHUB_{name.upper()}": value for name, value in github if name != "token"},
            **self.place.variables,
            **self.written,
            **variables,
        }


def _upload(artifacts: Path, workspace: Path, inputs: Mapping[str, str]) -> None:
    target, source = artifacts / inputs["name"], workspace / inputs["path"]
    if not source.exists():
        raise BrokenError(f"The artifact {inputs['name']} is missing: {inputs['path']}", "Build it before.")
    target.mkdir()
    for path in source.glob("[!.]*") if source.is_dir() else [source]:  # hidden files stay, as the action has it
        shutil.copy(path, target)
