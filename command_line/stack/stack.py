"""The stacks that a rehearsal uses: `dev`, or one of its own for a user's monorepo and plan."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from command_line.terminal.failures import CommandError
from components.stack.locations import COPIES
from components.stack.registry_settings import SANDBOX
from components.stack.settings import PROJECT, WORKSPACE, Settings
from migration.monorepo.fetch import is_address, validate_monorepo
from migration.monorepo.rehearsal_copy import make_copy
from migration.plan import Plan, read_plan

DEV = "dev"
SAMPLE = WORKSPACE / "maestro-platform"


@dataclass(frozen=True)
class Stack:
    """One stack of this checkout."""

    name: str

    @property
    def file(self) -> Path:
        """Its settings, beside Pulumi.yaml."""
        return PROJECT / f"Pulumi.{self.name}.yaml"

    def setting(self, key: str) -> str | None:
        """One `multirepo:` setting as Pulumi hands it to a program: structured ones as JSON.

        Raises CommandError when the file is not YAML.
        """
        try:
            written = yaml.safe_load(self.file.read_text()) or {}
        except yaml.MarkedYAMLError as error:
            line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
            raise CommandError(f"{self.file.name}{line}: Invalid YAML: {error.problem}. Fix the syntax.") from None
        config = written.get("config") if isinstance(written, dict) else written
        if not isinstance(config, dict | None):
            raise CommandError(f"{self.file.name}: `config` has to be a mapping of keys to values. Fix the file.")
        value = (config or {}).get(f"multirepo:{key}")
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value)

    @property
    def in_sandbox(self) -> bool:
        """Whether its GitHub is the sandbox of this checkout."""
        return (self.setting("github") or "").startswith("sandbox/")

    @property
    def world(self) -> str:
        """The world of the sandbox that is this stack's GitHub. Raises CommandError for a stack with a real one."""
        server, _, world = (self.setting("github") or "").partition("/")
        if server != "sandbox":
            raise CommandError(
                f"{self.file.name}: multirepo:github is {self.setting('github')!r}, not the sandbox. "
                "A rehearsal never touches a real GitHub: use pulumi up for this stack, or choose another."
            )
        return world

    @property
    def keeps_packages_in_sandbox(self) -> bool:
        """Whether its private packages are in the registry beside the sandbox."""
        return self._registry.get("server") == SANDBOX

    @property
    def keeps_packages_in_container(self) -> bool:
        """Whether it makes the registry itself, with Docker."""
        return self._registry.get("kind") == "docker"

    @property
    def _registry(self) -> Mapping[str, object]:
        """Empty for a text, so that Pulumi can be started to correct it; `settings` reports that."""
        try:
            setting = json.loads(self.setting("registry") or "{}")
        except ValueError:
            return {}
        return setting if isinstance(setting, dict) else {}

    @property
    def plan_file(self) -> Path:
        """The plan that it brings about."""
        return PROJECT / (self.setting("plan") or "migration.yaml")

    @property
    def owner(self) -> str:
        """The organization that gets the repositories."""
        return self.setting("owner") or "maestro"

    def settings(self) -> Settings:
        """What the program will read; the sandbox must be running."""
        return Settings.from_config(self.setting, self.name)


def stack_named(name: str) -> Stack:
    """The stack of this name, with or without its organization and project. Raises CommandError when there is none."""
    stack = Stack(name.rpartition("/")[2])
    if not stack.file.exists():
        others = sorted(file.name.split(".")[1] for file in PROJECT.glob("Pulumi.*.yaml"))
        raise CommandError(
            f"There is no stack {stack.name} in this checkout: {stack.file.name} is missing. Those that are there: "
            f"{', '.join(others)}. To make one: ./multirepo shell --stack {stack.name} pulumi stack init {stack.name}"
        )
    return stack


def pulumi_words(stack: Stack) -> str:
    """The words that start Pulumi for the stack on this machine and in this shell, for a command to print."""
    if shutil.which("pulumi") and os.environ.get("PULUMI_STACK") == stack.name:
        return "pulumi"
    if shutil.which("pulumi") and not stack.in_sandbox:
        return f"PULUMI_STACK={stack.name} pulumi"
    return f"./multirepo shell --stack {stack.name} pulumi"


def stack_for(monorepo: str | None, plan_file: Path | None) -> Stack:
    """The stack to rehearse with: `dev`, or one made for a copy of this monorepo, and this plan.

    Raises SplitError when the monorepo cannot be split.
    """
    if monorepo is None and plan_file is None:
        return Stack(DEV)
    if monorepo is not None:
        validate_monorepo(monorepo)
    plan_path = (plan_file or PROJECT / "migration.yaml").absolute()
    plan = read_plan(plan_path)
    address = _absolute(monorepo or str(SAMPLE))
    digest = hashlib.sha256(f"{address}\0{plan_path}".encode()).hexdigest()[:8]
    name = f"{re.sub(r'[^A-Za-z0-9-]+', '-', plan.monorepo.name)[:40]}-{digest}"
    stack = Stack(f"rehearsal-{name}")
    if address != str(SAMPLE):
        copy = COPIES / f"{name}.git"
        make_copy(address, copy)
        address = str(copy)
    _write_settings(stack, address, plan_path, plan)
    return stack


def _absolute(monorepo: str) -> str:
    return monorepo if is_address(monorepo) else str(Path(monorepo).expanduser().absolute())


def _write_settings(stack: Stack, monorepo: str, plan_path: Path, plan: Plan) -> None:
    """Every wave moving, from the first run; what the user changes in the file afterwards stays."""
    if stack.file.exists():
        return
    dev = Stack(DEV)
    settings: dict[str, object] = {
        "multirepo:github": f"sandbox/{stack.name}",
        "multirepo:owner": dev.owner,
        "multirepo:monorepo": monorepo,
        "multirepo:plan": str(plan_path),
        "multirepo:waves": {wave.name: "moving" for wave in plan.waves},
    }
    if any(repository.packages for repository in plan.repositories):
        index = f"{dev.owner}/{stack.name}"
        settings["multirepo:registry"] = {"kind": "devpi", "server": SANDBOX, "index": index}
    stack.file.write_text(yaml.safe_dump({"config": settings}, sort_keys=False, allow_unicode=True))
