"""A world in which a whole migration is played, again and again from the same moments."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from measuring import PROJECT
from survival_plan import BEGINNING, INDEX, NAME, PACKAGES, PLAN

sys.path.insert(0, str(PROJECT))

from engine import ensure_engine
from sandbox.daemon import process
from sandbox.daemon.administration import TenantAccess, create_tenant
from sandbox.daemon.process import Running
from sandbox.errors import SandboxError
from sandbox.network.request_log import Request, read_requests
from sandbox.registry import registry_process as registry
from sandbox.registry.registry_process import RunningRegistry

DISK_SIZE = 128  # MB of the small disk


@dataclass
class SurvivalWorld:
    """One checkout, sandbox, state and people's clones, in a folder; saved and brought back as a whole."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    access: TenantAccess | None = None

    @property
    def checkout(self) -> Path:
        """A copy of the project."""
        return self.folder / "checkout"

    @property
    def sandbox(self) -> Path:
        """The sandbox's own folder."""
        return self.folder / "sandbox"

    @property
    def world(self) -> TenantAccess:
        """The GitHub of this world."""
        assert self.access
        return self.access

    @property
    def disk(self) -> Path:
        """What the engine writes to: the state, and the checkout's workspace."""
        return self.folder / "disk"

    @property
    def has_own_disk(self) -> bool:
        """Whether it is a small file system of its own, which root alone can make."""
        return self.disk.is_mount()

    def make(self) -> None:
        """Everything as it is before the migration: a monorepo on GitHub, a stack in which nothing has begun."""
        self._copy_project()
        self.disk.mkdir()
        if os.geteuid() == 0:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}m", "tmpfs", str(self.disk)], check=True)
        (self.disk / "state").mkdir()
        (self.disk / "workspace").mkdir()
        (self.checkout / ".multirepo").symlink_to(self.disk / "workspace")
        self.access = create_tenant(start_sandbox(self.sandbox, port=0), "survival")
        engine = ensure_engine(lambda message, share: None)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PULUMI_"))}
        self.environment = {
            **inherited,
            "PATH": os.pathsep.join([*map(str, engine.path_entries), inherited["PATH"]]),
            "PULUMI_BACKEND_URL": f"{(self.disk / 'state').as_uri()}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "survival",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "survival",
            "GITHUB_TOKEN": self.world.token,
            **({"PULUMI_HOME": str(engine.home)} if engine.home else {}),
        }
        self.write_plan(PLAN)
        settings = {
            "multirepo:github": self.world.address,
            "multirepo:owner": self.world.organization,
            "multirepo:monorepo": self.world.clone_url(NAME),
            "multirepo:plan": "plan.yaml",
        }
        (self.checkout / "Pulumi.survival.yaml").write_text(yaml.safe_dump({"config": settings}))
        self.pulumi("stack", "init", "survival")
        self._publish_monorepo()

    def pulumi(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """pulumi on the stack, as a person uses it."""
        command = ["pulumi", *arguments, "--non-interactive"]
        done = subprocess.run(
            command, cwd=self.checkout, env=self.environment, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-2000:]}")
        return done

    def set_stage(self, stage: str) -> None:
        """Of the one wave."""
        self.pulumi("config", "set", "--path", "multirepo:waves.migration", stage)

    def write_plan(self, plan: Mapping[str, Any]) -> None:
        """What the stack is to be, from its next `up` on."""
        (self.checkout / "plan.yaml").write_text(yaml.safe_dump(dict(plan)))

    def start_registry(self) -> RunningRegistry:
        """The registry, which nothing needs before packages join."""
        running = registry.start(self.sandbox, port=None if self.has_registry else 0)
        self.environment["DEVPI_PASSWORD"] = running.root_password
        return running

    @property
    def has_registry(self) -> bool:
        """Whether there is one, running or not."""
        return (self.sandbox / process.REGISTRY).exists()

    def kill_registry(self) -> None:
        """As when its machine fails."""
        running = registry.status(self.sandbox)
        if running:
            os.kill(running.pid, signal.SIGKILL)

    def registry_writes(self) -> int:
        """How many transactions the registry has written: https://doc.devpi.net/latest/adminman/replica.html."""
        address = registry.start(self.sandbox).address
        return int(httpx.get(f"{address}/+api").headers["X-DEVPI-SERIAL"])

    def add_packages(self) -> None:
        """A repository whose packages are published joins the plan, and a registry the stack."""
        running = self.start_registry()
        self.write_plan({**PLAN, "repositories": [*PLAN["repositories"], PACKAGES]})
        settings = {"kind": "devpi", "server": running.address, "index": INDEX}
        for name, value in (settings | {user: user for user in ("reader", "publisher")}).items():
            self.pulumi("config", "set", "--path", f"multirepo:registry.{name}", value)

    def fill_disk(self) -> None:
        """Leave no byte on the engine's disk."""
        with suppress(OSError), (self.disk / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def empty_disk(self) -> None:
        """As somebody does who was called."""
        (self.disk / "filler").unlink()

    def repair_state(self) -> None:
        """As the documentation says after a full disk: Pulumi may have cut its state off."""
        command = ["./multirepo", "shell", "--stack", "survival", "true"]
        subprocess.run(command, cwd=self.checkout, env=self.environment, capture_output=True, check=True)

    def commit(self, repository: str, path: str, text: str, author: str = "Zoe") -> None:
        """Somebody commits a file to the default branch, and pushes."""
        self.edit(repository, path, lambda _: text, author)

    def edit(self, repository: str, path: str, change: Callable[[str], str], author: str) -> None:
        """Somebody changes a file of the default branch, and pushes; tries again when another push came between.

        Raises CalledProcessError where GitHub takes no pushes: the repository is archived.
        """
        clone = self.folder / "people" / repository
        url = self.world.clone_url(repository).replace("://", f"://x-access-token:{self.world.token}@")
        if not clone.exists():
            clone.parent.mkdir(exist_ok=True)
            git(clone.parent, author, "clone", "--quiet", url, repository)
        for attempt in range(20):
            git(clone, author, "fetch", "--quiet", "origin")
            git(clone, author, "checkout", "--quiet", "-B", "work", "origin/main")
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_text(change((clone / path).read_text() if (clone / path).exists() else ""))
            git(clone, author, "add", "--all")
            git(clone, author, "commit", "--quiet", "--message", f"Write {path}")
            try:
                git(clone, author, "push", "--quiet", "origin", "HEAD:main")
            except subprocess.CalledProcessError as refusal:
                if attempt == 19 or "read-only" in refusal.stderr:
                    raise
            else:
                return

    def requests(self) -> list[Request]:
        """Everything that was asked of the sandbox."""
        return read_requests(self.sandbox, "survival")

    def writes(self) -> list[Request]:
        """What was asked for and changes something; a GraphQL request counts, since it may."""
        return [request for request in self.requests() if request.is_write or request.path == "/api/graphql"]

    def save(self, name: str) -> None:
        """Keep the whole world, with the sandbox stopped meanwhile."""
        self._copy(self.folder, self.folder / "saved" / name)

    def restore(self, name: str) -> None:
        """Bring it back; the sandbox answers at the same address."""
        self._copy(self.folder / "saved" / name, self.folder)

    def _copy(self, source: Path, target: Path) -> None:
        registry.stop(self.sandbox)
        process.stop(self.sandbox)
        for part in ("sandbox", "people", "disk/state", "disk/workspace"):
            shutil.rmtree(target / part, ignore_errors=True)
            if (source / part).exists():
                shutil.copytree(source / part, target / part, symlinks=True)
        for file in ("checkout/plan.yaml", "checkout/Pulumi.survival.yaml"):
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / file, target / file)
        start_sandbox(self.sandbox)
        if self.has_registry:
            self.start_registry()

    def close(self) -> None:
        """End what runs, and unmount."""
        registry.stop(self.sandbox)
        process.stop(self.sandbox)
        if self.has_own_disk:
            subprocess.run(["umount", str(self.disk)], check=True)

    def kill_sandbox(self) -> None:
        """As when its machine fails: no farewell."""
        running = process.status(self.sandbox)
        if running:
            os.kill(running.pid, signal.SIGKILL)

    def _publish_monorepo(self) -> None:
        headers = {"Authorization": f"Bearer {self.world.token}"}
        address = f"{self.world.api_url}/orgs/{self.world.organization}/repos"
        httpx.post(address, json={"name": NAME, "private": True}, headers=headers).raise_for_status()
        made = self.folder / "beginning"
        made.mkdir()
        git(made, "Zoe", "init", "--quiet", "--initial-branch=main")
        for path, text in BEGINNING.items():
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).write_text(text)
            git(made, "Zoe", "add", "--all")
            git(made, "Zoe", "commit", "--quiet", "--message", f"Begin {path}")
        git(made, "Zoe", "tag", "--annotate", "--message", "One", "v1.0.0")
        url = self.world.clone_url(NAME).replace("://", f"://x-access-token:{self.world.token}@")
        git(made, "Zoe", "push", "--quiet", url, "main", "v1.0.0")

    def _copy_project(self) -> None:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
        for name in filter(None, listed.stdout.split("\0")):
            (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, self.checkout / name, follow_symlinks=False)
        (self.checkout / ".venv").symlink_to(PROJECT / ".venv")


def start_sandbox(root: Path, port: int | None = None) -> Running:
    """The sandbox, started when it does not run; a machine with much to do may need more than one attempt."""
    for _ in range(4):
        try:
            return process.start(root, port)
        except SandboxError:
            time.sleep(5)
    return process.start(root, port)


def git(folder: Path, author: str, *arguments: str) -> str:
    """What git prints, without the line end; people's dates are fixed."""
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": author,
        "GIT_COMMITTER_NAME": author,
        "GIT_AUTHOR_EMAIL": f"{author.lower()}@example.org",
        "GIT_COMMITTER_EMAIL": f"{author.lower()}@example.org",
        "GIT_AUTHOR_DATE": "1700000000 +0100",
        "GIT_COMMITTER_DATE": "1700000000 +0100",
    }
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()
