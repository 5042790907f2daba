"""A world in which a whole migration is played, again and again from the same moments; and what is in it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from measuring import PROJECT

sys.path.insert(0, str(PROJECT))

from engine import ensure_engine
from sandbox import process
from sandbox.administration import WorldAccess, create_world
from sandbox.errors import SandboxError
from sandbox.process import Running
from sandbox.request_log import Request, read_requests

NAME = "platform"
PLAN: Mapping[str, Any] = {
    "monorepo": {"name": NAME},
    "teams": [{"name": "core"}],
    "defaults": {
        "protection": {},
        "labels": [{"name": "migration", "color": "5319e7"}],
        "environments": [{"name": "production", "reviewers": ["core"], "tags": ["v*"]}],
        "actions": {},
        "vulnerability_alerts": True,
    },
    "repositories": [
        {
            "name": "engine",
            "kind": "python-service",
            "topics": ["api"],
            "moves": [{"from": "engine"}],
            "teams": {"core": "maintain"},
            "code_owners": {"*": ["core"]},
            "transforms": {"rename_modules": {"motor": "acme_motor"}},
        },
        {"name": "site", "moves": [{"from": "site", "to": "web"}]},
        {"name": "docs", "kind": "documentation", "transforms": {"add_files": {"README.md": "# Docs\n"}}},
    ],
}
BEGINNING = {
    "README.md": "# Platform\n",
    "engine/run.py": "import motor\n\nmotor.start()\n",
    "engine/motor/__init__.py": "def start():\n    pass\n",
    "engine/pyproject.toml": '[project]\nname = "engine"\nversion = "1.0.0"\n',
    "site/index.html": "<p>1</p>\n",
    ".github/workflows/engine.yml": "on: {push: {paths: [engine/**]}}\njobs: {test: {runs-on: x, steps: []}}\n",
}
KEPT_SETTINGS = ("name", "private", "archived", "description", "topics", "default_branch", "has_issues", "has_wiki")


@dataclass
class SurvivalWorld:
    """One checkout, sandbox, state and people's clones, in a folder; saved and brought back as a whole."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    access: WorldAccess | None = None

    @property
    def checkout(self) -> Path:
        """A copy of the project."""
        return self.folder / "checkout"

    @property
    def sandbox(self) -> Path:
        """The sandbox's own folder."""
        return self.folder / "sandbox"

    @property
    def world(self) -> WorldAccess:
        """The GitHub of this world."""
        assert self.access
        return self.access

    def make(self) -> None:
        """Everything as it is before the migration: a monorepo at GitHub, a stack in which nothing has begun."""
        self._copy_project()
        self.access = create_world(start_sandbox(self.sandbox, port=0), "survival")
        engine = ensure_engine(lambda message, share: None)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PULUMI_"))}
        self.environment = {
            **kept,
            "PATH": os.pathsep.join([*map(str, engine.path_entries), kept["PATH"]]),
            "PULUMI_BACKEND_URL": f"{(self.folder / 'state').as_uri()}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "survival",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "survival",
            "GITHUB_TOKEN": self.world.token,
            **({"PULUMI_HOME": str(engine.home)} if engine.home else {}),
        }
        (self.folder / "state").mkdir()
        (self.checkout / "plan.yaml").write_text(yaml.safe_dump(dict(PLAN)))
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

    def commit(self, repository: str, path: str, text: str, author: str = "Zoe") -> None:
        """Somebody commits to the default branch, and pushes; tries again when another push came between."""
        clone = self.folder / "people" / repository
        url = self.world.clone_url(repository).replace("://", f"://x-access-token:{self.world.token}@")
        if not clone.exists():
            clone.parent.mkdir(exist_ok=True)
            _git(clone.parent, author, "clone", "--quiet", url, repository)
        for attempt in range(20):
            _git(clone, author, "fetch", "--quiet", "origin")
            _git(clone, author, "checkout", "--quiet", "-B", "work", "origin/main")
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_text(text)
            _git(clone, author, "add", "--all")
            _git(clone, author, "commit", "--quiet", "--message", f"Write {path}")
            try:
                _git(clone, author, "push", "--quiet", "origin", "HEAD:main")
            except subprocess.CalledProcessError:
                if attempt == 19:
                    raise
            else:
                return

    def requests(self) -> list[Request]:
        """Everything that was asked of the sandbox."""
        return read_requests(self.sandbox, "survival")

    def writes(self) -> list[Request]:
        """What was asked for and changes something; a GraphQL request counts, since it may."""
        return [one for one in self.requests() if one.is_write or one.path == "/api/graphql"]

    def save(self, name: str) -> None:
        """Keep the whole world, with the sandbox stopped meanwhile."""
        process.stop(self.sandbox)
        saved = self.folder / "saved" / name
        shutil.rmtree(saved, ignore_errors=True)
        for part in self._parts():
            if (self.folder / part).exists():
                shutil.copytree(self.folder / part, saved / part, symlinks=True)
        start_sandbox(self.sandbox)

    def restore(self, name: str) -> None:
        """Bring it back; the sandbox answers at the same address."""
        process.stop(self.sandbox)
        for part in self._parts():
            shutil.rmtree(self.folder / part, ignore_errors=True)
            if (self.folder / "saved" / name / part).exists():
                shutil.copytree(self.folder / "saved" / name / part, self.folder / part, symlinks=True)
        start_sandbox(self.sandbox)

    def kill_sandbox(self) -> None:
        """As when its machine fails: no farewell."""
        running = process.status(self.sandbox)
        if running:
            os.kill(running.pid, signal.SIGKILL)

    def contents(self) -> dict[str, Any]:
        """What must be the same in every world: nothing in it has a date or a number of its own."""
        headers = {"Authorization": f"Bearer {self.world.token}"}
        base = f"{self.world.api_url}/"
        with httpx.Client(base_url=base, headers=headers, timeout=60) as client:
            listed = client.get(f"orgs/{self.world.organization}/repos", params={"per_page": 100}).json()
            return {one["name"]: self._repository(client, one["name"]) for one in listed}

    def _repository(self, client: httpx.Client, name: str) -> dict[str, Any]:
        path = f"repos/{self.world.organization}/{name}"
        settings = client.get(path).json()
        rulesets = [client.get(f"{path}/rulesets/{one['id']}").json() for one in client.get(f"{path}/rulesets").json()]
        pulls = client.get(f"{path}/pulls", params={"state": "all"}).json()
        return {
            "settings": {key: settings[key] for key in KEPT_SETTINGS},
            "rulesets": sorted(
                json.dumps([one["name"], one["target"], one["rules"]], sort_keys=True) for one in rulesets
            ),
            "labels": sorted(one["name"] for one in client.get(f"{path}/labels", params={"per_page": 100}).json()),
            "teams": sorted(f"{one['slug']} {one['permission']}" for one in client.get(f"{path}/teams").json()),
            "environments": sorted(one["name"] for one in client.get(f"{path}/environments").json()["environments"]),
            "pulls": sorted(f"{one['title']} {one['state']}" for one in pulls),
            "refs": self._refs(name),
        }

    def _refs(self, name: str) -> dict[str, Any]:
        """Ref to its tree, and to the author and subject of every commit behind it, each as often as it is there."""
        clone = self.folder / "looked-at.git"
        shutil.rmtree(clone, ignore_errors=True)
        url = self.world.clone_url(name).replace("://", f"://x-access-token:{self.world.token}@")
        _git(self.folder, "Zoe", "clone", "--quiet", "--mirror", url, str(clone))
        refs = _git(clone, "Zoe", "for-each-ref", "--format=%(refname)").splitlines()
        found: dict[str, Any] = {}
        for ref in refs:
            tree = _git(clone, "Zoe", "rev-parse", f"{ref}^{{tree}}")
            commits = _git(clone, "Zoe", "log", "--format=%an: %s", ref).splitlines()
            found[ref] = [tree, sorted(commits)] if "notes" not in ref else len(commits)
        return found

    def _parts(self) -> tuple[str, ...]:
        return ("sandbox", "state", "people", "checkout/.multirepo")

    def _publish_monorepo(self) -> None:
        headers = {"Authorization": f"Bearer {self.world.token}"}
        address = f"{self.world.api_url}/orgs/{self.world.organization}/repos"
        httpx.post(address, json={"name": NAME, "private": True}, headers=headers).raise_for_status()
        made = self.folder / "beginning"
        made.mkdir()
        _git(made, "Zoe", "init", "--quiet", "--initial-branch=main")
        for path, text in BEGINNING.items():
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).write_text(text)
            _git(made, "Zoe", "add", "--all")
            _git(made, "Zoe", "commit", "--quiet", "--message", f"Begin {path}")
        _git(made, "Zoe", "tag", "--annotate", "--message", "One", "v1.0.0")
        url = self.world.clone_url(NAME).replace("://", f"://x-access-token:{self.world.token}@")
        _git(made, "Zoe", "push", "--quiet", url, "main", "v1.0.0")

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


def _git(folder: Path, author: str, *arguments: str) -> str:
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
