"""Making git objects in a bare repository, mostly through one `git fast-import`.

https://git-scm.com/docs/git-fast-import
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.git.bare_repository import NOTHING, git
from sandbox.tenant.entities import Account

FULL_ID = re.compile("[0-9a-f]{40}")
SCRATCH = "refs/sandbox/"  # fast-import insists on a ref for what it makes; these are hidden and removed


@dataclass(frozen=True)
class Identity:
    """Who makes a commit or a tag, and when."""

    name: str
    email: str
    date: datetime

    def line(self) -> str:
        """As commits hold it."""
        moment = self.date if self.date.tzinfo else self.date.replace(tzinfo=UTC)
        name, email = (text.translate({ord(sign): None for sign in "<>\n"}) for text in (self.name, self.email))
        return f"{name} <{email}> {int(moment.timestamp())} {moment.strftime('%z')[:5]}"


def identity_of(user: Account) -> Identity:
    """The user as an author, now."""
    email = user.email or f"{user.id}+{user.login}@users.noreply.github.com"
    return Identity(user.name or user.login, email, datetime.now(UTC))


@dataclass(frozen=True)
class Change:
    """A file to write or to delete. content: None with an object: that blob or tree; with neither: delete."""

    path: str
    content: bytes | None = None
    mode: str = "100644"
    object: str | None = None

    def lines(self) -> bytes:
        """As fast-import reads it."""
        quoted = '"' + self.path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        if self.content is not None:
            head = f"M {self.mode} inline {quoted}\ndata {len(self.content)}\n"
            return head.encode() + self.content + b"\n"
        return (f"M {self.mode} {self.object} {quoted}\n" if self.object else f"D {quoted}\n").encode()


async def commit_files(
    directory: Path, parent: str | None, changes: Sequence[Change], message: str, author: Identity, committer: Identity
) -> str:
    """A commit on top of the parent, which no branch has yet; its id. Raises GitError."""
    head = f"author {author.line()}\ncommitter {committer.line()}\n"
    return await _import(
        directory, head, message, parent, b"".join(change.lines() for change in changes), "get-mark :1"
    )


async def write_tree(directory: Path, base_tree: str | None, changes: Sequence[Change]) -> str:
    """A tree: the base with these changes; its id. Raises GitError."""
    start = f'M 040000 {base_tree} ""\n'.encode() if base_tree else b""
    head = "committer Sandbox <sandbox@localhost> 0 +0000\n"
    listed = await _import(
        directory, head, "", None, start + b"".join(change.lines() for change in changes), 'ls :1 ""'
    )
    return listed.split()[2]


async def _import(directory: Path, head: str, message: str, parent: str | None, changes: bytes, question: str) -> str:
    """Make a commit; the answer to the question about it."""
    scratch = SCRATCH + secrets.token_hex(8)
    text = message.encode()
    stream = b"".join(
        [
            f"commit {scratch}\nmark :1\n{head}data {len(text)}\n".encode(),
            text,
            f"\nfrom {parent}\n".encode() if parent else b"\n",
            changes,
            f"\n{question}\n".encode(),
        ]
    )
    output = await git(directory, "fast-import", "--quiet", "--date-format=raw-permissive", stdin=stream)
    await git(directory, "update-ref", "-d", scratch)
    return output.decode().strip()


async def write_object(directory: Path, kind: str, content: bytes) -> str:
    """A blob, commit or tag with this content; its id. Raises GitError for a malformed one."""
    output = await git(directory, "hash-object", "-t", kind, "-w", "--stdin", stdin=content)
    return output.decode().strip()


async def types_of(directory: Path, objects: Sequence[str]) -> list[str]:
    """The type of each object: blob, tree, commit or tag, "missing" for what is not there or has no full id."""
    asked = "".join(f"{name if FULL_ID.fullmatch(name) else NOTHING}\n" for name in objects).encode()
    output = await git(directory, "cat-file", "--batch-check=%(objecttype)", stdin=asked)
    return [line.rpartition(" ")[2] for line in output.decode().splitlines()]
