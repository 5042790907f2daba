"""What every resolver gets: who asks, in which tenant, and git's objects."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sandbox.git.bare_repository import git_environment
from sandbox.tenant.entities import Account, RepositoryRecord, Token
from sandbox.tenant.permissions import Permission
from sandbox.tenant.sites import Addresses, Site, addresses_of
from sandbox.tenant.tenants import Tenant


class ResolveError(Exception):
    """An error of a field, in GitHub's words. type: as in the `errors` of the answer, "NOT_FOUND" for example."""

    def __init__(self, type_: str, message: str) -> None:
        super().__init__(message)
        self.type = type_


@dataclass(frozen=True)
class GitObject:
    """An object of a repository. type: blob, tree, commit or tag."""

    repository: RepositoryRecord
    oid: str
    type: str
    content: bytes


@dataclass
class Context:
    """One request. rate: the caller's rate limit after it."""

    tenant: Tenant
    user: Account
    token: Token
    site: Site
    rate: dict[str, int]
    _readers: dict[int, "ObjectReader"] = field(default_factory=dict)

    def permission(self, repository: RepositoryRecord) -> Permission:
        """What the caller may do with it."""
        return self.tenant.permission(self.user, self.token, repository)

    def addresses(self, repository: RepositoryRecord) -> Addresses:
        """Where the client finds it."""
        return addresses_of(self.site, self.tenant, repository)

    async def read(self, repository: RepositoryRecord, expression: str) -> GitObject | None:
        """The object that a revision such as "HEAD:README.md" or an id stands for; None when there is none."""
        reader = self._readers.setdefault(repository.id, ObjectReader(self.tenant, repository))
        return await reader.read(expression)

    async def close(self) -> None:
        """End the processes that read objects."""
        for reader in self._readers.values():
            await reader.close()


class ObjectReader:
    """One `git cat-file --batch` for all objects of a repository that a request asks for."""

    def __init__(self, tenant: Tenant, repository: RepositoryRecord) -> None:
        self._directory = tenant.git_directory(repository)
        self._repository = repository
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def read(self, expression: str) -> GitObject | None:
        """The object, or None."""
        if "\n" in expression:
            return None
        async with self._lock:
            process = self._process = self._process or await self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(expression.encode() + b"\n")
            await process.stdin.drain()
            words = (await process.stdout.readline()).decode(errors="replace").split()
            if len(words) != 3 or not words[2].isdecimal():  # missing, or ambiguous
                return None
            content = await process.stdout.readexactly(int(words[2]))
            await process.stdout.readexactly(1)
        return GitObject(self._repository, words[0], words[1], content)

    async def close(self) -> None:
        """End the process."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            await self._process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            "git",
            f"--git-dir={self._directory}",
            "cat-file",
            "--batch",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=git_environment(),
        )


def context_of(info: Any) -> Context:
    """The context of a resolver's call."""
    context: Context = info.context
    return context
