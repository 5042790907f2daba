"""Bare git repositories on disk. Writes and lists go through git; looking up one ref reads the file.

Layout: https://git-scm.com/docs/gitrepository-layout
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GIT_CONFIG = Path(__file__).with_name("gitconfig")
BRANCHES = "refs/heads/"
TAGS = "refs/tags/"
NOTHING = "0" * 40
"""An id that no object has."""


@dataclass(frozen=True)
class Ref:
    """One ref. peeled: the commit that an annotated tag ends at; the object itself for all others."""

    name: str
    type: str
    sha: str
    peeled: str


class GitCommandError(Exception):
    """git ended with a status other than 0; the text is what it said."""


def git_environment() -> dict[str, str]:
    """The environment for git: nothing of the user's own settings, no prompt."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(GIT_CONFIG),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",  # a pushed refs/replace/ changes nothing but itself
    }


async def git(
    directory: Path, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> bytes:
    """What git prints in this repository. Raises GitError."""
    process = await asyncio.create_subprocess_exec(
        "git",
        f"--git-dir={directory}",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**git_environment(), **(environment or {})},
    )
    output, complaint = await process.communicate(stdin)
    if process.returncode != 0:
        raise GitCommandError(complaint.decode(errors="replace").strip())
    return output


def create(directory: Path, default_branch: str) -> None:
    """An empty bare repository, its HEAD on the branch to come."""
    for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (directory / folder).mkdir(parents=True)
    (directory / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
    set_head(directory, default_branch)


def set_head(directory: Path, branch: str) -> None:
    """Point HEAD at the branch. In one step, so that a reader never sees half a file."""
    new = directory / "HEAD.new"
    new.write_text(f"ref: {BRANCHES}{branch}\n")
    new.replace(directory / "HEAD")


def head(directory: Path) -> str:
    """The branch that HEAD points at, whether it exists or not."""
    return (directory / "HEAD").read_text().strip().removeprefix(f"ref: {BRANCHES}")


def object_id(directory: Path, ref: str) -> str | None:
    """What the ref points at, as 40 hex digits; None when there is no such ref. Starts no process."""
    if ".." in ref or not ref.startswith("refs/"):
        return None
    try:
        return (directory / ref).read_text().strip()
    except (OSError, ValueError):
        pass  # packed, absent, a folder of refs, or no name of a file
    try:
        lines = (directory / "packed-refs").read_text().splitlines()
    except FileNotFoundError:
        return None
    return next((line[:40] for line in lines if line[41:] == ref), None)


async def refs(directory: Path, prefix: str) -> list[Ref]:
    """The refs below a prefix such as "refs/heads/", or the one of that very name, in git's order."""
    columns = "%(refname)%00%(objecttype)%00%(objectname)%00%(*objectname)"
    output = await git(directory, "for-each-ref", f"--format={columns}", prefix)
    rows = [line.split("\0") for line in output.decode().splitlines()]
    return [Ref(name, kind, sha, peeled or sha) for name, kind, sha, peeled in rows]


@dataclass(frozen=True)
class ObjectContent:
    """A git object. type: blob, tree, commit or tag."""

    sha: str
    type: str
    content: bytes


async def read_objects(directory: Path, revisions: Sequence[str]) -> list[ObjectContent | None]:
    """What each revision, such as "main:README.md" or an id, stands for; all read by one process."""
    if any("\n" in revision for revision in revisions):
        return [None for _ in revisions]
    asked = "".join(f"{NOTHING if _is_relative(revision) else revision}\n" for revision in revisions).encode()
    output = await git(directory, "cat-file", "--batch", stdin=asked)
    found: list[ObjectContent | None] = []
    position = 0
    for _ in revisions:
        end = output.index(b"\n", position)
        words = output[position:end].decode(errors="replace").split(" ")
        position = end + 1
        if len(words) == 3 and words[1] in {"blob", "tree", "commit", "tag"}:
            size = int(words[2])
            found.append(ObjectContent(words[0], words[1], output[position : position + size]))
            position += size + 1
        else:  # "… missing"
            found.append(None)
    return found


def _is_relative(revision: str) -> bool:
    """Whether git ends with an error because it has no folder that the path is relative to."""
    return revision.partition(":")[2].startswith(("./", "../")) or revision.endswith((":.", ":.."))


@dataclass(frozen=True)
class LsTreeEntry:
    """One entry of a tree. mode: as in trees, "100644"; type: blob, tree or commit."""

    name: str
    mode: str
    type: str
    sha: str


def tree_entries(content: bytes) -> list[LsTreeEntry]:
    """The entries of a tree object: mode, space, name, NUL, 20 bytes of id. https://git-scm.com/docs/git-mktree"""
    entries, rest = [], content
    while rest:
        head, _, rest = rest.partition(b"\0")
        mode, _, name = head.decode(errors="replace").partition(" ")
        kind = {"40000": "tree", "160000": "commit"}.get(mode, "blob")
        entries.append(LsTreeEntry(name, mode.zfill(6), kind, rest[:20].hex()))
        rest = rest[20:]
    return entries


def is_empty(directory: Path) -> bool:
    """Whether there is no branch yet."""
    loose = any(names for _, _, names in os.walk(directory / BRANCHES))
    packed = directory / "packed-refs"
    return not loose and not (packed.exists() and f" {BRANCHES}" in packed.read_text())


def size_in_kilobytes(directory: Path) -> int:
    """The room that the objects take."""
    found = (Path(folder) / name for folder, _, names in os.walk(directory / "objects") for name in names)
    return sum(path.stat().st_size for path in found) // 1024
