"""CODEOWNERS: who owns which file, and the lines that GitHub ignores.

https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.git.bare_repository import read_objects
from sandbox.tenant.entities import Account, RepositoryRecord
from sandbox.tenant.people import TeamMember, TeamRecord, team_permission, with_ancestors
from sandbox.tenant.permissions import Permission
from sandbox.tenant.tenants import Tenant

PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in this order; the first file counts."""
LARGEST = 3_000_000
"""Bytes; GitHub does not load a larger file."""
OWNER = re.compile(r"@[A-Za-z0-9-]+(?:/[A-Za-z0-9_.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class OwnersLine:
    """A line with a pattern. problem: kind, column and suggestion of a line that is skipped."""

    number: int
    source: str
    pattern: str
    owners: tuple[str, ...]
    problem: tuple[str, int, str] | None = None


@dataclass(frozen=True)
class OwnersFile:
    """A CODEOWNERS file, read."""

    path: str
    lines: tuple[OwnersLine, ...]

    def owners_of(self, path: str) -> tuple[str, ...]:
        """The owners that the last fitting line names; none where no line fits or the line names none."""
        fitting = [line for line in self.lines if line.problem is None and fits(line.pattern, path)]
        return fitting[-1].owners if fitting else ()


def parse(path: str, text: str) -> OwnersFile:
    """Read a CODEOWNERS file."""
    return OwnersFile(path, tuple(_lines(text)))


def _lines(text: str) -> Iterator[OwnersLine]:
    for number, source in enumerate(text.splitlines(), 1):
        words = re.sub(r"(^|\s)#.*", "", source).replace("\\ ", "\0").split()
        if words:
            pattern, *owners = (word.replace("\0", " ") for word in words)
            yield OwnersLine(number, source, pattern, tuple(owners), _problem(source, pattern, owners))


def _problem(source: str, pattern: str, owners: list[str]) -> tuple[str, int, str] | None:
    """Why GitHub skips the line. It has no negation, no ranges of characters and no escaped "#"."""
    if pattern.startswith(("!", "\\#")) or re.search(r"[\[\]]", pattern):
        return "Invalid pattern", source.index(pattern[0]) + 1, ""
    if pattern == "/":
        return "Invalid pattern", source.index("/") + 1, f"The pattern `{pattern}` will never match anything"
    for owner in owners:
        if not OWNER.fullmatch(owner):
            return "Invalid owner", source.index(owner) + 1, ""
    return None


def fits(pattern: str, path: str) -> bool:
    """Whether the pattern names the file, or a folder above it. "docs/*" names the files of docs alone."""
    anchored = "/" in pattern.rstrip("/")
    parts = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|/\*\*|\*\*|\*|\?)", pattern.strip("/"))
    body = "".join(parts.get(piece) or re.escape(piece) for piece in pieces)
    end = "/.*" if pattern.endswith("/") else "" if pattern.endswith("/*") else "(?:/.*)?"
    return re.fullmatch(("" if anchored or pattern.startswith("/") else "(?:.*/)?") + body + end, path) is not None


async def read_owners(tenant: Tenant, repository: RepositoryRecord, revision: str) -> OwnersFile | None:
    """The file that counts at this commit; None without any."""
    found = await read_objects(tenant.git_directory(repository), [f"{revision}:{path}" for path in PATHS])
    for path, content in zip(PATHS, found, strict=True):
        if content and content.type == "blob":
            too_large = len(content.content) > LARGEST
            return OwnersFile(path, ()) if too_large else parse(path, content.content.decode(errors="replace"))
    return None


def people_of(tenant: Tenant, repository: RepositoryRecord, owner: str) -> set[int] | None:
    """The ids of the users that an owner stands for; None for one that GitHub does not know as an owner.

    A user needs write access. A team needs write access of its own, and must be visible.
    """
    store, name = tenant.store, owner.removeprefix("@")
    if "/" in name:
        organization, _, slug = name.partition("/")
        account = tenant.account(organization)
        team = store.by_key(TeamRecord, str(repository.owner_id), slug.lower())
        if account is None or account.id != repository.owner_id or team is None or team.privacy == "secret":
            return None
        if team_permission(store, team, repository) < Permission.WRITE:
            return None
        children = [each for each in store.all(TeamRecord) if team in with_ancestors(store, each)]
        return {member.user_id for each in children for member in store.all(TeamMember, str(each.id))}
    user = tenant.account(name) if owner.startswith("@") else _with_email(tenant, name)
    if user is None or user.type != "User" or tenant.role(user, repository) < Permission.WRITE:
        return None
    return {user.id}


def _with_email(tenant: Tenant, address: str) -> Account | None:
    return next((account for account in tenant.store.all(Account) if account.email == address), None)


def errors_in(tenant: Tenant, repository: RepositoryRecord, file: OwnersFile) -> list[dict[str, object]]:
    """What GitHub complains of. https://docs.github.com/rest/repos/repos#list-codeowners-errors"""
    found: list[dict[str, object]] = []
    for line in file.lines:
        if line.problem:
            found.append(_error(file, line, *line.problem))
            continue
        for owner in line.owners:
            if people_of(tenant, repository, owner) is None:
                found.append(_error(file, line, "Unknown owner", line.source.index(owner) + 1, _advice(owner)))
    return found


def _advice(owner: str) -> str:
    """GitHub's words, as reported of public repositories (biocommons/anyvar#128, notaryproject/ratify#625)."""
    if "/" in owner:
        return f"make sure the team {owner} exists, is publicly visible, and has write access to the repository"
    return f"make sure {owner} exists and has write access to the repository"


def _error(file: OwnersFile, line: OwnersLine, kind: str, column: int, suggestion: str) -> dict[str, object]:
    reason = f": {suggestion}" if suggestion else ""
    return {
        "line": line.number,
        "column": column,
        "kind": kind,
        "source": line.source,
        "suggestion": suggestion or None,
        "message": f"{kind} on line {line.number}{reason}\n\n  {line.source}\n{' ' * (column + 1)}^",
        "path": file.path,
    }
