"""Commits, read from a bare repository. Format: https://git-scm.com/docs/git-commit#_discussion"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.git.bare_repository import BRANCHES, TAGS, GitCommandError, git, object_id, read_objects

PERSON = re.compile(rb"(?P<name>.*?) ?<(?P<email>[^>]*)>(?: (?P<seconds>-?\d+) (?P<zone>[+-]\d+))?")
STATUSES = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}


@dataclass(frozen=True)
class CommitPerson:
    """Who wrote or committed. date: UTC, as GitHub writes it."""

    name: str
    email: str
    date: str


@dataclass(frozen=True)
class Commit:
    """One commit. payload: what its signature signs; None when there is no signature."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: CommitPerson
    committer: CommitPerson
    message: str
    signature: str | None
    payload: str | None


@dataclass(frozen=True)
class ChangedFile:
    """One file that a commit changed. sha: the blob after it; before it for a removed file."""

    path: str
    previous_path: str | None
    status: str
    sha: str
    additions: int
    deletions: int


async def resolve(directory: Path, ref: str) -> str | None:
    """The commit that a branch, a tag, "heads/…", "tags/…", HEAD or an id (also a short one) stands for."""
    for name in (f"{BRANCHES}{ref}", f"{TAGS}{ref}", f"refs/{ref}", ref):
        if object_id(directory, name):
            return await _peel(directory, name)
    return await _peel(directory, ref) if re.fullmatch(r"HEAD|[0-9a-f]{4,40}", ref) else None


async def _peel(directory: Path, revision: str) -> str | None:
    try:
        found = await git(directory, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except GitCommandError:
        return None
    return found.decode().strip()


async def read_commits(directory: Path, shas: Sequence[str]) -> list[Commit]:
    """The commits with these full ids, all read by one process."""
    found = await read_objects(directory, shas)
    return [parse_commit(each.sha, each.content) for each in found if each]


async def read_commit(directory: Path, sha: str) -> Commit:
    """The commit with this full id."""
    return parse_commit(sha, await git(directory, "cat-file", "commit", sha))


def parse_commit(sha: str, raw: bytes) -> Commit:
    """A commit object's content. Lines that start with a space continue the header before them."""
    head, _, message = raw.partition(b"\n\n")
    headers: dict[bytes, list[bytes]] = {}
    for line in head.replace(b"\n ", b"\r").split(b"\n"):
        name, _, value = line.partition(b" ")
        headers.setdefault(name, []).append(value.replace(b"\r", b"\n"))
    encoding = headers.get(b"encoding", [b"utf-8"])[0].decode("ascii", "replace")
    signature = headers.get(b"gpgsig", [None])[0]
    unsigned = re.sub(rb"gpgsig .*\n(?: .*\n)*", b"", head + b"\n") + b"\n" + message
    return Commit(
        sha=sha,
        tree=headers[b"tree"][0].decode(),
        parents=tuple(parent.decode() for parent in headers.get(b"parent", [])),
        author=_person(headers[b"author"][0], encoding),
        committer=_person(headers[b"committer"][0], encoding),
        message=_text(message, encoding).rstrip("\n"),
        signature=_text(signature, encoding) if signature else None,
        payload=_text(unsigned, encoding) if signature else None,
    )


async def changed_files(directory: Path, sha: str) -> list[ChangedFile]:
    """What the commit changed against its first parent, sorted by path."""
    return await _diff(directory, "--root", "--no-commit-id", "--diff-merges=first-parent", sha)


async def differing_files(directory: Path, old: str, new: str) -> list[ChangedFile]:
    """What is different in the new commit, sorted by path."""
    return await _diff(directory, old, new)


async def as_text(directory: Path, wants: Callable[[str], bool], base: str | None, head: str) -> bytes | None:
    """What a head brings to a base, as a "diff" or as a "patch" for `git am`, whichever is wanted; None for neither.

    base: None for the commit alone, which may be the first.
    """
    if wants("diff"):
        alone = ("diff-tree", "--root", "-p", "--no-commit-id", head)
        return await git(directory, *(("diff", f"{base}...{head}") if base else alone))
    if wants("patch"):
        return await git(directory, "format-patch", "--stdout", *([f"{base}..{head}"] if base else ["-1", head]))
    return None


async def _diff(directory: Path, *arguments: str) -> list[ChangedFile]:
    output = await git(directory, "diff-tree", "-r", "-M", "-z", "--raw", "--numstat", *arguments)
    return parse_changes(output.decode(errors="replace"))


def parse_changes(output: str) -> list[ChangedFile]:
    """The output of `git diff-tree -z --raw --numstat`: first all raw entries, then all counts.

    Format: https://git-scm.com/docs/git-diff-tree#_raw_output_format
    """
    parts = iter(output.split("\0"))
    entries: list[tuple[str, str, str | None, str]] = []
    counts: list[tuple[int, int]] = []
    for part in parts:
        if part.startswith(":"):
            _, _, before, after, status = part.split(" ")
            previous = next(parts) if status[0] in "RC" else None
            entries.append((STATUSES[status[0]], next(parts), previous, before if status == "D" else after))
        elif part:
            added, removed, path = part.split("\t")
            if not path:  # renamed: both names follow
                next(parts), next(parts)
            counts.append((int(added) if added != "-" else 0, int(removed) if removed != "-" else 0))
    return [
        ChangedFile(path, previous, status, sha, added, removed)
        for (status, path, previous, sha), (added, removed) in zip(entries, counts, strict=True)
    ]


def _person(value: bytes, encoding: str) -> CommitPerson:
    found = PERSON.match(value)
    if found is None:
        return CommitPerson(_text(value, encoding), "", "1970-01-01T00:00:00Z")
    date = datetime.fromtimestamp(int(found["seconds"] or 0), UTC)
    name, email = _text(found["name"], encoding), _text(found["email"], encoding)
    return CommitPerson(name, email, date.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _text(value: bytes, encoding: str) -> str:
    try:
        return value.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return value.decode(errors="replace")


@dataclass(frozen=True)
class Tag:
    """An annotated tag. object: what it points at, of that type."""

    name: str
    object: str
    type: str
    tagger: CommitPerson | None
    message: str


def parse_tag(raw: bytes) -> Tag:
    """A tag object's content. Format: https://git-scm.com/docs/git-mktag"""
    head, _, message = raw.partition(b"\n\n")
    headers = dict(line.split(b" ", 1) for line in head.split(b"\n"))
    tagger = headers.get(b"tagger")
    return Tag(
        name=_text(headers[b"tag"], "utf-8"),
        object=headers[b"object"].decode(),
        type=headers[b"type"].decode(),
        tagger=_person(tagger, "utf-8") if tagger else None,
        message=_text(message, "utf-8").rstrip("\n"),
    )
