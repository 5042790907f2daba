"""Where everything is, and what several checks share: clones, environments, the running stack."""

import hashlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from migration.errors import RemoteError
from migration.git.command import git_environment
from migration.git.remote import Remote
from migration.packages.index.simple_index import SimpleIndex
from migration.plan import Plan, Repository
from migration.verification.harness.check import BrokenError, Evidence
from migration.verification.harness.commands import Server
from migration.verification.harness.docker import Docker

Made = TypeVar("Made")


@dataclass(kw_only=True)
class VerificationContext:
    """What `verify` is given: addresses, and no state of Pulumi.

    clone_url: from the name of a repository to its address. index: where packages are; None for no registry.
    docker: where images are built and the stack runs; None for a machine on which it runs as processes.
    cache: shortens the next run. folder: for clones and environments, outside of every project, so that
    nothing in a folder above reaches into them; gone when the context is closed.
    """

    plan: Plan
    owner: str
    clone_url: Callable[[str], str]
    token: str | None = field(default=None, repr=False)
    index: SimpleIndex | None = None
    docker: Docker | None = None
    cache: Path
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="multirepo-verify-")))
    _made: dict[str, "tuple[Future[Any], Evidence]"] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _ends: list[Callable[[], None]] = field(default_factory=list, repr=False)
    _temporary: list[Path] = field(default_factory=list, repr=False)

    @property
    def project(self) -> str:
        """What Docker calls all that is this context's: the same from one verification of it to the next."""
        return f"multirepo-{hashlib.sha256(str(self.cache).encode()).hexdigest()[:8]}"

    def remote(self, name: str) -> Remote:
        """The repository on GitHub."""
        return Remote(url=self.clone_url(name), token=self.token)

    def once(self, key: str, evidence: Evidence, make: Callable[[Evidence], Made]) -> Made:
        """The result of `make`, which runs once; other callers wait for it. All callers get its failure."""
        with self._lock:
            first = key not in self._made
            future, gathered = self._made.setdefault(key, (Future(), Evidence()))
        if first:
            try:
                future.set_result(make(gathered))
            except Exception as error:
                future.set_exception(error)
        try:
            return cast(Made, future.result())
        finally:
            evidence.add(gathered)  # of a failure too: it is what there is to look at

    def clone(self, name: str, evidence: Evidence) -> Path:
        """A fresh clone of the default branch, for checks that change nothing in it. Raises BrokenError."""
        return self.once(f"clone {name}", evidence, lambda gathered: self._clone(name, gathered))

    def copy(self, name: str, purpose: str, evidence: Evidence) -> Path:
        """The same, for one check that writes into it."""
        target = self.folder / purpose / name
        shutil.copytree(self.clone(name, evidence), target, symlinks=True)
        return target

    def _clone(self, name: str, evidence: Evidence) -> Path:
        mirror, target = self.cache / "git" / f"{name}.git", self.folder / "clones" / name
        branch = self.repository(name).default_branch
        evidence.ran.append(f"git clone {self.clone_url(name)}")
        try:
            if not mirror.exists():
                _git("init", "--quiet", "--bare", "--template=", str(mirror))
            self.remote(name).mirror(mirror, ["heads/*", "tags/*", "notes/*"])
        except RemoteError as error:
            raise BrokenError(str(error), "Run the migration's wave first, or check address and token.") from None
        done = _git("clone", "--quiet", "--branch", branch, str(mirror), str(target))
        if done.returncode:
            raise BrokenError(f"{name} has no branch {branch}: {done.stderr.decode().strip()}", "Run pulumi up.")
        evidence.saw.append(f"{name} at {_git('-C', str(target), 'rev-parse', 'HEAD').stdout.decode()[:12]}")
        return target

    def git_dir(self, name: str) -> Path:
        """Where the refs of a repository are after its clone."""
        return self.cache / "git" / f"{name}.git"

    def repository(self, name: str) -> Repository:
        """The plan's words about one repository."""
        return next(repository for repository in self.plan.repositories if repository.name == name)

    def keep(self, server: Server) -> Server:
        """Stop the server when all checks have run."""
        self.at_end(server.stop)
        return server

    def at_end(self, end: Callable[[], None]) -> None:
        """Do this when all checks have run, also after a failure; the last added is called first."""
        self._ends.append(end)

    def temporary(self, prefix: str) -> Path:
        """A new folder outside of every other, removed when all checks have run."""
        self._temporary.append(Path(tempfile.mkdtemp(prefix=f"multirepo-{prefix}")))
        return self._temporary[-1]

    def close(self) -> None:
        """Stop what runs, and remove what was made."""
        while self._ends:
            self._ends.pop()()
        for folder in (*self._temporary, self.folder):
            shutil.rmtree(folder, ignore_errors=True)


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    environment = git_environment(user_config=False)
    return subprocess.run(["git", *arguments], env=environment, capture_output=True, check=False)
